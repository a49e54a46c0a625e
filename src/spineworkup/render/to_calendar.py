"""Deadlines as an iCalendar file (RFC 5545), for the calendar of a telephone or of a ward.

A calendar is shared and shows on locked screens: unless it is asked for, no case label is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from spineworkup.about import library_version
from spineworkup.moments import aware
from spineworkup.readings import Status
from spineworkup.render.visible import visible
from spineworkup.render.wording import clock, receipt_words
from spineworkup.workups.agenda import Entry

# Our numbers: what is shown needs a length (Exchange refuses an event without one), and a reminder has to come before.
SHOWN_FOR = "PT15M"
REMINDERS = ("-PT1H", "PT0S")
_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})


def to_calendar(entries: Iterable[Entry], at: datetime, *, private: bool = True) -> str:
    """Return the deadlines of an agenda as a calendar; what has no time isn't in it.

    Exported again, an entry takes the place of the earlier one, and a step that is finished is cancelled.

    Args:
        entries: What `agenda` gave, with `closed=True`: then a step that is finished can be cancelled.
        at: When it is exported.
        private: Show a tag in place of the case label (`case_tag` gives the tag).

    Raises:
        TimeError: `at` has no time zone.
        PrintError: A text holds half a character.
    """
    moment = aware(at)
    events = [line for entry in entries for line in _event(entry, moment, private)]
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//spineworkup//{library_version()}//EN", "CALSCALE:GREGORIAN")
    lines = (*head, _text("X-WR-CALNAME", "Checklist deadlines"), *events, "END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def case_tag(entry: Entry) -> str:
    """Return what stands for a case in a calendar: it can't be turned back into the case."""
    return _digest(entry.workup, entry.case)[:6]


def _event(entry: Entry, at: datetime, private: bool) -> Iterator[str]:
    due = entry.due or entry.was_due
    if due is None:
        return
    stamp, status = _utc(at), _status(entry)
    case = f"case {case_tag(entry)}" if private else entry.case or "case without a label"
    yield "BEGIN:VEVENT"
    yield f"UID:{_digest(entry.workup, entry.case, entry.step)}@spineworkup"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    # Rises with every export, so that a calendar takes the newer one; in minutes, as seconds outgrow 31 bits in 2038.
    yield f"SEQUENCE:{int(at.timestamp()) // 60}"
    yield f"DTSTART:{_utc(due)}"
    yield f"DURATION:{SHOWN_FOR}"
    yield _text("SUMMARY", f"{_standing(entry)}: {entry.label} ({case})")
    yield _text("DESCRIPTION", _description(entry, at, private))
    yield f"STATUS:{status}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    if status != "CANCELLED" and not entry.overdue:
        for trigger in REMINDERS:
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}")
            yield from (_text("DESCRIPTION", entry.label), "END:VALARM")
    yield "END:VEVENT"


def _status(entry: Entry) -> str:
    if entry.is_closed or entry.due is None:
        return "CANCELLED"
    return "TENTATIVE" if entry.status is Status.UNDETERMINED else "CONFIRMED"


def _standing(entry: Entry) -> str:
    return "Overdue" if entry.overdue else entry.status.words.replace(": ", ", ")


def _description(entry: Entry, at: datetime, private: bool) -> str:
    # The digest of a chart in which next to nothing is known could be guessed back, with its label.
    receipt = receipt_words(entry.receipt, with_input=not private)
    held = "" if entry.clear_to_proceed or entry.is_closed else " Not clear to proceed yet: see the checklist."
    return (
        f"{entry.urgency.words}.{held} As known at {clock(at, UTC)} UTC. "
        f"This entry does not follow the patient: export it again after every change. Not a medical device. {receipt}"
    )


def _utc(moment: datetime) -> str:
    return f"{aware(moment):%Y%m%dT%H%M%SZ}"


def _digest(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _text(name: str, words: str) -> str:
    return f"{name}:{visible(words).translate(_ESCAPES)}"


def _folded(line: str) -> str:
    """Break a line so that none has more than 75 octets, and never inside a character."""
    parts, octets = [""], 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            parts.append("")
            octets = 1  # the space that goes on with the line
        parts[-1] += character
        octets += size
    return "\r\n ".join(parts)
