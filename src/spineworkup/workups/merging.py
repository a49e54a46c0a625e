"""Two people entered something into one workup at the same time: what has nothing to do with each other stands together."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.errors import ClashError
from spineworkup.workups.changes import subject_of
from spineworkup.workups.events import Event


def merged(base: int, theirs: Sequence[Event], mine: Sequence[Event]) -> tuple[Event, ...]:
    """Return the events of both: theirs, which are kept already, then mine that are not among them.

    Args:
        base: How many events both began with.
        theirs: All events as they are kept.
        mine: All events as I have them.

    Raises:
        ClashError: Both speak of the same finding, step, clock or rule, or of the rules that the workup goes by.
    """
    by_id = {event.id: event for event in (*theirs, *mine)}
    kept = {event.id for event in theirs}
    new = [event for event in mine[base:] if event.id not in kept]
    touched: dict[tuple[str, str], list[str]] = {}
    for event in theirs[base:]:
        touched.setdefault(subject_of(event, by_id), []).append(event.id)
    # Notes, and what was shown to somebody, speak of nothing that could clash.
    touched.pop(("", ""), None)
    clashing = [event for event in new if subject_of(event, by_id) in touched]
    if clashing:
        about = {subject_of(event, by_id): None for event in clashing}
        raise ClashError(
            (" ".join(subject).strip() for subject in about),
            (id_ for subject in about for id_ in touched[subject]),
            (event.id for event in clashing),
        )
    return (*theirs, *new)
