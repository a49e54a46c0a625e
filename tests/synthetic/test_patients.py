"""Made-up patients: the same for the same seed, coherent, with what is missing and wrong at the stated rates."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` isn't installed")

import numpy as np

from spineworkup.assessment import assess
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.row import chart_of_row
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.errors import ChartError, CohortError
from spineworkup.findings import Kind
from spineworkup.pathways import Pathway
from spineworkup.reading.load import load_pathway
from spineworkup.synthetic.block import OPTIONS
from spineworkup.synthetic.cohort import Put, synthesize
from spineworkup.synthetic.drawing import BLOCK
from spineworkup.synthetic.mistakes import MISTAKES, REJECTED
from spineworkup.synthetic.numbers import Numbers, numbers_of
from spineworkup.synthetic.plan import CLOCKS_LOST_LESS, Plan

Row = dict[str, Any]
PATHWAY = load_pathway("metastatic_spine")
WHY = {
    "implausible": WhyUnknown.IMPLAUSIBLE,
    "in_future": WhyUnknown.IN_FUTURE,
    "conflict": WhyUnknown.CONFLICT,
}


def made(patients: int, **changes: Any) -> tuple[list[Row], list[Put]]:
    found = list(synthesize(Plan(PATHWAY, patients, **changes)))
    return [row for one in found for row in one.batch.to_pylist()], [put for one in found for put in one.errors]


ROWS, _ = made(400)
EVERYTHING, _ = made(400, missing=0.0, other_units=0.0)


def test_same_seed_same_patients_and_a_longer_cohort_begins_like_a_shorter_one() -> None:
    assert made(400)[0] == ROWS
    assert made(400, seed=2)[0] != ROWS
    [first, *_] = synthesize(Plan(PATHWAY, BLOCK + 1))
    assert first.batch.slice(0, 400).to_pylist() == ROWS


def test_nobody_takes_them_for_real() -> None:
    [one] = synthesize(Plan(PATHWAY, 3))
    assert all(row["patient"].startswith("synthetic-") and row["site"].startswith("synthetic-site-") for row in ROWS)
    assert one.batch.schema.metadata[b"synthetic"].startswith(b"synthetic: 3 made-up patients, seed 1")


def test_without_errors_every_value_is_one_that_the_pathway_takes() -> None:
    for row in ROWS:
        checklist = assess(PATHWAY, chart_of_row(row, PATHWAY), at=row["at"])
        assert not [id_ for id_, entry in checklist.chart.entries.items() if isinstance(entry, Unknown)]
        assert not [notice for notice in checklist.notices if notice.kind in ("conflict", "implausible", "in_future")]


def test_the_story_has_options_of_the_pathway() -> None:
    assert {id_: set(options) - set(PATHWAY.findings[id_].options) for id_, options in OPTIONS.items()} == {id_: set() for id_ in OPTIONS}


COHERENT = {
    "a man isn't pregnant": lambda row: not (row["sex"] != "female" and (row["pregnancy"] or row["breastfeeding"])),
    "a woman has no prostate": lambda row: not (row["sex"] == "female" and (row["psa"] is not None or row["prostate_abnormal"])),
    "without cancer no primary": lambda row: (row["cancer_history"] == "none") == (row["cancer_primary"] is None),
    "no prostate cancer in women": lambda row: not (row["sex"] == "female" and row["cancer_primary"] == "prostate"),
    "weakness has a power": lambda row: row["limb_weakness"] == (row["lowest_mrc_power"] < 5),
    "paralysis has no power": lambda row: row["paralysis"] == (row["lowest_mrc_power"] == 0),
    "a level needs reduced sensation": lambda row: not row["sensory_level"] or row["reduced_pain_or_temperature_sensation"],
    "plantar responses with reflexes": lambda row: not row["plantar_upgoing"] or row["reflexes_abnormal"],
    "the paralysed don't walk": lambda row: row["paralysis"] == (row["walking_status"] == "unable"),
    "Frankel E without a deficit of power": lambda row: (row["frankel_grade"] == "E") == (row["lowest_mrc_power"] == 5),
    "a high grade is a compression": lambda row: (row["escc_grade"] in ("2", "3")) == (row["mri_result"] == "cord_compression"),
    "no result without an MRI": lambda row: row["mri_result"] is None or row["steps.mri_whole_spine"] in ("performed", "reported", "acted_on"),
    "no MRI with an unsafe device": lambda row: row["implant_mri_status"] != "unsafe" or row["steps.mri_whole_spine"] is None,
    "bloods after blood was taken": lambda row: row["haemoglobin"] is None or row["steps.blood_tests"] is not None,
    "request after suspicion": lambda row: row["clocks.request"] is None or row["clocks.suspicion"] < row["clocks.request"],
    "MRI after its request": lambda row: row["steps.mri_whole_spine"] is None or row["clocks.request"] <= row["steps.mri_whole_spine.at"],
    "nothing after the end": lambda row: all(value <= row["at"] for name, value in row.items() if name.endswith(".at") and value is not None),
    "declined with role and reason": lambda row: (row["steps.mri_whole_spine"] == "declined") == (row["steps.mri_whole_spine.by"] is not None),
    "calcium fits": lambda row: _calcium_fits(row),
    "ECOG and Karnofsky agree": lambda row: int(row["karnofsky"]) in (100 - 20 * int(row["ecog"]), 90 - 20 * int(row["ecog"])),
}  # fmt: skip


def _calcium_fits(row: Row) -> bool:
    if None in (row["calcium_total"], row["albumin"], row["calcium_adjusted"]):
        return True
    return bool(abs(row["calcium_total"] + 0.02 * (40 - row["albumin"]) - row["calcium_adjusted"]) < 1e-9)


@pytest.mark.parametrize("law", COHERENT)
def test_findings_of_one_patient_fit_each_other(law: str) -> None:
    assert [row["patient"] for row in EVERYTHING if not COHERENT[law](row)] == []


def test_every_state_and_every_urgency_occurs_and_some_are_not_there_yet() -> None:
    [whole] = synthesize(Plan(PATHWAY, BLOCK))
    states = set(whole.batch.column("steps.mri_whole_spine").to_pylist())
    assert states >= {None, "requested", "scheduled", "performed", "reported", "acted_on", "inadequate", "cancelled", "declined"}


def test_numbers_lie_about_the_thresholds_and_inside_the_windows() -> None:
    for id_ in numbers_of(PATHWAY):
        finding = PATHWAY.findings[id_]
        values = [row[id_] for row in EVERYTHING if row[id_] is not None]
        assert not [value for value in values if not (finding.low or 0) <= value <= (finding.high or 100)], id_
    limit = numbers_of(PATHWAY)["inr"].thresholds[0] / 10
    assert {limit - 0.1, limit, limit + 0.1} <= {row["inr"] for row in EVERYTHING}


def test_what_is_missing_and_in_which_unit_is_at_the_stated_rate() -> None:
    [whole] = synthesize(Plan(PATHWAY, BLOCK, missing=0.3, other_units=0.4))
    flags = [whole.batch.column(id_) for id_, finding in PATHWAY.findings.items() if finding.kind is Kind.BOOLEAN and id_ != "prostate_abnormal"]
    assert np.mean([flag.null_count / BLOCK for flag in flags]) == pytest.approx(0.3, abs=0.015)
    assert whole.batch.column("clocks.suspicion").null_count / BLOCK == pytest.approx(0.3 / CLOCKS_LOST_LESS, abs=0.02)
    units = [unit for unit in whole.batch.column("calcium_total.unit").to_pylist() if unit]
    assert units.count("mg/dL") / len(units) == pytest.approx(0.4, abs=0.03)


def test_a_value_in_another_unit_is_the_same_value() -> None:
    rows, _ = made(100, missing=0.0, other_units=1.0)
    for one, other in zip(EVERYTHING[:100], rows, strict=True):
        before, after = (chart_of_row(row, PATHWAY).entries.get("creatinine") for row in (one, other))
        assert isinstance(before, Known) == isinstance(after, Known)
        if isinstance(before, Known) and isinstance(after, Known):
            assert float(after.value) == pytest.approx(float(before.value), abs=0.5)  # type: ignore[arg-type]


def test_no_other_unit_leads_out_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """6.00 mmol/L, the end of the window of calcium, is 24.05 mg/dL when it is rounded, and that is more."""
    monkeypatch.setattr(Numbers, "about_thresholds", lambda self, draw, thresholds: np.full(draw.size, self.high))
    [whole] = synthesize(Plan(PATHWAY, 1000, missing=0.0, other_units=1.0))
    rows = whole.batch.select(["patient", "calcium_adjusted", "calcium_adjusted.unit"]).to_pylist()
    assert 6 in {row["calcium_adjusted"] for row in rows}
    assert not [row for row in rows if isinstance(chart_of_row(row, PATHWAY).entries.get("calcium_adjusted"), Unknown)]


def test_every_error_that_was_put_in_is_found_and_no_other() -> None:
    rows, errors = made(600, errors=0.4)
    assert {put.mistake for put in errors} == set(MISTAKES)
    assert len(errors) / len(rows) == pytest.approx(0.4, abs=0.05)
    listed = {put.patient: put for put in errors}
    for row in rows:
        _check_error(row, listed.get(row["patient"]))


def _check_error(row: Row, put: Put | None) -> None:
    if put is not None and put.mistake in REJECTED:
        with pytest.raises(ChartError) as raised:
            chart_of_row(row, PATHWAY)
        assert raised.value.finding.startswith(put.finding)
        return
    entries = assess(PATHWAY, chart_of_row(row, PATHWAY), at=row["at"]).chart.entries
    unknown = {id_: entry.reason for id_, entry in entries.items() if isinstance(entry, Unknown)}
    assert unknown == ({} if put is None else {put.finding: WHY[put.mistake]})


def test_the_cohort_rejects_the_records_that_cannot_be_read() -> None:
    [one] = synthesize(Plan(PATHWAY, 120, errors=0.5))
    assessed = assess_batch(PATHWAY, one.batch)
    wrong = [put.patient for put in one.errors if put.mistake in REJECTED]
    assert assessed.rejects.column("patient").to_pylist() == wrong
    assert assessed.results.num_rows + len(wrong) == 120


@pytest.mark.parametrize("wrong", [{"patients": 0}, {"missing": 1.1}, {"errors": -0.1}, {"months": 0}, {"sites": 100}, {"seed": -1}, {"other_units": float("nan")}])
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CohortError, match=f"{next(iter(wrong))}: expected a number from"):
        Plan(PATHWAY, **{"patients": 1, **wrong})


def test_a_pathway_with_less_gets_less() -> None:
    part = PATHWAY.only("mri_whole_spine")
    [one] = synthesize(Plan(part, 10))
    names = {name.partition(".")[0] for name in one.batch.schema.names} - {"patient", "at", "site", "clocks", "steps"}
    assert names <= set(part.findings)
    assert isinstance(part, Pathway)
