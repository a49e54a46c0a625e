"""Two people entered something into one workup at the same time: what has nothing to do with each other stands together."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.errors import ClashError, DamagedError, KeepingError, WorkupError
from spineworkup.workups.changes import subject_of
from spineworkup.workups.events import Event
from spineworkup.workups.kept import Kept
from spineworkup.workups.workup import Workup


def brought_together(kept: Kept | None, workup: Workup, expected_revision: int, place: str) -> tuple[Event, ...]:
    """Return the events to keep of a workup, where something may be kept already.

    Args:
        kept: What is kept; None where nothing is.
        expected_revision: How many events were kept when the workup was loaded; 0 for a new one.
        place: What a message names.

    Raises:
        ClashError: Both have changed the same thing since then.
        DamagedError: What is kept isn't what was loaded.
        WorkupError: It is another's, or isn't there, or is there already.
    """
    if not 0 <= expected_revision <= workup.revision:
        raise WorkupError(f"{place}: expected_revision: a workup of {workup.revision} events can't have been loaded with {expected_revision}")
    if kept is None:
        if expected_revision:
            raise KeepingError(f"{place}: no workup is kept there any more; save it as a new one only if it was moved away on purpose")
        return workup.events
    if kept.case != workup.case:
        raise WorkupError(f"{place}: the workup of another case is kept there")
    if not expected_revision:
        raise KeepingError(f"{place}: a workup of this case is kept there already: load it and add to it")
    _check_same(kept.events, workup.events[:expected_revision], place)
    return merged(expected_revision, kept.events, workup.events)


def _check_same(kept: Sequence[Event], loaded: Sequence[Event], place: str) -> None:
    """Refuse what is kept if it doesn't begin with what was loaded."""
    good = next((number for number, pair in enumerate(zip(kept, loaded, strict=False)) if pair[0] != pair[1]), len(kept))
    if good < len(loaded):
        raise DamagedError(
            f"{place}: not what was loaded from there: it holds {len(kept)} events, of which the first {good} of {len(loaded)} are the same"
            " (was an older copy put back?)", good,
        )  # fmt: skip


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
