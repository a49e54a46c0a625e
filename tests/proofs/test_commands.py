"""`spineworkup prove` and `spineworkup diff`: what they say, what they write, and how they end."""

import pytest

import spineworkup.commands.rules
from spineworkup.cli import main
from spineworkup.proofs.claims import CLAIMS
from tests.small_package import OVERLAY, changed, write_overlay, write_package

LATER = {"steps__mri": changed("steps/mri", "within: 24 h", "within: 48 h")}
EMPTY = {"pathway": changed("pathway", "escalate_to: ct, ", "")}
LOOSER = "set:\n  - {what: steps.mri.produces, was: [grade], now: []}\n"
TIGHTER = "set:\n  - {what: steps.mri.indications.mri_now.within, was: 24 h, now: 12 h}\n"


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


def test_what_is_proved_is_said_claim_by_claim(run, tmp_path):
    code, out, err = run("prove", write_package(tmp_path))
    first, *claims, last = out.splitlines()

    assert (0, "") == (code, err)
    assert first.startswith("small 1.0.0 (sha256:") and " questions in " in first
    assert [f"  proved  {claim.words} ({claim.id}, {claim.law}; " for claim in CLAIMS] == [line[: line.index("; ") + 2] for line in claims]
    assert "All of it holds for every patient" == last


def test_what_does_not_hold_is_said_with_a_patient(run, tmp_path):
    code, out, err = run("prove", write_package(tmp_path / "rules", **EMPTY), "--to", tmp_path / "patients")

    assert (1, "") == (code, err)
    assert """\
  FAILED  What is needed can be done, or somebody takes over (purpose_never_empty, I-10; 1 question)
    DOES NOT HOLD: see: what is needed to see the cord can't be done, and nothing and nobody takes over
      case: purpose_never_empty
      about: "see: what is needed to see the cord can't be done, and nothing and nobody takes over"
      at: 2026-11-20T12:00:00+00:00
      findings:
        weakness: present
        implant: unsafe
      not_available: [ct]
""" in out
    assert out.endswith(f"1 of these does not hold\nWritten to {tmp_path}/patients: 1 patient\n")
    assert ["01_purpose_never_empty.yaml"] == [file.name for file in (tmp_path / "patients").iterdir()]


def test_an_overlay_is_proved_with_what_it_may_not_do(run, tmp_path, monkeypatch):
    # Reading an overlay refuses much by itself: here the proof alone is asked.
    monkeypatch.setattr("spineworkup.reading.load.check_not_weakened", lambda *_: None)
    base = write_package(tmp_path / "base")
    tighter, looser = (write_overlay(tmp_path / name, text) for name, text in (("tighter", TIGHTER), ("looser", LOOSER)))

    code, out, _ = run("prove", base, "--overlay", tighter)
    assert (0, True) == (code, "proved  An overlay weakens nothing that keeps patients safe" in out)
    assert out.startswith("small + site 1.0.0")

    code, out, _ = run("prove", base, "--overlay", looser)
    assert (1, True) == (code, "DOES NOT HOLD: mri: the overlay counts it as done when for the base it isn't" in out)
    assert "mri: {state: performed, at: 2026-11-20T12:00:00+00:00}" in out


def test_an_overlay_that_can_not_be_compared_fails_after_all_else_was_proved(run, tmp_path):
    rereads = "set:\n  - {what: findings.power.plausible.high, was: 5, now: 4}\n"
    code, out, _ = run("prove", write_package(tmp_path / "base"), "--overlay", write_overlay(tmp_path / "site", rereads))

    assert 1 == code
    assert len(CLAIMS) == out.count("  proved  ")
    assert "NOT DECIDED, which counts as a failure: small: not compared, as the two versions read it in different ways: power" in out


def test_the_shipped_rules_are_proved_with_every_overlay_that_is_shipped(run, monkeypatch):
    """Which claims are put is tested elsewhere: here that each is about the base and about each overlay."""
    monkeypatch.setattr("spineworkup.proofs.claims.CLAIMS", [claim for claim in CLAIMS if claim.id == "purpose_never_empty"])
    code, out, err = run("prove")

    assert (0, "") == (code, err)
    assert ["metastatic_spine", "metastatic_spine + us"] == [line.split(" 0.")[0] for line in out.splitlines() if line.startswith("meta")]
    assert (2, 1) == (out.count("purpose_never_empty"), out.count("overlay_loosens_nothing"))
    assert "example_hospital: changes no rule, so what holds of metastatic_spine holds of it\n" in out


