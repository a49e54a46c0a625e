"""What an action of the exported plan says in words, where FHIR R4 has no element that says it rightly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from spineworkup.pathways import ONSET, Pathway, Purpose, Rule, Step
from spineworkup.translate.to_english import to_english


def described(pathway: Pathway, step: Step) -> str:
    """Return when a step is indicated, how soon, what speaks against it, and what it waits for; one line for each."""
    return "\n".join(
        [
            *(f"Indicated: {_indication(rule)}" for rule in step.indications),
            *_inherited(pathway, step),
            *(_against(rule) for rule in step.contraindications),
            *(f"Caution: {rule.says}." for rule in step.cautions),
            *(
                f"Answer first: {pathway.findings[id_].label}."
                for id_ in step.checks
                if id_ in pathway.findings
            ),
            *_prerequisites(pathway, step),
            *_orders(step),
        ]
    )


def purpose_described(pathway: Pathway, purpose: Purpose) -> str:
    """Return in which order the steps of a purpose are preferred, and what remains where none can be done."""
    labels = [pathway.steps[id_].label for id_ in purpose.steps if id_ in pathway.steps]
    lines = [f"In order of preference: {'; '.join(labels)}."]
    if purpose.escalate_to in pathway.steps:
        lines.append(f"Where none can be done: {pathway.steps[purpose.escalate_to].label}.")
    return "\n".join(lines)


def start_words(start: str) -> str:
    """Return what starts a time."""
    return "the rule becoming true" if start == ONSET else start.replace("_", " ")


def time_words(within: timedelta) -> str:
    """Return a length of time in words.

    >>> time_words(timedelta(hours=24)), time_words(timedelta(days=7))
    ('24 hours', '7 days')
    """
    minutes = int(within.total_seconds() // 60)
    if minutes % 60:
        return f"{minutes} minutes"
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} hour{'' if minutes == 60 else 's'}"


def _indication(rule: Rule) -> str:
    time = "" if rule.within is None else f"; within {time_words(rule.within)} of {start_words(rule.start)}"
    return f"{rule.says} ({rule.urgency.words}{time})."


def _inherited(pathway: Pathway, step: Step) -> Iterator[str]:
    for first, others in pathway.takes_over_from[step.id]:
        gone = " or ".join(pathway.steps[id_].label for id_ in (first, *others))
        if pathway.steps[first].indications:
            yield f"Takes over where this can't be done: {gone}."


def _against(rule: Rule) -> str:
    if rule.kind == "absolute":
        return f"Contraindicated: {rule.says}."
    cleared = f" (may be cleared by: {rule.sign_off})" if rule.sign_off else ""
    return f"Relative contraindication: {rule.says}{cleared}."


def _prerequisites(pathway: Pathway, step: Step) -> Iterator[str]:
    for one in step.prerequisites:
        unless = "" if one.unless is None else to_english(one.unless, pathway.findings, pathway.criteria)
        yield f"Waits for: {pathway.steps[one.step].label}{f', unless {unless}' if unless else ''}."


def _orders(step: Step) -> Iterator[str]:
    if len(step.orders) > 1:
        yield f"Codes: {'; '.join(order.display or order.code for order in step.orders)}."
