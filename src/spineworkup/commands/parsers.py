"""The parsers of the commands: each module of commands adds its own, and the help lists them in groups."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Mapping
from textwrap import fill

Run = Callable[[argparse.Namespace], int]
CASE_WORDS = (
    "a case file, YAML or JSON, a workup, or a FHIR Bundle or QuestionnaireResponse; - for standard input"
)
_NAME = 14


class Commands:
    """The commands of a parser, in groups."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        # No help here: argparse knows no groups, so `listed` says what there is.
        self._made = parser.add_subparsers(metavar="COMMAND", required=True, help=argparse.SUPPRESS)
        self._words: dict[str, dict[str, str]] = {}

    def group(self, title: str) -> None:
        """Begin a group: the commands that are added next are in it."""
        self._words[title] = {}

    def add(self, name: str, run: Run, words: str, example: str) -> argparse.ArgumentParser:
        """Add a command.

        Args:
            run: What it does; returns its exit code.
            words: What it does, in a few words.
            example: A line that runs.
        """
        [*_, group] = self._words
        self._words[group][name] = words
        made = self._made.add_parser(
            name, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=f"example:\n  {example}",
            description=fill(f"{words[0].upper()}{words[1:]}.", _width()),
        )  # fmt: skip
        made.set_defaults(run=run)
        return made

    @property
    def names(self) -> Mapping[str, argparse.ArgumentParser]:
        """The commands by their names."""
        return self._made.choices

    @property
    def listed(self) -> str:
        """What commands there are, group by group."""
        return "\n".join(line for title, group in self._words.items() for line in _group(title, group))


def _group(title: str, words: Mapping[str, str]) -> list[str]:
    margin = " " * _NAME
    lines = [fill(says, _width(), initial_indent=f"  {name:{_NAME - 2}}", subsequent_indent=margin) for name, says in words.items()]
    return [f"{title}:", *lines]


def _width() -> int:
    return min(shutil.get_terminal_size().columns - 2, 100)


def add_case(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Let a command take a case, its moment and overlays."""
    parser.add_argument("case", metavar="CASE", nargs="?" if optional else None, help=CASE_WORDS)
    add_moment(parser)
    add_overlays(parser)


def add_moment(parser: argparse.ArgumentParser) -> None:
    """Let a command take a moment."""
    parser.add_argument(
        "--at", metavar="T", help="the moment, such as 2026-11-20T10:00:00+00:00 (default: now)"
    )


def add_overlays(parser: argparse.ArgumentParser) -> None:
    """Let a command take overlays."""
    parser.add_argument(
        "--overlay", action="append", default=[], metavar="NAME", help="adapt the rules to a place"
    )
