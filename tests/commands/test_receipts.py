"""Every output says by what it was made: library, pathway, version, hash, overlays, moment, and the digest of the input."""

import json

import pytest

from spineworkup.about import library_version
from spineworkup.workups.files import load_workup, save_workup
from tests.commands.conftest import begun, load, moment, time

AT = moment("12:00")
PATHWAY = load(overlays=["us"])


@pytest.fixture
def p1(tmp_path):
    """A workup that goes by rules with an overlay."""
    file = tmp_path / "p1.json"
    file.write_bytes(begun())
    workup = load_workup(file)
    return file, save_workup(workup.adopt(PATHWAY, at=time("10:30"), by="nurse"), file, expected_revision=3)


# A sheet as PDF takes seconds to make: that it says what the other formats say is tested with these.
WRITTEN = {
    "text on the screen": ["assess", "p1.json"],
    "JSON": ["assess", "p1.json", "--format", "json"],
    "the reasons of a step": ["explain", "p1.json", "mri_whole_spine"],
    "a printed text": ["print", "p1.json", "--to", "out.txt"],
    "Markdown": ["print", "p1.json", "--to", "out.md"],
    "HTML": ["print", "p1.json", "--to", "out.html"],
    "a timeline on the screen": ["timeline", "p1.json"],
    "a timeline": ["timeline", "p1.json", "--to", "out.html"],
    "a timeline as PDF": ["timeline", "p1.json", "--to", "out.pdf"],
    "a calendar": ["calendar", "p1.json", "--to", "out.ics", "--labels"],
    "requests": ["to-fhir", "requests", "p1.json"],
    "answers to the questionnaire": ["to-fhir", "response", "p1.json"],
    "observations": ["to-fhir", "observations", "p1.json"],
}


def content(run, folder, arguments):
    """All that a command wrote, without the places where lines were broken."""
    code, out, err = run(*arguments, "--at", AT)
    if "install the extra" in err:
        pytest.skip(err)
    assert 0 == code, err
    file = next(folder.glob("out.*"), None)
    if file is None:
        return "".join(out.split())
    return "".join(_text_of(file).split())


def _text_of(file):
    if file.suffix == ".pdf":
        from pypdf import PdfReader

        return "".join(page.extract_text() for page in PdfReader(file).pages)
    return file.read_text(encoding="utf-8").replace("\r\n ", "").replace("\\", "").replace("&#43;", "+")


@pytest.mark.parametrize("what", WRITTEN)
def test_it_carries_its_receipt(run, p1, tmp_path, what):
    _, workup = p1
    receipt = workup.checklist(time("12:00")).receipt
    written = content(run, tmp_path, WRITTEN[what])

    for part in (library_version(), PATHWAY.id, PATHWAY.version, PATHWAY.hash, "us", AT, receipt.chart_digest):
        assert part in written, part


def test_a_blank_sheet_says_of_which_rules_it_is(run, tmp_path):
    written = content(run, tmp_path, ["print", "--overlay", "us", "--to", "out.txt"])

    assert f"Blanksheetofspineworkup{library_version()};{PATHWAY.id}{PATHWAY.version},{PATHWAY.hash},overlaysus." in written


def test_a_calendar_without_labels_has_no_digest_that_could_be_guessed_back(run, p1, tmp_path):
    written = content(run, tmp_path, ["calendar", "p1.json", "--to", "out.ics"])

    assert PATHWAY.hash in written and "example-1" not in written
    assert p1[1].checklist(time("12:00")).receipt.chart_digest not in written


def test_the_receipt_of_json_is_enough_to_replay_it(run, p1):
    receipt = json.loads(run("assess", "p1.json", "--at", AT, "--format", "json")[1])["receipt"]

    assert 0 == run("replay", "-", "p1.json", typed=json.dumps(receipt))[0]
