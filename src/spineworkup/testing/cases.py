"""What a case file expects of its checklist, and what is different.

A case file may hold `expect`: the truth of rules, the status of steps, times, questions, scores and more. This is how
rule authors, and our own tests, say what must come out and what must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from spineworkup.assessment import assess
from spineworkup.charts import read_time
from spineworkup.checklists import Checklist
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.reading.read_case import Case
from spineworkup.truth import Truth

TRUTHS = {"holds": Truth.TRUE, "fails": Truth.FALSE, "unknown": Truth.UNKNOWN}


def differences(case: Case, pathway: Pathway, at: datetime) -> list[str]:
    """Return what a case expects and doesn't get, each as one line; none where all is as expected.

    Raises:
        ValueError: The case expects something in words that aren't known here.
    """
    expect = case.expect or {}
    unknown = set(expect) - set(_CHECKS)
    if unknown:
        raise ValueError(f"{case.label}: unknown expectation {', '.join(sorted(unknown))}")
    checklist = assess(pathway, case.chart, at=case.at or at)
    return [line for word, wanted in expect.items() for line in _CHECKS[word](checklist, wanted)]


def _rules(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, word in wanted.items():
        truth = evaluate(checklist.pathway.rules[id_].when, checklist.chart.facts)
        if truth is not TRUTHS[word]:
            yield f"rule {id_}: expected {word}, is {truth.value}"


def _statuses(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, word in wanted.items():
        status = checklist.item(id_).status.value
        if status != word:
            yield f"step {id_}: expected {word}, is {status}"


def _not_statuses(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, words in wanted.items():
        status = checklist.item(id_).status.value
        if status in words:
            yield f"step {id_}: must not be {status}"


def _urgency(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for end, word in wanted.items():
        tier = getattr(checklist.urgency, end).value
        if tier != word:
            yield f"urgency, {end}: expected {word}, is {tier}"


def _step_urgency(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, ends in wanted.items():
        for end, word in ends.items():
            tier = getattr(checklist.item(id_).urgency, end).value
            if tier != word:
                yield f"urgency of {id_}, {end}: expected {word}, is {tier}"


def _due(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, text in wanted.items():
        due = checklist.item(id_).due
        moment = None if text is None else read_time(text)
        if due != moment:
            yield f"step {id_}: expected to be due {text}, is due {due and due.isoformat()}"


def _clear(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, clear in wanted.items():
        if checklist.item(id_).clear_to_proceed is not clear:
            yield f"step {id_}: expected clear to proceed {clear}"


def _instead(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, other in wanted.items():
        if checklist.item(id_).instead != other:
            yield f"step {id_}: expected {other} instead, is {checklist.item(id_).instead}"


def _questions(checklist: Checklist, wanted: Any) -> Iterator[str]:
    asked = {question.id for question in checklist.questions}
    yield from (f"expected the question {id_}" for id_ in wanted if id_ not in asked)


def _against(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, rules in wanted.items():
        found = {against.rule for against in checklist.item(id_).against if against.truth is Truth.TRUE}
        yield from (f"step {id_}: expected {rule} against it" for rule in rules if rule not in found)


def _not_against(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, rules in wanted.items():
        found = {against.rule for against in checklist.item(id_).against if against.truth is not Truth.FALSE}
        yield from (f"step {id_}: must not have {rule} against it" for rule in rules if rule in found)


def _cites(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, texts in wanted.items():
        item = checklist.item(id_)
        cited = {str(cite) for reason in item.reasons for cite in reason.cites}
        cited |= {str(cite) for against in item.against for cite in against.cites}
        yield from (f"step {id_}: expected the citation {text}" for text in texts if text not in cited)


def _scores(checklist: Checklist, wanted: Any) -> Iterator[str]:
    for id_, ends in wanted.items():
        result = checklist.scores[id_]
        for end, value in ends.items():
            found = getattr(result, end)
            found = list(found) if isinstance(found, tuple) else found
            if found != value and str(found) != str(value):
                yield f"score {id_}, {end}: expected {value}, is {found}"


def _notices(checklist: Checklist, wanted: Any) -> Iterator[str]:
    found = _noticed(checklist)
    yield from (f"expected a notice {words}" for words in wanted if words not in found)


def _not_notices(checklist: Checklist, wanted: Any) -> Iterator[str]:
    found = _noticed(checklist)
    yield from (f"must not have a notice {words}" for words in wanted if words in found)


def _noticed(checklist: Checklist) -> set[str]:
    """Return the kinds of the notices, and each kind with the finding that it is about."""
    return {words for n in checklist.notices for words in (n.kind, f"{n.kind} {n.finding}")}


def _overlays(checklist: Checklist, wanted: Any) -> Iterator[str]:
    if list(checklist.pathway.overlays) != wanted:
        yield f"expected the overlays {wanted}, are {list(checklist.pathway.overlays)}"


_CHECKS: dict[str, Callable[[Checklist, Any], Iterator[str]]] = {
    "rules": _rules,
    "statuses": _statuses,
    "not_statuses": _not_statuses,
    "urgency": _urgency,
    "step_urgency": _step_urgency,
    "due": _due,
    "clear": _clear,
    "instead": _instead,
    "questions": _questions,
    "against": _against,
    "not_against": _not_against,
    "cites": _cites,
    "scores": _scores,
    "notices": _notices,
    "not_notices": _not_notices,
    "overlays": _overlays,
}
