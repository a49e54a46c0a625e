"""From what the command line names to a workup, and from the workup back to its file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

from spineworkup.checklists import Checklist
from spineworkup.commands.cases import moment
from spineworkup.commands.parsers import Commands, Run, add_moment, add_overlays
from spineworkup.commands.saying import OK, print_folded, say
from spineworkup.errors import WorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_screen import SHAPES
from spineworkup.render.wording import zone_words
from spineworkup.workups.changes import Change, Changes, changes_between
from spineworkup.workups.events import Event
from spineworkup.workups.files import load_workup, save_workup
from spineworkup.workups.kept import Kept
from spineworkup.workups.opening import workup_of
from spineworkup.workups.standings import standings_of
from spineworkup.workups.wording import event_words
from spineworkup.workups.workup import Workup

Add = Callable[[Workup, datetime], Workup]


def add_writer(commands: Commands, name: str, run: Run, words: str, example: str) -> argparse.ArgumentParser:
    """Add a command that enters something into a workup: FILE comes first, `--by` is needed."""
    made = commands.add(name, run, words, " ".join(filter(None, ["spineworkup", name, "p1.json", example, "--by nurse"])))
    made.add_argument("file", metavar="FILE", help="the workup")
    made.add_argument("--by", required=True, metavar="ROLE", help="the role of whoever enters it")
    add_moment(made)
    add_overlays(made)
    return made


def opened(options: argparse.Namespace) -> Workup:
    """Return the workup that a command names, with the rules that it goes by or those of `--overlay`."""
    rules = load_pathway(DEFAULT, options.overlay) if options.overlay else None
    return load_workup(Path(options.file), rules)


def rules_of(workup: Workup) -> Pathway | None:
    """Return the rules that a workup adopted last, as they are here now; None where they can't be read."""
    try:
        return workup_of(Kept(workup.case, workup.events), "the workup").pathway
    except WorkupError:
        return None


def enter(options: argparse.Namespace, add: Add) -> int:
    """Enter something into a workup, keep it, and say what is otherwise on the checklist by it."""
    before, at = opened(options), moment(options.at)
    return keep(Path(options.file), before, add(before, at), at)


def keep(path: Path, before: Workup, after: Workup, at: datetime) -> int:
    """Keep a workup and say what was entered, and what is otherwise on the checklist by it."""
    if after.revision == before.revision:
        print("Nothing is new: it was entered already")
        return OK
    kept = save_workup(after, path, expected_revision=before.revision)
    for event in after.events[before.revision :]:
        print_folded(f"Entered {event.id}: {words_of(event, after)}")
    if others := kept.revision - after.revision:
        print(f"Entered by others in the meantime, and kept too: {others}")
    say_changes(before.checklist(at), kept, at)
    return OK


def words_of(event: Event, workup: Workup) -> str:
    """Return an event in words."""
    return event_words(event, workup.pathway, {one.id: one for one in workup.events})


def say_changes(before: Checklist, workup: Workup, at: datetime) -> None:
    """Print what is otherwise on the checklist now, and what a reader must know of it."""
    after = workup.checklist(at)
    for notice in after.notices:
        if notice not in before.notices:
            say(f"warning: {notice.text}")
    changes = changes_between(standings_of(before), after, since=before.at, events=workup.events)
    print_changed(changes, workup.pathway, "No step stands otherwise by it")


def print_changed(changes: Changes, pathway: Pathway, nothing: str = "") -> None:
    """Print the steps that stand otherwise, the most urgent first: how each stands, and how it stood."""
    if changes:
        print(f"Stands otherwise (times are {zone_words(changes.at)}):")
    elif nothing:
        print(nothing)
    for change in changes.steps:
        print_folded(f"  {changed_words(change, pathway, changes.at.tzinfo)}")


def changed_words(change: Change, pathway: Pathway, zone: tzinfo | None) -> str:
    """Return how a step stands, and how it stood."""
    from spineworkup.render.to_changes import standing_words

    now = standing_words(change.now, change.was, pathway, zone)
    was = standing_words(change.was, change.now, pathway, zone)
    return f"{SHAPES[change.now.urgency.highest]} {change.label}: {now}. Was: {was}"
