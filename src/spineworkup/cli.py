"""The command line: a case in, a checklist out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from spineworkup.about import library_version
from spineworkup.commands.fhir import OF_PATIENTS, OF_RULES, run_from_fhir, run_to_fhir
from spineworkup.commands.rules import run_check, run_diff, run_list, run_prove
from spineworkup.commands.saying import BAD_INPUT, OK, say, say_problems
from spineworkup.commands.serve import run_serve
from spineworkup.commands.show import FORMATS, run_assess, run_demo, run_explain, run_print
from spineworkup.errors import ReadError, SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_list import findings_list, rules_list, steps_list

SHELLS = ("bash", "zsh", "fish")
COMMANDS = (
    "demo", "assess", "print", "explain", "check", "prove", "diff", "steps", "findings", "rules",
    "from-fhir", "to-fhir", "serve", "completion",
)  # fmt: skip

EPILOG = """examples:
  spineworkup demo build/demo
  spineworkup assess case.yaml --at 2026-11-20T10:00:00+00:00
  spineworkup assess - --format json < case.yaml
  spineworkup print case.yaml --to checklist.pdf --paper a4
  spineworkup print --to blank.pdf
  spineworkup assess bundle.json
  spineworkup from-fhir bundle.json --to case.yaml
  spineworkup to-fhir requests case.yaml --patient Patient/1
  spineworkup serve --demo
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
        say(f"error: unknown command {given[0]!r} ({hint})")
        return BAD_INPUT
    options = parser.parse_args(given)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ReadError as error:
        say_problems(error)
    except SpineWorkupError as error:
        say(f"error: {error}")
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        say(f"error: {error.filename or 'file'}: {(error.strerror or 'cannot be read').lower()}")
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
        made = command(name, run_list(listing), f"list the {name} with their ids", f"spineworkup {name}")
        made.add_argument("--overlay", action="append", default=[], metavar="NAME")
    words = "say what became of each FHIR resource of a patient, and keep it as a case file"
    made = command("from-fhir", run_from_fhir, words, "spineworkup from-fhir bundle.json --to case.yaml")
    made.add_argument("file", metavar="FILE", help="a Bundle or a QuestionnaireResponse, JSON; - for standard input")
    made.add_argument("--patient", metavar="REF", help="whom it has to be about, such as Patient/1")
    made.add_argument("--to", metavar="FILE", help="the case file to write")
    _add_moment(made)
    words = "write the rules, or the checklist of a case, as FHIR R4 resources"
    made = command("to-fhir", run_to_fhir, words, "spineworkup to-fhir requests case.yaml --patient Patient/1")
    made.add_argument("what", choices=(*OF_RULES, *OF_PATIENTS), metavar="WHAT", help=", ".join((*OF_RULES, *OF_PATIENTS)))
    _add_case(made, optional=True)
    made.add_argument("--patient", metavar="REF", default="Patient/example", help="whom it is about (default: %(default)s)")
    made.add_argument("--to", metavar="FILE", help="the file to write (default: the screen)")
    made = command("serve", run_serve, "answer CDS Hooks requests over HTTP", "spineworkup serve --demo")
    made.add_argument("--config", metavar="FILE", type=Path, help="settings; without them loopback only")
    made.add_argument("--host", metavar="HOST", help="the address to listen at (default: of the settings, else 127.0.0.1)")
    made.add_argument("--port", metavar="N", type=int, help="the port to listen at (default: of the settings, else 8000)")
    made.add_argument("--demo", action="store_true", help="with a page to try it, on this machine only")
    made = command(
        "completion", run_completion, "print the completion script of a shell",
        "spineworkup completion bash > ~/.local/share/bash-completion/completions/spineworkup",
    )  # fmt: skip
    made.add_argument("shell", choices=SHELLS)
    return parser


def _add_case(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    nargs = "?" if optional else None
    parser.add_argument(
        "case", metavar="CASE", nargs=nargs,
        help="a case file, YAML or JSON, or a FHIR Bundle or QuestionnaireResponse; - for standard input",
    )  # fmt: skip
    _add_moment(parser)


def _add_moment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="T", help="the moment, such as 2026-11-20T10:00:00+00:00 (default: now)"
    )
    parser.add_argument(
        "--overlay", action="append", default=[], metavar="NAME", help="adapt the rules to a place"
    )


def run_completion(options: argparse.Namespace) -> int:
    """Print the completion script of a shell."""
    from spineworkup.completion import completion_script

    print(completion_script(options.shell, build_parser(), sorted(load_pathway().steps)))
    return OK
