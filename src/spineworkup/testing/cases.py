"""What a case file expects of its checklist, and what is different.

A case file may hold `expect`: the truth of rules, the status of steps, times, questions, scores and more. This is how
rule authors, and our own tests, say what must come out and what must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from attrs import frozen

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.logic.evaluate import evaluate
from spineworkup.moments import read_time
from spineworkup.pathways import Pathway
from spineworkup.reading.read_case import Case
from spineworkup.reading.read_yaml import Path
from spineworkup.reasons import Against, Reason
from spineworkup.testing.expectations import TRUTHS
from spineworkup.truth import Truth


@frozen
class Difference:
    """Something that a case expects and doesn't get.

    Args:
        text: What was expected and what came, in one line.
        path: Where it stands below `expect`: the word, then the id of what it is about or its number in a list.
        step: The step to look at; empty where it is about the whole checklist.
    """

    text: str
    path: Path
    step: str = ""


def differences(case: Case, pathway: Pathway, at: datetime) -> list[str]:
    """Return what a case expects and doesn't get, each as one line; none where all is as expected.

    Args:
        at: When a case is assessed that names no moment of its own.

    Raises:
        ValueError: The case expects something in words that aren't known here.
        KeyError: It expects something of a rule or a step that the pathway doesn't have.
    """
    return [difference.text for difference in compare(case, pathway, at)[0]]


def compare(case: Case, pathway: Pathway, at: datetime) -> tuple[list[Difference], Checklist]:
    """Return what a case expects and doesn't get, and the checklist that it gets.

    Raises:
        ValueError: As `differences`.
        KeyError: As `differences`.
    """
    expect = case.expect or {}
    unknown = set(expect) - set(_CHECKS)
    if unknown:
        raise ValueError(f"{case.label}: unknown expectation {', '.join(sorted(unknown))}")
    checklist = assess(pathway, case.chart, at=case.at or at)
    found = [
        Difference(text, (word, key), _step(key, pathway))
        for word, wanted in expect.items()
        for key, text in _CHECKS[word](checklist, wanted)
    ]
    return found, checklist


def _step(key: str | int, pathway: Pathway) -> str:
    if key in pathway.rules:
        return next(id_ for id_, step in pathway.steps.items() if any(rule.id == key for rule in step.rules))
    return str(key) if key in pathway.steps else ""


# Where below its word a difference is, and what it is.
_Found = Iterator[tuple[str | int, str]]


def _rules(checklist: Checklist, wanted: Any) -> _Found:
    for id_, word in wanted.items():
        truth = evaluate(checklist.pathway.rules[id_].when, checklist.chart.facts)
        if truth is not TRUTHS[word]:
            yield id_, f"rule {id_}: expected {word}, is {truth.value}"


def _statuses(checklist: Checklist, wanted: Any) -> _Found:
    for id_, word in wanted.items():
        status = checklist.item(id_).status.value
        if status != word:
            yield id_, f"step {id_}: expected {word}, is {status}"


def _not_statuses(checklist: Checklist, wanted: Any) -> _Found:
    for id_, words in wanted.items():
        status = checklist.item(id_).status.value
        if status in words:
            yield id_, f"step {id_}: must not be {status}"


def _urgency(checklist: Checklist, wanted: Any) -> _Found:
    for end, word in wanted.items():
        tier = getattr(checklist.urgency, end).value
        if tier != word:
            yield end, f"urgency, {end}: expected {word}, is {tier}"


def _step_urgency(checklist: Checklist, wanted: Any) -> _Found:
    for id_, ends in wanted.items():
        for end, word in ends.items():
            tier = getattr(checklist.item(id_).urgency, end).value
            if tier != word:
                yield id_, f"urgency of {id_}, {end}: expected {word}, is {tier}"


def _due(checklist: Checklist, wanted: Any) -> _Found:
    for id_, text in wanted.items():
        due = checklist.item(id_).due
        moment = None if text is None else read_time(text)
        if due != moment:
            yield id_, f"step {id_}: expected to be due {text}, is due {due and due.isoformat()}"


def _clear(checklist: Checklist, wanted: Any) -> _Found:
    for id_, clear in wanted.items():
        if checklist.item(id_).clear_to_proceed is not clear:
            yield id_, f"step {id_}: expected clear to proceed {clear}"


def _instead(checklist: Checklist, wanted: Any) -> _Found:
    for id_, other in wanted.items():
        if checklist.item(id_).instead != other:
            yield id_, f"step {id_}: expected {other} instead, is {checklist.item(id_).instead}"


def _waits_for(checklist: Checklist, wanted: Any) -> _Found:
    return _exactly(checklist, wanted, "prerequisite", "to wait for", "waits for")


def _checks(checklist: Checklist, wanted: Any) -> _Found:
    return _exactly(checklist, wanted, "check", "the open checks", "has")


def _exactly(checklist: Checklist, wanted: Any, kind: str, what: str, has: str) -> _Found:
    for id_, names in wanted.items():
        found = [against.rule for against in checklist.item(id_).against if against.kind == kind]
        if sorted(found) != sorted(names):
            yield id_, f"step {id_}: expected {what} {_listed(names)}, {has} {_listed(found)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"


def _questions(checklist: Checklist, wanted: Any) -> _Found:
    asked = {question.id for question in checklist.questions}
    yield from ((n, f"expected the question {id_}") for n, id_ in enumerate(wanted) if id_ not in asked)


def _question_reach(checklist: Checklist, wanted: Any) -> _Found:
    asked = {question.id: question.could_reach.value for question in checklist.questions}
    for id_, tier in wanted.items():
        if asked.get(id_) != tier:
            yield id_, f"question {id_}: expected to reach {tier}, is {asked.get(id_, 'not asked')}"


def _question_due(checklist: Checklist, wanted: Any) -> _Found:
    asked = {question.id: question.due for question in checklist.questions}
    for id_, text in wanted.items():
        due, moment = asked.get(id_), None if text is None else read_time(text)
        if id_ not in asked or due != moment:
            yield id_, f"question {id_}: expected by {text}, is by {due and due.isoformat()}"


def _against(checklist: Checklist, wanted: Any) -> _Found:
    for id_, rules in wanted.items():
        found = {against.rule for against in checklist.item(id_).against if against.truth is Truth.TRUE}
        yield from ((id_, f"step {id_}: expected {rule} against it") for rule in rules if rule not in found)


def _not_against(checklist: Checklist, wanted: Any) -> _Found:
    for id_, rules in wanted.items():
        found = {against.rule for against in checklist.item(id_).against if against.truth is not Truth.FALSE}
        yield from ((id_, f"step {id_}: must not have {rule} against it") for rule in rules if rule in found)


def _perhaps_against(checklist: Checklist, wanted: Any) -> _Found:
    for id_, rules in wanted.items():
        found = {against.rule for against in checklist.item(id_).against if against.truth is Truth.UNKNOWN}
        missing = (rule for rule in rules if rule not in found)
        yield from ((id_, f"step {id_}: expected {rule} perhaps against it") for rule in missing)


def _cites(checklist: Checklist, wanted: Any) -> _Found:
    for id_, texts in wanted.items():
        cited = {str(cite) for shown in _shown(checklist, id_) for cite in shown.cites}
        what = "step" if id_ in checklist.pathway.steps else "rule"
        missing = (text for text in texts if text not in cited)
        yield from ((id_, f"{what} {id_}: expected the citation {text}") for text in missing)


def _shown(checklist: Checklist, id_: str) -> Iterator[Reason | Against]:
    """Yield the reasons for and against a step, or those of them that one rule gives."""
    for item in checklist.items:
        if id_ in (item.step.id, *(rule.id for rule in item.step.rules)):
            both: tuple[Reason | Against, ...] = (*item.reasons, *item.against)
            yield from (shown for shown in both if id_ in (item.step.id, shown.rule))


def _scores(checklist: Checklist, wanted: Any) -> _Found:
    for id_, ends in wanted.items():
        result = checklist.scores[id_]
        for end, value in ends.items():
            found = getattr(result, end)
            found = list(found) if isinstance(found, tuple) else found
            if found != value and str(found) != str(value):
                yield id_, f"score {id_}, {end}: expected {value}, is {found}"


def _notices(checklist: Checklist, wanted: Any) -> _Found:
    found = _noticed(checklist)
    yield from ((n, f"expected a notice {words}") for n, words in enumerate(wanted) if words not in found)


def _not_notices(checklist: Checklist, wanted: Any) -> _Found:
    found = _noticed(checklist)
    yield from ((n, f"must not have a notice {words}") for n, words in enumerate(wanted) if words in found)


def _noticed(checklist: Checklist) -> set[str]:
    """Return the kinds of the notices, and each kind with the finding that it is about."""
    return {words for n in checklist.notices for words in (n.kind, f"{n.kind} {n.finding}")}


def _overlays(checklist: Checklist, wanted: Any) -> _Found:
    if list(checklist.pathway.overlays) != wanted:
        yield 0, f"expected the overlays {wanted}, are {list(checklist.pathway.overlays)}"


_CHECKS: dict[str, Callable[[Checklist, Any], _Found]] = {
    "rules": _rules,
    "statuses": _statuses,
    "not_statuses": _not_statuses,
    "urgency": _urgency,
    "step_urgency": _step_urgency,
    "due": _due,
    "clear": _clear,
    "instead": _instead,
    "waits_for": _waits_for,
    "checks": _checks,
    "questions": _questions,
    "question_reach": _question_reach,
    "question_due": _question_due,
    "against": _against,
    "not_against": _not_against,
    "perhaps_against": _perhaps_against,
    "cites": _cites,
    "scores": _scores,
    "notices": _notices,
    "not_notices": _not_notices,
    "overlays": _overlays,
}
