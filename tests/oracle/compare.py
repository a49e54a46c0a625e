"""The engine and the second evaluator side by side: the first difference in words, and the smallest chart that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from attrs import evolve, fields, has

from spineworkup import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Criterion, Not
from spineworkup.entries import Known
from spineworkup.pathways import Pathway, Step
from tests.oracle.evaluator import answer

# What an overlay says of its place is read from the overlay and worked out from nothing: no matter of the second evaluator.
OF_A_PLACE = ("place", "differs", "contact", "closed")


class Input(NamedTuple):
    """One question to both: a pathway, a chart and a moment."""

    pathway: Pathway
    chart: Chart
    at: datetime


def engine_answer(given: Input) -> dict[str, Any]:
    """What the engine says, in the form of the second evaluator."""
    checklist: Checklist = assess(given.pathway, given.chart, at=given.at)
    return {
        "items": {item.step.id: of_item(item) for item in checklist.items},
        "lowest": checklist.urgency.lowest,
        "highest": checklist.urgency.highest,
        "questions": [(q.id, q.could_reach, q.steps, q.due) for q in checklist.questions],
        "notices": sorted((notice.kind, notice.finding) for notice in checklist.notices if notice.kind not in OF_A_PLACE),
    }


def of_item(item: ChecklistItem) -> dict[str, Any]:
    return {
        "status": item.status.value,
        "lowest": item.urgency.lowest,
        "highest": item.urgency.highest,
        "due": item.due,
        "overdue": item.overdue,
        "clear_to_proceed": item.clear_to_proceed,
        "instead": item.instead,
        "progress": item.progress,
        "reasons": {(r.rule, r.truth.value, r.in_place_of, frozenset(r.facts)) for r in item.reasons},
        "against": sorted(
            ((a.rule, a.kind, a.truth.value, a.signed_off, frozenset(a.facts)) for a in item.against),
            key=repr,
        ),
        "asks": {ask.finding: (ask.could_reach, ask.due) for ask in item.asks},
        "notes": [note.id for note in item.notes],
    }


def difference(given: Input) -> str:
    """Return the first difference between the two, in words; empty if there is none."""
    return differing(given, answer(*given))


def differing(given: Input, expected: dict[str, Any]) -> str:
    """Return the first difference from what is expected."""
    try:
        engine = engine_answer(given)
    except Exception as error:
        return f"engine raised {error!r}"
    if list(engine["items"]) != list(expected["items"]):
        return f"steps: engine {list(engine['items'])}, expected {list(expected['items'])}"
    for step, item in expected["items"].items():
        for part, value in item.items():
            if engine["items"][step][part] != value:
                return f"{step}, {part}: engine {engine['items'][step][part]}, expected {value}"
    for part in ("lowest", "highest", "notices"):
        if engine[part] != expected[part]:
            return f"{part}: engine {engine[part]}, expected {expected[part]}"
    return of_questions(engine["questions"], expected["questions"])


def of_questions(engine: list[Any], expected: list[Any]) -> str:
    """The same questions in the order of their tiers; within a tier no order is promised."""
    if [question[1] for question in engine] != [question[1] for question in expected]:
        return f"order of questions: engine {engine}, expected {expected}"
    if sorted(engine, key=repr) != sorted(expected, key=repr):
        return f"questions: engine {engine}, expected {expected}"
    return ""


def shrink(given: Input) -> Input:
    """Return the smallest input on the way from this one that still shows a difference."""
    for smaller in smaller_inputs(given):
        if difference(smaller):
            return shrink(smaller)
    return given


def smaller_inputs(given: Input) -> Iterator[Input]:
    """Yield inputs with one thing less: steps first, then their parts, then what is on the chart."""
    for step in given.pathway.steps:
        yield without_step(given, step)
    for pathway in smaller_pathways(given.pathway):
        yield given._replace(pathway=pathway)
    for chart in smaller_charts(given.chart):
        yield given._replace(chart=chart)


def without_step(given: Input, gone: str) -> Input:
    pathway, chart, at = given
    kept = {id_: step for id_, step in pathway.steps.items() if id_ != gone}
    smaller = evolve(
        pathway,
        steps={
            id_: evolve(step, prerequisites=tuple(p for p in step.prerequisites if p.step != gone))
            for id_, step in kept.items()
        },
        order=[pair for pair in pathway.order if gone not in pair],
        fallbacks=[pair for pair in pathway.fallbacks if gone not in pair],
        purposes={
            id_: evolve(purpose, steps=tuple(step for step in purpose.steps if step != gone))
            for id_, purpose in pathway.purposes.items()
            if purpose.escalate_to != gone
        },
    )
    events = lacking(chart.steps, gone)
    return Input(smaller, evolve_chart(chart, steps=events, not_available=chart.not_available - {gone}), at)


def smaller_pathways(pathway: Pathway) -> Iterator[Pathway]:
    for step in pathway.steps.values():
        for smaller in smaller_steps(step):
            yield evolve(pathway, steps={**pathway.steps, step.id: smaller})
    for pair in pathway.fallbacks:
        yield evolve(pathway, fallbacks=[other for other in pathway.fallbacks if other != pair])
    for id_ in pathway.purposes:
        yield evolve(pathway, purposes=lacking(pathway.purposes, id_))
    for id_ in pathway.scores:
        yield evolve(pathway, scores=lacking(pathway.scores, id_))
    if pathway.order:
        yield evolve(pathway, order=())
    if pathway.review_by or pathway.waivers:
        yield evolve(pathway, review_by=None, waivers=())


RULES = ("indications", "contraindications", "cautions")


def smaller_steps(step: Step) -> Iterator[Step]:
    for part in (*RULES, "checks", "prerequisites", "produces", "notes"):
        entries = getattr(step, part)
        for place, entry in enumerate(entries):
            yield evolve(step, **{part: entries[:place] + entries[place + 1 :]})
            if part in RULES:
                for when in smaller_criteria(entry.when):
                    rule = evolve(entry, when=when)
                    yield evolve(step, **{part: (*entries[:place], rule, *entries[place + 1 :])})
    if step.done_when is not None:
        yield evolve(step, done_when=None)
        for when in smaller_criteria(step.done_when):
            yield evolve(step, done_when=when)


def smaller_criteria(criterion: Criterion) -> Iterator[Criterion]:
    if isinstance(criterion, Not):
        yield criterion.operand
    elif isinstance(criterion, AllOf | AnyOf | AtLeast):
        yield from criterion.operands
        for place, operand in enumerate(criterion.operands):
            others = criterion.operands[:place], criterion.operands[place + 1 :]
            yield evolve(criterion, operands=(*others[0], *others[1]))
            for smaller in smaller_criteria(operand):
                yield evolve(criterion, operands=(*others[0], smaller, *others[1]))


def smaller_charts(chart: Chart) -> Iterator[Chart]:
    for part in ("entries", "clocks", "steps"):
        for id_ in getattr(chart, part):
            yield evolve_chart(chart, **{part: lacking(getattr(chart, part), id_)})
    for sign in chart.sign_offs:
        yield evolve_chart(chart, sign_offs=tuple(other for other in chart.sign_offs if other is not sign))
    for step in chart.not_available:
        yield evolve_chart(chart, not_available=chart.not_available - {step})
    for id_, entry in chart.entries.items():
        if isinstance(entry, Known) and entry.at is not None:
            timeless = evolve(entry, at=None, latest=None)
            yield evolve_chart(chart, entries={**chart.entries, id_: timeless})


def lacking(mapping: Any, id_: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != id_}


def evolve_chart(chart: Chart, **changes: Any) -> Chart:
    """A chart with other parts; its own `__init__` takes raw values, so it is put together from its parts."""
    parts = ("findings", "entries", "clocks", "steps", "not_available", "sign_offs", "case")
    changed = object.__new__(Chart)
    changed.__attrs_init__(*(changes.get(part, getattr(chart, part)) for part in parts))
    return changed


def describe(given: Input) -> str:
    """Return an input as text; of every part only what isn't as it is by default."""
    pathway, chart, at = given
    lines = [f"at {at.isoformat()}", *(brief(step) for step in pathway.steps.values())]
    lines += [brief(purpose) for purpose in pathway.purposes.values()]
    named = {name: getattr(pathway, name) for name in ("order", "fallbacks", "review_by", "waivers")}
    lines += [f"{name} = {value}" for name, value in named.items() if value]
    lines += [f"score {id_}" for id_ in pathway.scores]
    lines += [f"{id_} = {brief(entry)}" for id_, entry in chart.entries.items()]
    lines += [f"clock {id_} = {moment.isoformat()}" for id_, moment in chart.clocks.items()]
    lines += [f"event {id_} = {brief(event)}" for id_, event in chart.steps.items()]
    lines += [f"not available {id_}" for id_ in sorted(chart.not_available)]
    return "\n".join(lines + [brief(sign) for sign in chart.sign_offs])


def brief(thing: Any) -> str:
    if isinstance(thing, tuple):
        return f"({', '.join(brief(part) for part in thing)})"
    if isinstance(thing, datetime):
        return thing.isoformat()
    if isinstance(thing, Enum):
        return str(thing.value)
    if not has(type(thing)):
        return str(thing)
    shown = [
        f"{a.name}={brief(getattr(thing, a.name))}" for a in fields(type(thing)) if not is_usual(thing, a)
    ]
    return f"{type(thing).__name__}({', '.join(shown)})"


def is_usual(thing: Any, attribute: Any) -> bool:
    value = getattr(thing, attribute.name)
    return value == attribute.default or value in (None, "", ()) or value == {}