def test_two_versions_are_compared_with_a_patient_of_each_kind(run, tmp_path):
    old, new = write_package(tmp_path / "old"), write_package(tmp_path / "new", **LATER)
    code, out, err = run("diff", old, new, "--to", tmp_path / "patients")

    assert (1, "") == (code, err)
    assert out.startswith(f"2 kinds of patient are treated differently: {old} -> {new}\n\nBy when:\n  CT (ct): by 2026-11-21 11:00 -> by 2026-11-22 11:00\n")
    assert """\
  MRI (mri): by 2026-11-21 11:00 -> by 2026-11-22 11:00
    for example: suspicion 2026-11-20 11:00
      case: mri_due
      at: 2026-11-20T12:00:00+00:00
      clocks:
        suspicion: 2026-11-20T11:00:00+00:00
""" in out
    assert out.endswith(f"Written to {tmp_path}/patients: 2 patients\n")
    assert ["01_ct_due.yaml", "02_mri_due.yaml"] == sorted(file.name for file in (tmp_path / "patients").iterdir())


def test_versions_that_mean_the_same_are_said_to_be(run, tmp_path):
    old = write_package(tmp_path / "old")
    new = write_package(tmp_path / "new", criteria=changed("criteria", "any_of: [weakness, power < 5]", "any_of: [power < 5, weakness, weakness]"))

    assert (0, f"No patient is treated differently by {old} and {new}\n", "") == run("diff", old, new, "--to", tmp_path / "patients")
    assert not (tmp_path / "patients").exists()


def test_an_overlay_is_named_after_a_plus(run, tmp_path):
    base, site = write_package(tmp_path / "base"), write_overlay(tmp_path / "site", TIGHTER)
    code, out, _ = run("diff", base, f"{base}+{site}")

    assert (1, True) == (code, "MRI (mri): by 2026-11-21 11:00 -> by 2026-11-20 23:00" in out)


def test_the_patients_are_read_by_assess(run, tmp_path):
    text = "set:\n  - {what: steps.bone_scan.safety_critical, was: false, now: true}\n  - {what: steps.mri_whole_spine.indications.mri_large_residual.within, was: 24 h, now: 12 h}\n"
    head = OVERLAY.replace("base: small", "base: metastatic_spine")
    site = write_overlay(tmp_path / "site", text, head)
    code, _, _ = run("diff", "metastatic_spine", f"metastatic_spine+{site}", "--to", tmp_path / "patients")
    files = sorted((tmp_path / "patients").iterdir())

    assert code == 1 and any("mri_whole_spine_due" in file.name for file in files)
    for file in files:
        code, out, err = run("assess", file)
        assert (0, "") == (code, err)
        assert "at Fri 20 Nov 2026 12:00 UTC" in out


WRONG = [
    (("prove", "nosuch"), "nosuch:1:1: no rule package here: it would hold a file package.yaml (there are: metastatic_spine)"),
    (("prove", "/nowhere/"), "/nowhere/:1:1: no rule package here"),
    (("prove", "--overlay", "nosuch"), "nosuch:1:1: no overlay here: it would hold a file overlay.yaml (there are: example_hospital, us)"),
    (("diff", "metastatic_spine", "metastatic_spine+uk"), "uk:1:1: no overlay here"),
    (("diff", "metastatic_spine", "metastatic_spin"), "(did you mean 'metastatic_spine'?)"),
    (("diff", "metastatic_spine", "metastatic_spine+"), "no overlay here"),
    (("diff", "", "metastatic_spine"), "no rule package here"),
    (("diff", "../metastatic_spine", "metastatic_spine"), "no rule package here"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_a_name_of_nothing_is_bad_input(run, arguments, message):
    code, out, err = run(*arguments)

    assert (2, "") == (code, out)
    assert message in err and err.endswith("1 problem\n")


def test_what_can_not_be_compared_is_bad_input(run, tmp_path):
    old, new = write_package(tmp_path / "old"), write_package(tmp_path / "new", findings__all=changed("findings/all", "high: 5", "high: 4"))

    assert (2, "", "error: not compared, as the two versions read it in different ways: power\n") == run("diff", old, new)


def test_rules_that_can_not_be_read_are_bad_input(run, tmp_path):
    broken = write_package(tmp_path, steps__bloods="bloods: {label: 1}\n")
    code, out, err = run("prove", broken)

    assert (2, "") == (code, out)
    assert f"{tmp_path}/steps/bloods.yaml:1:" in err


@pytest.mark.parametrize("arguments", [("prove",), ("diff", "metastatic_spine", "metastatic_spine+us")], ids=["prove", "diff"])
def test_without_a_solver_one_line_says_what_to_install(run, monkeypatch, arguments):
    monkeypatch.setattr(spineworkup.commands.rules, "has_solver", lambda: False)
    code, out, err = run(*arguments)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert err.startswith("error: ") and "spineworkup[proofs]" in err
