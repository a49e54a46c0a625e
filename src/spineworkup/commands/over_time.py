"""The commands that look at workups over time: what was done, what has changed, what is due."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from pathlib import Path

from spineworkup.commands.cases import moment, time_of
from spineworkup.commands.many import read_all, say_failed
from spineworkup.commands.pages import FORMATS, page, target_of
from spineworkup.commands.parsers import Commands, add_moment, add_overlays
from spineworkup.commands.saying import OK, PROBLEMS, show, width
from spineworkup.commands.workups import opened
from spineworkup.errors import WorkupError
from spineworkup.workups.agenda import Entry, agenda
from spineworkup.workups.timeline import timeline_of

_HOURS = re.compile(r"([0-9]{1,4})([hd])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def add_parsers(commands: Commands) -> None:
    """Add the commands that look at workups over time."""
    words = "what was done against when it was due"
    made = commands.add("timeline", run_timeline, words, "spineworkup timeline p1.json --to timeline.pdf")
    _add_file(made)
    made.add_argument("--to", metavar="FILE", help=f"the file to write: {', '.join(FORMATS)} (default: the screen)")
    made.add_argument("--paper", choices=("a4", "letter"), default="a4")
    words = "what stands otherwise than it did, and why"
    made = commands.add("changes", run_changes, words, "spineworkup changes p1.json --from 2026-11-20T10:00:00+00:00")
    _add_file(made)
    made.add_argument("--from", dest="since", metavar="T", help="the earlier moment (default: the last printout)")
    words = "what is overdue and what is next, across workups"
    made = commands.add("due", run_due, words, "spineworkup due ward/ --within 24h")
    _add_place(made)
    made.add_argument("--within", metavar="24h", help="only what has to be done in this time, such as 24h or 7d, and what has no time")
    words = "write the deadlines of workups as a calendar"
    made = commands.add("calendar", run_calendar, words, "spineworkup calendar ward/ --to deadlines.ics")
    _add_place(made)
    made.add_argument("--to", required=True, metavar="FILE", help="the iCalendar file to write, such as deadlines.ics")
    made.add_argument("--labels", action="store_true", help="with the labels of the cases: a calendar shows on locked screens")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the workup")
    add_moment(parser)
    add_overlays(parser)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", metavar="FOLDER", type=Path, help="a folder of workups, a database of them, or one workup")
    add_moment(parser)
    add_overlays(parser)


def run_timeline(options: argparse.Namespace) -> int:
    """Show what was done against when it was due."""
    from spineworkup.render.to_timeline import timeline_listing

    target = None if options.to is None else target_of(options.to)
    timeline = timeline_of(opened(options), moment(options.at))
    listing = timeline_listing(timeline)
    if target is None:
        from spineworkup.render.to_text import to_text

        show(to_text(listing, width()).rstrip())
    else:
        target.write_bytes(page(listing, target.suffix.lower(), options.paper))
        print(f"Written: {target}")
    return OK


def run_changes(options: argparse.Namespace) -> int:
    """Show what stands otherwise than at an earlier moment, or than on the last printout."""
    from spineworkup.render.to_changes import changes_text

    since, at = time_of("--from", options.since), moment(options.at)
    workup = opened(options)
    changes = workup.changes_since_shown(at) if since is None else workup.diff(since, at)
    if changes is None:
        raise WorkupError("no checklist of it was printed yet: say --from T")
    show(changes_text(changes, workup.pathway, width()))
    return OK


def run_due(options: argparse.Namespace) -> int:
    """Show what is overdue and what is next, across workups."""
    from spineworkup.render.to_agenda import agenda_text

    at, within = moment(options.at), _span(options.within)
    read = read_all(options.place, options.overlay)
    entries = [entry for entry in agenda(read.workups, at) if within is None or _is_due(entry, at + within)]
    say_failed(read.failed)
    show(agenda_text(entries, at, width()).rstrip())
    return PROBLEMS if read.failed else OK


def _span(text: str | None) -> timedelta | None:
    if text is None:
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise WorkupError("--within: expected hours or days, such as 24h or 7d")
    return int(found[1]) * _UNITS[found[2]]


def _is_due(entry: Entry, until: datetime) -> bool:
    """Return whether a step has to be done until a moment; without a time nobody can say that it hasn't."""
    return entry.due is None or entry.due <= until


def run_calendar(options: argparse.Namespace) -> int:
    """Write the deadlines of workups as a calendar."""
    from spineworkup.render.to_calendar import case_tag, to_calendar

    at = moment(options.at)
    read = read_all(options.place, options.overlay)
    entries = agenda(read.workups, at, closed=True)
    say_failed(read.failed)
    Path(options.to).write_text(to_calendar(entries, at, private=not options.labels), encoding="utf-8", newline="")
    print(f"Written: {options.to}")
    if not options.labels:
        for tag, case in dict.fromkeys((case_tag(entry), entry.case) for entry in entries):
            print(f"  {tag} = {case}")
    return PROBLEMS if read.failed else OK
