"""What the tests draw from: criteria, known values, charts and whole pathways over a small vocabulary.

`DRAWN` collects which kinds were drawn; a test at the end of a module asserts that none was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from spineworkup.charts import Chart, Observation, StepEvent
from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
)
from spineworkup.findings import Finding, Kind, Range, Value
from spineworkup.pathways import Pathway, Prerequisite, Rule, Step
from spineworkup.urgency import Urgency

# The same examples in every run; `--hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile("ci")

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


def _noted(criterion: Criterion) -> Criterion:
    return drawn(type(criterion).__name__, criterion)


leaves = st.one_of(
    st.sampled_from(BOOLEANS).map(Present),
    st.builds(Compare, st.sampled_from(["power", "crp"]), st.sampled_from(Comparator), numbers),
    st.builds(IsOneOf, st.just("history"), st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2)),
).map(_noted)


def _branches(inner: st.SearchStrategy[Criterion], least: int) -> st.SearchStrategy[Criterion]:
    several = st.lists(inner, min_size=least, max_size=3)
    counted = several.flatmap(
        lambda operands: st.builds(
            AtLeast, st.integers(1, max(1, len(operands) + (least == 0))), st.just(operands)
        )
    )
    return st.one_of(inner.map(Not), several.map(AllOf), several.map(AnyOf), counted).map(_noted)


criteria = st.recursive(leaves, lambda inner: _branches(inner, 0), max_leaves=8)
# What rule files can say: no empty lists but `always`, and a count that can be reached.
written = st.one_of(st.just(ALWAYS), st.recursive(leaves, lambda inner: _branches(inner, 1), max_leaves=8))


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


@st.composite
def _timed(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.sampled_from(["", "", "suspicion", "request", "onset"]))
    return {"start": start, "within": draw(hours) if start else None}


@st.composite
def steps(draw: st.DrawFn, number: int, *, criterion: st.SearchStrategy[Criterion] = criteria) -> Step:
    """A step that may wait for steps of a lower number."""
    id_ = f"s{number}"
    tiers = [tier for tier in Urgency if tier is not Urgency.NONE]
    indications = [
        rule(f"{id_}_i{n}", draw(criterion), urgency=draw(st.sampled_from(tiers)), **draw(_timed()))
        for n in range(draw(st.integers(0, 2)))
    ]
    kinds = draw(st.lists(st.sampled_from(["absolute", "relative"]), max_size=2))
    against = [
        rule(f"{id_}_c{n}", draw(criterion), kind=kind, sign_off="radiologist" if kind == "relative" else "")
        for n, kind in enumerate(kinds)
    ]
    before = draw(st.lists(st.integers(0, number - 1), max_size=1)) if number else []
    return Step(
        id_,
        id_.upper(),
        indications=tuple(indications),
        contraindications=tuple(against),
        checks=tuple(draw(st.lists(st.sampled_from(BOOLEANS), max_size=1))),
        prerequisites=tuple(Prerequisite(f"s{n}", draw(st.none() | criterion)) for n in before),
        produces=("fever",) if draw(st.booleans()) else (),
        done_when=draw(st.none() | leaves) if draw(st.booleans()) else None,
    )


@st.composite
def pathways(draw: st.DrawFn, criterion: st.SearchStrategy[Criterion] = criteria) -> Pathway:
    """A pathway of a few steps, some of which take over from others."""
    parts = [
        Pathway.of(draw(steps(number, criterion=criterion))) for number in range(draw(st.integers(1, 4)))
    ]
    whole = Pathway(findings=VOCABULARY)
    for part in parts:
        whole |= part
    pairs = [(f"s{a}", f"s{b}") for a in range(len(parts)) for b in range(a + 1, len(parts))]
    fallbacks = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
    return evolve(whole, fallbacks=tuple(fallbacks))


@st.composite
def charts(draw: st.DrawFn, pathway: Pathway, known_values: Mapping[str, Any]) -> Chart:
    """A chart with these values, some with times, and with whatever else a chart may hold."""
    return chart_of(pathway, known_values, draw(surroundings(pathway)))


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
    from spineworkup.charts import Known, evolve_entries

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
