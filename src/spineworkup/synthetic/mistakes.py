"""Errors put into records on purpose, and the list of them: what software has to find."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, get_args

import numpy as np
from attrs import frozen

from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.synthetic.drawing import Draw, Flags, Whole

Mistake = Literal["implausible", "not_finite", "no_unit", "unknown_unit", "unknown_option", "in_future", "conflict"]
MISTAKES: tuple[Mistake, ...] = get_args(Mistake)
# A record with one of these can't be read; the others leave a finding unknown.
REJECTED: tuple[Mistake, ...] = ("not_finite", "no_unit", "unknown_unit", "unknown_option")
# The one finding that is written as several observations where there may be a conflict.
CONFLICTING = "limb_weakness"
NO_OPTION, NO_UNIT = "synthetic-error", "synthetic-error"
NONE = -1


@frozen(eq=False)
class Mistakes:
    """The errors in a block: at most one a patient.

    Args:
        places: Every error that there can be: what is wrong, and with which finding.
        chosen: Of each patient the number of a place, or none.
    """

    places: tuple[tuple[Mistake, str], ...]
    chosen: Whole

    def of(self, mistake: Mistake, finding: str) -> Flags:
        """Return those in whose record a finding is wrong in one way."""
        if (mistake, finding) not in self.places:
            return np.zeros(len(self.chosen), bool)
        return np.equal(self.chosen, self.places.index((mistake, finding)))

    def all_of(self, finding: str) -> Flags:
        """Return those in whose record a finding is wrong in any way."""
        numbers = [number for number, (_, id_) in enumerate(self.places) if id_ == finding]
        return np.isin(self.chosen, numbers)

    def listed(self, count: int) -> Iterator[tuple[int, str, Mistake]]:
        """Yield the errors of the first patients: whose, of which finding, what."""
        for place in np.flatnonzero(self.chosen[:count] != NONE):
            mistake, finding = self.places[self.chosen[place]]
            yield int(place), finding, mistake


def mistakes_of(draw: Draw, pathway: Pathway, timed: Collection[str], rate: float, kinds: Collection[Mistake]) -> Mistakes:
    """Draw the errors of a block: first which kind, then with which finding, all alike."""
    of_kind = {kind: [id_ for id_ in pathway.findings if _can_be(kind, pathway.findings[id_], pathway, timed)] for kind in MISTAKES if kind in kinds}
    places = [(kind, id_) for kind, ids in of_kind.items() for id_ in ids]
    weights = [1 / len(of_kind[kind]) for kind, _ in places]
    chosen = draw.pick(weights) if places else np.full(draw.size, NONE)
    return Mistakes(tuple(places), np.where(draw.chance(rate), chosen, NONE))


def _can_be(mistake: Mistake, finding: Finding, pathway: Pathway, timed: Collection[str]) -> bool:
    if finding.id in pathway.totals or (finding.id == CONFLICTING and mistake != "conflict"):
        return False
    match mistake:
        case "implausible":
            return finding.high is not None
        case "not_finite" | "no_unit" | "unknown_unit":
            return finding.kind is Kind.QUANTITY
        case "unknown_option":
            return finding.kind is Kind.CHOICE
        case "in_future":
            return finding.id in timed
        case "conflict":
            return finding.id == CONFLICTING
