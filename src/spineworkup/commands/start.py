"""The commands that begin a workup, and that let it go by other rules."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from attrs import evolve

from spineworkup.commands.cases import is_fhir, is_workup, moment, read_input
from spineworkup.commands.parsers import Commands
from spineworkup.commands.saying import OK, print_folded, say
from spineworkup.commands.workups import add_writer, print_changed, rules_of
from spineworkup.errors import WorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.render.to_screen import show_time
from spineworkup.workups.changes import Changes, changes_between
from spineworkup.workups.events import RulesAdopted
from spineworkup.workups.files import load_workup, save_workup
from spineworkup.workups.from_case import from_case
from spineworkup.workups.replay import last_shown_with, record_then
from spineworkup.workups.standings import standings_of
from spineworkup.workups.workup import Workup


def add_parsers(commands: Commands) -> None:
    """Add the commands that begin a workup and that change its rules."""
    made = add_writer(commands, "start", run_start, "begin the workup of a patient in a new file", "--case p1")
    made.add_argument("--case", metavar="LABEL", help="what is printed as the identifier")
    made.add_argument("--from", dest="origin", metavar="CASE", help="a case file: what it says becomes events")
    made = add_writer(commands, "adopt", run_adopt, "go by the rules as they are now; says what changes", "--dry-run")
    made.add_argument("--no-overlay", action="store_true", help="leave the overlays that it goes by now")
    made.add_argument("--dry-run", action="store_true", help="only say what would change")


def run_start(options: argparse.Namespace) -> int:
    """Begin a workup."""
    at = moment(options.at)
    if options.origin is not None:
        workup = _from_case(options, at)
    elif options.case:
        workup = Workup.start(load_pathway(DEFAULT, options.overlay), options.case, at=at, by=options.by)
    else:
        raise WorkupError("whose workup is it? Say --case LABEL, or --from CASE")
    save_workup(workup, Path(options.file), expected_revision=0)
    print(f"Started: {options.file}, {workup.revision} event{'' if workup.revision == 1 else 's'}")
    if not workup.chart(at).clocks:
        print("No clock has started, so little has a time yet: `spineworkup clock FILE suspicion`")
    return OK


def _from_case(options: argparse.Namespace, at: datetime) -> Workup:
    raw, name = read_input(options.origin)
    if is_workup(raw):
        raise WorkupError(f"{name}: is a workup already: copy the file")
    if is_fhir(raw):
        raise WorkupError(f"{name}: a FHIR resource: `spineworkup from-fhir` makes a case file of it")
    document = case_document(raw, name)
    pathway = load_pathway(DEFAULT, [*dict.fromkeys([*overlays_of(document), *options.overlay])])
    for warning in read_case(document, pathway).warnings:
        say(f"warning: {warning}")
    return from_case(document, pathway, at=at, by=options.by, label=options.case or "")


def run_adopt(options: argparse.Namespace) -> int:
    """Let a workup go by the rules as they are now, and say before that what changes for this patient."""
    path, at = Path(options.file), moment(options.at)
    named = options.overlay or options.no_overlay
    workup = load_workup(path, load_pathway(DEFAULT, options.overlay) if named else None)
    was, new = workup.adopted, workup.pathway
    if new.hash == was.hash:
        print(f"It goes by these rules already: {_rules(was)}")
        return OK
    adopted = workup.adopt(new, at=at, by=options.by)
    print(f"From {_rules(was)}\nto   {_rules(adopted.adopted)}")
    _say_difference(workup, was, new, at)
    if options.dry_run:
        print("Nothing was written (--dry-run)")
        return OK
    save_workup(adopted, path, expected_revision=workup.revision)
    print("Adopted")
    return OK


def _rules(adopted: RulesAdopted) -> str:
    return f"{'+'.join((adopted.package, *adopted.overlays))} {adopted.version} ({adopted.hash[:19]})"


def _say_difference(workup: Workup, was: RulesAdopted, new: Pathway, at: datetime) -> None:
    changes = _under_both(workup, was, new, at)
    if changes is None and (changes := _since_shown(workup, was, new)) is not None:
        print_folded(f"The rules of then are not here. Of the checklist that was printed for {show_time(changes.at)}, these would be otherwise:")
    if changes is None:
        print_folded("The rules of then are not here, and no checklist of them was printed: what changes for this patient can't be said")
    else:
        print_changed(changes, new, "No step stands otherwise for this patient")


def _under_both(workup: Workup, was: RulesAdopted, new: Pathway, at: datetime) -> Changes | None:
    """Return what is otherwise on the checklist of now; None where the rules of then aren't here any more."""
    old = rules_of(workup)
    if old is None or old.hash != was.hash:
        return None
    before, after = (evolve(workup, pathway=rules).checklist(at) for rules in (old, new))
    return changes_between(standings_of(before), after, since=at, events=workup.events)


def _since_shown(workup: Workup, was: RulesAdopted, new: Pathway) -> Changes | None:
    """Return what would have been otherwise on the last checklist that was shown; None where none was."""
    shown = last_shown_with(workup, was.hash)
    if shown is None:
        return None
    then = record_then(evolve(workup, pathway=new), shown.chart_digest, shown.of)
    return changes_between(shown.standings, then.checklist(shown.of), since=shown.of, events=workup.events)
