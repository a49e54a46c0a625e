"""What the author of rules accepts, with a reason: `accepted.yaml` in the folder of a package or of an overlay."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.resources.abc import Traversable
from typing import Any

from attrs import frozen

from spineworkup.errors import Problem
from spineworkup.reading.find_packages import shown
from spineworkup.reading.lints import LINT_KINDS, Key, Lint, LintKind
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document, read_yaml
from spineworkup.reading.structure import make_converter

ACCEPTED = "accepted.yaml"


@frozen
class Entry:
    """One acceptance as it is written."""

    lint: LintKind
    of: tuple[str, ...]
    reason: str


@frozen
class Accepted:
    """One lint that an author accepts.

    Args:
        kind: Which lint.
        of: The ids of all that are involved; their order doesn't matter.
        reason: Why it is right as it is.
        stale: What to say once nothing is like that any more.
    """

    kind: LintKind
    of: tuple[str, ...]
    reason: str
    stale: Problem

    @property
    def key(self) -> Key:
        """What the key of the lint is."""
        return self.kind, frozenset(self.of)


def read_accepted(folder: Traversable) -> tuple[list[Accepted], list[Problem]]:
    """Return what is accepted in the folder of a package or of an overlay, and everything wrong with the file.

    Args:
        folder: Holds `accepted.yaml`, or nothing is accepted.
    """
    file = folder / ACCEPTED
    if not file.is_file():
        return [], []
    document, found = read_yaml(file.read_bytes(), shown(file))
    if found:
        return [], found
    problems = Problems()
    if type(document.data) is not list:
        problems.add(document, (), "expected a list", "- {lint: overlap, of: [rule_a, rule_b], reason: ..}")
        return [], problems.all
    read = [_accepted(document, number, body, problems) for number, body in enumerate(document.data)]
    accepted = [one for one in read if one is not None]
    _check_once(accepted, problems)
    return accepted, problems.all


def _accepted(document: Document, number: int, body: Any, problems: Problems) -> Accepted | None:
    entry = problems.structure(document, (number,), body, Entry, make_converter(Vocabulary()))
    if entry is None:
        return None
    if not entry.of:
        problems.add(
            document, (number, "of"), "an acceptance names what it is about", "the ids in the message"
        )
    if not entry.reason.strip():
        problems.add(document, (number, "reason"), "an acceptance needs a reason", "why it is right as it is")
    what = f"nothing here is {entry.lint} any more: {', '.join(entry.of)}"
    stale = document.problem((number,), what, "take it out", kind="warning")
    return Accepted(entry.lint, entry.of, entry.reason, stale)


def _check_once(accepted: Iterable[Accepted], problems: Problems) -> None:
    seen: dict[Key, Accepted] = {}
    for one in accepted:
        first = seen.setdefault(one.key, one)
        if first is not one:
            place = first.stale.position
            problems.found.append(Problem(one.stale.position, "this is accepted twice", f"first at {place}"))


def settle(
    lints: Iterable[Lint], accepted: Collection[Accepted], looked_for: Collection[LintKind] = LINT_KINDS
) -> list[Problem]:
    """Return what is left to mend: lints that nobody accepted, and acceptances that nothing needs any more.

    Args:
        lints: All that were found.
        accepted: What the author accepts.
        looked_for: The kinds that were looked for in full: an acceptance of another kind is left alone, as it can't
            be said whether it is still needed.
    """
    lints = list(lints)
    found, silent = {lint.key for lint in lints}, {one.key for one in accepted}
    stale = [one.stale for one in accepted if one.key not in found and one.kind in looked_for]
    return [lint.problem for lint in lints if lint.key not in silent] + stale
