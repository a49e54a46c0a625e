"""What the exported requests of one step say: how soon, why, what speaks against it, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.fhir.datatypes import Resource, concept, local_coding, moment
from spineworkup.fhir.systems import RULES
from spineworkup.readings import Status
from spineworkup.reasons import Against
from spineworkup.sources import VERIFICATION_WORDS, Citation, Verification
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


def by_when(item: ChecklistItem, name: str) -> Resource:
    """Return an element that is a Period with the due time as its end; nothing where no time is given."""
    return {} if item.due is None else {name: {"end": moment(item.due)}}


def reason_concepts(item: ChecklistItem) -> list[Resource]:
    """Return the rules that make the step what it is, in the words of the rules."""
    return [concept(reason.text, local_coding(RULES, reason.rule)) for reason in item.reasons]


def note_texts(checklist: Checklist, item: ChecklistItem) -> list[str]:
    """Return what whoever reads a request must know, one text for each thing."""
    pathway = checklist.pathway
    return [
        f"{item.step.action or item.step.label}. {standing(checklist, item)}",
        *(f"Before it: {against_words(against)}." for against in item.against),
        *(f"Call: {contact.words}." for contact in pathway.contacts_of(item.step.id)),
        *(f"Waiver: {waiver.words}." for waiver in pathway.waivers if waiver.step == item.step.id),
        *_listed("Not known; ask", labels(checklist, item.questions)),
        *_listed(f"Facts as of {moment(checklist.at)}", _facts(checklist, item)),
        *_listed("Sources", dict.fromkeys(source_words(r.cites, r.verification) for r in item.reasons)),
        f"A proposal of: {pathway.title or pathway.id}, version {pathway.version}. A clinician decides.",
    ]


def standing(checklist: Checklist, item: ChecklistItem) -> str:
    """Return where a step stands: its status, how urgent it is, by when, what was recorded and what takes over."""
    said = [item.status.words, _urgency(item)]
    if item.due is not None:
        said.append(f"{'Overdue since' if item.overdue else 'Due by'} {moment(item.due)}")
    if item.progress is not None:
        said.append(f"Recorded: {item.progress.replace('_', ' ')}")
    if item.instead is not None:
        said.append(f"What takes over: {checklist.pathway.steps[item.instead].label}")
    return "".join(f"{words}. " for words in said).rstrip()


def _urgency(item: ChecklistItem) -> str:
    """Return the urgency; where nothing is certain, only what it could reach, or it would read as not indicated."""
    nothing_certain = item.urgency.lowest is Urgency.NONE and not item.urgency.is_settled
    return f"Could reach: {item.urgency.highest.words}" if nothing_certain else item.urgency.words


def against_words(against: Against) -> str:
    """Return what speaks against a step, and who may clear it."""
    if not against.sign_off:
        return against.text
    cleared = "cleared by" if against.signed_off else "may be cleared by"
    return f"{against.text} ({cleared}: {against.sign_off})"


def source_words(cites: Iterable[Citation], verification: Verification) -> str:
    """Return the sources of a rule, and how far they were checked."""
    return f"{', '.join(map(str, cites)) or 'no source'} ({VERIFICATION_WORDS[verification]})"


def labels(checklist: Checklist, questions: Iterable[str]) -> Iterator[str]:
    """Yield what to ask, in words."""
    by_id = {question.id: question.label for question in checklist.questions}
    return (by_id[id_] for id_ in questions)


def _listed(title: str, things: Iterable[str]) -> Iterator[str]:
    listed = "; ".join(things)
    if listed:
        yield f"{title}: {listed}."


def _facts(checklist: Checklist, item: ChecklistItem) -> Iterator[str]:
    facts = {id_: text for reason in item.reasons for id_, text in reason.facts.items()}
    return (f"{checklist.chart.findings[id_].label}: {text}" for id_, text in facts.items())
