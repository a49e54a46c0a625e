"""What a case file may expect, in which words: so that a slip in an expectation is an error and never a silent pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from spineworkup.charts import CLOCKS
from spineworkup.errors import Problem, TimeError
from spineworkup.moments import read_time
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import Fault, did_you_mean
from spineworkup.reading.read_yaml import Document, Path
from spineworkup.readings import Status
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

TRUTHS = {"holds": Truth.TRUE, "fails": Truth.FALSE, "unknown": Truth.UNKNOWN}
# Yields what is wrong with a value that is expected; the path of each fault starts at the value.
Check = Callable[[Any, Pathway], Iterator[Fault]]


def expectation_problems(document: Document, path: Path, pathway: Pathway) -> list[Problem]:
    """Return what a case file expects in words that can't be, each with its place.

    Args:
        document: The file of the case.
        path: Where in it the case stands: empty, or its number in a list.
        pathway: The rules, overlays included.
    """
    case = document.data
    for key in path:
        case = case[key]
    here = (*path, "expect")
    return [
        document.problem((*here, *fault.path), fault.message, fault.hint, key=fault.key)
        for fault in _expectations(case.get("expect", {}), pathway)
    ]


def _expectations(expect: Any, pathway: Pathway) -> Iterator[Fault]:
    if type(expect) is not dict:
        yield Fault("expected a mapping from a word such as statuses to what is expected")
        return
    for word, wanted in expect.items():
        if word in EXPECTATIONS:
            yield from _below(word, EXPECTATIONS[word](wanted, pathway))
        else:
            hint = did_you_mean(word, EXPECTATIONS) or f"there are: {', '.join(EXPECTATIONS)}"
            yield Fault(f"unknown expectation {word!r}", hint, (word,), key=True)


def _below(key: str | int, faults: Iterator[Fault]) -> Iterator[Fault]:
    yield from (Fault(fault.message, fault.hint, (key, *fault.path), key=fault.key) for fault in faults)


Words = Callable[[Pathway], Collection[str]]


def _word(what: str, words: Words) -> Check:
    """One of some words."""

    def check(value: Any, pathway: Pathway) -> Iterator[Fault]:
        known = words(pathway)
        if type(value) is not str or value not in known:
            near = did_you_mean(str(value), known)
            yield Fault(
                f"unknown {what}", near or (f"there are: {', '.join(known)}" if len(known) < 10 else "")
            )

    return check


def _or_null(inner: Check) -> Check:
    def check(value: Any, pathway: Pathway) -> Iterator[Fault]:
        if value is not None:
            yield from inner(value, pathway)

    return check


def _list(inner: Check) -> Check:
    def check(value: Any, pathway: Pathway) -> Iterator[Fault]:
        if type(value) is not list:
            yield Fault("expected a list")
            return
        for number, one in enumerate(value):
            yield from _below(number, inner(one, pathway))

    return check


def _map(key: Check, inner: Check) -> Check:
    def check(value: Any, pathway: Pathway) -> Iterator[Fault]:
        if type(value) is not dict:
            yield Fault("expected a mapping")
            return
        for id_, one in value.items():
            yield from (Fault(f.message, f.hint, (id_,), key=True) for f in key(id_, pathway))
            yield from _below(id_, inner(one, pathway))

    return check


def _of_type(what: str, *types: type) -> Check:
    def check(value: Any, _: Pathway) -> Iterator[Fault]:
        if type(value) not in types:
            yield Fault(f"expected {what}")

    return check


def _time(value: Any, _: Pathway) -> Iterator[Fault]:
    try:
        read_time(value)
    except TimeError as error:
        yield Fault(str(error))


def _questions(pathway: Pathway) -> Collection[str]:
    times = [f"{id_}.at" for id_ in pathway.findings]
    return [*pathway.findings, *times, *(f"clocks.{clock}" for clock in CLOCKS)]


_STEP = _word("step", lambda pathway: pathway.steps)
_RULE = _word("rule", lambda pathway: pathway.rules)
_FINDING = _word("finding", lambda pathway: pathway.findings)
_QUESTION = _word("question", _questions)
_STATUS = _word("status", lambda _: [status.value for status in Status])
_TRUTH = _word("answer", lambda _: TRUTHS)
_TIER = _word("urgency", lambda _: [tier.value for tier in Urgency])
_ENDS = _map(_word("end", lambda _: ("lowest", "highest")), _TIER)
# What may speak against a step: a contraindication or caution, an open check, a prerequisite or the step itself.
_AGAINST = _word("rule, check or step", lambda p: [*p.rules, *p.findings, *p.steps])
_TEXT = _of_type("text", str)
_PARTS = ("lowest", "highest", "band", "bands", "missing")
_RESULT = _map(
    _word("part of a result", lambda _: _PARTS),
    _of_type("a number, text or a list", int, str, list, type(None)),
)
EXPECTATIONS: Mapping[str, Check] = {
    "rules": _map(_RULE, _TRUTH),
    "statuses": _map(_STEP, _STATUS),
    "not_statuses": _map(_STEP, _list(_STATUS)),
    "urgency": _ENDS,
    "step_urgency": _map(_STEP, _ENDS),
    "due": _map(_STEP, _or_null(_time)),
    "clear": _map(_STEP, _of_type("true or false", bool)),
    "instead": _map(_STEP, _or_null(_STEP)),
    "waits_for": _map(_STEP, _list(_STEP)),
    "checks": _map(_STEP, _list(_FINDING)),
    "questions": _list(_QUESTION),
    "question_reach": _map(_QUESTION, _TIER),
    "question_due": _map(_QUESTION, _or_null(_time)),
    "against": _map(_STEP, _list(_AGAINST)),
    "not_against": _map(_STEP, _list(_AGAINST)),
    "perhaps_against": _map(_STEP, _list(_AGAINST)),
    "cites": _map(_word("step or rule", lambda p: [*p.steps, *p.rules]), _list(_TEXT)),
    "scores": _map(_word("score", lambda pathway: pathway.scores), _RESULT),
    "notices": _list(_TEXT),
    "not_notices": _list(_TEXT),
    "overlays": _list(_TEXT),
}
