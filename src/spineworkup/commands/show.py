"""The commands that show a checklist: on the screen, on paper, with its reasons."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.commands.cases import (
    checklist_from,
    checklist_of,
    is_workup,
    moment,
    now,
    read,
    read_input,
    workup_from,
)
from spineworkup.commands.pages import FORMATS, page, target_of
from spineworkup.commands.parsers import Commands, add_case
from spineworkup.commands.saying import OK, check_id, show, width
from spineworkup.reading.find_packages import rules_root, yaml_files
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_explanation import to_explanation
from spineworkup.workups.files import save_workup
from spineworkup.workups.workup import Workup

if TYPE_CHECKING:
    from spineworkup.render.model import Sheet


def add_parsers(commands: Commands) -> None:
    """Add the commands that show a checklist."""
    example = "spineworkup assess case.yaml --format json"
    made = commands.add("assess", run_assess, "show the checklist of a case", example)
    add_case(made)
    made.add_argument("--format", choices=("text", "json"), default="text")
    example = "spineworkup print --to blank.pdf"
    made = commands.add("print", run_print, "print a checklist, blank or of a case", example)
    add_case(made, optional=True)
    made.add_argument("--to", required=True, metavar="FILE", help=f"the file to write: {', '.join(FORMATS)}")
    made.add_argument("--paper", choices=("a4", "letter"), default="a4")
    made.add_argument("--by", metavar="ROLE", default="not stated", help="of a workup: the role of whoever prints")
    made.add_argument("--no-record", action="store_true", help="of a workup: don't note in it that it was printed")
    words = "why a step is as it is, and what would change it"
    made = commands.add("explain", run_explain, words, "spineworkup explain case.yaml mri_whole_spine")
    add_case(made)
    made.add_argument("step", metavar="STEP", help="`spineworkup steps` lists them")
    words = "assess and print the shipped example cases"
    made = commands.add("demo", run_demo, words, "spineworkup demo build/demo")
    made.add_argument("folder", nargs="?", metavar="DIR", default="spineworkup-demo", help="where the pages go")


def run_demo(options: argparse.Namespace) -> int:
    """Assess the shipped cases; the checklists go to the screen, the pages into a folder."""
    from spineworkup.render.sheet import blank_sheet, sheet_for

    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    cases = [file for file in yaml_files(rules_root() / DEFAULT / "cases") if file.name.startswith("demo_")]
    written: list[Path] = []
    for file in cases:
        case, pathway = read(file.read_bytes(), f"rules/{DEFAULT}/cases/{file.name}", [])
        checklist = assess(pathway, case.chart, at=case.at or now())
        print(f"\n{case.about}\nSource: {case.source}\n")
        show(_text(checklist))
        written += _write_pages(sheet_for(checklist), folder / file.name.removesuffix(".yaml"))
    written += _write_pages(blank_sheet(load_pathway(), now()), folder / "blank")
    print(f"\nWritten to {folder}: {len(cases)} checklists and a blank one")
    for path in written:
        print(f"  {path}")
    return OK


def _write_pages(sheet: Any, stem: Path) -> list[Path]:
    paths = [stem.with_suffix(suffix) for suffix in (".pdf", ".html")]
    for path in paths:
        path.write_bytes(page(sheet, path.suffix, "a4"))
    return paths


def run_assess(options: argparse.Namespace) -> int:
    """Show the checklist of a case."""
    checklist = checklist_of(options)
    if options.format == "json":
        from spineworkup.render.to_json import to_json

        print(json.dumps(to_json(checklist), indent=2, ensure_ascii=False))
    else:
        show(_text(checklist))
    return OK


def _text(checklist: Checklist) -> str:
    from spineworkup.render.to_screen import to_screen

    return to_screen(checklist, width())


def run_print(options: argparse.Namespace) -> int:
    """Print a checklist to a file."""
    target, at = target_of(options.to), moment(options.at)
    workup, sheet = _to_print(options, at)
    target.write_bytes(page(sheet, target.suffix.lower(), options.paper))
    print(f"Written: {target}")
    if workup is not None and options.case != "-" and not options.no_record:
        save_workup(workup.show(at, by=options.by), Path(options.case), expected_revision=workup.revision)
    return OK


def _to_print(options: argparse.Namespace, at: datetime) -> tuple[Workup | None, Sheet]:
    """Return what is to be printed, and the workup that it is of; None where it isn't of one."""
    from spineworkup.render.sheet import blank_sheet, sheet_for

    if options.case is None:
        return None, blank_sheet(load_pathway(DEFAULT, options.overlay), at)
    raw, name = read_input(options.case)
    if not is_workup(raw):
        return None, sheet_for(checklist_from(raw, name, options))
    workup = workup_from(raw, name, options.overlay)
    return workup, sheet_for(workup.checklist(at), workup.changes_since_shown(at))


def run_explain(options: argparse.Namespace) -> int:
    """Say why a step is as it is."""
    checklist = checklist_of(options)
    check_id("step", options.step, checklist.pathway.steps)
    show(to_explanation(checklist, options.step, width()))
    return OK
