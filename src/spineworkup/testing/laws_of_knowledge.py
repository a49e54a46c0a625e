"""Invariants about what is known and what is not: laws of the engine, whatever the rules say.

Each raises `InvariantBroken` with the patient in whom it fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from spineworkup.charts import Chart, evolve_entries
from spineworkup.criteria import findings_of
from spineworkup.entries import Known, Observation, Unknown, WhyUnknown
from spineworkup.findings import Finding, Kind, Range
from spineworkup.logic.explain import deciding
from spineworkup.logic.plan import PlannedStep
from spineworkup.pathways import Pathway
from spineworkup.readings import CLOSED, Status
from spineworkup.testing.boundaries import boundary_values, in_unit
from spineworkup.testing.patients import INDICATED, InvariantBroken, Patient, same
from spineworkup.testing.strategies import as_written, is_plausible, never_asked
from spineworkup.truth import Truth
from spineworkup.units import Quantity


def learning_more_overturns_nothing(pathway: Pathway, chart: Chart, more: Chart, at: datetime) -> None:
    """I-05: what is definite stays so when more becomes known.

    For all charts x and y where y says at least as much as x (x ⊑ y): a rule that is TRUE or FALSE at x is the same at
    y; an indicated step stays indicated or is done; one that is not indicated stays so or is done; done stays done.

    For a clinician: an answer that was given is never taken back because a further question was answered. "Due" is no
    such answer while a contraindication is open: it may become contraindicated.

    Assumed: both charts say the same beside their findings, and nothing that was known at `at` differs. Excepted: a
    done step is asked for again by a newer fact; and a step that stands in for another is let go when that other is
    done, and taken up again with it.
    """
    before, after = _pair(pathway, chart, more, at)
    for step in before.checklist.items[0].reading.plan.steps if before.checklist.items else ():
        id_ = step.step.id
        for rule in (*step.own, *step.absolute, *step.relative, *step.cautions):
            truth = _truth(before, rule.place)
            if truth is not Truth.UNKNOWN and truth is not _truth(after, rule.place):
                says = f"the rule {rule.rule.id} was {truth.value}, and is not once more is known"
                raise InvariantBroken("I-05", says, before, after, step=id_)
        one, other = before.checklist.item(id_).status, after.checklist.item(id_).status
        if other not in _allowed_after(one) and not _is_excepted(before, after, id_):
            says = f"{id_} was {one.value}, and is {other.value} once more is known"
            raise InvariantBroken("I-05", says, before, after, step=id_)


def learning_more_narrows_the_urgency(pathway: Pathway, chart: Chart, more: Chart, at: datetime) -> None:
    """I-06: the interval of urgency holds every answer that is still possible.

    For all x ⊑ y: lowest(x) ≤ lowest(y) ≤ highest(y) ≤ highest(x), for the checklist and for every step; and where y
    knows everything that a step's rules read, lowest(y) = highest(y).

    For a clinician: whatever the open questions bring, the patient ends up no less urgent than "at least" and no more
    urgent than "could reach". Excepted, for single steps: the stand-ins, as in I-05.
    """
    before, after = _pair(pathway, chart, more, at)
    _is_inside(before, after, "")
    for item in after.checklist.items:
        if not _is_excepted(before, after, item.step.id):
            _is_inside(before, after, item.step.id)
        if not item.urgency.is_settled and _knows_all(item.planned, after):
            says = (
                f"everything that the rules of {item.step.id} read is known, and its urgency is not settled"
            )
            raise InvariantBroken("I-06", says, after, step=item.step.id)


def not_known_is_not_absent(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-07: not knowing is at least as urgent as knowing that it is absent.

    For every finding f that is present or absent, and is not known: highest(x) ≥ highest(x with f absent); and no
    answer that is definite at x differs at x with f absent.

    For a clinician: a question that nobody asked never makes a patient look safer than the answer "no" would.
    """
    patient = Patient(pathway, chart, at)
    for finding in pathway.findings.values():
        if finding.kind is Kind.BOOLEAN and finding.id not in patient.checklist.chart.facts:
            absent = patient.but(f"patient without {finding.id}", values={finding.id: False})
            if patient.checklist.urgency.highest < absent.checklist.urgency.highest:
                says = f"with {finding.id} not known the patient looks less urgent than with it absent"
                raise InvariantBroken("I-07", says, patient, absent)


