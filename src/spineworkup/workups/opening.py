"""The door: from what was kept of a workup to the workup, with the rules that it goes by."""

from __future__ import annotations

import re

from spineworkup.errors import DamagedError, RuleError, WorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import load_pathway
from spineworkup.workups.events import Event, RulesAdopted
from spineworkup.workups.kept import Kept, from_bytes, to_bytes
from spineworkup.workups.workup import Workup, check_target

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


def open_workup(raw: bytes, place: str, pathway: Pathway | None = None) -> Workup:
    """Return the workup that bytes hold, as `to_bytes` wrote them.

    Args:
        place: What a message names, such as the file.
        pathway: The rules to read it with; those that the workup adopted last, where nothing is said.

    Raises:
        WorkupError: It isn't a workup, or a damaged one, or one of a newer version.
        RuleError: The rules that it adopted can't be found or read.
    """
    return workup_of(from_bytes(raw, place), place, pathway)


def closed(workup: Workup, place: str) -> bytes:
    """Return the bytes to keep of a workup, which were read again: nobody else could mend what can't be read.

    Raises:
        WorkupError: They would not say what the workup says.
    """
    raw = to_bytes(workup.case, workup.events)
    if open_workup(raw, place, workup.pathway).events != workup.events:
        raise WorkupError(f"{place}: an event holds what JSON can't: nothing was saved")
    return raw


def workup_of(kept: Kept, place: str, pathway: Pathway | None = None) -> Workup:
    """Return the workup of what was kept; the arguments and errors are those of `open_workup`."""
    if not kept.events or not isinstance(kept.events[0], RulesAdopted):
        raise DamagedError(f"{place}: the first event doesn't say which rules the workup goes by", 0)
    earlier: dict[str, Event] = {}
    for number, event in enumerate(kept.events, 1):
        try:
            check_target(event, earlier)
        except WorkupError as error:
            raise DamagedError(f"{place}: event {number}: {error}", number - 1) from None
        earlier[event.id] = event
    adopted = next(event for event in reversed(kept.events) if isinstance(event, RulesAdopted))
    return Workup(_rules_of(adopted, place) if pathway is None else pathway, kept.case, kept.events)


def _rules_of(adopted: RulesAdopted, place: str) -> Pathway:
    named = (adopted.package, *adopted.overlays)
    # A path is for the command line and for programs: what is kept of a patient doesn't choose which files are read.
    if not all(_NAME.fullmatch(name) for name in named):
        raise WorkupError(f"{place}: it names its rules by something else than a name: say which with --overlay")
    try:
        return load_pathway(adopted.package, adopted.overlays)
    except RuleError as error:
        words = f"its rules ({'+'.join(named)}) can't be read: name them with --overlay"
        raise WorkupError(f"{place}: {words} ({str(error).partition(chr(10))[0]})") from None
