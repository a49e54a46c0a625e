"""What the rules say of a step is worked out once and shared, and after a change only where it matters."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from spineworkup import outcomes as module
from spineworkup.assessment import assess, reassess
from spineworkup.charts import Chart
from spineworkup.criteria import Present
from spineworkup.entries import Observation
from spineworkup.findings import Finding, Kind, Quantity, Range
from spineworkup.logic.lanes import RULES
from spineworkup.logic.plan import plan
from spineworkup.notices import Notice
from spineworkup.outcomes import outcome_of
from spineworkup.pathways import Pathway, Step
from spineworkup.readings import Reading
from tests.strategies import NOON, VOCABULARY, chart_of, facts, pathways, rule, surroundings

drawing = st.data()
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = [f"f{number}" for number in range(3 * RULES)]
FINDINGS = [Finding(name, name, Kind.BOOLEAN) for name in NAMES]


def of_rules(rules: int) -> Pathway:
    step = Step("s", "S", indications=tuple(rule(f"r{n}", Present(name)) for n, name in enumerate(NAMES[:rules])))
    return Pathway.of(step, findings=FINDINGS)


def patients(rules: int):
    """Every step has each answer in turn: one rule true, one not known, the rest false."""
    for true in range(rules):
        for unknown in range(rules):
            yield {name: n == true for n, name in enumerate(NAMES[:rules]) if n != unknown}


@pytest.mark.parametrize("rules", [2, RULES, RULES + 1, 3 * RULES])
@pytest.mark.parametrize("most", [0, 3, 4096])
def test_the_rules_that_are_true_are_named_however_many_are_kept(rules, most, monkeypatch):
    monkeypatch.setattr(module, "MOST_OUTCOMES", most)
    small = of_rules(rules)
    for values in patients(rules):
        [item] = assess(small, Chart(small.findings, values), at=AT).items

        assert tuple(f"r{n}" for n, name in enumerate(NAMES[:rules]) if values.get(name)) == item.fired
        assert tuple(f"r{n}" for n, name in enumerate(NAMES[:rules]) if name not in values) == item.pending


@pytest.mark.parametrize("rules", [RULES, RULES + 1, 3 * RULES])
@pytest.mark.parametrize("asked", ["f0", f"f{RULES - 1}"])
def test_a_finding_that_asks_for_a_step_may_speak_against_it_too(rules, asked):
    """Of many rules only what they come to is looked up; what bars the step is told apart all the same."""
    step = Step(
        "s",
        "S",
        indications=tuple(rule(f"r{n}", Present(name)) for n, name in enumerate(NAMES[:rules])),
        contraindications=(rule("c", Present(asked), kind="absolute"),),
    )
    small = Pathway.of(step, findings=FINDINGS)
    names = [name for name in NAMES[:rules] if name != asked]
    due, barred = (assess(small, Chart(small.findings, values), at=AT) for values in ({names[0]: True, asked: False}, {asked: True}))

    assert ["due", "contraindicated"] == [one.items[0].status.value for one in (due, barred)]


def test_two_patients_alike_share_what_the_rules_say():
    small = of_rules(2)
    one, other = (assess(small, Chart(small.findings, {"f0": True, "f9": on}), at=AT) for on in (True, False))

    assert one.outcomes[0] is other.outcomes[0]
    assert one != other
    assert one != "a checklist"
    assert one.items[0] == other.items[0] != "an item"


def recorded(values):
    """Values as somebody would record them; a range is nobody's measurement."""
    units = {id_: VOCABULARY[id_].unit for id_ in values}
    exact = {id_: None if isinstance(value, Range) else value for id_, value in values.items()}
    return {id_: Quantity(value, units[id_]) if units[id_] and value is not None else value for id_, value in exact.items()}


def written(value):
    return f"{value.value} {value.unit}" if isinstance(value, Quantity) else value


@given(pathways(), facts, facts, drawing)
def test_what_changed_is_reassessed_as_if_all_were_assessed_anew(pathway, values, more, data):
    """After one change and after another, whatever else is recorded."""
    checklist = assess(pathway, chart_of(pathway, values, data.draw(surroundings(pathway))), at=NOON)
    for changes in (dict(list(more.items())[:1]), more, {id_: None for id_ in more}):
        chart = checklist.original.with_values(recorded(changes))
        checklist = reassess(checklist, recorded(changes))

        assert assess(pathway, chart, at=NOON) == checklist
        assert chart == checklist.original


@given(pathways(), facts, drawing)
def test_what_patients_share_is_what_the_chart_itself_says(pathway, values, data):
    """The table of outcomes only remembers what is worked out from one chart."""
    checklist = assess(pathway, chart_of(pathway, values, data.draw(surroundings(pathway))), at=NOON)
    prepared = plan(pathway)
    reading = Reading(prepared, checklist.chart, NOON, prepared.truths(checklist.chart.facts))
    for planned, outcome in zip(prepared.steps, checklist.outcomes, strict=True):
        assert outcome_of(reading, planned, reading.indications_of(planned)) == outcome


@given(pathways(), facts)
def test_what_was_recorded_alone_says_to_the_rules_what_is_read_anew(pathway, values):
    """A chart knows what its values say as soon as it is made; to other rules over the same findings it says nothing yet."""
    first, other = plan(pathway), plan(evolve(pathway, title="again"))
    chart = Chart(pathway.findings, {id_: written(value) for id_, value in recorded(values).items()})

    assert chart.said_to(first.planes) is None
    assert not values or chart.said_to(other.planes) is not None
    assert first.state(chart.facts).bits == first.state_of(chart).bits
    assert other.state(chart.facts).bits == other.state_of(chart).bits


def test_a_result_that_was_seen_at_some_time_is_looked_at_in_the_chart_itself():
    step = Step("s", "S", indications=(rule("r", Present("f0")),), done_when=Present("f1"))
    small = Pathway.of(step, findings=FINDINGS)
    checklist = assess(small, Chart(small.findings, {"f0": Observation(True, at=AT)}), at=AT)
    changed = reassess(checklist, {"f1": Observation(True, at=AT - timedelta(hours=1))})

    assert ["due", "due"] == [one.item("s").status.value for one in (checklist, changed)]
    assert "done" == reassess(changed, {"f0": Observation(True, at=AT - timedelta(hours=2))}).item("s").status.value


def test_what_is_to_be_known_of_the_record_stays_after_a_change():
    """An import that left something out says so also of the checklist that follows a keystroke."""
    small = of_rules(2)
    first, last = Notice("unmapped", "a record"), Notice("merged", "another record")
    checklist = assess(small, Chart(small.findings, {"f0": True}), at=AT).with_notices(first=[first], last=[last])

    assert (first, last) == checklist.notices == reassess(checklist, {"f1": True}).notices


def test_what_is_sent_elsewhere_takes_nothing_along_that_was_made_of_it():
    """Rules go to other machines, and charts; values that were recorded of anybody else don't."""
    small = of_rules(2)
    plan(small)
    charts = [Chart(small.findings, {"f0": on}) for on in (True, False)]
    answers = [assess(small, chart, at=AT) for chart in charts]
    sent, chart = deepcopy((small, charts[0]))

    assert small._memo and not sent._memo
    assert small.findings.ready and not sent.findings.ready
    assert (small, charts[0]) == (sent, chart)
    assert answers[0] == assess(sent, chart, at=AT)
