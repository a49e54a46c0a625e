"""Entering a printed sheet: what a line says, what is echoed, what is written, and that nothing is lost on the way."""

import pytest

from spineworkup.render.front import codes_of
from spineworkup.workups.events import ClockStarted, FindingRecorded, Noted, StepRecorded
from spineworkup.workups.files import load_workup, save_workup
from tests.commands.conftest import begun, load, moment, time

CODES = codes_of(load())
MRI = CODES["mri_whole_spine"]


def ticked(state, when=None, origin="paper", step="mri_whole_spine"):
    return StepRecorded(at=time("12:00"), by="nurse", origin=origin, step=step, state=state, when=when)


def seen(finding, value, when=None, **more):
    return FindingRecorded(at=time("12:00"), by="nurse", origin="paper", finding=finding, value=value, when=when, **more)


LINES = {
    f"{MRI} asked": ticked("requested"),
    f"{MRI.lower()} done 10:40 JS": ticked("performed", time("10:40"), "paper; initials JS"),
    f"{MRI} done JS 10:40": ticked("performed", time("10:40"), "paper; initials JS"),
    f"{MRI} seen 9:05 É.B.": ticked("acted_on", time("09:05"), "paper; initials É.B."),
    f"{MRI} scheduled 2026-11-20T10:40:00+00:00": ticked("scheduled", time("10:40")),
    "mri_whole_spine done 12:04": ticked("performed", time("12:04")),
    f"{MRI} done 23:10": ticked("performed", time("23:10").replace(day=19)),
    "night_pain present 10:20": seen("night_pain", "present", time("10:20")),
    "night_pain=absent": seen("night_pain", "absent"),
    "calcium_total 2.95 mmol/L 10:20": seen("calcium_total", "2.95 mmol/L", time("10:20")),
    "calcium_total = 2.95 mmol/L": seen("calcium_total", "2.95 mmol/L"),
    "limb_weakness absent changed": seen("limb_weakness", "absent", changed=True),
    "limb_weakness both absent": seen("limb_weakness", "absent"),
    "clock request 10:30": ClockStarted(at=time("12:00"), by="nurse", origin="paper", clock="request", when=time("10:30")),
    "note told = the family at 10:30": Noted(at=time("12:00"), by="nurse", text="told = the family at 10:30"),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_written_as_it_was_meant(enter, p1, line):
    code, out, _ = enter("enter", typed=f"{line}\nwrite\nyes\n", at="12:00")
    kept = load_workup(p1).events

    assert (0, LINES[line], 4) == (code, kept[-1], len(kept))
    assert "  1. " in out and f"Entered {kept[-1].id}: " in out


NOT_UNDERSTOOD = {
    "Z9 done": "no such code, step or finding (? for help)",
    "limb_weaknes present": "no such code, step or finding (did you mean 'limb_weakness'?)",
    f"{MRI}": "expected what was ticked (asked, done, seen)",
    f"{MRI} ticked": "expected what was ticked",
    f"{MRI} declined": "expected what was ticked",
    f"{MRI} JS": "expected what was ticked",
    f"{MRI} done JS late": "expected what was ticked",
    f"{MRI} done J5": "expected initials or a role in one word",
    f"{MRI} done 10:40 10:50": "two times: give one to a line",
    f"{MRI} done 2026-11-20T25:00": "expected a date and time with a time zone",
    "clock 10:00": "expected one of suspicion, request, decision_to_treat, and its time",
    "clock mri 10:00": "expected one of suspicion",
    "night_pain 10:20": "expected a value after the finding",
    "night_pain perhaps": "night_pain: expected present, absent or unknown",
    "limb_weakness absent": "limb_weakness: differs from what is recorded",
    "note  ": "no such code",
}


@pytest.mark.parametrize("line", NOT_UNDERSTOOD)
def test_what_can_not_be_understood_is_said_and_not_entered(enter, p1, line):
    code, out, err = enter("enter", typed=f"{line}\n", at="12:00")

    assert (0, "", begun()) == (code, err, p1.read_bytes())
    assert f"not understood: {NOT_UNDERSTOOD[line]}" in " ".join(out.split())


def test_the_time_of_a_clock_that_is_not_at_utc(enter, p1):
    enter("enter", "--offset", "+01:00", typed=f"{MRI} done 10:40\nwrite\ny\n", at="12:00")

    assert time("09:40") == load_workup(p1).events[-1].when
    assert "--offset: expected what the clock differs from UTC" in enter("enter", "--offset", "CET")[2]


def test_lines_are_taken_back_listed_and_looked_up(enter, p1):
    typed = f"undo\nlist\n?\ncodes\n\n{MRI} done 10:40\nnight_pain present 10:20\nnight_pain present 10:20\nundo\nlist\nwrite\nyes\n"
    code, out, _ = enter("enter", typed=typed, at="12:00")

    assert (0, 4) == (code, load_workup(p1).revision)
    assert [] == [one for one in CODES.values() if f"  {one:4} " not in out]
    for said in ("Nothing to take back", "  nothing yet", "what was ticked", "  entered already", "Taken back: night_pain present 2026-11-20T10:20:00+00:00"):
        assert said in out
    assert out.count("  1. MRI of the whole spine: performed, Fri 20 Nov 2026 10:40 UTC; paper\n") == 3


@pytest.mark.parametrize("end", ["", "quit\n", "write\n", "write\nno\n", "write\nno\nquit\n", "write\nwhat\n"])
def test_what_was_not_written_can_be_typed_in_again(enter, p1, end):
    code, out, err = enter("enter", typed=f"{MRI} done 10:40 JS\nnight_pain present\n{end}", at="12:00")
    _, _, lines = out.partition("NOT WRITTEN: 2. ")

    assert (1, "", begun()) == (code, err, p1.read_bytes())
    again = lines.partition(":\n")[2]
    assert f"{MRI} done JS 2026-11-20T10:40:00+00:00\nnight_pain present 2026-11-20T12:00:00+00:00\n" == again
    assert 0 == enter("enter", typed=f"{again}write\nyes\n", at="15:00")[0]
    assert [time("10:40"), time("12:00")] == [event.when for event in load_workup(p1).events[3:]]


def test_an_interrupt_loses_nothing(enter, p1, monkeypatch):
    lines = iter([f"{MRI} done 10:40"])

    def typed(_):
        try:
            return next(lines)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("builtins.input", typed)
    code, out, err = enter("enter", at="12:00")

    assert (1, "") == (code, err) and out.endswith(f"{MRI} done 2026-11-20T10:40:00+00:00\n")


def test_with_nothing_typed_nothing_is_written(enter, p1):
    for typed in ("", "quit\n", "write\nquit\n"):
        assert (0, "", begun()) == (*enter("enter", typed=typed)[::2], p1.read_bytes())


def test_a_clash_is_an_error_and_the_lines_are_given_back(enter, p1, monkeypatch):
    before = load_workup(p1)
    theirs = before.record("night_pain", "absent", at=time("11:00"), by="doctor")
    save_workup(theirs, p1, expected_revision=before.revision)
    monkeypatch.setattr("spineworkup.commands.workups.load_workup", lambda *_: before)
    code, out, err = enter("enter", typed="night_pain present 10:00\nwrite\nyes\n", at="12:00")

    assert 2 == code and "changed by somebody else in the meantime" in err
    assert out.endswith("night_pain present 2026-11-20T10:00:00+00:00\n")
    assert theirs == load_workup(p1)


def test_a_sheet_of_other_rules_is_warned_of(run, enter, p1):
    run("print", p1, "--to", "sheet.txt", "--at", moment("11:00"))
    assert "NOT THE SAME" not in enter("enter", at="12:00")[1]
    assert "NOT THE SAME" in enter("enter", "--overlay", "us", at="12:00")[1]
    [foot] = {line for line in (p1.parent / "sheet.txt").read_text().splitlines() if "version" in line and "hash" in line}
    short = foot.partition("hash ")[2][:12]
    assert f"hash {short}" in enter("enter", at="12:00")[1]
