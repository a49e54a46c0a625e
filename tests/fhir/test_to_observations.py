"""A chart as Observations and Tasks: nothing that was recorded is missing, and nothing is said that nobody recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from spineworkup import assess, load_pathway
from spineworkup.charts import Chart, SignOff, StepEvent, evolve_entries
from spineworkup.entries import Known, Observation, Unknown, WhyUnknown
from spineworkup.errors import FhirError
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.to_observations import observations_of, to_observations
from spineworkup.findings import Coding, Finding, Kind, Quantity, Range
from spineworkup.moments import CLOCK_SKEW
from spineworkup.testing.strategies import charts
from tests.fhir.same_answer import NOON, answer_of

PATHWAY = load_pathway("metastatic_spine")
PATIENT = "Patient/1"


def exported(chart, at=NOON):
    return [entry["resource"] for entry in to_observations(assess(PATHWAY, chart, at=at), PATIENT).get("entry", [])]


def observed(finding, value):
    """Return the only Observation of a value."""
    (one,) = observations_of(finding, Chart({finding.id: finding}, {finding.id: value}).entry(finding.id), PATIENT)
    return one


def believed_of(entry, finding):
    """Return what an import makes of an entry: less than the chart where a repeat is dated after now."""
    again = isinstance(entry, Known) and entry.latest is not None and entry.latest > NOON + CLOCK_SKEW
    return Unknown(WhyUnknown.IN_FUTURE) if again and not (finding.red_flag and entry.value is True) else entry


@given(charts(PATHWAY))
def test_the_export_read_back_gives_the_same_answer(chart):
    """Everything but sign-offs, which hold for one decision; an import leaves out events of an earlier workup.

    Of a finding that was seen again after now it believes nothing, but that a red flag was present.
    """
    suspicion = chart.clocks.get("suspicion", datetime.min.replace(tzinfo=UTC))
    steps = {id_: event for id_, event in chart.steps.items() if event.at >= suspicion}
    around = Chart(PATHWAY.findings, clocks=chart.clocks, steps=steps, not_available=chart.not_available)
    checklist = assess(PATHWAY, evolve_entries(around, chart.entries), at=NOON)
    imported = from_bundle(to_observations(checklist, PATIENT), PATHWAY, at=NOON)
    believed = {id_: believed_of(entry, PATHWAY.findings[id_]) for id_, entry in chart.entries.items()}

    assert answer_of(assess(PATHWAY, evolve_entries(around, believed), at=NOON)) == answer_of(assess(PATHWAY, imported.chart, at=NOON))


@given(charts(PATHWAY))
def test_every_entry_is_there_under_its_own_code(chart):
    """Each finding, clock, event and step that isn't available; with a value exactly where one is known."""
    resources = exported(chart)
    codes = [resource["code"]["coding"][0]["code"] for resource in resources]
    valued = {r["code"]["coding"][0]["code"] for r in resources if any(key.startswith("value") for key in r)}

    assert {*chart.entries, *chart.clocks, *chart.steps, *chart.not_available} == set(codes)
    assert {id_ for id_, entry in chart.entries.items() if isinstance(entry, Known)} | {*chart.clocks} == valued
    assert all(("dataAbsentReason" in r) is not any(k.startswith("value") for k in r) for r in resources if "effective" in str(r))


@pytest.mark.parametrize("reason", WhyUnknown)
def test_an_unknown_says_why(reason):
    fever = PATHWAY.findings["fever"]
    (one,) = observations_of(fever, Unknown(reason, "for a reason"), PATIENT)

    assert (reason.value, [{"text": "for a reason"}]) == (one["dataAbsentReason"]["text"], one["note"])


def test_a_quantity_stays_as_it_was_reported():
    """The number with its digits, the unit as sent, and of the codes only one that measures in that unit."""
    calcium = PATHWAY.findings["calcium_total"]
    one = observed(calcium, Quantity("11.20", "mg/dL"))

    assert {"value": Decimal("11.20"), "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"} == one["valueQuantity"]
    assert "11.20" == str(one["valueQuantity"]["value"])
    assert ["calcium_total", "17861-6"] == [code["code"] for code in one["code"]["coding"]]
    assert "2000-8" == observed(calcium, Quantity("2.8", "mmol/L"))["code"]["coding"][1]["code"]


