"""`spineworkup diff --cases`: how many of a folder of patients are treated differently, and in what."""

import pytest

from spineworkup.commands.rules import has_solver
from tests.commands.conftest import begun
from tests.small_package import changed, write_overlay, write_package

SOONER = "set:\n  - {what: steps.mri.indications.mri_now.within, was: 24 h, now: 12 h}\n"
WEAK = "at: 2026-11-20T12:00:00+00:00\nclocks: {suspicion: 2026-11-20T11:00:00+00:00}\nfindings: {weakness: present}\n"
WELL = "case: well\nat: 2026-11-20T12:00:00+00:00\nfindings: {weakness: absent, power: 5}\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "patients"
    (folder / "more").mkdir(parents=True)
    (folder / "well.yaml").write_text(WELL)
    (folder / "more" / "weak.yaml").write_text(WEAK)
    (folder / "notes.txt").write_text("no patient")
    return folder


@pytest.fixture
def without_solver(monkeypatch):
    monkeypatch.setattr("spineworkup.commands.rules.has_solver", lambda: False)


def test_who_is_treated_differently_by_file_and_by_step(run, without_solver, folder, tmp_path):
    base, site = write_package(tmp_path / "base"), write_overlay(tmp_path / "site", SOONER)
    code, out, err = run("diff", base, f"{base}+{site}", "--cases", folder)

    assert (1, "not looked for: the kinds of patient (install the extra 'proofs' for that)\n") == (code, err)
    assert out.startswith(f"1 of 2 patients of {folder} is treated differently (times are UTC)\n      1 MRI\n")
    assert f"\n{folder}/more/weak.yaml:\n" in out and "well.yaml" not in out
    assert "MRI: Due, same day, by 20 Nov 23:00" in out and "Was: Due, same day, by 21 Nov 11:00" in out


def test_nobody_is_treated_differently(run, without_solver, folder, tmp_path):
    base = write_package(tmp_path / "base")

    assert (0, f"0 of 2 patients of {folder} are treated differently (times are UTC)\n\n") == run("diff", base, base, "--cases", folder)[:2]


def test_who_can_not_be_read_is_said_first(run, without_solver, folder, tmp_path):
    (folder / "broken.yaml").write_text("findings: {weakness: perhaps}")
    (folder / "workup.json").write_bytes(begun()[:-9])
    base = write_package(tmp_path / "base")
    code, out, _ = run("diff", base, base, "--cases", folder)

    assert 1 == code and out.startswith("NOT READ: 2. What is in them is missing below.\n  ")
    assert f"  {folder}/broken.yaml:1:22: weakness: expected present, absent or unknown" in out
    assert f"  {folder}/workup.json: cut off or altered" in out and "perhaps" not in out


def test_workups_and_resources_are_read_as_well(run, without_solver, tmp_path):
    folder = tmp_path / "patients"
    folder.mkdir()
    (folder / "workup.json").write_bytes(begun())
    (folder / "bundle.json").write_text('{"resourceType": "Bundle", "type": "collection"}')
    code, out, _ = run("diff", "metastatic_spine", "metastatic_spine+us", "--cases", folder, "--at", "2026-11-20T10:30:00+00:00")

    assert 1 == code and out.startswith(f"2 of 2 patients of {folder} are treated differently (times are UTC)\n")
    assert f"{folder}/workup.json:\n  [r ] Spinal radiograph: Can't tell yet, may be routine. Was: Not indicated\n" in out


XRAY = "xray: {label: X-ray, indications: [{id: x, when: weakness, says: X, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}]}\n"


def test_a_step_that_is_gone_is_said(run, without_solver, folder, tmp_path):
    old = write_package(tmp_path / "old", steps__xray=XRAY, pathway=changed("pathway", "side_by_side: [bloods]", "side_by_side: [bloods, xray]"))
    new = write_package(tmp_path / "new")

    assert "X-ray: not there any more. Was: due\n" in run("diff", old, new, "--cases", folder)[1]


def test_what_of_a_record_only_one_version_reads_is_said(run, without_solver, tmp_path):
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "p1.json").write_bytes(begun())
    out = run("diff", "metastatic_spine", write_package(tmp_path / "small"), "--cases", "patients")[1]

    assert "The record speaks of finding limb_weakness, which these rules don't have: it is kept, not read" in out


def test_other_reasons_for_the_same_are_said(run, without_solver, folder, tmp_path):
    old = write_package(tmp_path / "old")
    new = write_package(tmp_path / "new", steps__mri=changed("steps/mri", "A deficit needs MRI", "A deficit needs MRI now"))
    code, out, _ = run("diff", old, new, "--cases", folder)

    assert 1 == code and "MRI: also said: A deficit needs MRI now [guide 1.2]; said no more: A deficit needs MRI [guide 1.2]" in out


def test_a_folder_that_is_not_there_is_bad_input(run, without_solver):
    assert (2, "") == run("diff", "metastatic_spine", "metastatic_spine", "--cases", "nowhere")[:2]


@pytest.mark.skipif(not has_solver(), reason="z3 is not installed: the extra 'proofs'")
def test_the_kinds_of_patient_come_after_those_of_the_folder(run, folder, tmp_path):
    base, site = write_package(tmp_path / "base"), write_overlay(tmp_path / "site", SOONER)
    code, out, err = run("diff", base, f"{base}+{site}", "--cases", folder)

    assert (1, "") == (code, err)
    assert out.index("1 of 2 patients") < out.index("kinds of patient are treated differently")