def what_is_not_asked_changes_nothing(
    pathway: Pathway, chart: Chart, more: Chart, at: datetime, *, results: Iterable[str] | None = None
) -> None:
    """I-08: everything that could still change the answer is asked.

    For all x ⊑ y where y knows nothing more than x of what x asks: the urgency, and the status and the clearance of
    every step, are the same at y. Hence with no open question the answer stands.

    For a clinician: when the list of questions is empty, nothing that could still come changes what is to be done.
    The list may hold a question too many, never one too few.

    Args:
        results: Findings that may change the answer unasked. By default those that make a step done (nobody is asked
            for the result that the step itself brings); those of contraindications that hold nothing while they are
            not known; and where a step is done already, what a newer rule may ask for it again by.
    """
    before, after = _pair(pathway, chart, more, at)
    free = set(never_asked(pathway) if results is None else results)
    asked = {question.id for question in before.checklist.questions}
    learnt = {id_ for id_, entry in more.entries.items() if chart.entries.get(id_) != entry}
    if learnt & (asked | free) or _reopens(before, after):
        return
    if before.checklist.urgency != after.checklist.urgency:
        raise InvariantBroken("I-08", "what nobody asks changes the urgency", before, after)
    for one, other in zip(before.checklist.items, after.checklist.items, strict=True):
        if (one.status, one.clear_to_proceed) != (other.status, other.clear_to_proceed):
            says = f"what nobody asks changes {one.step.id}"
            raise InvariantBroken("I-08", says, before, after, step=one.step.id)


def a_conflict_is_not_known(pathway: Pathway, chart: Chart, finding: str, at: datetime) -> None:
    """I-33: where records disagree nothing is known; the last one never wins.

    With two observations of f that differ: f is not known, for the reason `conflict`, with one notice; in either order
    the checklist is the same, and the same as if nothing had been recorded; its highest urgency is at least that with
    either value. Two observations of the same quantity in different units don't disagree.

    For a clinician: two contradicting records are a question to settle, and until then the worse of the two counts.

    Excepted from "as if nothing had been recorded": what is worked out from other findings is not worked out where a
    report of it is in conflict.
    """
    values = _two_values(pathway, finding)
    if values is None:
        return
    one, other = (Observation(value, source=f"source {n}") for n, value in enumerate(values, 1))
    patient = Patient(pathway, chart, at)
    torn = patient.but("patient with two records", values={finding: [one, other]})
    turned = patient.but("patient with the two records in the other order", values={finding: [other, one]})
    entry = torn.chart.entry(finding)
    if not isinstance(entry, Unknown) or entry.reason is not WhyUnknown.CONFLICT:
        raise InvariantBroken("I-33", f"{finding} counts as known where two records disagree", torn)
    if [finding] != [
        n.finding for n in torn.checklist.notices if n.kind == "conflict" and n.finding == finding
    ]:
        raise InvariantBroken("I-33", f"no notice says that records of {finding} disagree", torn)
    same("I-33", f"the order of two records of {finding} changes the answer", torn, turned)
    if pathway.findings[finding].derived is None and finding not in pathway.totals:
        nothing = patient.but("patient without a record", values={finding: None})
        same("I-33", f"a conflict about {finding} is not as if nothing were known", torn, nothing)
    for value in values:
        settled = patient.but("patient with one record", values={finding: value})
        if torn.checklist.urgency.highest < settled.checklist.urgency.highest:
            says = f"a conflict about {finding} looks less urgent than one of the two records"
            raise InvariantBroken("I-33", says, torn, settled)
    _units_agree(patient, pathway.findings[finding])


