"""Clause coverage: which literals of which rules decided something in which cases, and which never did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from textwrap import indent, wrap

from attrs import frozen

from spineworkup.assessment import assess
from spineworkup.criteria import Criterion, Place
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.reading.read_case import Case
from spineworkup.testing.literals import Literal, literals_of, outcomes
from spineworkup.testing.pairs import Pair, Pairs, moment_of
from spineworkup.translate.to_english import to_english
from spineworkup.truth import Truth


@frozen
class LiteralCoverage:
    """A literal, and the labels of the cases in which it decided its rule, by its own truth there.

    It decides its rule where the rule would be something else if this one literal had another of the three truths.
    """

    literal: Literal
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def cases(self) -> tuple[str, ...]:
        """All cases in which it decided."""
        return self.true + self.false + self.unknown

    @property
    def is_complete(self) -> bool:
        """Whether it decided each way: being true, being false and not being known."""
        return bool(self.true and self.false and self.unknown)


@frozen
class Coverage:
    """What a set of cases exercises of a pathway.

    For a rule author: a line of a rule that no case turns could be wrong, and no test would say so.

    Args:
        cases: How many cases there were.
        literals: Of every rule, in the order of the rules.
    """

    pathway: Pathway
    cases: int
    literals: tuple[LiteralCoverage, ...]

    @property
    def never(self) -> tuple[LiteralCoverage, ...]:
        """The literals that decided in no case."""
        return tuple(covered for covered in self.literals if not covered.cases)

    @cached_property
    def pairs(self) -> Mapping[str, Pair]:
        """For each literal, by its id, two patients whom it tells apart; what has none may be left out of its rule."""
        pairs = {covered.literal.id: self._search.pair_of(covered.literal) for covered in self.literals}
        return {id_: pair for id_, pair in pairs.items() if pair is not None}

    @cached_property
    def _search(self) -> Pairs:
        return Pairs(self.pathway)

    def report(self, width: int = 100) -> str:
        """Return it all as text: literals that never decided first, each with a case that would exercise it."""
        never, partly = self.never, [c for c in self.literals if c.cases and not c.is_complete]
        rules = len({covered.literal.rule.id for covered in self.literals})
        lines = [
            f"Clause coverage of {self.pathway.id}: "
            f"{_count(len(self.literals), 'literal')} of {_count(rules, 'rule')}, {_count(self.cases, 'case')}",
            f"{len(never):6} never decided their rule",
            f"{len(partly):6} decided it, but not each way: being true, being false, not being known",
            f"{len(self.literals) - len(never) - len(partly):6} decided it each way",
        ]
        if never:
            lines += [
                "",
                "NEVER DECIDED",
                *(line for covered in never for line in self._never(covered, width)),
            ]
        if partly:
            lines += [
                "",
                "NOT EACH WAY",
                *(line for covered in partly for line in self._partly(covered, width)),
            ]
        return "\n".join(lines)

    def _never(self, covered: LiteralCoverage, width: int) -> Iterator[str]:
        literal = covered.literal
        yield from _folded(f"{literal.id}: {self._words(literal)}", width)
        yield from _folded(f"  {self.pathway.steps[literal.step].label}: {literal.rule.says}", width)
        pair = self._search.pair_of(literal)
        if pair is None:
            yield "    no case was found that would exercise it: the rule may say the same without it"
            return
        yield "    a case that would exercise it:"
        yield indent(pair.cases[0].rstrip(), " " * 6)

    def _partly(self, covered: LiteralCoverage, width: int) -> Iterator[str]:
        missing = [truth.value for truth in _TRUTHS if not getattr(covered, truth.value)]
        words = f"{covered.literal.id}: {self._words(covered.literal)}; never {' or '.join(missing)}"
        yield from _folded(words, width)

    def _words(self, literal: Literal) -> str:
        return to_english(literal.leaf, self.pathway.findings)


def clause_coverage(pathway: Pathway, cases: Iterable[Case], base: Pathway | None = None) -> Coverage:
    """Return which literals of the pathway's rules decided something in which cases.

    Args:
        pathway: The rules.
        cases: Cases read for this pathway; one without `at` is assessed on the day on which the rules were revised.
        base: The pathway without an overlay: then only rules count that the overlay adds or of which it changes `when`.
    """
    before = {} if base is None else {id_: rule.when for id_, rule in base.rules.items()}
    literals = [one for one in literals_of(pathway) if before.get(one.rule.id) != one.rule.when]
    cases = list(cases)
    labels = _labels(literals, cases, pathway)
    covered = (
        LiteralCoverage(one, *(tuple(labels[one.rule.when, one.path, truth]) for truth in _TRUTHS))
        for one in literals
    )
    return Coverage(pathway, len(cases), tuple(covered))


_TRUTHS = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)
_Decided = Mapping[tuple[Criterion, Place, Truth], Sequence[str]]


def _labels(literals: Iterable[Literal], cases: Iterable[Case], pathway: Pathway) -> _Decided:
    """Return the labels of the cases in which a leaf of a criterion decided it: several rules may share a criterion."""
    by_criterion: dict[Criterion, dict[Place, Criterion]] = defaultdict(dict)
    for one in literals:
        by_criterion[one.rule.when][one.path] = one.leaf
    found: dict[tuple[Criterion, Place, Truth], list[str]] = defaultdict(list)
    for case in cases:
        facts = assess(pathway, case.chart, at=case.at or moment_of(pathway)).chart.facts
        for criterion, leaves in by_criterion.items():
            for path in outcomes(criterion, facts):
                found[criterion, path, evaluate(leaves[path], facts)].append(case.label)
    return found


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _folded(text: str, width: int) -> list[str]:
    space = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(f"  {text}", width, subsequent_indent=space + "  ", break_on_hyphens=False)
