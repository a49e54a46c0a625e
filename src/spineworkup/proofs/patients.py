"""A patient of whom anything may be known, as unknowns of the solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import z3
from attrs import field, frozen

from spineworkup.charts import CLOCKS
from spineworkup.criteria import Criterion
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive, Score
from spineworkup.translate.to_z3 import Formula, Rails, Span, Term, either, number, to_z3


@frozen
class Event:
    """What has happened to a step, as far as it matters: at most one of these.

    Args:
        declined: A clinician recorded that it will not be done.
        finished: Its result was acted on.
        performed: It was done: that is enough of a step that has no result.
        begun: Something else was recorded, such as requested.
    """

    declined: Formula
    finished: Formula
    performed: Formula
    begun: Formula

    @property
    def any(self) -> list[Formula]:
        """Everything that can have happened."""
        return [self.declined, self.finished, self.performed, self.begun]


@frozen
class Patient:
    """Any patient there can be for a pathway: what is known, what happened, what isn't available here.

    Findings have no times: a deadline starts with its clock. A derived finding may have any value, as if a laboratory had
    reported it, or none, as if two had disagreed; the total of a score is worked out from its items, reported, or disputed.

    Args:
        name: Tells the unknowns of two patients apart.
        pathway: Whose findings and steps; of two pathways compared, both together.
    """

    name: str
    pathway: Pathway
    _rails: dict[Criterion, Rails] = field(factory=dict, init=False, eq=False, repr=False)

    def flag(self, finding: str) -> Rails:
        """Return whether a boolean finding is present."""
        return self.flags[finding]

    def options(self, finding: str) -> Mapping[str, Formula]:
        """Return for each option of a choice whether it is known to be that one."""
        return self._choices[finding]

    def span(self, finding: str) -> Span:
        """Return a number; of a score's total the two ends that its known items leave."""
        score = self.pathway.totals.get(finding)
        return self._numbers[finding] if score is None else self._totals[finding]

    def truth(self, criterion: Criterion) -> Rails:
        """Return when a criterion is surely true and surely false of this patient."""
        if criterion not in self._rails:
            self._rails[criterion] = to_z3(criterion, self)
        return self._rails[criterion]

    def known(self, finding: str) -> Formula:
        """Return whether anything is known of a finding."""
        if finding in self.flags:
            return z3.Or(self.flags[finding].true, self.flags[finding].false)
        if finding in self._choices:
            return either(list(self._choices[finding].values()))
        return self.span(finding).known

    def exactly_known(self, finding: str) -> Formula:
        """Return whether a finding has one value; a score's total may lie between two."""
        if finding not in self._numbers:
            return self.known(finding)
        span = self.span(finding)
        return z3.And(span.known, span.lowest == span.highest)

    def reported(self, finding: str) -> Formula:
        """Return whether a finding itself was recorded, and not worked out from others."""
        return self._numbers[finding].known if finding in self._numbers else self.known(finding)

    @cached_property
    def disputed(self) -> Mapping[str, Formula]:
        """For each total of a score whether several different ones were reported, so that none counts."""
        return {id_: self._bool(f"{id_}.disputed") for id_ in self._totals}

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """What has happened to each step."""
        names = "declined finished performed begun"
        return {id_: Event(*self._bools(f"step.{id_}", names)) for id_ in self.pathway.steps}

    @cached_property
    def not_available(self) -> Mapping[str, Formula]:
        """For each step whether this place can't do it now."""
        return {id_: self._bool(f"not_available.{id_}") for id_ in self.pathway.steps}

    @cached_property
    def signed_off(self) -> Mapping[str, Formula]:
        """For each relative contraindication whether its role has cleared it."""
        relative = [rule for rule in self.pathway.rules.values() if rule.kind == "relative" and rule.sign_off]
        return {rule.id: self._bool(f"signed_off.{rule.id}") for rule in relative}

    @cached_property
    def clocks(self) -> Mapping[str, tuple[Formula, Term]]:
        """For each clock whether it is known, and when it started, in hours."""
        return {clock: (self._bool(f"clock.{clock}"), self._real(f"clock.{clock}.at")) for clock in CLOCKS}

    @cached_property
    def can_be(self) -> list[Formula]:
        """Return what holds of every patient: one value at most, plausible numbers, one event a step."""
        rules = [z3.Not(z3.And(rail.true, rail.false)) for rail in self.flags.values()]
        rules += [z3.AtMost(*options.values(), 1) for options in self._choices.values() if len(options) > 1]
        rules += [bound for id_ in self._numbers for bound in self.bounds(id_)]
        rules += [z3.Not(z3.And(self._numbers[id_].known, d)) for id_, d in self.disputed.items()]
        rules += [z3.AtMost(*e.any, 1) for e in self.events.values()]
        rules += [z3.And(at >= -100, at <= 0) for _, at in self.clocks.values()]
        return rules

    def bounds(self, finding: str) -> list[Formula]:
        """Return that a number is plausible."""
        about, value = self.pathway.findings[finding], self._numbers[finding].lowest
        low = [value >= number(about.low)] if about.low is not None else []
        return low + ([value <= number(about.high)] if about.high is not None else [])

    @cached_property
    def flags(self) -> Mapping[str, Rails]:
        """The boolean findings: present, absent, or not known."""
        return {f.id: Rails(*self._bools(f.id, "present absent")) for f in self._of_kind(Kind.BOOLEAN)}

    @cached_property
    def _choices(self) -> Mapping[str, Mapping[str, Formula]]:
        return {
            f.id: {option: self._bool(f"{f.id}={option}") for option in f.options}
            for f in self._of_kind(Kind.CHOICE)
        }

    @cached_property
    def _numbers(self) -> Mapping[str, Span]:
        spans = {}
        for finding in self._of_kind(Kind.NUMBER, Kind.QUANTITY):
            value = self._real(finding.id)
            spans[finding.id] = Span(self._bool(f"{finding.id}.known"), value, value)
        return spans

    @cached_property
    def _totals(self) -> Mapping[str, Span]:
        here = self._numbers.keys()
        return {id_: self._total(score) for id_, score in self.pathway.totals.items() if id_ in here}

    def _total(self, score: Score) -> Span:
        assert isinstance(score.table, Additive)
        reported, lowest, highest, known = self._numbers[score.total], [], [], []
        for item, points in score.table.items.items():
            options, ends = self._choices[item], list(points.values())
            low: Term = z3.RealVal(min(end[0] for end in ends))
            high: Term = z3.RealVal(max(end[1] for end in ends))
            for option, holds in options.items():
                if option in points:
                    low, high = z3.If(holds, points[option][0], low), z3.If(holds, points[option][1], high)
            known += list(options.values())
            lowest.append(low)
            highest.append(high)
        disputed = self._bool(f"{score.total}.disputed")
        # A sum of one is no sum in the text that other solvers read.
        least, most = z3.Sum(z3.RealVal(0), *lowest), z3.Sum(z3.RealVal(0), *highest)
        return Span(
            z3.Or(reported.known, z3.And(z3.Not(disputed), either(known))),
            z3.If(reported.known, reported.lowest, least),
            z3.If(reported.known, reported.highest, most),
        )

    def _of_kind(self, *kinds: Kind) -> Iterator[Finding]:
        return (finding for finding in self.pathway.findings.values() if finding.kind in kinds)

    def _bool(self, what: str) -> Formula:
        return z3.Bool(f"{self.name}.{what}")

    def _bools(self, what: str, names: str) -> list[Formula]:
        return [self._bool(f"{what}.{name}") for name in names.split()]

    def _real(self, what: str) -> Term:
        return z3.Real(f"{self.name}.{what}")
