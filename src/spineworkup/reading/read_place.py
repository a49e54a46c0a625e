"""What an overlay says of its place: whom to call, what is closed when, where it differs; and what has to hold of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attrs import evolve

from spineworkup.pathways import Pathway
from spineworkup.place import LONGEST, WEEKDAYS, ClosedHours, Place, opening
from spineworkup.reading.faults import Fault, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document
from spineworkup.reading.structure import make_converter

PLACE = "place"
_ANY_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def read_place(document: Document, pathway: Pathway, problems: Problems) -> Place | None:
    """Return what an overlay says of its place; None where it says nothing, or something is wrong with it.

    Args:
        document: The overlay.
        pathway: The pathway as the overlay adapts it.
        problems: Where what is wrong is noted.
    """
    if PLACE not in document.data:
        return None
    vocabulary = Vocabulary(sources=dict(pathway.sources), steps=set(pathway.steps))
    place = problems.structure(document, (PLACE,), document.data[PLACE], Place, make_converter(vocabulary))
    if place is None:
        return None
    for fault in _faults(place, pathway):
        problems.add(document, (PLACE, *fault.path), fault.message, fault.hint)
    return evolve(place, overlay=document.data["overlay"])


def _faults(place: Place, pathway: Pathway) -> Iterator[Fault]:
    for number, difference in enumerate(place.differs):
        if not difference.cites:
            yield Fault("a difference needs `cites`", "the source that says otherwise", ("differs", number))
    counts = Counter(contact.id for contact in place.contacts)
    for number, contact in enumerate(place.contacts):
        here = ("contacts", number)
        if counts[contact.id] > 1:
            yield Fault(f"the contact {contact.id!r} is there twice", "", here)
        if not any(sign.isdigit() for sign in contact.number):
            yield Fault("a contact needs a number to call", "", (*here, "number"))
        for at, step in enumerate(contact.steps):
            if step not in pathway.steps:
                yield Fault(f"unknown step {step!r}", did_you_mean(step, pathway.steps), (*here, "steps", at))
    for number, hours in enumerate(place.closed):
        yield from (Fault(f.message, f.hint, ("closed", number, *f.path)) for f in _hours(hours, place, pathway))


def _hours(hours: ClosedHours, place: Place, pathway: Pathway) -> Iterator[Fault]:
    contacts = [contact.id for contact in place.contacts]
    for word, known, key, what in (
        (hours.step, pathway.steps, "step", "step"),
        (hours.call, contacts, "call", "contact"),
    ):
        if word not in known:
            yield Fault(f"unknown {what} {word!r}", did_you_mean(word, known), (key,))
    for at, day in enumerate(hours.days):
        if day not in WEEKDAYS:
            yield Fault(f"unknown day {day!r}", f"one of {', '.join(WEEKDAYS)}", ("days", at))
    if not _is_zone(hours.zone):
        hint = "an IANA name, such as Europe/London; on Windows the package tzdata has them"
        yield Fault(f"unknown time zone {hours.zone!r}", hint, ("zone",))
    elif opening(_of(hours.step, place), _ANY_MONDAY) - _ANY_MONDAY > LONGEST:
        yield Fault(f"{hours.step!r} never opens", "what is never available is no matter of hours")


def _of(step: str, place: Place) -> list[ClosedHours]:
    return [one for one in place.closed if one.step == step and _is_zone(one.zone)]


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, OSError, ValueError):
        # No such zone; or a name that is no name at all: a path, a folder, a zero byte.
        return False
