"""What a chart answers to one question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from spineworkup.charts import Chart
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.fhir.datatypes import Resource, local, moment, quantity
from spineworkup.fhir.finding_codes import option_coding
from spineworkup.fhir.systems import SEEN_AT, WHY_UNKNOWN
from spineworkup.findings import Finding, Range, Value
from spineworkup.units import Quantity


def said_of(question: Resource, chart: Chart, *, asks_time: bool) -> Resource:
    """Return what a chart says to a question that is shown: an answer, or why there is none; empty where it says nothing.

    Args:
        question: An item of the Questionnaire that isn't a group.
        chart: What was recorded.
        asks_time: The form asks for the time of this finding as well.
    """
    id_ = question["linkId"]
    if id_.startswith("clocks."):
        return _time(chart.clocks.get(id_.removeprefix("clocks.")))
    entry = chart.entries.get(id_.removesuffix(".at"))
    if isinstance(entry, Unknown):
        return _why(entry.reason)
    if entry is None or entry.calculated:
        return {}
    if id_.endswith(".at"):
        return _time(entry.at)
    has_question = asks_time and entry.value is not False
    return _answer(chart.findings[id_], entry, with_time=not has_question)


def answers_of(chart: Chart) -> Mapping[str, Value]:
    """Return what was recorded and is known."""
    known = {id_: entry for id_, entry in chart.entries.items() if isinstance(entry, Known)}
    return {id_: entry.value for id_, entry in known.items() if not entry.calculated}


def is_enabled(question: Resource, answers: Mapping[str, Value]) -> bool:
    """Return whether the form shows a question after these answers; all conditions of ours are "any of" or single."""
    conditions = question.get("enableWhen", [])
    return not conditions or any(_holds(condition, answers) for condition in conditions)


def _holds(condition: Resource, answers: Mapping[str, Value]) -> bool:
    answer = answers.get(condition["question"])
    if condition["operator"] == "exists":
        return (answer is not None) is condition["answerBoolean"]
    wanted = condition["answerBoolean"] if "answerBoolean" in condition else condition["answerCoding"]["code"]
    return answer is not None and answer == wanted


def _time(at: datetime | None) -> Resource:
    return {} if at is None else {"answer": [{"valueDateTime": moment(at)}]}


def _answer(finding: Finding, entry: Known, *, with_time: bool) -> Resource:
    value = _value(finding, entry)
    if not value:
        return _why(WhyUnknown.NOT_RECORDED)
    seen = (
        {"url": local(SEEN_AT), "valueDateTime": moment(entry.at)}
        if with_time and entry.at is not None
        else {}
    )
    return {"answer": [{**({"extension": [seen]} if seen else {}), **value}]}


def _value(finding: Finding, entry: Known) -> Resource:
    """Return the value of an answer; nothing for a range that an answer can't hold."""
    match entry.value:
        case bool():
            return {"valueBoolean": entry.value}
        case str():
            return {"valueCoding": option_coding(finding, entry.value)}
        case Range():
            return _limit(finding, entry.value)
        case Decimal() if finding.unit:
            reported = entry.reported or Quantity(entry.value, finding.unit)
            return {"valueQuantity": quantity(reported.value, reported.unit)}
        case Decimal():
            return {"valueDecimal": entry.value}


def _limit(finding: Finding, value: Range) -> Resource:
    """Return a range that goes to the end of what is plausible as the limit that it was reported as."""
    if finding.unit and value.lowest == finding.low:
        return {"valueQuantity": {"comparator": "<=", **quantity(value.highest, finding.unit)}}
    if finding.unit and value.highest == finding.high:
        return {"valueQuantity": {"comparator": ">=", **quantity(value.lowest, finding.unit)}}
    return {}


def _why(reason: WhyUnknown) -> Resource:
    return {"extension": [{"url": local(WHY_UNKNOWN), "valueCode": reason.value}]}
