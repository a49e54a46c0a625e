"""What is overdue and what is next across many workups, as a page and for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from spineworkup.moments import aware
from spineworkup.readings import Status
from spineworkup.render.listing import Line, Listing, Section
from spineworkup.render.sheet import short_use
from spineworkup.render.to_text import to_text
from spineworkup.render.visible import all_visible
from spineworkup.render.wording import clock, full, how_long, zone_words
from spineworkup.urgency import Urgency
from spineworkup.workups.agenda import Entry


def agenda_listing(entries: Sequence[Entry], at: datetime) -> Listing:
    """Return the page of an agenda: the longest overdue first, then what is due next, then what has no time.

    Args:
        entries: What `agenda` gave, in its order.
        at: The moment that was asked for.

    Raises:
        TimeError: `at` has no time zone.
        PrintError: A text can't be written; the message says where it stands, not what it is.
    """
    moment = aware(at)
    late = tuple(_timed(one, moment) for one in entries if one.overdue)
    ahead = tuple(_timed(one, moment) for one in entries if one.due is not None and not one.overdue)
    untimed = [one for one in entries if one.due is None]
    places = {(one.case, one.place): Line(f"{_case(one)}:", one.place) for one in entries}
    asked = f"As known at {full(moment, moment.tzinfo)}. Times are {zone_words(moment)}."
    listing = Listing(
        title="What is overdue and what is next",
        summary=(asked, f"Open steps: {len(entries)}. Workups with open steps: {len(places)}."),
        identity="",
        blanks=(),
        sections=(
            Section("Overdue", late, "Nothing is overdue."),
            Section("Now: immediate, no time given", _by_case(one for one in untimed if _is_now(one)), "Nothing."),
            Section("Next", ahead, "Nothing else has a time."),
            Section("Can't be told yet: ask", _by_case(one for one in untimed if _is_unsure(one)), "Nothing."),
            Section(
                "To be done, no time given",
                _by_case(one for one in untimed if not _is_now(one) and not _is_unsure(one)),
                "Nothing else.",
            ),
            Section("Where they are kept", tuple(places.values()), "Nowhere."),
        ),
        foot=(),
        footer=(asked, short_use("")),
    )
    return all_visible(listing, "agenda")


def agenda_text(entries: Sequence[Entry], at: datetime, width: int = 100) -> str:
    """Return an agenda as text for a terminal of this width; the arguments and errors are those of `agenda_listing`."""
    return to_text(agenda_listing(entries, at), width).rstrip()


def _is_unsure(one: Entry) -> bool:
    return one.status is Status.UNDETERMINED


def _is_now(one: Entry) -> bool:
    return one.urgency is Urgency.IMMEDIATE and not _is_unsure(one)


def _case(one: Entry) -> str:
    return one.case or "Case without a label"


def _timed(one: Entry, at: datetime) -> Line:
    assert one.due is not None
    span = f"overdue by {how_long(at - one.due)}" if one.overdue else f"{how_long(one.due - at)} left"
    parts = (_urgency(one), f"due {clock(one.due, at.tzinfo)}, {span}", _remark(one))
    return Line(f"{_case(one)}: {one.label}:", "; ".join(part for part in parts if part))


def _remark(one: Entry) -> str:
    if one.status is Status.DUE:
        return "" if one.clear_to_proceed else "not clear to proceed yet"
    return one.status.words.lower()


def _urgency(one: Entry) -> str:
    may = "may be " if _is_unsure(one) else ""
    return f"{may}{one.urgency.words.partition(':')[0].lower()}"


def _by_case(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """Return a line for each workup: its steps by their urgency, in the order in which they come."""
    found: dict[tuple[str, str], tuple[str, dict[str, list[str]]]] = {}
    for one in entries:
        _, tiers = found.setdefault((one.workup, one.case), (_case(one), {}))
        tiers.setdefault(_urgency(one), []).append(one.label)
    return tuple(
        Line(f"{case}:", "; ".join(f"{tier}: {', '.join(labels)}" for tier, labels in tiers.items()))
        for case, tiers in found.values()
    )
