"""`spineworkup replay`: the same, or what differs, with the exit code that says so."""

import json

import pytest
from attrs import evolve

from spineworkup.workups.events import Shown
from spineworkup.workups.files import load_workup, save_workup
from tests.commands.conftest import moment, time

CASE = "case: c\nclocks: {suspicion: 2026-11-20T09:00:00+00:00}\nfindings: {limb_weakness: present}\n"


@pytest.fixture
def answer(run, p1):
    """The answer about the workup at half past ten, and that about a case, in files."""
    (p1.parent / "case.yaml").write_text(CASE)
    for given, name in ((p1, "answer.json"), ("case.yaml", "of_case.json")):
        out = run("assess", given, "--at", moment("10:30"), "--format", "json")[1]
        (p1.parent / name).write_text(out)
    return json.loads((p1.parent / "answer.json").read_text())


SAME = (0, "Same: the answer of Fri 20 Nov 2026 10:30 UTC\n", "")


def test_the_same_checklist_comes_out_again(run, enter, p1, answer):
    assert SAME == run("replay", "answer.json", p1) == run("replay", "of_case.json", "case.yaml")
    assert SAME == run("replay", "-", p1, typed=json.dumps(answer["receipt"]))
    for late in ("10:33", "12:00"):
        enter("record", "fever=present", "--both", at=late)
        assert SAME == run("replay", "answer.json", p1)
    enter("adopt", "--overlay", "us", at="13:00")
    assert SAME == run("replay", "answer.json", p1)


def test_what_differs_is_said_item_by_item(run, p1, answer):
    code, out, err = run("replay", "answer.json", "case.yaml")
    assert (1, "") == (code, err) and out.startswith("Not the same: the answer of Fri 20 Nov 2026 10:30 UTC\n  input: was")
    assert "  case: was example-1; is c\n" in out

    item = next(item for item in answer["items"] if item["step"] == "mri_whole_spine")
    item["status"], answer["receipt"]["hash"] = "done", "sha256:0"
    code, out, err = run("replay", "-", p1, typed=json.dumps(answer))
    assert (1, "") == (code, err)
    assert "  rules: was sha256:0; is sha256:" in out and "  items.mri_whole_spine.status: was done; is due\n" in out


WRONG = {
    "no JSON": ("{", "standard input: not a receipt (no JSON that can be read)"),
    "a list": ("[]", "standard input: not a receipt (expected a mapping)"),
    "a key twice": ('{"at": 1, "at": 2}', "standard input: not a receipt (no JSON that can be read)"),
    "no receipt": ("{}", "receipt: expected the keys library, pathway"),
    "a broken one": ('{"receipt": {}}', "receipt: expected the keys library, pathway"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_receipt_is_bad_input(run, p1, what):
    typed, message = WRONG[what]
    code, out, err = run("replay", "-", p1, typed=typed)

    assert (2, "", 1) == (code, out, err.count("\n")) and err.startswith(f"error: {message}")


def test_of_whom_the_receipt_is_has_to_be_said(run, answer):
    assert (2, "", "error: of whom is the receipt? Name the case file or the workup after it\n") == run("replay", "answer.json")


def test_every_checklist_that_was_printed_is_worked_out_again_under_the_rules_of_then(run, enter, p1):
    assert (0, "Nothing was printed of it yet\n", "") == run("replay", p1)
    run("print", p1, "--to", "1.txt", "--at", moment("10:30"))
    enter("adopt", "--overlay", "us", at="11:00")
    run("print", p1, "--to", "2.txt", "--at", moment("11:30"))
    enter("adopt", "--no-overlay", at="12:00")
    code, out, err = run("replay", p1)

    assert (0, "", 2) == (code, err, out.count("Same: "))


def test_what_was_printed_with_rules_that_are_not_here_is_not_the_same(run, p1):
    workup = load_workup(p1)
    shown = workup.show(time("10:30"), by="nurse").last(Shown)
    save_workup(workup.add(evolve(shown, hash="sha256:0", standings={})), p1, expected_revision=3)
    code, out, err = run("replay", p1)

    assert (1, "") == (code, err)
    assert "  rules: was sha256:0; is sha256:" in out and "MRI of the whole spine: Due, same day" in out
