"""A folder of patients under two versions of the rules: who is treated differently, and in what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.commands.cases import import_fhir, is_fhir, is_workup, now
from spineworkup.commands.many import one_line, progress
from spineworkup.commands.workups import changed_words
from spineworkup.errors import KeepingError, SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.workups.changes import changes_between
from spineworkup.workups.opening import open_workup
from spineworkup.workups.standings import standings_of

ENDINGS = (".yaml", ".yml", ".json")


@frozen
class Differing:
    """A patient whom two versions treat differently.

    Args:
        file: Where the patient is.
        rank: Of the most urgent step that stands otherwise, under either version.
        steps: What is otherwise, by the labels of the steps.
        words: What is otherwise, the most urgent first.
    """

    file: str
    rank: int
    steps: tuple[str, ...]
    words: tuple[str, ...] = field(repr=False)


@frozen
class Compared:
    """What two versions make of a folder of patients.

    Args:
        count: How many were compared.
        differing: Those who are treated differently, the most urgent first.
        failed: Why the others could not be read.
    """

    count: int
    differing: tuple[Differing, ...]
    failed: tuple[str, ...]


def compare_patients(folder: Path, old: Pathway, new: Pathway, at: datetime | None) -> Compared:
    """Return which of the case files, workups and FHIR resources of a folder two versions treat differently.

    Args:
        at: The moment for all; where nothing is said, that of the case file, or now.

    Raises:
        KeepingError: There is no such folder.
    """
    if not folder.is_dir():
        raise KeepingError(f"{folder}: there is no such folder")
    files = sorted(file for file in folder.rglob("*") if file.suffix in ENDINGS)
    moments = (at, now())
    found, failed = [], []
    for file in progress(files, "comparing"):
        try:
            raw, name = file.read_bytes(), str(file)
            found.append(_differing(name, *(_under(raw, name, rules, *moments) for rules in (old, new))))
        except SpineWorkupError as error:
            failed.append(one_line(error))
    differing = sorted((one for one in found if one.words), key=lambda one: (-one.rank, one.file))
    return Compared(len(found), tuple(differing), tuple(failed))


def _under(raw: bytes, name: str, rules: Pathway, at: datetime | None, otherwise: datetime) -> Checklist:
    """Return what a version makes of a patient, at a moment or at that of the case file or at another one."""
    if is_workup(raw):
        return open_workup(raw, name, rules).checklist(at or otherwise)
    if is_fhir(raw):
        from spineworkup.fhir.from_bundle import assess_imported

        return assess_imported(import_fhir(raw, rules, at or otherwise), rules, at=at or otherwise)
    case = read_case(case_document(raw, name), rules)
    return assess(rules, case.chart, at=at or case.at or otherwise)


def _differing(file: str, before: Checklist, after: Checklist) -> Differing:
    was = standings_of(before)
    changes = changes_between(was, after, since=before.at, events=())
    gone = [before.item(id_) for id_ in was if id_ not in after.pathway.steps]
    tiers = [tier for change in changes.steps for tier in (change.was.urgency.highest, change.now.urgency.highest)]
    tiers += [item.urgency.highest for item in gone]
    said = [(item.step.label, f"{item.step.label}: not there any more. Was: {item.status.words.lower()}") for item in gone]
    said += [(change.label, changed_words(change, after.pathway, after.at.tzinfo)) for change in changes.steps]
    said += _why(before, after, {change.step for change in changes.steps})
    words = (*(words for _, words in said), *_not_read(before, after))
    steps = tuple(dict.fromkeys(label for label, _ in said))
    return Differing(file, max((tier.rank for tier in tiers), default=0), steps, words)


def _why(before: Checklist, after: Checklist, otherwise: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield steps that stand as they stood for other reasons, or with something else that speaks against them."""
    for item in after.items:
        if item.step.id not in otherwise and item.step.id in before.pathway.steps:
            was, now = _said(before.item(item.step.id)), _said(item)
            parts = [f"said no more: {words}" for words in was - now] + [f"also said: {words}" for words in now - was]
            if parts:
                yield item.step.label, f"{item.step.label}: {'; '.join(sorted(parts))}"


def _said(item: ChecklistItem) -> set[str]:
    """Return what the rules say that make a step what it is, and those that speak against it, with what they rest on."""
    why = {f"{one.text} [{'; '.join(map(str, one.cites))}]" for one in item.reasons}
    return why | {f"{one.text} [{'; '.join(map(str, one.cites))}]" for one in item.against}


def _not_read(before: Checklist, after: Checklist) -> Iterator[str]:
    """Yield what of a record the one version reads and the other doesn't."""
    for notice in after.notices:
        if notice.kind == "not_in_rules" and notice not in before.notices:
            yield notice.text
