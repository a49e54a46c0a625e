"""Patients drawn at random, as charts of a pathway: any mixture of what is known, not known, contradictory and late.

What a drawn chart keeps to, so that it is a record that somebody could have written: an additive score is reported as
a total or as items, never as both. Nothing else is held back: findings of one patient may be as unlikely together as
they can be, and rules must stand that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from spineworkup.assessment import assess
from spineworkup.charts import CLOCKS, STATES, Chart, SignOff, StepEvent
from spineworkup.criteria import findings_of
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Finding, Kind, Value
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive
from spineworkup.testing.boundaries import boundary_values, in_unit
from spineworkup.units import Quantity

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
# How long ago: the plainest first, and a record that runs ahead of its reader, by little and by too much.
_HOURS_AGO = (0, 1, 2, 5, 12, 24, 25, 48, 72, 24 * 7, 24 * 30, 24 * 400, -0.05, -2)
_SOURCES = ("", "referral letter", "laboratory", "ward")
_ROLES = ("consultant", "house officer")

Values = Mapping[str, Any]


def charts(
    pathway: Pathway,
    *,
    at: datetime = NOON,
    known: Values | None = None,
    unknown: Iterable[str] = (),
) -> st.SearchStrategy[Chart]:
    """Draw a patient as a chart of a pathway.

    How much is known is drawn too: a few findings as at a first contact, or many as at the end of a workup. Among
    them are every reason for not knowing, values at thresholds, every unit, several observations of one finding that
    agree or don't, times that are known or not, and records from the future. Then the clocks, what happened to steps,
    steps that aren't available, and sign-offs by the right role and by others. It shrinks to few findings.

    Args:
        at: The moment around which times are drawn; assess the chart at it.
        known: Values that every chart has, such as `{"limb_weakness": True}`; the rest is drawn around them.
        unknown: Findings about which no chart says anything.
    """
    fixed, left_out = dict(known or {}), {*(known or {}), *unknown}
    records = {id_: record for id_, record in _records(pathway, at).items() if id_ not in left_out}
    drawn = st.tuples(_some(records), surroundings(pathway, at=at))
    return drawn.map(
        lambda pair: Chart(pathway.findings, one_report(pathway, {**pair[0], **fixed}, fixed), **pair[1])
    )


def surroundings(pathway: Pathway, *, at: datetime = NOON) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what stands in a chart beside its findings, as the keywords of `Chart`."""
    steps = list(pathway.steps)
    events = st.tuples(st.sampled_from(STATES), moments(at), st.sampled_from(_ROLES)).map(
        lambda drawn: StepEvent(*drawn, "as agreed")
    )
    return st.fixed_dictionaries(
        {
            "clocks": st.fixed_dictionaries({}, optional={clock: moments(at) for clock in CLOCKS}),
            "steps": st.dictionaries(st.sampled_from(steps), events, max_size=2) if steps else st.just({}),
            "not_available": _few(steps),
            "sign_offs": _sign_offs(pathway, at),
        }
    )


def _few(ids: list[str], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ids), max_size=most, unique=True) if ids else st.just([])


def moments(at: datetime, finding: Finding | None = None) -> st.SearchStrategy[datetime]:
    """Draw a moment around `at`: mostly before it, now and then after it; and about the age limit of a finding."""
    ages = [timedelta(hours=hours) for hours in _HOURS_AGO]
    if finding is not None and finding.max_age is not None:
        ages += [finding.max_age, finding.max_age + timedelta(seconds=1)]
    return st.sampled_from([at - age for age in ages])


def values_of(pathway: Pathway, finding: str) -> st.SearchStrategy[Any]:
    """Draw a plausible value of a finding, as a chart takes it: often at a threshold, and in any of its units."""
    return pathway.remember("plausible values", _plausible_values)[finding]


def one_report(pathway: Pathway, values: Values, first: Iterable[str] = ()) -> dict[str, Any]:
    """Return values without those that say a score twice: where items are given, the total is not, or the reverse.

    Args:
        first: What is to be kept: with a score's total among them, its items go.
    """
    kept = dict(values)
    for total, score in pathway.totals.items():
        if total in kept and any(item in kept for item in score.inputs):
            for id_ in score.inputs if total in first else (total,):
                kept.pop(id_, None)
    return kept


