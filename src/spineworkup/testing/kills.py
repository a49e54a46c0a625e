"""Which mutants the cases and properties of a pathway notice, and which nobody would notice."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from attrs import evolve, field, frozen

from spineworkup.charts import Chart
from spineworkup.findings import Kind
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.reading.find_packages import overlay_folder, package_folder, shown, yaml_files
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import Case, read_case, read_cases
from spineworkup.testing.case_files import CaseFiles, WrittenCase, is_case_file
from spineworkup.testing.cases import differences
from spineworkup.testing.mutants import Mutant
from spineworkup.testing.pairs import moment_of
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

# A property says what is wrong with a pathway, one line each; nothing where it holds.
Property = Callable[[Pathway], Iterable[str]]
By = Literal["case", "property", "proof", ""]
# So many cases that noticed a mutant of the same kind are tried first with the next one.
_RECENT = 12


@frozen
class Fate:
    """What became of a mutant.

    Args:
        by: A case or a property noticed it, a proof shows that it changes nothing; empty where it is alive.
        who: The first case or property that noticed it, or why it changes nothing.
    """

    mutant: Mutant
    by: By
    who: str


@frozen
class Report:
    """What became of all mutants; as text, a table and the mutants that are alive, each with its place."""

    fates: tuple[Fate, ...]

    @property
    def alive(self) -> tuple[Mutant, ...]:
        """The mutants that nobody noticed."""
        return tuple(fate.mutant for fate in self.fates if not fate.by)

    @property
    def table(self) -> str:
        """For each kind how many mutants, by whom they were noticed, and how many are alive."""
        kinds = dict.fromkeys(fate.mutant.kind for fate in self.fates)
        heads = ("mutants", "by case", "by property", "equivalent", "alive")
        lines = [f"{'kind':32}" + "".join(f"{head:>12}" for head in heads)]
        for kind in (*sorted(kinds), "all"):
            lines.append(f"{kind:32}" + "".join(f"{count:12}" for count in self._counts(kind)))
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join([self.table, *map(str, self.alive)])

    def _counts(self, kind: str) -> tuple[int, ...]:
        found = Counter(fate.by for fate in self.fates if kind in (fate.mutant.kind, "all"))
        return found.total(), found["case"], found["property"], found["proof"], found[""]


@frozen
class Judges:
    """What is to notice the mutants of a pathway.

    Args:
        pathway: The rules as they should be.
        written: Cases, by the names that are shown.
        properties: What has to hold of any version of the pathway, by name.
    """

    pathway: Pathway
    written: Mapping[str, WrittenCase]
    properties: Mapping[str, Property] = field(factory=dict)

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """The cases; left out are those of the package whose answer an overlay changes."""
        read = {name: _read(written, self.pathway) for name, written in self.written.items()}
        return {name: case for name, case in read.items() if not self._is_different(case, self.pathway)}

    def fate(self, mutant: Mutant, first: Iterable[str] = (), equal: Mapping[str, str] | None = None) -> Fate:
        """Return what becomes of a mutant.

        Args:
            mutant: The pathway with a mistake.
            first: Cases to be tried first.
            equal: Why mutants, by id, change nothing.
        """
        near, others = self._in_order(mutant, first)
        # A copy is judged: what is worked out for it is thrown away with it.
        pathway = evolve(mutant.pathway)
        if (case := self._noticing(near, mutant, pathway)) is not None:
            return Fate(mutant, "case", case)
        for name, holds in self.properties.items():
            if any(True for _ in holds(pathway)):
                return Fate(mutant, "property", name)
        if (case := self._noticing(others, mutant, pathway)) is not None:
            return Fate(mutant, "case", case)
        why = (equal or {}).get(mutant.id, "")
        return Fate(mutant, "proof" if why else "", why)

    @cached_property
    def _about(self) -> Mapping[str, tuple[str, ...]]:
        """For every rule, step, score and finding: the cases that speak of it."""
        about: dict[str, list[str]] = {}
        for name in self.cases:
            for word in dict.fromkeys(_words({**_data(self.written[name]), "case": None})):
                about.setdefault(word, []).append(name)
        return {word: tuple(names) for word, names in about.items()}

    def _in_order(self, mutant: Mutant, first: Iterable[str]) -> tuple[Iterable[str], Iterable[str]]:
        """Return the cases that are likely to notice a mutant, and the others; none that can't."""
        if mutant.finding:
            able = self._about.get(mutant.finding, ())
            return [name for name in first if name in able], able
        what = mutant.rule or mutant.step or mutant.id.partition(":")[0]
        near = dict.fromkeys((*self._about.get(what, ()), *first))
        return near, [name for name in self.cases if name not in near]

    def _noticing(self, names: Iterable[str], mutant: Mutant, pathway: Pathway) -> str | None:
        return next((name for name in names if self._notices(name, mutant, pathway)), None)

    def _notices(self, name: str, mutant: Mutant, pathway: Pathway) -> bool:
        # What was recorded has to be read again only where a finding is another one.
        case = _read(self.written[name], pathway) if mutant.finding else _fitted(self.cases[name], pathway)
        try:
            return self._is_different(case, pathway)
        except KeyError:
            # It expects something of a rule that the mutant doesn't have.
            return True

    def _is_different(self, case: Case, pathway: Pathway) -> bool:
        return bool(differences(case, pathway, moment_of(self.pathway)))


