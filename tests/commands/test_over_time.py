"""Workups over time: what was printed, what has changed since, what is due across many, and what could not be read."""

import pytest
from attrs import evolve

from spineworkup.errors import RuleError
from spineworkup.workups.events import RulesAdopted, Shown
from spineworkup.workups.files import load_workup, save_workup
from spineworkup.workups.sqlite import SqliteStore
from tests.commands.conftest import begun, load, moment, time


def shown(file):
    return [event for event in load_workup(file).events if isinstance(event, Shown)]


def test_a_printout_is_noted_and_the_next_says_what_has_changed(run, enter, p1):
    assert "No step" not in run("changes", p1, "--at", moment("10:20"))[1]
    assert (0, "Written: 1.txt\n", "") == run("print", p1, "--to", "1.txt", "--at", moment("10:30"), "--by", "nurse")
    enter("step", "contact_mscc_coordinator", "performed", at="11:00")
    assert 0 == run("print", p1, "--to", "2.txt", "--at", moment("11:30"))[0]

    first, second = ((p1.parent / name).read_text() for name in ("1.txt", "2.txt"))
    assert "Changed since" not in first
    assert "Changed since the last printout of 20 Nov 2026 10:30: 1 step" in second
    assert [(time("10:30"), "nurse"), (time("11:30"), "not stated")] == [(event.of, event.by) for event in shown(p1)]


def test_a_printout_is_not_noted_where_that_is_not_wanted_or_nothing_was_written(run, p1):
    assert 0 == run("print", p1, "--to", "1.txt", "--no-record")[0]
    assert 0 == run("print", "-", "--to", "1.txt", typed=p1.read_text())[0]
    assert 2 == run("print", p1, "--to", "nowhere/1.txt")[0]
    assert [] == shown(p1)


def test_changes_between_two_moments_and_since_the_last_printout(run, enter, p1):
    code, out, err = run("changes", p1, "--from", moment("09:30"), "--at", moment("10:30"))
    assert (0, "") == (code, err)
    assert out.startswith("CHANGED from 20 Nov 2026 09:30 to 20 Nov 2026 10:30 (UTC+00:00)") and "Limb weakness: present" in out
    assert (2, "", "error: no checklist of it was printed yet: say --from T\n") == run("changes", p1)
    run("print", p1, "--to", "1.txt", "--at", moment("10:30"))
    assert "no step stands otherwise" in run("changes", p1, "--at", moment("10:40"))[1]


def test_a_timeline_on_the_screen_and_in_a_file(run, p1):
    code, out, err = run("timeline", p1, "--at", moment("12:00"))
    assert (0, "") == (code, err) and "Limb weakness: present" in out
    assert (0, "Written: t.md\n", "") == run("timeline", p1, "--to", "t.md", "--at", moment("12:00"))
    assert "Limb weakness: present" in (p1.parent / "t.md").read_text()
    assert "expected a name that ends in" in run("timeline", p1, "--to", "t.doc")[2]


@pytest.fixture
def ward(p1, tmp_path):
    """A folder with a workup, a damaged one and one with other rules."""
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "a.json").write_bytes(begun())
    (folder / "b.json").write_bytes(begun()[:-40])
    other = load_workup(p1).adopt(load(overlays=["us"]), at=time("10:05"), by="nurse")
    save_workup(other, folder / "c.json", expected_revision=0)
    (folder / "notes.txt").write_text("no workup")
    return folder


def test_what_is_due_across_workups_with_what_could_not_be_read_first(run, ward):
    code, out, err = run("due", ward, "--at", moment("12:00"))
    lines = out.splitlines()

    assert (1, "") == (code, err)
    assert "NOT READ: 1. What is in them is missing below." == lines[0]
    assert lines[1].startswith(f"  {ward}/b.json: cut off or altered")
    assert out.count("example-1: Contact the MSCC coordinator: immediate; due 20 Nov 10:00") == 2
    assert "notes.txt" not in out


def test_only_what_is_due_in_some_time_and_what_has_no_time(run, p1):
    everything = run("due", p1, "--at", moment("12:00"))[1]
    soon = run("due", p1, "--at", moment("12:00"), "--within", "2h")[1]

    assert "MRI of the whole spine" in everything and "MRI of the whole spine" not in soon
    assert "Contact the MSCC coordinator" in soon and "History" in soon
    assert "MRI of the whole spine" in run("due", p1, "--at", moment("12:00"), "--within", "1d")[1]
    assert (2, "", "error: --within: expected hours or days, such as 24h or 7d\n") == run("due", p1, "--within", "soon")


