"""ELM that reads out of Tasks what has happened to a step, and whether it can be done here."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.charts import STATES
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.findings import Define, agreed, retrieve
from spineworkup.fhir.systems import STATES as SYSTEM
from spineworkup.fhir.systems import STEPS
from spineworkup.pathways import Step
from spineworkup.translate.elm_nodes import (
    NULL,
    Elm,
    alias,
    among,
    both,
    call,
    coalesce,
    either,
    equal,
    exists,
    if_,
    is_true,
    literal,
    not_,
    prop,
    query,
    ref,
)

NOT_AVAILABLE = "not_available"
# Of a step for which there is no Task, and of one for which Tasks say different things.
NONE, DISPUTED = "none", "disputed"
_STATE = alias("state")


def event_defines(step: Step, canonical: str) -> Iterator[Define]:
    """Yield what was recorded of a step; when it happened is not looked at."""
    yield name.recorded(step.id), _recorded(step, f"{canonical}/{SYSTEM}")
    states = ref(name.recorded(step.id))
    events = query(states, "state", not_(equal(_STATE, literal(NOT_AVAILABLE))))
    one = coalesce([call(agreed("String"), events), literal(DISPUTED)])
    yield name.state(step.id), if_(exists(events), one, literal(NONE))
    missing = query(states, "state", equal(_STATE, literal(NOT_AVAILABLE)))
    yield name.not_available(step.id), exists(missing)
    yield name.finished(step.id), _finished(step)


def declined(step: str) -> Elm:
    """Whether a clinician recorded that a step will not be done: true or false."""
    return equal(ref(name.state(step)), literal("declined"))


def _recorded(step: Step, system: str) -> Elm:
    """Return a state for each Task; without one of ours a Task is only a proposal."""
    task = alias("task")
    codings = prop(prop(task, "businessStatus"), "coding")
    ours = equal(prop(prop(alias("coding"), "system"), "value"), literal(system))
    code = prop(prop(alias("coding"), "code"), "value")
    known = if_(among(code, (*STATES, NOT_AVAILABLE)), code, NULL)
    counted = not_(equal(prop(prop(task, "status"), "value"), literal("entered-in-error")))
    state = coalesce([call(agreed("String"), query(codings, "coding", ours, known)), literal(DISPUTED)])
    return query(
        retrieve("Task", STEPS, step.id),
        "task",
        both([counted, exists(query(codings, "coding", ours))]),
        state,
    )


def _finished(step: Step) -> Elm:
    """What was recorded of a step goes before its result."""
    state = ref(name.state(step.id))
    enough = ("acted_on",) if step.produces else ("acted_on", "performed", "reported")
    by_event = among(state, enough)
    if step.done_when is None:
        return by_event
    by_result = both([equal(state, literal(NONE)), is_true(ref(name.has_result(step.id)))])
    return either([by_event, by_result])