def learning_more(pathway: Pathway, chart: Chart, *, at: datetime = NOON) -> st.SearchStrategy[Chart]:
    """Draw the same patient when more is known: everything that was known at `at` stays as it was."""
    return _learning(pathway, chart, _open(pathway, chart, at), at)


def learning_what_is_not_asked(
    pathway: Pathway, chart: Chart, *, at: datetime = NOON
) -> st.SearchStrategy[Chart]:
    """Draw the same patient when more is known of what could matter and the checklist doesn't ask for."""
    asked = {question.id for question in assess(pathway, chart, at=at).questions}
    asked |= set(never_asked(pathway))
    return _learning(pathway, chart, [id_ for id_ in _open(pathway, chart, at) if id_ not in asked], at)


def _learning(pathway: Pathway, chart: Chart, ids: Iterable[str], at: datetime) -> st.SearchStrategy[Chart]:
    told = pathway.remember(f"told by {at.isoformat()}", lambda _: _told(pathway, at))
    some = _some({id_: told[id_] for id_ in ids})
    return some.map(lambda drawn: chart.with_values(_without_contradiction(pathway, chart, drawn)))


def knowing_everything(pathway: Pathway, chart: Chart, *, at: datetime = NOON) -> st.SearchStrategy[Chart]:
    """Draw the same patient when everything is known that can be."""
    values = st.fixed_dictionaries({id_: values_of(pathway, id_) for id_ in _open(pathway, chart, at)})
    return values.map(lambda drawn: chart.with_values(_without_contradiction(pathway, chart, drawn)))


def never_asked(pathway: Pathway) -> tuple[str, ...]:
    """Return the findings that may change an answer although nobody asks them.

    Those that make a step done, as nobody is asked for the result that the step itself brings; and those of
    contraindications that hold nothing while they are not known.
    """
    criteria = [step.done_when for step in pathway.steps.values() if step.done_when is not None]
    criteria += [rule.when for rule in pathway.rules.values() if not rule.holds_unknown]
    read = [id_ for criterion in criteria for id_ in findings_of(criterion)]
    return tuple(dict.fromkeys(part for id_ in read for part in (id_, *_parts(pathway, id_))))


def _parts(pathway: Pathway, id_: str) -> tuple[str, ...]:
    """Return the findings from which one can be worked out."""
    score, finding = pathway.totals.get(id_), pathway.findings.get(id_)
    if score is not None:
        return score.inputs
    return finding.derived.inputs if finding is not None and finding.derived is not None else ()


