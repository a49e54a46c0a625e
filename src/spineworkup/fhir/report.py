"""What became of every resource of an import."""

from __future__ import annotations

from typing import Literal, get_args

from attrs import frozen

from spineworkup.checklists import Notice

Outcome = Literal["used", "ignored", "unmapped"]


@frozen
class ReportLine:
    """What became of one resource.

    Args:
        place: Where it stands, such as `entry[3].resource`.
        resource_type: Its type; `other` where it is none that is read.
        outcome: `used`; `ignored`, for the reason that `why` gives; or `unmapped`: its code says nothing to this pathway.
        finding: The findings or steps that it speaks of.
    """

    place: str
    resource_type: str
    outcome: Outcome
    why: str
    finding: str = ""


@frozen
class Report:
    """What became of every resource of an import: each has one line.

    Args:
        conflicting: The findings, and the steps, of which the records say different things.
        notices: What a reader of the checklist must know; `assess_imported` puts them on it.
    """

    lines: tuple[ReportLine, ...]
    conflicting: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many resources were used, ignored and unmapped."""
        return {outcome: self.count(outcome) for outcome in get_args(Outcome)}

    def count(self, outcome: Outcome) -> int:
        """Return how many resources were used, ignored or unmapped."""
        return sum(line.outcome == outcome for line in self.lines)