def test_a_database_of_workups_and_rules_that_are_named(run, p1, tmp_path):
    store = SqliteStore(tmp_path / "ward.sqlite")
    store.save(load_workup(p1), expected_revision=0)
    store.close()
    code, out, _ = run("due", tmp_path / "ward.sqlite", "--at", moment("12:00"))
    assert 0 == code and "Contact the MSCC coordinator" in out
    assert 0 == run("due", tmp_path / "ward.sqlite", "--at", moment("12:00"), "--overlay", "us")[0]
    assert (2, "", "error: nowhere: there is no such folder or file\n") == run("due", "nowhere")


def test_deadlines_as_a_calendar_without_labels_unless_asked(run, ward):
    code, out, err = run("calendar", ward / "a.json", "--to", "d.ics", "--at", moment("10:30"))
    calendar = (ward.parent / "d.ics").read_bytes()

    assert (0, "") == (code, err) and out.startswith("Written: d.ics\n  ") and out.endswith(" = example-1\n")
    assert b"\r\nBEGIN:VEVENT\r\n" in calendar and b"example-1" not in calendar
    assert 1 == run("calendar", ward, "--to", "d.ics", "--at", moment("10:30"), "--labels")[0]
    assert b"example-1" in (ward.parent / "d.ics").read_bytes()


def test_adopting_other_rules_says_before_what_it_changes(enter, p1):
    kept = p1.read_bytes()
    code, out, _ = enter("adopt", "--overlay", "us", "--dry-run", at="11:00")
    assert 0 == code and out.endswith("Nothing was written (--dry-run)\n") and kept == p1.read_bytes()
    assert "Spinal radiograph: Can't tell yet, may be routine. Was: Not indicated" in out

    code, out, _ = enter("adopt", "--overlay", "us", at="11:00")
    assert 0 == code and out.endswith("Adopted\n")
    assert ("us",) == load_workup(p1).adopted.overlays
    assert enter("adopt", at="12:00")[1].startswith("It goes by these rules already: metastatic_spine+us 0.1.0 (sha256:")
    assert enter("adopt", "--no-overlay", at="12:00")[1].endswith("Adopted\n")
    assert () == load_workup(p1).adopted.overlays


OLDER = "sha256:" + "0" * 64


def with_older_rules(p1):
    """The same workup, as if it had been begun with rules that are not here any more."""
    workup = load_workup(p1)
    older = RulesAdopted(at=time("09:05"), by="nurse", package="metastatic_spine", version="0.0.9", hash=OLDER)
    save_workup(workup.add(older), p1, expected_revision=workup.revision)


def test_rules_that_are_not_here_any_more(run, enter, p1):
    with_older_rules(p1)
    assert "The rules are not those that this workup was made with" in run("assess", p1, "--at", moment("10:30"))[1]
    out = words(enter("adopt", "--dry-run", at="11:00"))
    assert "what changes for this patient can't be said" in out

    workup = load_workup(p1).show(time("10:30"), by="nurse")
    event = workup.events[-1]
    fewer = {id_: standing for id_, standing in event.standings.items() if id_ != "mri_whole_spine"}
    save_workup(load_workup(p1).add(evolve(event, hash=OLDER, standings=fewer)), p1, expected_revision=4)
    out = words(enter("adopt", "--dry-run", at="11:00"))
    assert "Of the checklist that was printed for Fri 20 Nov 2026 10:30 UTC" in out
    assert "MRI of the whole spine: Due" in out and "Contact the MSCC" not in out


def test_an_overlay_that_is_not_here_any_more(enter, p1, monkeypatch):
    enter("adopt", "--overlay", "us", at="10:30")

    def gone(name="metastatic_spine", overlays=()):
        if overlays:
            raise RuleError([])
        return load()

    monkeypatch.setattr("spineworkup.workups.opening.load_pathway", gone)
    assert "what changes for this patient can't be said" in words(enter("adopt", "--no-overlay", "--dry-run"))
    assert "its rules (metastatic_spine+us) can't be read: name them with --overlay" in enter("adopt")[2]


def words(result):
    """What was printed, without where the lines were broken."""
    return " ".join(result[1].split())
