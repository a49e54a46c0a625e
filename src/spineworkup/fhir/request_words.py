"""What the exported requests of one step say: how soon, why, what speaks against it, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.fhir.datatypes import Resource, canonical, concept, local_coding, moment
from spineworkup.fhir.systems import RULES
from spineworkup.readings import Status
from spineworkup.reasons import Against, Reason
from spineworkup.sources import VERIFICATION_WORDS
from spineworkup.urgency import Urgency

# One priority for each tier, so that tiers can be told apart: stat is for what can't wait at all.
PRIORITIES = {
    Urgency.NONE: "routine",
    Urgency.ROUTINE: "routine",
    Urgency.WITHIN_A_WEEK: "urgent",
    Urgency.SAME_DAY: "asap",
    Urgency.IMMEDIATE: "stat",
}


def priority_of(item: ChecklistItem) -> str:
    """Return how soon: what is certain, or of a step that can't be told yet what the answers could bring."""
    undetermined = item.status is Status.UNDETERMINED
    return PRIORITIES[item.urgency.highest if undetermined else item.urgency.lowest]


def by_when(item: ChecklistItem) -> Resource:
    """Return the Period that ends when the step is due; nothing where no time is given."""
    return {} if item.due is None else {"end": moment(item.due)}


def reason_concepts(item: ChecklistItem) -> list[Resource]:
    """Return the rules that make the step what it is, in the words of the rules."""
    return [concept(reason.text, local_coding(RULES, reason.rule)) for reason in item.reasons]


def plan_canonical(checklist: Checklist) -> str:
    """Return the address of the PlanDefinition that a checklist follows."""
    return canonical("PlanDefinition", checklist.pathway.id, checklist.pathway.version)


def note_texts(checklist: Checklist, item: ChecklistItem) -> list[str]:
    """Return what whoever reads a request must know, one text for each thing."""
    texts = [
        f"{item.step.action or item.step.label}. {item.status.words}. {item.urgency.words}.",
        *_late(item),
        *(f"Before it: {against_words(against)}." for against in item.against),
        *_listed("Not known; ask", (_label(checklist, id_) for id_ in item.questions)),
        *_listed(f"Facts as of {moment(checklist.at)}", _facts(checklist, item)),
        *_listed("Sources", dict.fromkeys(_sources(item))),
    ]
    title, version = checklist.pathway.title or checklist.pathway.id, checklist.pathway.version
    return [*texts, f"A proposal of: {title}, version {version}. A clinician decides."]


def against_words(against: Against) -> str:
    """Return what speaks against a step, and who may clear it."""
    if not against.sign_off:
        return against.text
    cleared = "cleared by" if against.signed_off else "may be cleared by"
    return f"{against.text} ({cleared}: {against.sign_off})"


def source_words(reason: Reason | Against) -> str:
    """Return the sources of a rule, and how far they were checked."""
    cites = ", ".join(map(str, reason.cites)) or "no source"
    return f"{cites} ({VERIFICATION_WORDS[reason.verification]})"


def _late(item: ChecklistItem) -> Iterator[str]:
    if item.due is not None:
        yield f"{'Overdue since' if item.overdue else 'Due by'} {moment(item.due)}."


def _listed(title: str, things: Iterator[str] | dict[str, None]) -> Iterator[str]:
    listed = "; ".join(things)
    if listed:
        yield f"{title}: {listed}."


def _label(checklist: Checklist, question: str) -> str:
    return next(asked.label for asked in checklist.questions if asked.id == question)


def _facts(checklist: Checklist, item: ChecklistItem) -> Iterator[str]:
    facts = {id_: text for reason in item.reasons for id_, text in reason.facts.items()}
    return (f"{checklist.chart.findings[id_].label}: {text}" for id_, text in facts.items())


def _sources(item: ChecklistItem) -> Iterator[str]:
    return (source_words(reason) for reason in item.reasons)
