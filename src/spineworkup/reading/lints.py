"""What rules may say, and were hardly meant to: how it is named, so that an author can mend it or accept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from attrs import evolve, frozen

from spineworkup.errors import Problem
from spineworkup.pathways import Pathway
from spineworkup.sources import Position, excerpt

LintKind = Literal[
    "gap",
    "overlap",
    "subsumed",
    "redundant",
    "conflict",
    "unreachable",
    "unused",
    "unused_finding",
    "unknown_code",
    "past_review",
]
LINT_KINDS: tuple[LintKind, ...] = get_args(LintKind)
# What only a solver finds: whether there is any patient for whom a rule matters.
SOLVED: tuple[LintKind, ...] = ("conflict", "unreachable", "subsumed", "redundant", "overlap")
Key = tuple[LintKind, frozenset[str]]


@frozen
class Lint:
    """Something in rules that can be read, and is probably a mistake.

    Args:
        kind: What sort of mistake.
        about: The ids of all that are involved, such as both of two rules; an acceptance names the same.
        problem: Where and what.
    """

    kind: LintKind
    about: tuple[str, ...]
    problem: Problem

    @property
    def key(self) -> Key:
        """What makes two lints the same: their kind and whom they are about, in any order."""
        return self.kind, frozenset(self.about)


def lint_at(
    pathway: Pathway, kind: LintKind, about: Iterable[str], place: str, message: str, hint: str = ""
) -> Lint:
    """Return a lint at the place of a thing of a pathway.

    Args:
        pathway: The rules.
        kind: What sort of mistake.
        about: The ids of all that are involved.
        place: What it is at, as in `Pathway.places`: such as `rule mri_now` or `finding crp.codes.0`.
        message: What is wrong, in one line that names all that are involved.
        hint: What would be right.

    >>> lint = lint_at(Pathway("small"), "unused", ["guide"], "source guide", "nothing cites 'guide'")
    >>> print(lint.problem)
    small:1:1: unused: nothing cites 'guide'
    """
    problem = Problem(position_of(pathway, place), f"{kind}: {message}", hint, kind="warning")
    return Lint(kind, tuple(about), problem)


def position_of(pathway: Pathway, place: str) -> Position:
    """Return where something of a pathway was defined, or the nearest that holds it and has a place."""
    while place not in pathway.places and "." in place:
        place = place.rpartition(".")[0]
    # A pathway that was composed in Python has no files.
    return pathway.places.get(place, Position(pathway.id or "pathway"))


def with_excerpts(problems: Iterable[Problem], texts: Mapping[str, str]) -> list[Problem]:
    """Return problems with the lines that they are at, out of the texts of the files by their names."""
    return [
        problem
        if problem.excerpt
        else evolve(problem, excerpt=excerpt(texts.get(problem.position.file, ""), problem.position))
        for problem in problems
    ]