def _some(values: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of the values: none or a few, or any number of them.

    An id is drawn together with its value, so that shrinking can leave both out.
    """
    if not values:
        return st.just({})
    one = st.sampled_from(list(values)).flatmap(lambda id_: values[id_].map(lambda value: (id_, value)))
    few = st.lists(one, max_size=8, unique_by=lambda pair: pair[0]).map(dict)
    return st.one_of(few, st.fixed_dictionaries({}, optional=values))


def _records(pathway: Pathway, at: datetime) -> dict[str, st.SearchStrategy[Any]]:
    """Return what a record may say of each finding."""
    return pathway.remember(f"records at {at.isoformat()}", lambda _: _make_records(pathway, at))


def _make_records(pathway: Pathway, at: datetime) -> dict[str, st.SearchStrategy[Any]]:
    unknown = st.sampled_from([Observation(None, reason=reason) for reason in WhyUnknown])
    records = {}
    for id_, finding in pathway.findings.items():
        value = _values(pathway, finding)
        seen = st.tuples(value, moments(at, finding), st.sampled_from(_SOURCES)).map(
            lambda drawn: Observation(*drawn)
        )
        several = st.lists(seen, min_size=2, max_size=3)
        kinds = (value, value, value, seen, seen, seen, unknown, several)
        records[id_] = st.sampled_from(kinds).flatmap(lambda kind: kind)
    return records


def _told(pathway: Pathway, at: datetime) -> dict[str, st.SearchStrategy[Any]]:
    """Return what may become known of each finding by `at`."""
    before = st.sampled_from([at - timedelta(hours=hours) for hours in _HOURS_AGO if hours >= 0])
    values = {id_: values_of(pathway, id_) for id_ in pathway.findings}
    return {
        id_: st.one_of(value, st.tuples(value, before).map(lambda drawn: Observation(*drawn)))
        for id_, value in values.items()
    }


def _open(pathway: Pathway, chart: Chart, at: datetime) -> list[str]:
    """Return the findings about which more can be learnt without contradicting what is known."""
    facts = assess(pathway, chart, at=at).chart.facts
    return [id_ for id_ in pathway.findings if id_ not in facts]


def _without_contradiction(pathway: Pathway, chart: Chart, values: Values) -> dict[str, Any]:
    """Return what can be added: no total beside items, no item beside a total."""
    both = one_report(pathway, {**chart.entries, **values}, chart.entries)
    return {id_: value for id_, value in values.items() if id_ in both}


def _sign_offs(pathway: Pathway, at: datetime) -> st.SearchStrategy[list[SignOff]]:
    """Draw sign-offs of contraindications: by the role that may, by others, and of what nobody may sign off."""
    signs = [
        st.tuples(st.just(rule.id), st.sampled_from((rule.sign_off or "consultant", *_ROLES)), moments(at))
        for rule in pathway.rules.values()
        if rule.kind in ("relative", "absolute")
    ]
    return st.lists(st.one_of(signs).map(lambda drawn: SignOff(*drawn)), max_size=2) if signs else st.just([])


def _plausible_values(pathway: Pathway) -> dict[str, st.SearchStrategy[Any]]:
    return {id_: _values(pathway, finding, plausible=True) for id_, finding in pathway.findings.items()}


def _values(pathway: Pathway, finding: Finding, *, plausible: bool = False) -> st.SearchStrategy[Any]:
    values: list[Any] = list(boundary_values(pathway, finding.id))
    if finding.id in pathway.totals:
        values = _totals(pathway, finding.id)
    if plausible:
        values = [value for value in values if is_plausible(finding, value)]
    if finding.kind in (Kind.BOOLEAN, Kind.CHOICE) or finding.id in pathway.totals:
        return st.sampled_from(values)
    between = _between(finding, values)
    return st.one_of(st.sampled_from(values), between) if values else between


def _totals(pathway: Pathway, total: str) -> list[Any]:
    table = pathway.totals[total].table
    assert isinstance(table, Additive)
    low = sum(min(low for low, _ in options.values()) for options in table.items.values())
    high = sum(max(high for _, high in options.values()) for options in table.items.values())
    return [Decimal(number) for number in range(low, high + 1)]


def _between(finding: Finding, values: list[Any]) -> st.SearchStrategy[Any]:
    """Draw a number in tenths between the plausible bounds, or where there are none about the thresholds."""
    numbers = [number for value in values if isinstance(number := finding.value_of(value)[0], Decimal)]
    low = finding.low if finding.low is not None else min(numbers, default=Decimal(0))
    high = finding.high if finding.high is not None else max(numbers, default=Decimal(100))
    tenths = st.integers(int(low * 10), int(high * 10)).map(lambda number: Decimal(number) / 10)
    if not finding.unit:
        return tenths
    units = st.sampled_from((finding.unit, *finding.also))
    return st.tuples(tenths, units).map(lambda drawn: _written(finding, *drawn))


def _written(finding: Finding, number: Decimal, unit: str) -> Quantity:
    quantity = Quantity(number, finding.unit)
    return in_unit(quantity, unit, finding) or quantity


def is_plausible(finding: Finding, raw: object) -> bool:
    """Return whether a raw value lies inside the window of plausible values."""
    value, _ = finding.value_of(raw)
    return value is not None and finding.is_plausible(value)


def as_written(finding: Finding, value: Value) -> object:
    """Return a known value as a chart takes it."""
    return Quantity(value, finding.unit) if isinstance(value, Decimal) and finding.unit else value
