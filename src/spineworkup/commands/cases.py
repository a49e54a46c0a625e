"""From what the command line names to a checklist."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.commands.saying import say
from spineworkup.errors import TimeError
from spineworkup.fhir.report import Outcome, Report
from spineworkup.moments import read_time
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import Case, case_document, overlays_of, read_case
from spineworkup.workups.kept import FORMAT
from spineworkup.workups.opening import open_workup
from spineworkup.workups.workup import Workup

if TYPE_CHECKING:
    from spineworkup.fhir.from_bundle import Imported


def checklist_of(options: argparse.Namespace) -> Checklist:
    """Return the checklist of the case that a command names: a case file, a workup, or a FHIR resource as JSON."""
    raw, name = read_input(options.case)
    return checklist_from(raw, name, options)


def checklist_from(raw: bytes, name: str, options: argparse.Namespace) -> Checklist:
    """Return the checklist of what a file holds."""
    if is_workup(raw):
        return workup_from(raw, name, options.overlay).checklist(moment(options.at))
    if is_fhir(raw):
        return _checklist_of_fhir(raw, options)
    case, pathway = read(raw, name, options.overlay)
    for warning in case.warnings:
        say(f"warning: {warning}")
    at = moment(options.at) if options.at is not None or case.at is None else case.at
    return assess(pathway, case.chart, at=at)


def workup_from(raw: bytes, name: str, overlays: Sequence[str]) -> Workup:
    """Return the workup that a file holds, with the rules that it goes by, or with those of overlays that are named."""
    return open_workup(raw, name, load_pathway(DEFAULT, overlays) if overlays else None)


def is_workup(raw: bytes) -> bool:
    """Return whether a file holds a workup: it says so at its beginning."""
    return raw.lstrip()[:1] == b"{" and FORMAT.encode() in raw[:100]


def is_fhir(raw: bytes) -> bool:
    """Return whether a file holds a FHIR resource and no case file."""
    return raw.lstrip()[:1] == b"{" and b'"resourceType"' in raw


def _checklist_of_fhir(raw: bytes, options: argparse.Namespace) -> Checklist:
    from spineworkup.fhir.from_bundle import assess_imported

    pathway, at = load_pathway(DEFAULT, options.overlay), moment(options.at)
    imported = import_fhir(raw, pathway, at)
    say(f"resources read: {counts_words(imported.report)} (`spineworkup from-fhir` says why)")
    return assess_imported(imported, pathway, at=at)


def counts_words(report: Report) -> str:
    """Return how many resources were used, ignored and unmapped."""
    return ", ".join(f"{report.count(outcome)} {outcome}" for outcome in get_args(Outcome))


def import_fhir(raw: bytes, pathway: Pathway, at: datetime, patient: str | None = None) -> Imported:
    """Return what a Bundle or a QuestionnaireResponse says of a patient."""
    from spineworkup.fhir.from_bundle import from_bundle
    from spineworkup.fhir.read_json import read_resource

    return from_bundle(read_resource(raw), pathway, at=at, patient=patient)


def read_input(case: str) -> tuple[bytes, str]:
    """Return what a file holds, and its name; `-` is standard input."""
    if case == "-":
        return sys.stdin.buffer.read(), "standard input"
    return Path(case).read_bytes(), case


def read(raw: bytes, name: str, overlays: list[str]) -> tuple[Case, Pathway]:
    """Return a case file that has been read, and the pathway that it asks for."""
    document = case_document(raw, name)
    asked = dict.fromkeys([*overlays_of(document), *overlays])
    pathway = load_pathway(DEFAULT, list(asked))
    return read_case(document, pathway), pathway


def moment(text: str | None) -> datetime:
    """Return the moment of `--at`, or now."""
    return time_of("--at", text) or now()


def time_of(option: str, text: str | None) -> datetime | None:
    """Return the time that an option names; None where it isn't given."""
    if text is None:
        return None
    try:
        return read_time(text)
    except TimeError as error:
        raise TimeError(f"{option}: {error}") from None


def now() -> datetime:
    """Return the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
