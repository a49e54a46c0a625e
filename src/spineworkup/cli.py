"""The command line: a case in, a checklist out."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spineworkup.about import library_version
from spineworkup.assessment import assess
from spineworkup.charts import read_time
from spineworkup.checklists import Checklist
from spineworkup.errors import MissingExtraError, ReadError, SpineWorkupError, TimeError
from spineworkup.pathways import Pathway
from spineworkup.reading.check_paths import check_path, check_shipped
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.find_packages import OVERLAYS, names, rules_root, yaml_files
from spineworkup.reading.lints import SOLVED, Lint
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import Case, case_document, overlays_of, read_case
from spineworkup.render.to_explanation import to_explanation
from spineworkup.render.to_list import findings_list, rules_list, steps_list

if TYPE_CHECKING:
    from spineworkup.proofs.witnesses import Witness

OK, PROBLEMS, BAD_INPUT = 0, 1, 2
FORMATS = (".pdf", ".html", ".txt", ".md")
SHELLS = ("bash", "zsh", "fish")
COMMANDS = (
    "demo", "assess", "print", "explain", "check", "prove", "diff", "steps", "findings", "rules", "completion",
)  # fmt: skip

EPILOG = """examples:
  spineworkup demo build/demo
  spineworkup assess case.yaml --at 2026-11-20T10:00:00+00:00
  spineworkup assess - --format json < case.yaml
  spineworkup print case.yaml --to checklist.pdf --paper a4
  spineworkup print --to blank.pdf
  spineworkup explain case.yaml mri_whole_spine
  spineworkup check my-rules/
  spineworkup prove --overlay my-overlay/
  spineworkup diff metastatic_spine metastatic_spine+us

A reference library for people who build and test clinical software. Not a medical device."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0, 1 (`check` found errors) or 2 (bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a terminal can't show is written as its code: a name must not end the command.
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and not given[0].startswith("-") and given[0] not in COMMANDS:
        hint = did_you_mean(given[0], COMMANDS) or f"there are: {', '.join(COMMANDS)}"
        _say(f"error: unknown command {given[0]!r} ({hint})")
        return BAD_INPUT
    options = parser.parse_args(given)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ReadError as error:
        _say_problems(error)
    except SpineWorkupError as error:
        _say(f"error: {error}")
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        _say(f"error: {error.filename or 'file'}: {(error.strerror or 'cannot be read').lower()}")
    return BAD_INPUT


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="spineworkup",
        description="The workup of a suspected metastatic spinal tumour, as a checklist.",
        epilog=EPILOG,
        formatter_class=plain,
    )
    parser.add_argument("--version", action="version", version=f"spineworkup {library_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str, example: str) -> Any:
        made = commands.add_parser(
            name, help=words, description=f"{words[0].upper()}{words[1:]}.", formatter_class=plain,
            epilog=f"example:\n  {example}",
        )  # fmt: skip
        made.set_defaults(run=run)
        return made

    demo = command(
        "demo", run_demo, "assess and print the shipped example cases", "spineworkup demo build/demo"
    )
    demo.add_argument(
        "folder", nargs="?", metavar="DIR", default="spineworkup-demo", help="where the pages go"
    )
    made = command(
        "assess", run_assess, "show the checklist of a case", "spineworkup assess case.yaml --format json"
    )
    _add_case(made)
    made.add_argument("--format", choices=("text", "json"), default="text")
    made = command(
        "print", run_print, "print a checklist, blank or of a case", "spineworkup print --to blank.pdf"
    )
    _add_case(made, optional=True)
    made.add_argument("--to", required=True, metavar="FILE", help=f"the file to write: {', '.join(FORMATS)}")
    made.add_argument("--paper", choices=("a4", "letter"), default="a4")
    words = "why a step is as it is, and what would change it"
    made = command("explain", run_explain, words, "spineworkup explain case.yaml mri_whole_spine")
    _add_case(made)
    made.add_argument("step", metavar="STEP", help="`spineworkup steps` lists them")
    words = "check rule packages, overlays and case files"
    made = command("check", run_check, words, "spineworkup check rules/metastatic_spine case.yaml")
    made.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="the shipped rules, when left out")
    words = "prove what must hold for every patient, or show the patient for whom it doesn't"
    made = command("prove", run_prove, words, "spineworkup prove --overlay my-overlay/ --to patients/")
    made.add_argument("package", nargs="?", metavar="PACKAGE", default=DEFAULT, help="the shipped rules, when left out")
    made.add_argument(
        "--overlay", action="append", default=[], metavar="NAME", help="every shipped one, when left out"
    )
    made.add_argument("--to", metavar="DIR", help="write the patients as case files")
    words = "show which patients two versions of the rules treat differently"
    made = command("diff", run_diff, words, "spineworkup diff metastatic_spine metastatic_spine+my-overlay/")
    for name in ("old", "new"):
        made.add_argument(name, metavar=name.upper(), help="a package, or PACKAGE+OVERLAY, by name or folder")
    made.add_argument("--to", metavar="DIR", help="write the patients as case files")
    lists: dict[str, Callable[[Pathway], str]] = {
        "steps": steps_list, "findings": findings_list, "rules": rules_list,
    }  # fmt: skip
    for name, listing in lists.items():
        made = command(name, _run_list(listing), f"list the {name} with their ids", f"spineworkup {name}")
        made.add_argument("--overlay", action="append", default=[], metavar="NAME")
    made = command(
        "completion", run_completion, "print the completion script of a shell",
        "spineworkup completion bash > ~/.local/share/bash-completion/completions/spineworkup",
    )  # fmt: skip
    made.add_argument("shell", choices=SHELLS)
    return parser


