"""A workup in a file: what lies beside it, who may read it, who waits for whom, and what the system may refuse."""

from __future__ import annotations

import importlib
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from spineworkup.errors import DamagedError, KeepingError, WorkupError
from spineworkup.workups import locks
from spineworkup.workups.files import load_workup, save_workup
from spineworkup.workups.folder import FolderStore, file_name
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, PATHWAY, hour, started
from tests.workups.samples import SECRET


def _more(workup: Workup, text: str = "more") -> Workup:
    return workup.note(text, at=hour(1), by=FIRST)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that was saved twice."""
    path = tmp_path / "a.json"
    base = save_workup(started(), path, expected_revision=0)
    save_workup(_more(base), path, expected_revision=base.revision)
    return path


def _beside(file: Path) -> list[str]:
    return sorted(other.name for other in file.parent.iterdir())


def test_what_was_there_before_stays_beside_it(file: Path) -> None:
    assert load_workup(file, PATHWAY) == _more(started())
    assert load_workup(file.with_name("a.json.previous"), PATHWAY) == started()
    assert _beside(file) == ["a.json", "a.json.lock", "a.json.previous"]


def test_a_damaged_file_tells_of_what_was_there_before(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(DamagedError, match=r"number 3 .*; as it was before .* ends in \.previous") as caught:
        load_workup(file)
    assert caught.value.good == 3
    file.with_name("a.json.previous").unlink()
    with pytest.raises(DamagedError) as caught:
        load_workup(file)
    assert "previous" not in str(caught.value)


def test_only_its_owner_may_read_a_new_file(file: Path) -> None:
    assert {stat.S_IMODE(other.stat().st_mode) for other in file.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o400])
def test_who_could_read_it_still_can(file: Path, mode: int) -> None:
    file.chmod(mode)
    save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_the_group_of_a_file_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    real = os.stat
    monkeypatch.setattr(os, "chown", lambda path, *ids: given.append((Path(path).suffix, *ids)))
    monkeypatch.setattr(os, "stat", lambda path, **how: _of_group(real(path, **how), path))
    save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3)
    assert given == [(".tmp", -1, 7)]


def _of_group(found: os.stat_result, path: str | os.PathLike[str]) -> os.stat_result:
    other = {"st_gid": 7} if str(path).endswith(".json") else {}
    return os.stat_result([*found[:5], other.get("st_gid", found.st_gid), *found[6:]])


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "a.json", tmp_path / "far" / "b.json"
    os.symlink(target, link)
    base = save_workup(started(), link, expected_revision=0)
    save_workup(_more(base), link, expected_revision=base.revision)
    assert link.is_symlink() and load_workup(target, PATHWAY) == _more(started())
    assert _beside(target) == ["b.json", "b.json.lock", "b.json.previous"]


def test_what_a_killed_writer_left_is_removed(file: Path) -> None:
    for name in (".a.json.x1.tmp", ".b.json.x1.tmp", ".a.json.tmpx", "a.json.tmp"):
        (file.parent / name).write_bytes(b"half")
    save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3)
    left = [name for name in _beside(file) if "tmp" in name]
    assert left == [".a.json.tmpx", ".b.json.x1.tmp", "a.json.tmp"]


def test_a_file_system_without_hard_links_will_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    before = file.read_bytes()
    save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3)
    assert file.with_name("a.json.previous").read_bytes() == before
    assert _beside(file) == ["a.json", "a.json.lock", "a.json.previous"]


def test_a_system_that_opens_no_folder_will_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")
    assert save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3).revision == 4


def test_what_is_written_is_on_the_disk_before_it_takes_the_place_of_the_old(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("open", "write", "fsync", "link", "replace"):
        monkeypatch.setattr(os, name, _noting(calls, name))
    save_workup(_more(load_workup(file, PATHWAY), "again"), file, expected_revision=3)
    # The lock; the new file; the old one under its other name; the folder.
    assert calls == ["open", "open", "write", "fsync", "link", "replace", "open", "fsync"]


def _noting(calls: list[str], name: str):  # type: ignore[no-untyped-def]
    real = getattr(os, name)

    def noted(*given, **how):  # type: ignore[no-untyped-def]
        calls.append(name)
        return real(*given, **how)

    return noted


def test_no_message_says_what_the_system_calls_the_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "nowhere")
    case = SECRET.lower().replace(" ", "-")
    for action in (lambda: store.load(case), lambda: store.save(started(case), expected_revision=0), store.cases):
        with pytest.raises(KeepingError, match="no such file or directory") as caught:
            action()
        assert case not in str(caught.value)
        assert caught.value.__suppress_context__


def test_a_refusal_without_words_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(KeepingError, match="the system refused"):
        load_workup(file)


# The folder.


def test_a_file_under_anothers_name_is_not_taken_for_the_other(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.save(started("a"), expected_revision=0)
    os.rename(tmp_path / "a.json", tmp_path / "b.json")
    with pytest.raises(WorkupError, match="another case"):
        store.load("b", PATHWAY)
    with pytest.raises(WorkupError, match="another case"):
        store.save(_more(started("b")), expected_revision=2)


@pytest.mark.parametrize("name", ["Smith.json", "a b.json", "%41.JSON.json", "%4a%4A.json", "%.json"])
def test_a_file_that_no_case_would_have_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(KeepingError, match=r"1 files end in \.json") as caught:
        FolderStore(tmp_path).cases()
    assert name not in str(caught.value)


def test_a_file_without_a_name_is_that_of_no_case(tmp_path: Path) -> None:
    (tmp_path / ".json").touch()
    store = FolderStore(tmp_path)
    assert store.cases() == ("",)
    with pytest.raises(WorkupError, match="case: expected"):
        store.load("")


@pytest.mark.parametrize("case", ["", "a" * 201, "A" * 67])
def test_a_case_that_gives_no_name_is_refused(tmp_path: Path, case: str) -> None:
    with pytest.raises(WorkupError, match="case: expected a name"):
        FolderStore(tmp_path).load(case)


def test_names_differ_however_a_file_system_takes_capitals() -> None:
    cases = ["a", "A", "b.", "B.", "con", "CON", "com1", "nul", "ä", "a\u0308", "Ä", "../a", "a/b", "a\\b", "-a", "~"]
    names = {file_name(case).lower() for case in cases}
    assert len(names) == len(cases)
    assert all(name.isascii() and not {*name} & {*"/\\:. "} - {"."} and name.count(".") == 1 for name in names)
    assert not names & {"con.json", "com1.json", "nul.json"}


# The lock.


def test_who_finds_it_locked_waits_and_then_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.0)
    with locks.locked(file.with_name("a.json.lock"), "a.json"), pytest.raises(KeepingError, match="somebody else is saving"):
        save_workup(_more(started()), file, expected_revision=3)
    assert save_workup(_more(started()), file, expected_revision=3).revision == 3


def test_who_finds_it_locked_goes_on_when_it_is_free(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = locks.locked(file.with_name("a.json.lock"), "a.json")
    first.__enter__()
    monkeypatch.setattr(locks.time, "sleep", lambda _: first.__exit__(None, None, None))
    assert save_workup(_more(started(), "new"), file, expected_revision=2).revision == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_does_not_keep_the_lock(file: Path) -> None:
    lock = file.with_name("a.json.lock")
    with locks.locked(lock, "a.json"):
        copies = [os.dup(int(name)) for name in os.listdir("/proc/self/fd") if _leads_to(name, lock)]
    try:
        # A second handle of the same opening, as a forked process has it, is still open.
        assert copies and locks.PATIENCE
        with locks.locked(lock, "a.json"):
            pass
    finally:
        for copy in copies:
            os.close(copy)


def _leads_to(name: str, lock: Path) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{name}") == str(lock.resolve())
    except OSError:
        return False


def test_on_windows_the_lock_is_that_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    def locking(handle: int, mode: int, size: int) -> None:
        if mode == 2 and held:
            raise PermissionError(13, "Permission denied")
        held.append(handle) if mode == 2 else held.clear()

    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        patch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2, LK_UNLCK=0))
        importlib.reload(locks)
        patch.setattr(locks, "PATIENCE", 0.0)
        with locks.locked(tmp_path / "a.lock", "a.json"):
            assert held
            with pytest.raises(KeepingError, match="somebody else"), locks.locked(tmp_path / "a.lock", "a.json"):
                pass
        assert not held
    importlib.reload(locks)
