"""A line of `spineworkup enter`: what somebody ticked or wrote on a printed sheet, typed in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from attrs import field, frozen

from spineworkup.charts import CLOCKS, STATES
from spineworkup.commands.conflicts import refuse_conflicts
from spineworkup.errors import TimeError, WorkupError
from spineworkup.moments import CLOCK_SKEW, read_time
from spineworkup.reading.faults import did_you_mean
from spineworkup.render.front import codes_of
from spineworkup.workups.workup import Workup

HELP = """\
  B1 done 10:40 JS     a code of the sheet or the id of a
                       step; what was ticked: asked, done
                       or seen; its time; the initials
  limb_weakness present 10:20
                       a finding, its value as in a case
                       file, its time
  limb_weakness absent changed
                       the patient has changed: the
                       earlier value holds no more
  limb_weakness absent both
                       both stand: it counts as not known
  clock suspicion 9:00 when a clock started
  note TEXT            words for the next reader
  codes, list, undo    the codes; what is entered so far;
                       take back the last line
  write, quit          write it all; leave without writing
A time is HH:MM, the last that has passed, or as
2026-11-20T10:40:00+00:00; without a time it is now."""
_TICKS = {"asked": "requested", "done": "performed", "seen": "acted_on"}
# Without a reason, which a line has no room for.
_STATES = {state: state for state in STATES if state != "declined"}
_WAYS_OUT = "End the line with changed (the patient has changed) or both (both stand, and it counts as not known); or quit, and use `spineworkup correct`"
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_INITIALS = re.compile(r"[^\W\d_]([^\W\d_]|[.-]){0,9}")


@frozen
class Desk:
    """Where lines are typed in.

    Args:
        at: When they are entered.
        by: The role of whoever enters them.
        offset: What the clock beside the sheet differs from UTC, for times without a date.
        codes: A code of the sheet to its step.
    """

    at: datetime
    by: str
    offset: timedelta
    codes: Mapping[str, str]

    @classmethod
    def of(cls, workup: Workup, at: datetime, by: str, offset: timedelta) -> Desk:
        """Return the desk for a workup."""
        return cls(at, by, offset, {code: step for step, code in codes_of(workup.pathway).items()})


@frozen
class Typed:
    """A line that was understood.

    Args:
        text: As it can be typed again later, with its date.
        workup: With what it says.
    """

    text: str = field(repr=False)
    workup: Workup


def understand(line: str, workup: Workup, desk: Desk) -> Typed:
    """Return what a line says.

    Raises:
        SpineWorkupError: It can't be understood, or contradicts what is recorded; the message says what would be right.
    """
    if line.startswith("note "):
        return Typed(line, workup.note(line.removeprefix("note "), at=desk.at, by=desk.by))
    first, *rest = line.replace("=", " ", 1).split()
    words, when = _time(rest, desk)
    text = " ".join((first, *words, (when or desk.at).isoformat()))
    if first == "clock":
        return Typed(text, _clock(words, when, workup, desk))
    step = desk.codes.get(first.upper(), first)
    if step in workup.pathway.steps:
        return Typed(text, _tick(step, words, when, workup, desk))
    if first in workup.pathway.findings:
        return Typed(text, _finding(first, words, when, workup, desk))
    known = (*desk.codes, *workup.pathway.steps, *workup.pathway.findings)
    raise WorkupError(f"no such code, step or finding ({did_you_mean(first, known) or '? for help'})")


def _time(words: Sequence[str], desk: Desk) -> tuple[list[str], datetime | None]:
    """Return the words without the time among them, and the time."""
    times = [word for word in words if _CLOCK.fullmatch(word) or (word[:2].isdigit() and "T" in word)]
    if len(times) > 1:
        raise WorkupError("two times: give one to a line")
    if not times:
        return [*words], None
    return [word for word in words if word not in times], _moment(times[0], desk)


def _moment(word: str, desk: Desk) -> datetime:
    clock = _CLOCK.fullmatch(word)
    if clock is None:
        return read_time(word)
    here = desk.at.astimezone(timezone(desk.offset))
    moment = here.replace(hour=int(clock[1]), minute=int(clock[2]), second=0)
    return moment if moment <= here + CLOCK_SKEW else moment - timedelta(days=1)


def read_offset(text: str) -> timedelta:
    """Return what a clock differs from UTC, such as `+01:00`.

    Raises:
        TimeError: It isn't that.
    """
    try:
        offset = read_time(f"2000-01-02T12:00:00{text}") - read_time("2000-01-02T12:00:00+00:00")
    except TimeError:
        raise TimeError("--offset: expected what the clock differs from UTC, such as +01:00") from None
    return -offset


def _clock(words: Sequence[str], when: datetime | None, workup: Workup, desk: Desk) -> Workup:
    if len(words) != 1 or words[0] not in CLOCKS:
        raise WorkupError(f"expected one of {', '.join(CLOCKS)}, and its time")
    return workup.start_clock(words[0], at=desk.at, by=desk.by, origin="paper", when=when)


def _tick(step: str, words: Sequence[str], when: datetime | None, workup: Workup, desk: Desk) -> Workup:
    states = _TICKS | _STATES
    if not 1 <= len(words) <= 2 or words[0] not in states:
        raise WorkupError(f"expected what was ticked ({', '.join(_TICKS)}), its time and the initials, such as done 10:40 JS")
    if words[1:] and not _INITIALS.fullmatch(words[1]):
        raise WorkupError("expected initials or a role in one word after what was ticked")
    origin = "; ".join(("paper", *(f"initials {initials}" for initials in words[1:])))
    return workup.step(step, states[words[0]], at=desk.at, by=desk.by, origin=origin, when=when)


def _finding(finding: str, words: Sequence[str], when: datetime | None, workup: Workup, desk: Desk) -> Workup:
    value = [word for word in words if word not in ("changed", "both")]
    if not value:
        raise WorkupError("expected a value after the finding, such as present, absent or 2.95 mmol/L")
    after = workup.record(
        finding, " ".join(value), at=desk.at, by=desk.by, origin="paper", when=when, changed="changed" in words
    )
    if "both" not in words:
        refuse_conflicts(workup, after, [finding], desk.at, _WAYS_OUT)
    return after
