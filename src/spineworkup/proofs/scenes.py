"""The patients that a claim speaks of: one, or two of whom the second is known better, or is worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import z3
from attrs import field, frozen

from spineworkup.criteria import Comparator, Compare, leaves
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.proofs.answers import Answer, answer_of
from spineworkup.proofs.patients import Patient
from spineworkup.proofs.relations import same_surroundings, same_value, says_at_least
from spineworkup.translate.to_z3 import Formula

LOWER, HIGHER = "lower", "higher"


@frozen
class Scene:
    """Any patient of a pathway, and any second one beside them."""

    pathway: Pathway
    _alike_but: dict[str, list[Formula]] = field(factory=dict, init=False, eq=False, repr=False)

    @cached_property
    def one(self) -> Answer:
        """What the rules say of any patient."""
        return answer_of(self.pathway, Patient("one", self.pathway))

    @cached_property
    def other(self) -> Answer:
        """What they say of any second patient."""
        return answer_of(self.pathway, Patient("other", self.pathway))

    def two_who_differ_in(self, finding: str) -> Sequence[Formula]:
        """Return what holds of two patients of whom the same was recorded but for one finding."""
        if finding not in self._alike_but:
            rest = [rule for id_, rules in self._sames.items() if id_ != finding for rule in rules]
            self._alike_but[finding] = [*self.any_two, *rest]
        return self._alike_but[finding]

    @property
    def anybody(self) -> list[Formula]:
        """What holds of one patient."""
        return self.one.patient.can_be

    @cached_property
    def any_two(self) -> list[Formula]:
        """What holds of two patients to whom the same happened, in the same place."""
        surroundings = same_surroundings(self.one.patient, self.other.patient)
        return [*self.anybody, *self.other.patient.can_be, *surroundings]

    @cached_property
    def known_better(self) -> list[Formula]:
        """What holds of two patients where all that is known of the one is known of the other (written x ⊑ y)."""
        return [*self.any_two, *says_at_least(self.one.patient, self.other.patient)]

    @cached_property
    def worse(self) -> list[Formula]:
        """What holds where the second has more, or worse, red flags and all else is the same (written x ≤w y)."""
        rules = list(self.any_two)
        for id_, finding in self.pathway.findings.items():
            rules += self._worse(id_) if finding in self.red_flags else self._sames[id_]
        return rules

    @cached_property
    def red_flags(self) -> tuple[Finding, ...]:
        """The red flags whose worse side is known: present, or the side of a number that rules ask for."""
        flags = [finding for finding in self.pathway.findings.values() if finding.red_flag]
        return tuple(f for f in flags if f.kind is Kind.BOOLEAN or f.id in self.worse_side)

    @cached_property
    def worse_side(self) -> Mapping[str, str]:
        """For each number that indications compare to one side only, which side that is."""
        sides: dict[str, set[str]] = {}
        for step in self.pathway.steps.values():
            for rule in step.indications:
                for leaf in leaves(rule.when):
                    if isinstance(leaf, Compare):
                        low = leaf.comparator in (Comparator.LESS, Comparator.AT_MOST)
                        sides.setdefault(leaf.finding, set()).add(LOWER if low else HIGHER)
        return {id_: side for id_, found in sides.items() if len(found) == 1 for side in found}

    @cached_property
    def _sames(self) -> Mapping[str, list[Formula]]:
        one, other = self.one.patient, self.other.patient
        return {id_: same_value(one, other, id_) for id_ in self.pathway.findings}

    def _worse(self, finding: str) -> Iterable[Formula]:
        one, other = self.one.patient, self.other.patient
        if self.pathway.findings[finding].kind is Kind.BOOLEAN:
            a, b = one.flag(finding), other.flag(finding)
            return [a.unknown == b.unknown, z3.Implies(a.true, b.true)]
        mine, yours = one.span(finding), other.span(finding)
        side = self.worse_side[finding]
        worse = yours.lowest <= mine.lowest if side == LOWER else yours.lowest >= mine.lowest
        return [mine.known == yours.known, z3.Implies(mine.known, worse)]
