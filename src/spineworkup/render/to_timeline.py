"""What was done against when it was due, as a page: to be read, printed and put into the notes."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from spineworkup.readings import Status
from spineworkup.render.behind import Behind
from spineworkup.render.listing import Line, Listing, Section
from spineworkup.render.sheet import (
    IDENTIFIERS,
    identity_of,
    notice_lines,
    running_of,
    title_of,
)
from spineworkup.render.visible import all_visible
from spineworkup.render.wording import clock, full, how_long, receipt_words, zone_words
from spineworkup.workups.timeline import Deadline, Row, Timeline

_OPEN = (Status.DUE, Status.WAITING)
# In the order in which they are read: what was missed, what is to come, what is past; each with what stands in its place.
_OVERDUE, _AHEAD, _DONE, _OFF = (
    ("Overdue", "Nothing is overdue."),
    ("Still to be done", "Nothing is still to be done."),
    ("Done", "Nothing that was on the list is done."),
    ("Off the list, not done", "Nothing has left the list undone."),
)
ROWS = "What happened, in the order in which it happened"
NOT_COUNTED = "Counts no more (corrected or withdrawn):"


def timeline_listing(timeline: Timeline) -> Listing:
    """Return the page of a timeline.

    Raises:
        PrintError: A text can't be written; the message says where it stands, not what it is.
    """
    checklist, at = timeline.checklist, timeline.at
    pathway = checklist.pathway
    running = running_of(pathway, at, at, 0, Behind(pathway, None), identity_of(checklist))
    digest = checklist.receipt.chart_digest.rpartition(":")[2][:12]
    groups = {group: sorted((one for one in timeline.deadlines if _group(one) == group), key=_urgent_first)
              for group in (_OVERDUE, _AHEAD, _DONE, _OFF)}  # fmt: skip
    listing = Listing(
        title=f"Timeline: {title_of(pathway)}",
        summary=(
            f"What was done against when it was due, as known at {full(at, at.tzinfo)}. Times are {zone_words(at)}.",
            f"Steps: {'; '.join(f'{title.lower()}: {len(found)}' for (title, _), found in groups.items())}.",
        ),
        identity=running.identity,
        blanks=tuple(blank.short for blank in IDENTIFIERS),
        sections=(
            *(Section(title, tuple(_deadline(one, timeline) for one in found), none) for (title, none), found in groups.items()),
            Section(ROWS, tuple(_row(row, at.tzinfo) for row in timeline.rows), "Nothing was entered."),
            Section("Notices", tuple(Line(f"{one.kind}:", one.text) for one in notice_lines(checklist.notices)), "None."),
        ),
        foot=(pathway.intended_use, receipt_words(checklist.receipt)),
        footer=(running.lines[0], f"As known at {running.at}, input {digest}. Times are {running.zone}.", running.use),
    )  # fmt: skip
    return all_visible(listing, "timeline")


def _group(one: Deadline) -> tuple[str, str]:
    if one.done is not None:
        return _DONE
    if one.status not in _OPEN:
        return _OFF
    return _AHEAD if one.late is None else _OVERDUE


def _urgent_first(one: Deadline) -> tuple[int, bool, float]:
    return -one.urgency.rank, one.due is None, one.due.timestamp() if one.due is not None else 0.0


def deadline_words(one: Deadline, timeline: Timeline) -> str:
    """Return how a step was done against when it was due."""
    zone, group = timeline.at.tzinfo, _group(one)
    due = "no time was given" if one.due is None else f"due {clock(one.due, zone)}"
    if one.done is not None:
        return f"{due}; done {clock(one.done, zone)}{_kept(one)}"
    if group is _OFF:
        return f"{due}; not done; now: {one.status.words.lower()}"
    if one.late is not None:
        return f"{due}; overdue by {how_long(one.late)}"
    waits = "; waiting" if one.status is Status.WAITING else ""
    return due + (f"; {how_long(one.due - timeline.at)} left" if one.due is not None else "") + waits


def _kept(one: Deadline) -> str:
    if one.late is not None:
        return f", {how_long(one.late)} late"
    return "" if one.due is None else ", in time"


def _deadline(one: Deadline, timeline: Timeline) -> Line:
    urgency = one.urgency.words.partition(":")[0].lower()
    since = f"On the list since {clock(one.since, timeline.at.tzinfo)}"
    return Line(f"{one.label}:", f"{urgency}; {deadline_words(one, timeline)}", since)


def _row(row: Row, zone: tzinfo | None) -> Line:
    words = row.words if row.counts else f"{NOT_COUNTED} {row.words}"
    entered = f"entered {clock(row.entered, zone)}" if row.entered - row.at >= timedelta(minutes=1) else ""
    origin = f"from {row.origin}" if row.origin else ""
    return Line(clock(row.at, zone), words, "; ".join(part for part in (row.by, origin, entered, row.event[:8]) if part))