def judges_of(
    name: str = DEFAULT, overlays: Sequence[str] = (), properties: Mapping[str, Property] | None = None
) -> Judges:
    """Return a rule package under overlays, with the cases beside them.

    Raises:
        CaseError: A case file can't be read.
        RuleError: The rules can't be read.
    """
    pathway = load_pathway(name, overlays)
    package = package_folder(name)
    folders = [
        package / "steps",
        package / "cases",
        *(overlay_folder(overlay) / "cases" for overlay in overlays),
    ]
    files = CaseFiles()
    written = {
        f"{shown(file)}: {case.case.label}": case
        for folder in folders
        for file in yaml_files(folder)
        if is_case_file(Path(str(file)))
        for case in files.read(Path(str(file)), shown(file))
        if case.pathway.overlays in ((), pathway.overlays)
    }
    return Judges(pathway, written, properties or {})


def run(mutants: Iterable[Mutant], judges: Judges, equal: Mapping[str, str] | None = None) -> Report:
    """Return what becomes of mutants; `equal` says why mutants, by id, change nothing.

    >>> from spineworkup.pathways import Pathway
    >>> print(run([], Judges(Pathway(), {})))
    kind                                 mutants     by case by property  equivalent       alive
    all                                        0           0           0           0           0
    """
    fates: list[Fate] = []
    recent: dict[str, deque[str]] = {}
    for mutant in mutants:
        first = recent.setdefault(mutant.kind, deque(maxlen=_RECENT))
        fate = judges.fate(mutant, tuple(first), equal)
        if fate.by == "case" and fate.who not in first:
            first.appendleft(fate.who)
        fates.append(fate)
    return Report(tuple(fates))


def red_flags(pathway: Pathway) -> Iterator[str]:
    """Yield the signs that are wrongly marked as a red flag: one that alone makes a step immediate is, no other is.

    For a clinician: a deficit for which somebody has to be called now doesn't get too old to count.
    """
    immediate = [rule.when for rule in pathway.rules.values() if rule.urgency is Urgency.IMMEDIATE]
    for finding in pathway.findings.values():
        if finding.kind is Kind.BOOLEAN:
            alone = any(evaluate(when, {finding.id: True}) is Truth.TRUE for when in immediate)
            if alone is not finding.red_flag:
                yield finding.id


def _data(written: WrittenCase) -> dict[str, object]:
    """Return a case as plain data."""
    data = written.document.data
    for key in written.keys:
        data = data[key]
    return dict(data)


def _read(written: WrittenCase, pathway: Pathway) -> Case:
    """Return a case, read against other rules."""
    if not written.keys:
        return read_case(written.document, pathway)
    return read_cases(evolve(written.document, data=[_data(written)]), pathway)[0]


def _fitted(case: Case, pathway: Pathway) -> Case:
    """Return a case whose chart has a pathway's own findings, equal to those it had: nobody compares them then."""
    old = case.chart
    chart: Chart = Chart.__new__(Chart)
    chart.__attrs_init__(
        pathway.findings, old.entries, old.clocks, old.steps, old.not_available, old.sign_offs, old.case
    )
    return evolve(case, chart=chart)


def _words(data: object) -> Iterator[str]:
    """Yield every key and every word of plain data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _words(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words(value)
    elif isinstance(data, str):
        yield from data.split()
