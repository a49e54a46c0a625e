"""Many writers, and writers that are killed: run as a program, which forks where nothing else is going on.

    python -m tests.workups.campaign kills --store folder --count 5000
    python -m tests.workups.campaign faults --every 1
    python -m tests.workups.campaign edits --store folder --writers 16 --edits 5000

Each goes through both stores if none is named, says in one line of JSON what it counted, and ends with 1 where something was lost or couldn't be read.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from spineworkup.errors import ClashError, KeepingError, SpineWorkupError
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, PATHWAY, hour, started
from tests.workups.stores import KINDS, Store, opened, scratch

# A case gets a new record after so many kills or edits, as reading a long one takes longer than what is tested.
KILLS, EDITS = 5, 20
# What many enter at the same time, and may clash over.
SHARED = ("limb_weakness", "fever")
Counts = Counter[str]


def forked(work: Callable[[], None]) -> int:
    """Start a process that does some work and ends without cleaning up; return its id."""
    if pid := os.fork():
        return pid
    try:
        work()
        os._exit(0)
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(1)


# Writers that are killed.


def kills(kind: str, times: int, seed: int) -> Counts:
    """Kill a writer at a random moment, again and again; what it said was saved has to be there, and whole."""
    numbers, found, case = random.Random(seed), Counter[str](), ""
    with scratch() as folder:
        store = opened(kind, folder)
        for number in range(times):
            if number % KILLS == 0:
                case = f"case-{number}"
                store.save(started(case), expected_revision=0)
            before = store.load(case, PATHWAY)
            saved, inside = _killed(store, before, numbers)
            found += _judged(store, before, saved)
            found["kills"] += 1
            found["killed while it saved"] += inside
        found["files left"] = sum(entry.name.endswith(".tmp") for entry in os.scandir(folder))
    return found


def _killed(store: Store, before: Workup, numbers: random.Random) -> tuple[int, bool]:
    """Return how many saves a writer said were done before it was killed, and whether another had begun."""
    reading, writing = os.pipe()
    pid = forked(lambda: _save_for_ever(store, before, writing))
    os.close(writing)
    said = b"".join(os.read(reading, 1) for _ in range(numbers.randrange(1, 3)))
    time.sleep(numbers.random() * 0.003)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    while rest := os.read(reading, 64):
        said += rest
    os.close(reading)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    return said.count(b"."), said.endswith(b"(")


def _save_for_ever(store: Store, workup: Workup, writing: int) -> None:
    for number in count():
        more = workup.note(f"{os.getpid()} {number}", at=hour(1), by=FIRST)
        os.write(writing, b"(")
        workup = store.save(more, expected_revision=workup.revision)
        os.write(writing, b".")


def _judged(store: Store, before: Workup, saved: int) -> Counts:
    try:
        now = store.load(before.case, PATHWAY)
    except SpineWorkupError as error:
        sys.stderr.write(f"{error}\n")
        return Counter({"unreadable": 1})
    lost = now.revision < before.revision + saved or now.events[: before.revision] != before.events
    return Counter({"lost": int(lost), "more than was said": int(now.revision > before.revision + saved + 1)})


# Writers that are refused by the system, or killed, at each place in turn.


def faults(kind: str, every: int) -> Counts:
    """Let the system write no further than some sizes, and kill within some instructions of the database."""
    found = Counter[str]()
    with scratch() as folder:
        store = opened(kind, folder)
        store.save(started().note("x" * 5000, at=hour(0), by=FIRST), expected_revision=0)
        sizes = range(0, 8000, 12 * every)
        for way in [_no_further_than(size) for size in sizes] + [*_killed_at(kind, every)]:
            before = store.load(started().case, PATHWAY)
            found += _faulty(store, before, way)
    return found


def _faulty(store: Store, before: Workup, way: Callable[[Store], None]) -> Counts:
    more = before.note(f"note {before.revision} " + "x" * 50, at=hour(1), by=FIRST)

    def work() -> None:
        way(store)
        try:
            store.save(more, expected_revision=before.revision)
        except KeepingError:
            os._exit(3)

    _, status = os.waitpid(forked(work), 0)
    ended = {0: "saved", 3: "refused"}.get(os.waitstatus_to_exitcode(status), "killed" if os.WIFSIGNALED(status) else "broken")
    try:
        now = store.load(before.case, PATHWAY)
    except SpineWorkupError as error:
        sys.stderr.write(f"{error}\n")
        return Counter({ended: 1, "unreadable": 1})
    wrong = now not in (before, more) or (ended == "saved" and now != more)
    return Counter({ended: 1, "neither old nor new": int(wrong), "broken": int(ended == "broken")})


def _no_further_than(size: int) -> Callable[[Store], None]:
    def limit(store: Store) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def _killed_at(kind: str, every: int) -> Iterator[Callable[[Store], None]]:
    """Kill before some of the instructions of a save, which SQLite counts."""
    if kind == "sqlite":
        for instruction in range(1, 500, max(1, every // 4)):
            yield lambda store, instruction=instruction: _kill_at(store, instruction)  # type: ignore[misc]


def _kill_at(store: Any, instruction: int) -> None:
    steps = count()
    connection = store._connection(make=False)
    connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL) if next(steps) == instruction else 0, 1)


# Writers at the same time.


def edits(kind: str, writers: int, each: int) -> Counts:
    """Let many enter something into the same workups at the same time; all that was saved has to be there, once."""
    cases = [f"case-{number}" for number in range(-(-writers * each // EDITS))]
    with scratch() as folder:
        store = opened(kind, folder)
        for case in cases:
            store.save(started(case), expected_revision=0)
        pids = [forked(lambda number=number: _enter(store, folder, number, each, cases)) for number in range(writers)]  # type: ignore[misc]
        ended = [os.waitpid(pid, 0)[1] for pid in pids]
        found, said = Counter({"broken": sum(map(bool, ended))}), Counter[str]()
        for number in range(writers):
            report = json.loads((folder / f"writer-{number}").read_text())
            found.update(report["found"])
            said.update(report["said"])
        kept = Counter(f"{case} {event.id}" for case in cases for event in store.load(case, PATHWAY).events[2:])
    found["lost"] = sum((said - kept).values())
    found["twice or never said"] = sum((kept - said).values())
    return found


def _enter(store: Store, folder: Path, writer: int, each: int, cases: list[str]) -> None:
    """Enter notes and findings, of which some are one's own and some are everybody's."""
    numbers, found, said = random.Random(writer), Counter[str](), []
    mine: dict[str, Workup] = {}
    own = [id_ for id_ in PATHWAY.findings if PATHWAY.findings[id_].kind.value == "boolean" and id_ not in SHARED][writer]
    for number in range(each):
        # From one of four to the next, so that others have been there when one comes back.
        case = cases[(number * len(cases) // each // 4 * 4 + number % 4) % len(cases)]
        finding = numbers.choice((None, own, own, *SHARED))
        while True:
            workup = mine[case] if case in mine else store.load(case, PATHWAY)
            # What is in the workup is told apart by its time: the same words at the same time are the same event.
            when = {"at": hour(1 + (writer * each + number) / 3600), "by": f"writer {writer}"}
            more = workup.record(finding, "present", **when) if finding else workup.note(f"{number}", **when)
            try:
                mine[case] = store.save(more, expected_revision=workup.revision)
            except ClashError:
                mine.pop(case, None)
                found["clashes"] += 1
                found["clashes over one's own"] += finding not in SHARED
                continue
            newer = mine[case].revision > more.revision
            found["merged"] += newer
            found["disjoint edits that met another's"] += newer and finding not in SHARED
            found["saved"] += 1
            said.append(f"{case} {more.events[-1].id}")
            break
    (folder / f"writer-{writer}").write_text(json.dumps({"found": found, "said": said}))


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.workups.campaign")
    parser.add_argument("what", choices=["kills", "faults", "edits"])
    parser.add_argument("--store", choices=KINDS, nargs="*", default=KINDS)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--every", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--edits", type=int, default=500)
    options = parser.parse_args(None if arguments is None else [*arguments])
    gc.freeze()
    began, cpu = time.monotonic(), sum(os.times()[:4])
    found = Counter[str]()
    for kind in options.store:
        match options.what:
            case "kills":
                found.update(kills(kind, options.count, options.seed))
            case "faults":
                found.update(faults(kind, options.every))
            case _:
                found.update(edits(kind, options.writers, options.edits))
    spent = {"seconds": round(time.monotonic() - began, 1), "seconds of CPU": round(sum(os.times()[:4]) - cpu, 1)}
    print(json.dumps({**found, **spent}))
    wrong = ("unreadable", "lost", "more than was said", "neither old nor new", "broken", "twice or never said")
    return int(any(found[name] for name in wrong))


if __name__ == "__main__":
    raise SystemExit(main())
