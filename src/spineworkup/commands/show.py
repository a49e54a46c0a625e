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
from spineworkup.commands.saying import OK
from spineworkup.errors import SpineWorkupError
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.find_packages import rules_root, yaml_files
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_explanation import to_explanation

FORMATS = (".pdf", ".html", ".txt", ".md")


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
    if options.step not in checklist.pathway.steps:
        hint = did_you_mean(options.step, checklist.pathway.steps) or "`spineworkup steps` lists them"
        raise SpineWorkupError(f"unknown step {options.step!r} ({hint})")
    print(to_explanation(checklist, options.step, width=min(shutil.get_terminal_size().columns, 110)))
    return OK
