"""A chart written as a case file is read back as the same chart."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup import Chart, Observation, Quantity, SignOff, StepEvent, WhyUnknown, load_pathway
from spineworkup.charts import evolve_entries
from spineworkup.entries import Known
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Kind, Range
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.translate.to_case import to_case
from tests.strategies import NOON

PATHWAY = load_pathway("metastatic_spine")
FINDINGS = PATHWAY.findings
SOURCES = st.sampled_from(["", "referral letter", "GP: by phone, \"today\"", "true", "1a", "Zoë # 3"])


def raw(finding):
    if finding.kind is Kind.BOOLEAN:
        return st.booleans()
    if finding.kind is Kind.CHOICE:
        return st.sampled_from(list(finding.options))
    low, high = finding.low or Decimal(0), finding.high or Decimal(9)
    number = st.decimals(low, high, places=2)
    return number.map(lambda n: Quantity(n, finding.unit)) if finding.unit else number


@st.composite
def charts(draw):
    def observation(finding):
        moment = draw(st.none() | st.integers(0, 99).map(lambda h: NOON - timedelta(hours=h)))
        value = draw(st.none() | raw(finding))
        why = draw(st.sampled_from(WhyUnknown)) if value is None else WhyUnknown.NOT_RECORDED
        return Observation(value, moment, "" if value is None else draw(SOURCES), why)

    ids = draw(st.lists(st.sampled_from(sorted(FINDINGS)), unique=True, max_size=6))
    times = st.integers(-9, 99).map(lambda h: NOON - timedelta(hours=h))
    events = st.builds(StepEvent, st.sampled_from(["requested", "declined"]), times, by=st.just("GP"), reason=SOURCES.filter(bool))
    return Chart(
        FINDINGS,
        {id_: observation(FINDINGS[id_]) for id_ in ids},
        clocks=draw(st.fixed_dictionaries({}, optional={"suspicion": times, "request": times})),
        steps=draw(st.dictionaries(st.sampled_from(sorted(PATHWAY.steps)), events, max_size=2)),
        not_available=draw(st.sets(st.sampled_from(sorted(PATHWAY.steps)), max_size=2)),
        sign_offs=draw(st.lists(st.builds(SignOff, st.sampled_from(sorted(PATHWAY.rules)), SOURCES, times), max_size=2)),
        case=draw(SOURCES),
    )


def read_back(text):
    return read_case(case_document(text, "case.yaml"), PATHWAY)


@given(charts())
def test_what_is_written_is_read_back(chart):
    case = read_back(to_case(chart, NOON, about="A patient: drawn"))

    assert NOON == case.at
    assert (chart.case or "unnamed") == case.label
    assert chart.entries == case.chart.entries
    assert (chart.clocks, chart.steps, chart.not_available, chart.sign_offs) == (
        case.chart.clocks, case.chart.steps, case.chart.not_available, case.chart.sign_offs,
    )  # fmt: skip


def test_the_same_value_seen_twice_keeps_both_times():
    seen = [Observation(True, NOON - timedelta(hours=h)) for h in (5, 2)]
    chart = Chart(FINDINGS, {"limb_weakness": seen})

    assert chart.entries == read_back(to_case(chart, NOON)).chart.entries


def test_what_was_worked_out_is_left_out_and_a_range_is_refused():
    chart = Chart(FINDINGS, {"sins_pain": "mechanical"})
    worked_out = evolve_entries(chart, {**chart.entries, "sins_total": Known(Range(Decimal(3), Decimal(9)), calculated=True)})
    reported = evolve_entries(chart, {"sins_total": Known(Range(Decimal(3), Decimal(9)))})

    assert to_case(chart, NOON) == to_case(worked_out, NOON)
    with pytest.raises(ChartError, match="sins_total: a range"):
        to_case(reported, NOON)


def test_a_number_and_a_quantity_without_a_report_are_written_plainly():
    findings = {"mrc": Finding("mrc", "Power", Kind.NUMBER), "crp": Finding("crp", "CRP", Kind.QUANTITY, unit="mg/L")}
    chart = evolve_entries(Chart(findings), {"mrc": Known(Decimal(4)), "crp": Known(Decimal("1E+1"))})

    assert ["  mrc: 4", '  crp: "10 mg/L"'] == to_case(chart, NOON).splitlines()[3:]


def test_a_name_stays_readable():
    assert to_case(Chart(FINDINGS), NOON, "Zoë # 3").startswith('case: "Zoë # 3"\n')