def test_a_code_that_says_more_than_the_finding_is_not_exported():
    """Paralysis isn't paraplegia; a code that is the finding itself goes along."""
    paraplegia = Coding("snomed", "60389000", "Paraplegia (disorder)")
    paralysis = Coding("snomed", "44695005", "Paralysis (finding)", whole=True)
    finding = Finding("paralysis", "Paralysis", Kind.BOOLEAN, codes=(paraplegia, paralysis))

    assert ["paralysis", "44695005"] == [code["code"] for code in observed(finding, True)["code"]["coding"]]


def test_a_value_seen_twice_is_two_observations():
    fever = PATHWAY.findings["fever"]
    first, last = NOON - timedelta(days=2), NOON - timedelta(days=1)
    chart = Chart(PATHWAY.findings, {"fever": [Observation(True, last), Observation(True, first)]})
    times = [one["effectiveDateTime"] for one in observations_of(fever, chart.entry("fever"), PATIENT)]

    assert [first.isoformat(), last.isoformat()] == times


def test_what_was_worked_out_is_left_out():
    total = PATHWAY.findings["sins_total"]

    assert [] == observations_of(total, Known(Decimal(7), calculated=True), PATIENT)


def test_a_range_is_a_range():
    one = observations_of(PATHWAY.findings["crp"], Known(Range(Decimal(0), Decimal(5))), PATIENT)[0]

    assert (Decimal(0), Decimal(5), "mg/L") == (
        one["valueRange"]["low"]["value"],
        one["valueRange"]["high"]["value"],
        one["valueRange"]["high"]["code"],
    )


def test_a_declined_step_keeps_who_and_why():
    event = StepEvent("declined", NOON, "consultant", "the person doesn't want it")
    (task,) = exported(Chart(PATHWAY.findings, steps={"biopsy": event}))

    assert ("rejected", "declined") == (task["status"], task["businessStatus"]["coding"][0]["code"])
    assert [{"authorString": "consultant", "text": "the person doesn't want it"}] == task["note"]


def test_a_finished_step_says_when_it_was_finished():
    (task,) = exported(Chart(PATHWAY.findings, steps={"biopsy": StepEvent("acted_on", NOON)}))

    assert ("completed", NOON.isoformat()) == (task["status"], task["executionPeriod"]["end"])


def test_sign_offs_are_left_out():
    sign = SignOff("steroid_before_biopsy", "consultant", NOON)

    assert [] == exported(Chart(PATHWAY.findings, sign_offs=[sign]))


@pytest.mark.parametrize("patient", ["", "1", "Patient/", "Patient/Jane Doe", "Task/1", "https://a.example/Patient/1?x", "Patient/1\n"])
def test_a_patient_has_to_be_a_reference(patient):
    """And the message doesn't repeat what was given."""
    with pytest.raises(FhirError) as caught:
        to_observations(assess(PATHWAY, Chart(PATHWAY.findings, {"fever": True}), at=NOON), patient)

    assert "patient: expected a reference (such as Patient/123 or urn:uuid:...)" == str(caught.value)


def test_text_of_others_stays_text():
    """What no FHIR string can hold is replaced; markup stays text in a note."""
    hostile = "ward \x00\x1b[2J\ud800 <script>"
    one = observed(PATHWAY.findings["fever"], Observation(True, source=hostile))

    assert [{"text": "ward \ufffd\ufffd[2J\ufffd <script>"}] == one["note"]


def test_the_same_answer_has_the_same_addresses():
    checklist = assess(PATHWAY, Chart(PATHWAY.findings, {"fever": True}), at=NOON)
    later = assess(PATHWAY, Chart(PATHWAY.findings, {"fever": True}), at=NOON + timedelta(hours=1))
    addresses = [to_observations(one, PATIENT)["entry"][0]["fullUrl"] for one in (checklist, checklist, later)]

    assert addresses[0] == addresses[1] != addresses[2]
