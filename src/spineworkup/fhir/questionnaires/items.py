"""The questions of a Questionnaire: one for each finding, one for its time where that matters, one for each clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.checklists import CLOCK_ASKS
from spineworkup.fhir.datatypes import Resource, local_coding
from spineworkup.fhir.finding_codes import finding_codings, option_coding
from spineworkup.fhir.questionnaires.conditions import Condition, possible_answers
from spineworkup.fhir.requests.words import source_words
from spineworkup.fhir.systems import CLOCKS, UCUM, coding
from spineworkup.findings import Finding, Kind, Value, plain

_CORE = "http://hl7.org/fhir/StructureDefinition"
_EXTRACT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_TYPES = {Kind.BOOLEAN: "boolean", Kind.CHOICE: "choice", Kind.QUANTITY: "quantity", Kind.NUMBER: "decimal"}


def finding_item(finding: Finding, moot: Condition | None) -> Resource:
    """Return the question about a finding.

    Numbers have no lowest and no highest value, as a form would refuse what lies outside: the window of plausible
    values is an engineering bound, and stands in the help.

    Args:
        finding: What is asked.
        moot: When it needn't be asked; None for always to be asked.
    """
    return {
        "extension": [*_units(finding), {"url": _EXTRACT, "valueBoolean": True}],
        "linkId": finding.id,
        "code": finding_codings(finding, *_units_of(finding)),
        "text": _words(finding),
        "type": _TYPES[finding.kind],
        **({} if moot is None else _unless(moot)),
        **_options(finding),
        **_help(finding),
    }


def time_item(finding: Finding) -> Resource:
    """Return the question when something was seen, which is asked once it was: present, or measured."""
    is_boolean = finding.kind is Kind.BOOLEAN
    seen = {"operator": "=" if is_boolean else "exists", "answerBoolean": True}
    return {
        "linkId": f"{finding.id}.at",
        "text": f"{'Since when' if is_boolean else 'Measured or seen when'}: {finding.label}",
        "type": "dateTime",
        "enableWhen": [{"question": finding.id, **seen}],
    }


def clock_items(clocks: Iterable[str]) -> Iterator[Resource]:
    """Yield the questions when clocks started."""
    for clock in clocks:
        label = f"Time of {clock.replace('_', ' ')}"
        yield {
            "extension": [{"url": _EXTRACT, "valueBoolean": True}],
            "linkId": f"clocks.{clock}",
            "code": [local_coding(CLOCKS, clock, label)],
            "text": CLOCK_ASKS[clock],
            "type": "dateTime",
        }


def display_item(link_id: str, text: str, control: str = "") -> Resource:
    """Return text that is only shown; as `help`, on demand."""
    shown = {"linkId": link_id, "text": text, "type": "display"}
    if not control:
        return shown
    how = {"coding": [coding(_CONTROLS, control)]}
    return {
        "extension": [{"url": f"{_CORE}/questionnaire-itemControl", "valueCodeableConcept": how}],
        **shown,
    }


def _words(finding: Finding) -> str:
    """Return the question; what isn't answered by yes or no is called by its name, which its question often leaves out."""
    label, ask = finding.label, finding.ask
    if not ask or finding.kind is Kind.BOOLEAN or label.lower() in ask.lower():
        return ask or label
    return f"{label}: {ask}"


def _units(finding: Finding) -> list[Resource]:
    """Return the units in which a quantity can be given; the form has to say which, so none is set beforehand."""
    url = f"{_CORE}/questionnaire-unitOption"
    return [{"url": url, "valueCoding": coding(UCUM, unit, unit)} for unit in _units_of(finding)]


def _units_of(finding: Finding) -> tuple[str, ...]:
    return (finding.unit, *finding.also) if finding.unit else ()


def _options(finding: Finding) -> Resource:
    if finding.kind is not Kind.CHOICE:
        return {}
    return {"answerOption": [{"valueCoding": option_coding(finding, option)} for option in finding.options]}


def _unless(moot: Condition) -> Resource:
    """Return that a question is shown while another has no answer, or one of the answers that keep it open."""
    about = {"question": moot.on.id}
    shown = [{**about, "operator": "exists", "answerBoolean": False}]
    others = [answer for answer in possible_answers(moot.on) if answer not in moot.answers]
    shown += [{**about, "operator": "=", **_answer(moot.on, answer)} for answer in others]
    return {"enableWhen": shown, **({"enableBehavior": "any"} if len(shown) > 1 else {})}


def _answer(finding: Finding, answer: Value) -> Resource:
    if isinstance(answer, bool):
        return {"answerBoolean": answer}
    return {"answerCoding": option_coding(finding, str(answer))}


def _help(finding: Finding) -> Resource:
    """Return what to know about a question: what counts as plausible, the note of the rules, the sources."""
    texts = [*_window(finding), finding.note, *_sources(finding)]
    text = " ".join(part for part in texts if part)
    return {"item": [display_item(f"{finding.id}.help", text, "help")]} if text else {}


def _window(finding: Finding) -> Iterator[str]:
    if finding.low is not None and finding.high is not None:
        bounds = f"{plain(finding.low)} to {plain(finding.high)} {finding.unit}".rstrip()
        yield f"A number outside {bounds} counts as a slip, and so as not known."


def _sources(finding: Finding) -> Iterator[str]:
    if finding.cites:
        yield f"Source: {source_words(finding.cites, finding.verification)}."
