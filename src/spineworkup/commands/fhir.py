"""The commands that read and write FHIR."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spineworkup.checklists import Checklist
from spineworkup.commands.cases import checklist_of, counts_words, import_fhir, moment, read_input
from spineworkup.commands.parsers import Commands, add_case, add_moment, add_overlays
from spineworkup.commands.saying import OK
from spineworkup.errors import SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.translate.to_case import to_case

if TYPE_CHECKING:
    from spineworkup.fhir.report import Report

OF_RULES = ("plan", "questionnaire")
OF_PATIENTS = ("requests", "response", "observations")


def add_parsers(commands: Commands) -> None:
    """Add the commands that read and write FHIR."""
    words = "read a patient's FHIR resources, say what became of each"
    made = commands.add("from-fhir", run_from_fhir, words, "spineworkup from-fhir bundle.json --to case.yaml")
    made.add_argument("file", metavar="FILE", help="a Bundle or a QuestionnaireResponse, JSON; - for standard input")
    made.add_argument("--patient", metavar="REF", help="whom it has to be about, such as Patient/1")
    made.add_argument("--to", metavar="FILE", help="the case file to write")
    add_moment(made)
    add_overlays(made)
    words = "write the rules, or a checklist, as FHIR R4 resources"
    made = commands.add("to-fhir", run_to_fhir, words, "spineworkup to-fhir requests case.yaml --patient Patient/1")
    made.add_argument("what", choices=(*OF_RULES, *OF_PATIENTS), metavar="WHAT", help=", ".join((*OF_RULES, *OF_PATIENTS)))
    add_case(made, optional=True)
    made.add_argument("--patient", metavar="REF", default="Patient/example", help="whom it is about (default: %(default)s)")
    made.add_argument("--to", metavar="FILE", help="the file to write (default: the screen)")


def run_from_fhir(options: argparse.Namespace) -> int:
    """Say what became of each resource of a Bundle; write the rest as a case file."""
    at = moment(options.at)
    raw, _ = read_input(options.file)
    imported = import_fhir(raw, load_pathway(DEFAULT, options.overlay), at, options.patient)
    print("\n".join(report_lines(imported.report)))
    if options.to is not None:
        Path(options.to).write_text(to_case(imported.chart, at), encoding="utf-8")
        print(f"Written: {options.to}")
    return OK


def report_lines(report: Report) -> Iterator[str]:
    """Yield a line for each resource, what they come to, and what a reader must know."""
    for line in report.lines:
        what = f"{line.outcome:8} {line.place}: {line.resource_type}"
        yield what + "".join(f": {word}" for word in (line.finding, line.why) if word)
    yield counts_words(report)
    if report.conflicting:
        yield f"conflicting: {', '.join(report.conflicting)}"
    yield from (f"notice: {notice.text}" for notice in report.notices)


def run_to_fhir(options: argparse.Namespace) -> int:
    """Write the rules, or the checklist of a case, as FHIR resources."""
    from spineworkup.fhir.write_json import write_resource

    text = write_resource(_exported(options)) + "\n"
    if options.to is None:
        print(text, end="")
    else:
        Path(options.to).write_text(text, encoding="utf-8")
        print(f"Written: {options.to}")
    return OK


def _exported(options: argparse.Namespace) -> dict[str, Any]:
    if options.what in OF_RULES:
        if options.case is not None:
            raise SpineWorkupError(f"{options.what} is about the rules: it takes no case")
        return _of_rules(options.what, load_pathway(DEFAULT, options.overlay))
    if options.case is None:
        raise SpineWorkupError(f"{options.what} is about a patient: name a case file")
    return _of_patient(options.what, checklist_of(options), options.patient)


def _of_rules(what: str, pathway: Pathway) -> dict[str, Any]:
    if what == "plan":
        from spineworkup.fhir.to_plan_definition import to_plan_bundle

        return to_plan_bundle(pathway)
    from spineworkup.fhir.to_questionnaire import to_questionnaire

    return to_questionnaire(pathway)


def _of_patient(what: str, checklist: Checklist, patient: str) -> dict[str, Any]:
    if what == "requests":
        from spineworkup.fhir.to_requests import to_request_bundle

        return to_request_bundle(checklist, patient)
    if what == "response":
        from spineworkup.fhir.to_questionnaire_response import to_questionnaire_response

        return to_questionnaire_response(checklist, patient)
    from spineworkup.fhir.to_observations import to_observations

    return to_observations(checklist, patient)
