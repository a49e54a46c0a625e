"""A value that contradicts what is recorded: somebody has to say which of the two holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.errors import WorkupError
from spineworkup.render.to_screen import show_time
from spineworkup.workups.events import FindingRecorded
from spineworkup.workups.folding import live
from spineworkup.workups.workup import Workup


def refuse_conflicts(before: Workup, after: Workup, findings: Iterable[str], at: datetime, ways_out: str) -> None:
    """Refuse values that contradict what is recorded, before anybody has said which of the two holds.

    Args:
        ways_out: How to say it.

    Raises:
        WorkupError: There is such a value.
    """
    was, now = before.chart(at), after.chart(at)
    for finding in findings:
        entry = now.entry(finding)
        if isinstance(entry, Unknown) and entry.reason is WhyUnknown.CONFLICT and was.entry(finding) != entry:
            raise WorkupError(f"{finding}: differs from {_recorded(before, finding, at)}; it was not entered. {ways_out}")


def _recorded(before: Workup, finding: str, at: datetime) -> str:
    """Return what was recorded of a finding, by the names of the events."""
    earlier = [
        f"{event.id} of {show_time(event.moment)}"
        for event in live(before.events, at).values()
        if isinstance(event, FindingRecorded) and event.finding == finding
    ]
    return f"what is recorded ({', '.join(earlier)})" if earlier else "another value given with it"
