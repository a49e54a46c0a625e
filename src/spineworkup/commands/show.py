"""The commands that show a checklist: on the screen, on paper, with its reasons."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.commands.cases import checklist_of, moment, now, read
from spineworkup.commands.parsers import Commands, add_case
from spineworkup.commands.saying import OK, check_id
from spineworkup.errors import SpineWorkupError
from spineworkup.reading.find_packages import rules_root, yaml_files
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_explanation import to_explanation

FORMATS = (".pdf", ".html", ".txt", ".md")


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
        print(_text(checklist))
        written += _write_pages(sheet_for(checklist), folder / file.name.removesuffix(".yaml"))
    written += _write_pages(blank_sheet(load_pathway(), now()), folder / "blank")
    print(f"\nWritten to {folder}: {len(cases)} checklists and a blank one")
    for path in written:
        print(f"  {path}")
    return OK


def _write_pages(sheet: Any, stem: Path) -> list[Path]:
    paths = [stem.with_suffix(suffix) for suffix in (".pdf", ".html")]
    for path in paths:
        path.write_bytes(_page(sheet, path.suffix, "a4"))
    return paths


def run_assess(options: argparse.Namespace) -> int:
    """Show the checklist of a case."""
    checklist = checklist_of(options)
    if options.format == "json":
        from spineworkup.render.to_json import to_json

        print(json.dumps(to_json(checklist), indent=2, ensure_ascii=False))
    else:
        print(_text(checklist))
    return OK


def _text(checklist: Checklist) -> str:
    from spineworkup.render.to_screen import to_screen

    return to_screen(checklist, width=min(shutil.get_terminal_size().columns, 110))


def run_print(options: argparse.Namespace) -> int:
    """Print a checklist to a file."""
    from spineworkup.render.sheet import blank_sheet, sheet_for

    target = Path(options.to)
    if target.suffix.lower() not in FORMATS:
        raise SpineWorkupError(f"{target.name}: expected a name that ends in {', '.join(FORMATS)}")
    if options.case is None:
        sheet = blank_sheet(load_pathway(DEFAULT, options.overlay), moment(options.at))
    else:
        sheet = sheet_for(checklist_of(options))
    page = _page(sheet, target.suffix.lower(), options.paper)
    target.write_bytes(page)
    print(f"Written: {target}")
    return OK


def _page(sheet: Any, suffix: str, paper: str) -> bytes:
    """Return a sheet as a file; only the libraries of its own format are loaded."""
    if suffix == ".pdf":
        from spineworkup.render.to_pdf import to_pdf

        return to_pdf(sheet, paper=paper)
    if suffix == ".html":
        from spineworkup.render.to_html import to_html

        return to_html(sheet, paper=paper).encode()
    if suffix == ".md":
        from spineworkup.render.to_markdown import to_markdown

        return to_markdown(sheet).encode()
    from spineworkup.render.to_text import to_text

    return to_text(sheet).encode()


def run_explain(options: argparse.Namespace) -> int:
    """Say why a step is as it is."""
    checklist = checklist_of(options)
    check_id("step", options.step, checklist.pathway.steps)
    print(to_explanation(checklist, options.step, width=min(shutil.get_terminal_size().columns, 110)))
    return OK
