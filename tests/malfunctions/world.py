"""What a fault is put into: a rule package with its cases, an overlay on it, one patient's record, and the engine itself."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve, frozen

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.pathways import Pathway
from spineworkup.reading.find_packages import package_folder
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import case_document, read_case

SHIPPED = Path(str(package_folder(DEFAULT)))
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
RECORD = """\
case: example
age_years: 67
clocks: {suspicion: 2026-11-20T09:00:00+00:00}
findings:
  cancer_history: current
  night_pain: present
  limb_weakness: {value: present, at: 2026-11-20T08:30:00+00:00, source: ward}
  implant_mri_status: none
  calcium_total: 2.40 mmol/L
  albumin: 40 g/L
steps:
  blood_tests: {state: requested, at: 2026-11-20T09:30:00+00:00}
"""
OVERLAY_HEAD = """\
overlay: site
base: metastatic_spine
title: A hospital
profile: site
revised: 2026-11-24
review_by: 2027-11-24
reason: Local
"""
# A sound overlay: it asks for the MRI earlier.
OVERLAY = """\
set:
  - {what: steps.mri_whole_spine.indications.mri_within_24_hours.within, was: 24 h, now: 12 h}
"""


@frozen
class World:
    """Everything that a fault may be in.

    Args:
        room: An empty folder, for copies.
        folder: The rule package: the shipped one, or a copy with a fault in it.
        overlay: What an overlay on it says.
        record: A patient's case file.
        at: When the checklist is made.
        change: What is done to the rules after they were read.
    """

    room: Path
    folder: Path = SHIPPED
    overlay: str = OVERLAY
    record: str = RECORD
    at: datetime = AT
    change: Callable[[Pathway], Pathway] = evolve

    @property
    def today(self) -> date:
        return self.at.date()

    @cached_property
    def pathway(self) -> Pathway:
        """The rules; never those of another world, as a pathway keeps what was worked out for it."""
        return self.change(shipped() if self.folder == SHIPPED else load_pathway(f"{self.folder}/"))

    @cached_property
    def overlaid(self) -> Pathway:
        """The rules under the overlay."""
        folder = self.room / "site"
        folder.mkdir(exist_ok=True)
        (folder / "overlay.yaml").write_text(OVERLAY_HEAD + self.overlay)
        return load_pathway(f"{self.folder}/", [f"{folder}/"])

    @cached_property
    def checklist(self) -> Checklist:
        """The patient's checklist."""
        chart = read_case(case_document(self.record, "record"), self.pathway).chart
        return assess(self.pathway, chart, at=self.at)


@cache
def shipped() -> Pathway:
    """The rules as they should be."""
    return load_pathway(DEFAULT)


# How a fault is put in.

Injection = Callable[[World, pytest.MonkeyPatch], World]


def in_file(name: str, was: str, now: str) -> Injection:
    """One place of a file of the rule package says something else."""

    def inject(world: World, patch: pytest.MonkeyPatch) -> World:
        folder = _copy(world)
        (folder / name).write_text(_replaced((folder / name).read_text(), was, now))
        return evolve(world, folder=folder)

    return inject


def without_file(name: str) -> Injection:
    """A file of the rule package is gone."""

    def inject(world: World, patch: pytest.MonkeyPatch) -> World:
        folder = _copy(world)
        (folder / name).unlink()
        return evolve(world, folder=folder)

    return inject


def in_rules(change: Callable[[Pathway], Pathway]) -> Injection:
    """The rules are changed after they were read."""
    return lambda world, patch: evolve(world, change=change)


def in_overlay(text: str) -> Injection:
    """The overlay says something else."""
    return lambda world, patch: evolve(world, overlay=text)


def in_record(was: str, now: str) -> Injection:
    """One place of the patient's record says something else."""
    return lambda world, patch: evolve(world, record=_replaced(world.record, was, now))


def at(moment: datetime) -> Injection:
    """The checklist is made at another moment."""
    return lambda world, patch: evolve(world, at=moment)


def in_engine(name: str, broken: Callable[[Any], Any]) -> Injection:
    """A function or method of the library is replaced by what `broken` makes of it, wherever it is used."""

    def inject(world: World, patch: pytest.MonkeyPatch) -> World:
        owner, attribute = _owner(name)
        original = getattr(owner, attribute)
        replacement = broken(original)
        patch.setattr(owner, attribute, replacement)
        for module in _modules():
            if module.__dict__.get(attribute) is original:
                patch.setattr(module, attribute, replacement)
        return world

    return inject


def in_table(name: str, key: Any, value: Any) -> Injection:
    """One row of a table of the library says something else."""

    def inject(world: World, patch: pytest.MonkeyPatch) -> World:
        owner, attribute = _owner(name)
        patch.setitem(getattr(owner, attribute), key, value)
        return world

    return inject


def every(*injections: Injection) -> Injection:
    """Several faults at once: one that only shows where another guard has failed too."""

    def inject(world: World, patch: pytest.MonkeyPatch) -> World:
        for injection in injections:
            world = injection(world, patch)
        return world

    return inject


def _copy(world: World) -> Path:
    folder = world.room / "rules"
    if not folder.exists():
        shutil.copytree(SHIPPED, folder)
    return folder


def _replaced(text: str, was: str, now: str) -> str:
    assert text.count(was) == 1, (was, text.count(was))
    return text.replace(was, now)


def _owner(name: str) -> tuple[Any, str]:
    """Return the module or class that holds a name, and the name in it."""
    path, _, attribute = name.rpartition(".")
    if path in sys.modules:
        return sys.modules[path], attribute
    module, _, holder = path.rpartition(".")
    return getattr(sys.modules[module], holder), attribute


def _modules() -> Iterator[ModuleType]:
    """The library, and the tests that are used as detectors."""
    modules: Mapping[str, ModuleType] = dict(sys.modules)
    yield from (module for name, module in modules.items() if name.startswith(("spineworkup", "tests.")))
