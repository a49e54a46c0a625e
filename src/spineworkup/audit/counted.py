"""The counts of one standard, by outcome, month and site, with small ones hidden where that was asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import field, frozen

from spineworkup.audit.answers import Flags, Texts
from spineworkup.audit.outcomes import OUTCOMES, Group, Measured, Outcome
from spineworkup.audit.shares import Share
from spineworkup.audit.small_numbers import Counts, Hidden, Key, Sum, suppressed
from spineworkup.audit.waiting import Curve, kaplan_meier

GROUPS = tuple(Group)
ALL = ("all", "")
Place = tuple[str, str]


@frozen
class Shares:
    """How many of some patients are shown to be in time, and what the share could be if all were known.

    Args:
        counted: In time, not in time and not known together.
    """

    kept: int
    unknown: int
    counted: int

    @property
    def at_least(self) -> Share:
        """The share if none of those who aren't known was in time."""
        return Share(self.kept, self.counted)

    @property
    def at_most(self) -> Share:
        """The share if all of them were."""
        return Share(self.kept + self.unknown, self.counted)


@frozen(eq=False)
class Counted:
    """The counts of one standard.

    Args:
        places: The months and the sites, each in order.
        fewest: Below it a number is hidden; 0 hides none.
    """

    of: Measured
    counts: Counts
    months: tuple[Place, ...]
    sites: tuple[Place, ...]
    fewest: int = field(default=0)

    def number(self, place: Place, what: Key = "asked") -> int | Hidden:
        """Return a count of a month, of a site or of all."""
        return self.counts.get((*place, what))

    def shares(self, place: Place) -> Shares | None:
        """Return the shares of a month, of a site or of all; None where one of their numbers is hidden."""
        keys = [(*place, group) for group in (Group.KEPT, Group.UNKNOWN, Group.MISSED)]
        if not self.counts.all_shown(*keys):
            return None
        kept, unknown, missed = (self.counts.numbers[key] for key in keys)
        return Shares(kept, unknown, kept + unknown + missed)

    def curve(self, place: Place = ALL) -> Curve | None:
        """Return how long it took; None where so few are followed that it isn't shown."""
        shown = [(*place, what) for what in ((*_CURVE, *GROUPS) if place == ALL else GROUPS)]
        followed, happened = self.followed(place)
        if not self.counts.all_shown(*shown) or happened.sum() < max(self.fewest, 1):
            return None
        hours = np.where(happened, self.of.hours, self.of.followed)
        return kaplan_meier(hours[followed], happened[followed])

    def followed(self, place: Place) -> tuple[Flags, Flags]:
        """Return who is in the curve, and of these to whom it happened."""
        followed = self.where(place) & self.of.in_group(*_FOLLOWED)
        return followed, followed & self.of.happened

    def where(self, place: Place) -> Flags:
        """Return the patients of a month or a site."""
        kind, name = place
        if kind == "all":
            return self.of.asked
        column: Texts = self.of.month if kind == "month" else self.of.site
        return self.of.asked & np.equal(column, name)


_FOLLOWED = tuple(outcome for outcome in OUTCOMES if outcome.group in (Group.KEPT, Group.MISSED, Group.OPEN) or outcome is Outcome.TIME_UNKNOWN)
# What a curve says of all: how many are followed, and to how many it happened, some of them before their limit had passed.
_PEOPLE, _HAPPENED, _OPEN_HAPPENED = _CURVE = ("people", "happened", "happened, limit not passed")


def counted(measured: Measured, fewest: int = 0) -> Counted:
    """Return the counts of a standard; with `fewest` those below it are hidden, and what would reveal them."""
    months, sites = (tuple((kind, name) for name in _names(column, measured.asked)) for kind, column in (("month", measured.month), ("site", measured.site)))
    empty = Counted(measured, Counts({}), months, sites, fewest)
    numbers = {key: number for place in (ALL, *months, *sites) for key, number in _numbers(empty, place)}
    return Counted(measured, suppressed(numbers, list(_sums(months, sites)), fewest), months, sites, fewest)


def _names(column: Texts, asked: Flags) -> list[str]:
    return sorted(set(column[asked].tolist()))


def _numbers(of: Counted, place: Place) -> Iterator[tuple[Key, int]]:
    found = of.of.counts(of.where(place))
    if place == ALL:
        yield from (((*place, outcome), number) for outcome, number in found.items())
        followed, happened = of.followed(place)
        still_open = of.of.in_group(Outcome.TOO_EARLY)
        yield from zip(((*place, what) for what in _CURVE), map(int, (followed.sum(), happened.sum(), (happened & still_open).sum())), strict=True)
    for group in GROUPS:
        yield (*place, group), sum(number for outcome, number in found.items() if outcome.group is group)
    yield (*place, "asked"), sum(found.values())


def _sums(months: tuple[Place, ...], sites: tuple[Place, ...]) -> Iterator[Sum]:
    for group in GROUPS:
        yield Sum((*ALL, group), tuple((*ALL, outcome) for outcome in OUTCOMES if outcome.group is group))
    yield Sum((*ALL, _PEOPLE), tuple((*ALL, what) for what in (Group.KEPT, Group.MISSED, Group.OPEN, Outcome.TIME_UNKNOWN)))
    yield Sum((*ALL, _HAPPENED), tuple((*ALL, what) for what in (Group.KEPT, Outcome.LATE, Outcome.TIME_UNKNOWN, _OPEN_HAPPENED)))
    for place in (ALL, *months, *sites):
        yield Sum((*place, "asked"), tuple((*place, group) for group in GROUPS))
    for what in (*GROUPS, "asked"):
        for places in (months, sites):
            yield Sum((*ALL, what), tuple((*place, what) for place in places))
