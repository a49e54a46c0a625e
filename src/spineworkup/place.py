"""A place: what an overlay says of the country or the hospital to which it adapts a pathway.

Whom to call, what is closed when, and where its advice differs. None of it moves a time limit or makes anything less urgent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from spineworkup.sources import VERIFICATION_WORDS, Citation, Source, Verification

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What is still closed after that never opens: it is not available here, and no matter of hours.
LONGEST = timedelta(days=8)
_DAY = timedelta(days=1)


@frozen
class Difference:
    """Where the advice of a place differs from the pathway that it adapts; `label` is the matter in few words."""

    label: str
    text: str
    cites: tuple[Citation, ...]
    verification: Verification

    def words(self, sources: Mapping[str, Source]) -> str:
        """Return the difference with its sources by their titles, and how far they were checked."""
        cited = [(sources.get(cite.source, Source(cite.source, cite.source)), cite.at) for cite in self.cites]
        titles = (f"{source.title} {at}".strip() for source, at in cited)
        return f"{self.label}: {self.text} [{'; '.join((*titles, VERIFICATION_WORDS[self.verification]))}]"


@frozen
class Contact:
    """Whom to call, by role; never a person by name.

    Args:
        reached: When, in words.
        steps: The steps beside which it is printed.
    """

    id: str
    who: str
    number: str
    reached: str = ""
    steps: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As it is printed."""
        return f"{self.who}, {self.number}{f' ({self.reached})' if self.reached else ''}"


@frozen
class ClosedHours:
    """When a step can't be done at a place, by its own clock.

    Args:
        closes: On each of the days, at this time.
        opens: At this time, on the next day where that isn't later.
        zone: The place's time zone, by its IANA name.
        says: What is closed, and how to get it meanwhile, in the place's own words.
        call: The id of the contact who arranges it meanwhile.
        days: The days on which it closes; every day where none is named.
    """

    step: str
    closes: time
    opens: time
    zone: str
    says: str
    call: str
    days: tuple[str, ...] = ()

    def ends(self, at: datetime) -> datetime | None:
        """Return when the closure that covers a moment is over; None where none does."""
        return max((end for start, end in self._around(at) if start <= at < end), default=None)

    def turns(self, at: datetime) -> list[datetime]:
        """Return the moments after another, within a day or so, at which it closes or opens."""
        return [turn for start, end in self._around(at) if start < end for turn in (start, end) if turn > at]

    def _around(self, at: datetime) -> list[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        return [self._on(today + days * _DAY, zone) for days in (-1, 0, 1)]

    def _on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the closure that begins on a day; an empty one where none does.

        A time that the clocks skip or repeat on that day is two moments: it closes at the first and opens at the second.
        """
        start = min(_moments(day, self.closes, zone))
        if self.days and WEEKDAYS[day.weekday()] not in self.days:
            return start, start
        last = day if self.closes < self.opens else day + _DAY
        return start, max(_moments(last, self.opens, zone))


def _moments(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    local = datetime.combine(day, clock, zone)
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


@frozen
class Place:
    """What an overlay says of its place.

    Args:
        name: What the place is called on every output.
        overlay: The id of the overlay.
        adapts: The profile of the pathway that it adapts.
    """

    name: str
    differs: tuple[Difference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    closed: tuple[ClosedHours, ...] = ()
    overlay: str = ""
    adapts: str = ""

    @property
    def words(self) -> str:
        """The place, and in few words where it differs."""
        labels = ", ".join(one.label for one in self.differs)
        differs = f"; differs from the {self.adapts.upper()} pathway: {labels}" if labels else ""
        return f"{self.name}{differs}"


@frozen
class Closure:
    """A step that is closed at a moment, and until when."""

    hours: ClosedHours
    opens: datetime
    contact: Contact

    @property
    def until(self) -> str:
        """When it opens, by the place's own clock."""
        return f"{self.local(self.opens)} ({self.hours.zone})"

    def local(self, moment: datetime) -> str:
        """Return a moment by the place's own clock, with the offset that tells the two of a repeated hour apart."""
        return moment.astimezone(ZoneInfo(self.hours.zone)).isoformat(" ", "minutes")

    @property
    def words(self) -> str:
        """What is closed until when, and whom to call."""
        return f"closed here until {self.until}: {self.hours.says}. Call: {self.contact.words}"


def closures(places: Iterable[Place], at: datetime) -> Mapping[str, Closure]:
    """Return the steps that are closed at a moment."""
    found: dict[str, Closure] = {}
    for place in places:
        contacts = {contact.id: contact for contact in place.contacts}
        for hours in place.closed:
            if hours.step not in found and hours.ends(at) is not None:
                every = [one for other in places for one in other.closed if one.step == hours.step]
                found[hours.step] = Closure(hours, opening(every, at), contacts[hours.call])
    return found


def opening(hours: Iterable[ClosedHours], at: datetime) -> datetime:
    """Return the first moment from `at` on that none of these hours covers; `at` itself where it is open.

    Hours that never end are followed for `LONGEST` and no further.
    """
    listed, opens = list(hours), at
    while opens - at <= LONGEST:
        ends = [end for one in listed if (end := one.ends(opens)) is not None]
        if not ends:
            break
        opens = max(ends)
    return opens
