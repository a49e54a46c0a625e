"""Patients whose answers are known in advance: the service asks about them before it answers about others.

A rule that stopped firing looks like a patient who has nothing. So for every rule of the package there is a patient of
whom it holds; where one of them gets another answer than the package's own cases expect, or than at the start, nobody gets one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from attrs import define, field, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.errors import CaseError, PathwayError
from spineworkup.pathways import Pathway
from spineworkup.reading.find_packages import package_folder, yaml_files
from spineworkup.reading.read_case import Case, read_cases
from spineworkup.reading.read_package import CASES
from spineworkup.reading.read_yaml import read_yaml
from spineworkup.truth import Truth

EVERY = timedelta(hours=1)


@frozen
class Sentinel:
    """A patient of whom a rule holds.

    Args:
        rule: Its id.
        step: The step to which it belongs.
    """

    rule: str
    step: str
    chart: Chart = field(repr=False)
    at: datetime


def sentinels_of(package: str, pathway: Pathway) -> tuple[Sentinel, ...]:
    """Return a patient for each rule of the steps that are safety-critical, from the package's own cases.

    Args:
        package: The name of a rule package, or the path of its folder.
        pathway: The package, overlays included.

    Raises:
        PathwayError: A rule has no case in which it holds: whether it stopped could not be told.
    """
    wanted = {rule.id: step.id for step in pathway.steps.values() if step.safety_critical for rule in step.rules}
    found: dict[str, Sentinel] = {}
    for case in _cases(package, frozenset(wanted.values()), pathway):
        for rule, word in (case.expect or {}).get("rules", {}).items():
            if word == "holds" and rule in wanted and case.at is not None:
                found.setdefault(rule, Sentinel(rule, wanted[rule], case.chart, case.at))
    if missing := sorted(wanted.keys() - found.keys()):
        raise PathwayError(f"no case of the package says when these rules hold: {', '.join(missing)}")
    return tuple(found[rule] for rule in sorted(found))


def _cases(package: str, steps: frozenset[str], pathway: Pathway) -> Iterator[Case]:
    for file in yaml_files(package_folder(package) / "steps"):
        if file.name.endswith(CASES) and file.name.removesuffix(CASES) in steps:
            document, problems = read_yaml(file.read_bytes(), file.name)
            if problems:
                raise CaseError(problems)
            yield from read_cases(document, pathway)


def rules_that_hold(checklist: Checklist) -> tuple[str, ...]:
    """Return the ids of the rules that are true of a patient, in an order of their own."""
    reading = checklist.items[0].reading
    found = {
        rule.rule.id
        for step in reading.plan.steps
        for rule in (*step.own, *step.absolute, *step.relative, *step.cautions)
        if reading.truths[rule.place] is Truth.TRUE
    }
    return tuple(sorted(found))


@define
class Watch:
    """Asks about the sentinels, at most so often, and says whether all is well.

    Args:
        every: After this what was found counts no more.
    """

    pathway: Pathway = field(repr=False)
    sentinels: Sequence[Sentinel] = field(repr=False)
    every: timedelta = EVERY
    _first: list[str] = field(factory=list, init=False, repr=False)
    _asked: datetime | None = field(default=None, init=False)
    _well: bool = field(default=False, init=False)

    def is_well(self, at: datetime, within: timedelta | None = None) -> bool:
        """Return whether every sentinel gets the answer that it has to get.

        Args:
            within: What was found so long ago still counts; `every` where nothing is said.
        """
        if self._asked is None or not timedelta() <= at - self._asked < (within or self.every):
            self._asked, self._well = at, self._ask()
        return self._well

    def _ask(self) -> bool:
        # Charts made anew: what was worked out of them before says nothing about now.
        charts = [evolve_entries(one.chart, one.chart.entries) for one in self.sentinels]
        answers = [assess(self.pathway, chart, at=one.at) for one, chart in zip(self.sentinels, charts, strict=True)]
        said = [_said(checklist) for checklist in answers]
        self._first = self._first or said
        return said == self._first and all(map(self._is_right, self.sentinels, answers)) and bool(said)

    def _is_right(self, sentinel: Sentinel, checklist: Checklist) -> bool:
        rule, item = self.pathway.rules[sentinel.rule], checklist.item(sentinel.step)
        if sentinel.rule not in rules_that_hold(checklist):
            return False
        return rule.kind != "indication" or item.urgency.lowest >= rule.urgency


def _said(checklist: Checklist) -> str:
    return "\n".join(
        f"{item.step.id} {item.status.value} {item.urgency.words} {item.due} {item.clear_to_proceed} {item.instead}"
        for item in checklist.items
    )
