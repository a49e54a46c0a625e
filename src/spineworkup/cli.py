"""The command line: a case in, a checklist out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from spineworkup.about import library_version
from spineworkup.commands import (
    audit,
    cohort,
    enter,
    fhir,
    over_time,
    record,
    replay,
    rules,
    serve,
    show,
    start,
    synthesize,
)
from spineworkup.commands.parsers import Commands, Run
from spineworkup.commands.saying import BAD_INPUT, OK, say, say_problems
from spineworkup.errors import ReadError, SpineWorkupError
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.load import load_pathway

SHELLS = ("bash", "zsh", "fish")
EXAMPLES = """examples:
  spineworkup assess case.yaml
  spineworkup print case.yaml --to checklist.pdf
  spineworkup start p1.json --case p1 --by "first clinician"
  spineworkup COMMAND --help

A reference library for people who build and test clinical
software. Not a medical device."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0, 1 (something is not as it should be) or 2 (bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a terminal can't show is written as its code: a name must not end the command.
            stream.reconfigure(errors="backslashreplace")
    parser, commands = build_parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and not given[0].startswith("-") and given[0] not in commands.names:
        hint = did_you_mean(given[0], commands.names) or f"there are: {', '.join(commands.names)}"
        say(f"error: unknown command {given[0]!r} ({hint})")
        return BAD_INPUT
    options = parser.parse_args(given)
    run: Run = options.run
    try:
        return run(options)
    except ReadError as error:
        say_problems(error)
    except SpineWorkupError as error:
        say(f"error: {error}")
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        say("stopped")
    except OSError as error:
        say(f"error: {error.filename or 'file'}: {(error.strerror or 'cannot be read').lower()}")
    return BAD_INPUT


def build_parser() -> tuple[argparse.ArgumentParser, Commands]:
    """Return the parser of the command line, and its commands."""
    parser = argparse.ArgumentParser(
        prog="spineworkup",
        usage="spineworkup [-h] [--version] COMMAND ...",
        description="The workup of a suspected metastatic spinal tumour,\nas a checklist.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"spineworkup {library_version()}")
    commands = Commands(parser)
    commands.group("a patient")
    show.add_parsers(commands)
    fhir.add_parsers(commands)
    commands.group("the record of a patient")
    start.add_parsers(commands)
    record.add_parsers(commands)
    enter.add_parsers(commands)
    over_time.add_parsers(commands)
    replay.add_parsers(commands)
    commands.group("many patients")
    cohort.add_parsers(commands)
    synthesize.add_parsers(commands)
    audit.add_parsers(commands)
    commands.group("rules")
    rules.add_parsers(commands)
    commands.group("service")
    serve.add_parsers(commands)
    _add_completion(commands)
    parser.epilog = f"{commands.listed}\n\n{EXAMPLES}"
    return parser, commands


def _add_completion(commands: Commands) -> None:
    example = "spineworkup completion bash > ~/.local/share/bash-completion/completions/spineworkup"
    made = commands.add("completion", run_completion, "print the completion script of a shell", example)
    made.add_argument("shell", choices=SHELLS)


def run_completion(options: argparse.Namespace) -> int:
    """Print the completion script of a shell."""
    from spineworkup.completion import completion_script

    print(completion_script(options.shell, build_parser()[1].names, load_pathway()))
    return OK