def reasons_are_enough(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-32: the reasons that are shown are enough for the answer.

    For every step s: of the chart keep only the facts of the reasons of s, the facts that decide its contraindications
    and its checks, whether it is done, and the same of the steps that it waits for or stands in for; the status and
    the clearance of s are the same.

    For a clinician: nothing that isn't shown or named for a step played a part in what is said of it.

    Not claimed: that each reason is needed. Every true rule is shown, and of a true "any of" every true operand, so
    one of two reasons could often be left out.
    """
    patient = Patient(pathway, chart, at)
    read = patient.checklist.chart
    for item in patient.checklist.items:
        kept = set(_used(patient, item.step.id))
        if read.facts.keys() <= kept:
            continue
        entries = {id_: e for id_, e in read.entries.items() if not isinstance(e, Known) or id_ in kept}
        less = Patient(pathway, evolve_entries(read, entries), at).checklist.item(item.step.id)
        if (less.status, less.clear_to_proceed) != (item.status, item.clear_to_proceed):
            says = f"with nothing but its reasons {item.step.id} would be {less.status.value}"
            raise InvariantBroken("I-32", says, patient, step=item.step.id)


def _pair(pathway: Pathway, chart: Chart, more: Chart, at: datetime) -> tuple[Patient, Patient]:
    names = ("patient before", "patient when more is known")
    return Patient(pathway, chart, at, names[0]), Patient(pathway, more, at, names[1])


def _truth(patient: Patient, place: int) -> Truth:
    return patient.checklist.items[0].reading.truths[place]


def _allowed_after(status: Status) -> tuple[Status, ...]:
    match status:
        case Status.UNDETERMINED:
            return tuple(Status)
        case Status.NOT_INDICATED:
            return (Status.NOT_INDICATED, Status.DONE)
        case Status.DONE | Status.DECLINED:
            return (status,)
        case _:
            return (*INDICATED, Status.DONE)


def _is_excepted(before: Patient, after: Patient, step: str) -> bool:
    """Return whether a done step was asked for again, or a stand-in follows a step that was closed or reopened."""
    if before.checklist.item(step).status is Status.DONE and _is_newer(after, step):
        return True
    return any(
        (before.checklist.item(first).status in CLOSED) is not (after.checklist.item(first).status in CLOSED)
        for first, _ in before.pathway.takes_over_from[step]
    )


def _is_newer(patient: Patient, step: str) -> bool:
    """Return whether any fact is newer than the end of a step."""
    done_at = patient.checklist.items[0].reading.done_at.get(step)
    return done_at is not None and any(moment > done_at for moment in patient.checklist.chart.times.values())


def _reopens(before: Patient, after: Patient) -> bool:
    done = (item.step.id for item in before.checklist.items if item.status is Status.DONE)
    return any(_is_newer(after, step) for step in done)


def _is_inside(before: Patient, after: Patient, step: str) -> None:
    whole, part = (p.checklist.item(step).urgency if step else p.checklist.urgency for p in (before, after))
    if not whole.lowest <= part.lowest <= part.highest <= whole.highest:
        of = f"the urgency of {step}" if step else "the urgency"
        says = f"{of} leaves what was possible before more was known"
        raise InvariantBroken("I-06", says, before, after, step=step)


def _knows_all(planned: PlannedStep, patient: Patient) -> bool:
    facts, steps = patient.checklist.chart.facts, patient.pathway.steps
    passed = {step for rule in planned.indications for step in rule.passes_over}
    rules = [rule.rule.when for rule in planned.indications]
    rules += [rule.when for step in passed for rule in steps[step].contraindications]
    read = [id_ for criterion in rules for id_ in findings_of(criterion)]
    return all(id_ in facts and not isinstance(facts[id_], Range) for id_ in read)


def _two_values(pathway: Pathway, finding: str) -> tuple[object, object] | None:
    about = pathway.findings[finding]
    plausible = [value for value in boundary_values(pathway, finding) if is_plausible(about, value)]
    if len(plausible) < 2 or about.value_of(plausible[0])[0] == about.value_of(plausible[-1])[0]:
        return None
    return plausible[0], plausible[-1]


def _units_agree(patient: Patient, finding: Finding) -> None:
    value = patient.checklist.chart.facts.get(finding.id)
    if not isinstance(value, Decimal):
        return
    for unit in finding.also:
        quantity = as_written(finding, value)
        assert isinstance(quantity, Quantity)
        other = in_unit(quantity, unit, finding)
        if other is not None and finding.value_of(other)[0] == value:
            twice = patient.but("patient with two units", values={finding.id: [quantity, other]})
            if not isinstance(twice.chart.entry(finding.id), Known):
                raise InvariantBroken(
                    "I-33", f"the same {finding.id} in two units counts as a conflict", twice
                )


def _used(patient: Patient, step: str) -> Iterator[str]:
    """Yield the findings that decided what is said of a step: shown with it, or with a step that it turns on."""
    item, facts = patient.checklist.item(step), patient.checklist.chart.facts
    yield from (finding for reason in item.reasons for finding in reason.facts)
    yield from item.step.checks
    criteria = [rule.when for rule in item.step.contraindications]
    criteria += [p.unless for p in item.step.prerequisites if p.unless is not None]
    criteria += [c for c in (item.step.done_when,) if c is not None]
    firsts = [first for first, _ in item.planned.takes_over_from]
    waits = [prerequisite.step for prerequisite in item.step.prerequisites]
    # A stand-in counts by whether it can be done, and holds nothing up once it is.
    for other in {other for first in (*firsts, *waits) for other in patient.pathway.stand_ins[first]} - {
        step
    }:
        about = patient.pathway.steps[other]
        criteria += [rule.when for rule in about.contraindications]
        criteria += [about.done_when] if about.done_when is not None else []
    yield from (finding for criterion in criteria for finding in deciding(criterion, facts))
    for first in (*firsts, *waits):
        yield from _used(patient, first)
