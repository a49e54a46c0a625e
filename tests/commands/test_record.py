"""What is entered from the command line: the event that it makes, what is said of it, and what is refused."""

import pytest

from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    FindingCorrected,
    FindingRecorded,
    Noted,
    Overridden,
    StepRecorded,
    Withdrawn,
)
from spineworkup.workups.files import load_workup, save_workup
from tests.commands.conftest import load, moment, time

RULE = next(iter(load().rules))


def by(kind, **said):
    return kind(at=time("11:00"), by="nurse", **said)


def weakness(p1):
    return load_workup(p1).events[-1]


ENTERED = {
    "a finding": (["record", "night_pain=absent"], lambda _: by(FindingRecorded, finding="night_pain", value="absent")),
    "a quantity": (["record", "crp=12 mg/L"], lambda _: by(FindingRecorded, finding="crp", value="12 mg/L")),
    "when and where from": (
        ["record", "night_pain=present", "--when", moment("08:30"), "--origin", "letter"],
        lambda _: by(FindingRecorded, finding="night_pain", value="present", when=time("08:30"), origin="letter"),
    ),
    "a change": (
        ["record", "limb_weakness=absent", "--changed"],
        lambda _: by(FindingRecorded, finding="limb_weakness", value="absent", changed=True),
    ),
    "both": (["record", "limb_weakness=absent", "--both"], lambda _: by(FindingRecorded, finding="limb_weakness", value="absent")),
    "a correction": (
        ["correct", "{last}", "absent", "--reason", "other side"],
        lambda last: by(FindingCorrected, event=last, value="absent", reason="other side"),
    ),
    "a withdrawal": (["withdraw", "{last}", "--reason", "other patient"], lambda last: by(Withdrawn, event=last, reason="other patient")),
    "a clock": (["clock", "request", "--when", moment("10:30")], lambda _: by(ClockStarted, clock="request", when=time("10:30"))),
    "a step": (["step", "mri_whole_spine", "requested"], lambda _: by(StepRecorded, step="mri_whole_spine", state="requested")),
    "a decline": (
        ["step", "mri_whole_spine", "declined", "--reason", "refused", "--when", moment("10:30")],
        lambda _: by(StepRecorded, step="mri_whole_spine", state="declined", reason="refused", when=time("10:30")),
    ),
    "not available": (["available", "mri_whole_spine", "no"], lambda _: by(AvailabilityChanged, step="mri_whole_spine", available=False)),
    "available": (["available", "mri_whole_spine", "yes"], lambda _: by(AvailabilityChanged, step="mri_whole_spine", available=True)),
    "an override": (["override", RULE, "--reason", "why"], lambda _: by(Overridden, rule=RULE, reason="why")),
    "a note": (["note", "family informed"], lambda _: by(Noted, text="family informed")),
}


@pytest.mark.parametrize("what", ENTERED)
def test_what_is_entered_is_kept_and_said(enter, p1, what):
    (command, *arguments), event = ENTERED[what]
    last = weakness(p1).id
    code, out, _ = enter(command, *(argument.format(last=last[:6]) for argument in arguments), at="11:00")
    kept = load_workup(p1)

    assert (0, event(last)) == (code, kept.events[-1])
    assert out.startswith(f"Entered {kept.events[-1].id}: ") and 4 == kept.revision


def test_what_stands_otherwise_by_it_is_said_the_most_urgent_first(enter, p1):
    out = " ".join(enter("available", "mri_whole_spine", "no")[1].split())

    assert " [! ] MRI of the whole spine: Due, same day, by 21 Nov 10:00, not clear to proceed, instead: CT of the spine. Was: Due, same day, by 21 Nov 10:00, not clear to proceed" in out
    assert "No step stands otherwise by it\n" in enter("note", "hello")[1]


def test_several_findings_are_entered_together_or_not_at_all(enter, p1):
    assert 0 == enter("record", "night_pain=absent", "back_pain=present")[0]
    kept = p1.read_bytes()
    code, out, err = enter("record", "fever=absent", "crp=12", at="11:00")

    assert (2, "") == (code, out) and err.startswith("error: crp: a quantity always has its unit")
    assert kept == p1.read_bytes()


def test_the_same_twice_is_entered_once(enter, p1):
    assert (0, "Nothing is new: it was entered already\n", "") == enter("record", "limb_weakness=present")
    assert 3 == load_workup(p1).revision


def test_what_contradicts_the_record_is_refused_until_somebody_says_which_holds(enter, p1):
    code, out, err = enter("record", "limb_weakness=absent", at="11:00")

    assert (2, "", 3) == (code, out, load_workup(p1).revision)
    assert f"limb_weakness: differs from what is recorded ({weakness(p1).id} of Fri 20 Nov 2026 10:00 UTC); it was not entered" in err
    assert "--changed" in err and "`spineworkup correct`" in err and "--both" in err
    code, out, err = enter("record", "fever=absent", "fever=present", at="11:00")
    assert 2 == code and "another value given with it" in err


def test_both_stand_and_it_counts_as_not_known(enter, p1):
    err = enter("record", "limb_weakness=absent", "--both", at="11:00")[2]

    assert "warning: Limb weakness was recorded in different ways and counts as not known" in err


def test_an_implausible_value_is_a_warning_without_the_value(enter, p1):
    code, _, err = enter("record", "calcium_total=29.5 mmol/L", at="11:00")

    assert 0 == code and "29.5" not in err
    assert err.startswith("warning: Total calcium was recorded with an implausible value, which is not used")


