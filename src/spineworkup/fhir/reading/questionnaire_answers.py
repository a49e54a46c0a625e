"""QuestionnaireResponse: the answers to the pathway's own Questionnaire, whose questions go by the ids of the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from spineworkup.charts import CLOCKS
from spineworkup.checklists import Notice
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.times import read_time, time_notices
from spineworkup.fhir.reading.values import read_value
from spineworkup.fhir.reading.vocabulary import Vocabulary
from spineworkup.fhir.systems import SEEN_AT, WHY_UNKNOWN
from spineworkup.findings import Finding

COUNTED = ("completed", "amended", "in-progress")
_WHY = {reason.value: reason for reason in WhyUnknown}
Answers = Mapping[str, Sequence[Element]]


def read_answers(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what the answers say of findings and clocks."""
    named = resource.child("questionnaire").text.partition("|")[0]
    if named and not named.startswith(f"{words.canonical}/Questionnaire/"):
        return Said("unmapped", "answers to another questionnaire")
    status = resource.child("status").text
    if status not in COUNTED:
        return Said("ignored", "entered in error" if status == "entered-in-error" else "not finished, or nobody knows whether it counts")
    answers = _answers(resource)
    authored, trouble = read_time(resource.child("authored"))
    statements = tuple(_statements(answers, resource, words, authored))
    clocks = tuple(_clocks(answers))
    notices = [*time_notices(trouble, statements), *_notices(answers, words, statements)]
    if status == "in-progress":
        notices.append(Notice("preliminary", "The questionnaire was not finished when it was read"))
    return Said("used", "its answers", statements, clocks=clocks, notices=tuple(notices))


def _answers(resource: Element) -> dict[str, list[Element]]:
    """Return every answer by the question's id; for a question that says why there is none, the question itself."""
    found: dict[str, list[Element]] = {}
    todo = list(resource.child("item").items)
    while todo:
        item = todo.pop()
        answers = item.child("answer").items
        id_ = item.child("linkId").text
        if id_ and (answers or item.child("extension")):
            found.setdefault(id_, []).extend(answers or [item])
        todo += item.child("item").items
        for answer in answers:
            todo += answer.child("item").items
    return found


def _statements(answers: Answers, resource: Element, words: Vocabulary, authored: When | None) -> Iterator[Statement]:
    for id_, given in sorted(answers.items()):
        finding = words.pathway.findings.get(id_)
        if finding is not None:
            yield from (_statement(finding, one, answers, resource, words, authored) for one in given)


def _statement(
    finding: Finding, answer: Element, answers: Answers, resource: Element, words: Vocabulary, authored: When | None
) -> Statement:
    if why := _why(answer, words):
        return Statement(finding, Unknown(why), authored)
    read = read_value(finding, answer, words)
    asked = [] if read.value is False else _times(answers.get(f"{finding.id}.at", ()))
    since = _seen_at(answer, words) or asked
    when = min(since, key=_earliest) if since else authored
    return Statement(finding, read.value, when, reported=read.reported)


def _seen_at(answer: Element, words: Vocabulary) -> list[When]:
    """Return the time that an answer carries itself, where the form asks for none."""
    url = words.own(SEEN_AT)
    return _times([one for one in answer.child("extension").items if one.child("url").text == url])


def _earliest(when: When) -> datetime:
    return when.earliest


def _why(item: Element, words: Vocabulary) -> WhyUnknown | None:
    """Return the reason that a question gives for having no answer; one that isn't known here is the plainest."""
    url = words.own(WHY_UNKNOWN)
    given = [one.child("valueCode").text for one in item.child("extension").items if one.child("url").text == url]
    return _WHY.get(given[0], WhyUnknown.NOT_RECORDED) if given else None


def _times(answers: Sequence[Element]) -> list[When]:
    values = (answer.child("valueDateTime") or answer.child("valueDate") for answer in answers)
    return [when for value in values if (when := read_time(value)[0]) is not None]


def _clocks(answers: Answers) -> Iterator[tuple[str, datetime]]:
    for clock in CLOCKS:
        yield from ((clock, when.earliest) for when in _times(answers.get(f"clocks.{clock}", ())))


def _notices(answers: Answers, words: Vocabulary, statements: Sequence[Statement]) -> Iterator[Notice]:
    known = words.pathway.findings.keys() | {f"clocks.{clock}" for clock in CLOCKS}
    others = [id_ for id_ in answers if id_ not in known and id_.removesuffix(".at") not in words.pathway.findings]
    if others:
        yield Notice("unmapped_answers", f"{len(others)} answers are to questions that are not known here, and aren't used")
    for one in statements:
        times = answers.get(f"{one.finding.id}.at", ())
        if times and not _times(times):
            yield Notice("bad_time", f"{one.finding.label} was recorded with a time that can't be read, which is not used", one.finding.id)
