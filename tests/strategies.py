"""What the tests draw from: criteria, known values, charts and whole pathways over a small vocabulary.

`DRAWN` collects which kinds were drawn; a test at the end of a module asserts that none was missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from spineworkup.charts import Chart, StepEvent
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Criterion, Not
from spineworkup.entries import Observation
from spineworkup.findings import Finding, Kind, Range, Value
from spineworkup.pathways import Pathway, Rule
from spineworkup.testing.random_pathways import criteria as criteria_of
from spineworkup.testing.random_pathways import leaves_of
from spineworkup.testing.random_pathways import pathways as pathways_of

DRAWN: set[str] = set()

BOOLEANS = ("fever", "night_pain", "weakness", "numbness")
OPTIONS = ("none", "past", "current")
VOCABULARY = {
    **{id_: Finding(id_, id_.title(), Kind.BOOLEAN, red_flag=id_ == "weakness") for id_ in BOOLEANS},
    "history": Finding("history", "History", Kind.CHOICE, options={id_: id_.title() for id_ in OPTIONS}),
    "power": Finding("power", "Power", Kind.NUMBER),
    "crp": Finding("crp", "CRP", Kind.QUANTITY, unit="mg/L", also=("mg/dL",)),
}
NODES = ("Present", "Compare", "IsOneOf", "Not", "AllOf", "AnyOf", "AtLeast")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

numbers = st.integers(0, 6).map(Decimal)


def drawn(kind: str, value: Any) -> Any:
    """Note that a kind was drawn."""
    DRAWN.add(kind)
    return value


def nodes_of(criterion: Criterion) -> Iterator[Criterion]:
    """Every node of a criterion."""
    yield criterion
    match criterion:
        case Not(operand):
            yield from nodes_of(operand)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            for operand in operands:
                yield from nodes_of(operand)


def _noted(criterion: Criterion) -> Criterion:
    DRAWN.update(type(node).__name__ for node in nodes_of(criterion))
    return criterion


leaves = leaves_of(VOCABULARY).map(_noted)
criteria = criteria_of(VOCABULARY).map(_noted)
# What rule files can say: no empty lists but `always`, and a count that can be reached.
written = criteria_of(VOCABULARY, as_written=True).map(_noted)


def _range(ends: tuple[Decimal, Decimal]) -> Value:
    low, high = sorted(ends)
    return low if low == high else drawn("Range", Range(low, high))


def values_of(finding: Finding, *, ranges: bool = False) -> st.SearchStrategy[Value]:
    """Values that a finding can have once it is known; a number perhaps only between two others."""
    if finding.kind is Kind.BOOLEAN:
        return st.booleans()
    if finding.kind is Kind.CHOICE:
        return st.sampled_from(list(finding.options))
    return st.one_of(numbers, st.tuples(numbers, numbers).map(_range)) if ranges else numbers


def known(findings: Mapping[str, Finding] = VOCABULARY, *, ranges: bool = True) -> st.SearchStrategy[dict]:
    """Known values of some of the findings."""
    return st.fixed_dictionaries(
        {}, optional={id_: values_of(f, ranges=ranges) for id_, f in findings.items()}
    )


facts = known()


def refined(
    known_values: Mapping[str, Value], findings: Mapping[str, Finding] = VOCABULARY
) -> st.SearchStrategy[dict]:
    """Values that say at least as much: what was known stays, ranges become narrower, more becomes known."""
    fixed, optional = {}, {}
    for id_, finding in findings.items():
        if id_ not in known_values:
            optional[id_] = values_of(finding, ranges=True)
        elif isinstance(known_values[id_], Range):
            fixed[id_] = _inside(known_values[id_])
        else:
            fixed[id_] = st.just(known_values[id_])
    return st.fixed_dictionaries(fixed, optional=optional)


def _inside(whole: Range) -> st.SearchStrategy[Value]:
    inside = st.integers(int(whole.lowest), int(whole.highest)).map(Decimal)
    return st.tuples(inside, inside).map(_range)


def completed(known_values: Mapping[str, Value]) -> st.SearchStrategy[dict]:
    """Exact values of everything that agree with what is known."""
    fixed = {}
    for id_, finding in VOCABULARY.items():
        value = known_values.get(id_)
        if isinstance(value, Range):
            fixed[id_] = st.integers(int(value.lowest), int(value.highest)).map(Decimal)
        else:
            fixed[id_] = st.just(value) if value is not None else values_of(finding)
    return st.fixed_dictionaries(fixed)


@st.composite
def refinements(draw: st.DrawFn) -> tuple[dict, dict]:
    """Two sets of values, the second of which says at least as much."""
    first = draw(facts)
    return first, draw(refined(first))


def rule(id_: str, when: Criterion, **more: Any) -> Rule:
    return Rule(id_, when, f"Says {id_}", **more)


hours = st.integers(0, 72).map(lambda n: timedelta(hours=n))


def pathways() -> st.SearchStrategy[Pathway]:
    """A pathway of a few steps, some of which take over from others."""
    return pathways_of(VOCABULARY, criterion=criteria)


@st.composite
def surroundings(draw: st.DrawFn, pathway: Pathway) -> dict[str, Any]:
    """What stands around the values: times, clocks, what happened to steps, what isn't available."""
    moments = hours.map(lambda elapsed: NOON - elapsed)
    times = draw(st.fixed_dictionaries({}, optional={id_: moments for id_ in VOCABULARY}))
    clocks = draw(st.fixed_dictionaries({}, optional={"suspicion": moments, "request": moments}))
    states = st.sampled_from(["requested", "performed", "acted_on", "inadequate", "declined"])
    events = st.builds(StepEvent, states, moments, by=st.just("GP"), reason=st.just("asked not to"))
    some = st.lists(st.sampled_from(list(pathway.steps)), max_size=1)
    return {
        "times": times,
        "clocks": clocks,
        "steps": {id_: draw(events) for id_ in draw(some)},
        "not_available": draw(some),
    }


def chart_of(pathway: Pathway, known_values: Mapping[str, Any], around: Mapping[str, Any]) -> Chart:
    """A chart of known values, which may be ranges, in given surroundings."""
    from spineworkup.charts import evolve_entries
    from spineworkup.entries import Known

    rest = {key: value for key, value in around.items() if key != "times"}
    chart = Chart(pathway.findings, {}, **rest)
    times = around.get("times", {})
    return evolve_entries(chart, {id_: Known(v, times.get(id_)) for id_, v in known_values.items()})


def at(hours_ago: float) -> datetime:
    """So many hours before noon."""
    return NOON - timedelta(hours=hours_ago)


def seen(value: object, hours_ago: float) -> Observation:
    """A value that was seen so many hours before noon."""
    return Observation(value, at(hours_ago))