CANARY = "XQ7canary"
REFUSED = {
    "no value": (["record", CANARY], "expected FINDING=VALUE, such as limb_weakness=present"),
    "a slip": (["record", "limb_weaknes=present"], "unknown finding 'limb_weaknes' (did you mean 'limb_weakness'?)"),
    "no finding": (["record", f"{CANARY}=present"], "unknown finding (`spineworkup findings` lists them)"),
    "no such value": (["record", f"limb_weakness={CANARY}"], "limb_weakness: expected present, absent or unknown"),
    "no time": (["record", "fever=present", "--when", "10:00"], "--when: expected a date and time with a time zone"),
    "no such event": (["correct", CANARY, "absent", "--reason", CANARY], "event: no such event, or several"),
    "no finding to correct": (["correct", "{first}", "absent", "--reason", CANARY], "event: only what was recorded of a finding can be corrected"),
    "the rules withdrawn": (["withdraw", "{first}", "--reason", CANARY], "event: a withdrawal names"),
    "a step with a slip": (["step", "mri_whole_spin", "requested"], "unknown step 'mri_whole_spin' (did you mean 'mri_whole_spine'?)"),
    "a step that isn't": (["available", CANARY, "no"], "unknown step (`spineworkup steps` lists them)"),
    "a decline without a reason": (["step", "mri_whole_spine", "declined"], "reason: a declined step needs one"),
    "a rule that isn't": (["override", CANARY, "--reason", "x"], "unknown rule (`spineworkup rules` lists them)"),
    "an empty note": (["note", " "], "text: expected text"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_said_in_a_line_and_nothing_is_written(enter, p1, what):
    (command, *arguments), message = REFUSED[what]
    kept = p1.read_bytes()
    first = load_workup(p1).events[0].id
    code, out, err = enter(command, *(argument.format(first=first) for argument in arguments))

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert err.startswith(f"error: {message}") and CANARY not in err
    assert kept == p1.read_bytes()


def test_somebody_else_enters_something_in_the_meantime(enter, p1, monkeypatch):
    """Between reading and saving: what has nothing to do with each other stands together; the rest is a clash."""
    before = load_workup(p1)

    def loaded_earlier(path, pathway=None):
        return before

    theirs = before.record("night_pain", "present", at=time("10:30"), by="doctor")
    save_workup(theirs, p1, expected_revision=before.revision)
    monkeypatch.setattr("spineworkup.commands.workups.load_workup", loaded_earlier)
    code, out, _ = enter("record", "fever=absent", at="11:00")

    assert 0 == code and "Entered by others in the meantime, and kept too: 1\n" in out
    assert [*theirs.events] == [*load_workup(p1).events[:-1]]

    code, out, err = enter("record", "night_pain=absent", at="11:00")
    assert (2, "") == (code, out) and "changed by somebody else in the meantime: finding night_pain" in err
    assert 5 == load_workup(p1).revision


def test_a_workup_is_begun_once(enter, p1):
    kept = p1.read_bytes()

    assert (2, "") == enter("start", "--case", "example-1")[:2]
    assert (2, "") == enter("start", "--case", "example-2")[:2]
    assert kept == p1.read_bytes()


WRONG_STARTS = {
    "nobody": ([], "whose workup is it? Say --case LABEL, or --from CASE"),
    "no such case": (["--from", "nothing.yaml"], "nothing.yaml: no such file or directory"),
    "a workup": (["--from", "other.json"], "other.json: is a workup already: copy the file"),
    "a Bundle": (["--from", "bundle.json"], "bundle.json: a FHIR resource: `spineworkup from-fhir` makes a case file of it"),
}


@pytest.mark.parametrize("what", WRONG_STARTS)
def test_what_a_workup_can_not_begin_with(enter, run, tmp_path, what):
    arguments, message = WRONG_STARTS[what]
    (tmp_path / "bundle.json").write_text('{"resourceType": "Bundle"}')
    run("start", "other.json", "--case", "x", "--by", "nurse")

    assert (2, "", f"error: {message}\n") == enter("start", *arguments)
    assert not (tmp_path / "p1.json").exists()


def test_a_workup_begins_with_a_case(enter, tmp_path):
    (tmp_path / "case.yaml").write_text("case: c\noverlays: [us]\nfindings: {night_pain: present, inr: 99}\n")
    code, out, err = enter("start", "--from", "case.yaml")

    assert (0, "Started: p1.json, 3 events\nNo clock has started, so little has a time yet: `spineworkup clock FILE suspicion`\n") == (code, out)
    assert err.startswith("warning: case.yaml:3:38: inr: an implausible value is not used") and "99" not in err
    kept = load_workup(tmp_path / "p1.json")
    assert ("c", ("us",), "present") == (kept.case, kept.adopted.overlays, kept.events[1].value)


@pytest.mark.parametrize("arguments", [["assess"], ["explain", "mri_whole_spine"], ["to-fhir"]])
def test_a_workup_stands_where_a_case_does(run, p1, arguments):
    command, *more = arguments
    given = ["requests", p1] if command == "to-fhir" else [p1, *more]
    code, out, err = run(command, *given, "--at", moment("10:30"))

    assert (0, "") == (code, err) and "MRI of the whole spine" in out