def _add_case(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    nargs = "?" if optional else None
    parser.add_argument(
        "case", metavar="CASE", nargs=nargs, help="a case file, YAML or JSON; - for standard input"
    )
    parser.add_argument(
        "--at", metavar="T", help="the moment, such as 2026-11-20T10:00:00+00:00 (default: now)"
    )
    parser.add_argument(
        "--overlay", action="append", default=[], metavar="NAME", help="adapt the rules to a place"
    )


def run_demo(options: argparse.Namespace) -> int:
    """Assess the shipped cases; the checklists go to the screen, the pages into a folder."""
    from spineworkup.render.sheet import blank_sheet, sheet_for

    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    cases = [file for file in yaml_files(rules_root() / DEFAULT / "cases") if file.name.startswith("demo_")]
    written: list[Path] = []
    for file in cases:
        case, pathway = _read(file.read_bytes(), f"rules/{DEFAULT}/cases/{file.name}", [])
        checklist = assess(pathway, case.chart, at=case.at or _now())
        print(f"\n{case.about}\nSource: {case.source}\n")
        print(_text(checklist))
        written += _write_pages(sheet_for(checklist), folder / file.name.removesuffix(".yaml"))
    written += _write_pages(blank_sheet(load_pathway(), _now()), folder / "blank")
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
    checklist = _checklist(options)
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
        sheet = blank_sheet(load_pathway(DEFAULT, options.overlay), _moment(options.at))
    else:
        sheet = sheet_for(_checklist(options))
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
    checklist = _checklist(options)
    if options.step not in checklist.pathway.steps:
        hint = did_you_mean(options.step, checklist.pathway.steps) or "`spineworkup steps` lists them"
        raise SpineWorkupError(f"unknown step {options.step!r} ({hint})")
    print(to_explanation(checklist, options.step, width=min(shutil.get_terminal_size().columns, 110)))
    return OK


def run_check(options: argparse.Namespace) -> int:
    """Check files; every problem on a line of its own, with its place."""
    today, more = _now().date(), _solver_lints()
    problems = (
        [problem for path in options.paths for problem in check_path(path, today=today, more=more)]
        if options.paths
        else check_shipped(today=today, more=more)
    )
    if problems:
        _say_problems(ReadError(problems))
    else:
        what = ", ".join(str(path) for path in options.paths) or "the shipped rules"
        print(f"No problems in {what}")
    if more is None:
        _say(f"not looked for: {', '.join(SOLVED)} (install the extra 'proofs' for that)")
    return PROBLEMS if problems else OK


def _solver_lints() -> Callable[[Pathway], list[Lint]] | None:
    """Return what finds the lints that need a solver; None where there is none."""
    if not _has_solver():
        return None
    from spineworkup.proofs.lints import solver_lints

    return solver_lints


def run_prove(options: argparse.Namespace) -> int:
    """Prove what must hold of the rules, and of the rules with overlays."""
    _needs_solver()
    from spineworkup.proofs.claims import CLAIMS
    from spineworkup.proofs.overlays import overlay_claim
    from spineworkup.proofs.prove import prove
    from spineworkup.proofs.to_words import report_words

    base = load_pathway(options.package)
    shipped = names(rules_root() / OVERLAYS, "overlay.yaml") if base.id == DEFAULT else []
    chosen = [options.overlay] if options.overlay else [[], *([name] for name in shipped)]
    reports = []
    for overlays in chosen:
        claims = [*CLAIMS, *([overlay_claim(base)] if overlays else [])]
        reports.append(prove(load_pathway(options.package, overlays), claims))
        print(report_words(reports[-1]), flush=True)
    found = [finding for report in reports for finding in report.findings]
    _write_cases(options.to, [witness for finding in found for witness in finding.witnesses])
    return PROBLEMS if found else OK


def run_diff(options: argparse.Namespace) -> int:
    """Show which patients two versions treat differently."""
    _needs_solver()
    from spineworkup.proofs.compare import differences
    from spineworkup.proofs.to_words import differences_words

    old, new = (
        load_pathway(name, overlays)
        for name, *overlays in (options.old.split("+"), options.new.split("+"))
    )
    found = differences(old, new)
    print(differences_words(found, options.old, options.new))
    _write_cases(options.to, [difference.witness for difference in found])
    return PROBLEMS if found else OK


def _has_solver() -> bool:
    return find_spec("z3") is not None


def _needs_solver() -> None:
    if not _has_solver():
        raise MissingExtraError("proofs", "z3-solver")


def _write_cases(folder: str | None, witnesses: Sequence[Witness]) -> None:
    if folder is None or not witnesses:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, witness in enumerate(witnesses, 1):
        label = witness.case.splitlines()[0].removeprefix("case: ").strip('"')
        (Path(folder) / f"{number:02d}_{label}.yaml").write_text(witness.case, encoding="utf-8")
    print(f"Written to {folder}: {len(witnesses)} patient{'' if len(witnesses) == 1 else 's'}")


def _run_list(listing: Callable[[Pathway], str]) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        print(listing(load_pathway(DEFAULT, options.overlay)))
        return OK

    return run


def run_completion(options: argparse.Namespace) -> int:
    """Print the completion script of a shell."""
    from spineworkup.completion import completion_script

    print(completion_script(options.shell, build_parser(), sorted(load_pathway().steps)))
    return OK


def _checklist(options: argparse.Namespace) -> Checklist:
    standard_input = options.case == "-"
    raw = sys.stdin.buffer.read() if standard_input else Path(options.case).read_bytes()
    case, pathway = _read(raw, "standard input" if standard_input else options.case, options.overlay)
    for warning in case.warnings:
        _say(f"warning: {warning}")
    at = _moment(options.at) if options.at is not None or case.at is None else case.at
    return assess(pathway, case.chart, at=at)


def _read(raw: bytes, name: str, overlays: list[str]) -> tuple[Case, Pathway]:
    document = case_document(raw, name)
    asked = dict.fromkeys([*overlays_of(document), *overlays])
    pathway = load_pathway(DEFAULT, list(asked))
    return read_case(document, pathway), pathway


def _moment(text: str | None) -> datetime:
    if text is None:
        return _now()
    try:
        return read_time(text)
    except TimeError as error:
        raise TimeError(f"--at: {error}") from None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _say_problems(error: ReadError) -> None:
    for problem in error.problems:
        _say(str(problem))
    count = len(error.problems)
    _say(f"{count} problem{'' if count == 1 else 's'}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
