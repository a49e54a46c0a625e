"""All faults, and the table of them that the documentation shows."""

from __future__ import annotations

from collections import Counter

from tests.malfunctions.faults import NOT_HERE, ROWS, Fault
from tests.malfunctions.faults_in_engine import IN_ENGINE
from tests.malfunctions.faults_in_records import IN_RECORDS
from tests.malfunctions.faults_in_rules import IN_RULES

FAULTS = tuple(sorted((*IN_RULES, *IN_ENGINE, *IN_RECORDS), key=lambda fault: fault.seed))
HEAD = """\
| seed | elsewhere | put in here | where | outcome | found by | tried, and quiet |
|---|---|---|---|---|---|---|"""


def table() -> str:
    """Return the faults as Markdown, with who finds them, what isn't here yet, and the sum."""
    return "\n".join([summary(), "", HEAD, *map(_line, FAULTS), "", "Not yet here:", "", *_not_here()])


def summary() -> str:
    """Return how many there are, and what becomes of them."""
    found = Counter(" and ".join(fault.outcomes) or "silent" for fault in FAULTS)
    counts = ", ".join(
        f"{found[outcome]} {outcome}" for outcome in ("caught", "loud", "caught and loud", "silent")
    )
    return f"{len(FAULTS)} faults: {counts}."


def _line(fault: Fault) -> str:
    names = [", ".join(detector.words for detector in listed) for listed in (fault.found, fault.missed)]
    cells = (
        fault.seed,
        ROWS[fault.row],
        fault.what,
        fault.where,
        " and ".join(fault.outcomes) or "**silent**",
        *names,
    )
    return f"| {' | '.join(cells)} |"


def _not_here() -> list[str]:
    return [f"- **{seed}**: {why}." for seed, why in NOT_HERE.items()]
