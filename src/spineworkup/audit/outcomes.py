"""What became of a time limit for each patient: kept, not kept, or not to be told, and why not. Nobody is left out."""

from __future__ import annotations

from enum import Enum

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from spineworkup.audit.answers import Answers, Flags, Texts
from spineworkup.audit.standards import Standard, timed

Codes = NDArray[np.int8]
# The chart keeps the last event of a step alone: these come after it was performed.
LATER_STATES = ("reported", "acted_on")
_HOUR = np.timedelta64(1, "h")
MONTH_UNKNOWN, SITE_UNKNOWN = "clock unknown", "site not given"


class Outcome(Enum):
    """What became of a time limit for one patient."""

    IN_TIME = "performed in time"
    IN_TIME_BY_A_LATER_STATE = "reported in time, so performed in time"
    LATE = "performed late"
    NOT_RECORDED = "not recorded as performed"
    TIME_UNKNOWN = "reported late: when performed isn't known"
    UNDATED = "finished by its result: when isn't known"
    CLOCK_UNKNOWN = "start of the clock isn't known"
    IMPOSSIBLE = "times that can't be"
    TOO_EARLY = "limit not passed yet when looked at"
    CONTRAINDICATED = "contraindicated: another step takes over"
    DECLINED = "declined"

    @property
    def group(self) -> Group:
        """What it counts as."""
        return _GROUPS[self]


class Group(Enum):
    """What an outcome counts as."""

    KEPT = "in time"
    MISSED = "not in time"
    UNKNOWN = "not known"
    OPEN = "limit not passed"
    APART = "declined or contraindicated"


_GROUPS = {
    Outcome.IN_TIME: Group.KEPT, Outcome.IN_TIME_BY_A_LATER_STATE: Group.KEPT,
    Outcome.LATE: Group.MISSED, Outcome.NOT_RECORDED: Group.MISSED,
    Outcome.TIME_UNKNOWN: Group.UNKNOWN, Outcome.UNDATED: Group.UNKNOWN,
    Outcome.CLOCK_UNKNOWN: Group.UNKNOWN, Outcome.IMPOSSIBLE: Group.UNKNOWN,
    Outcome.TOO_EARLY: Group.OPEN, Outcome.CONTRAINDICATED: Group.APART, Outcome.DECLINED: Group.APART,
}  # fmt: skip
OUTCOMES = tuple(Outcome)
NOBODY = -1


@frozen(eq=False)
class Measured:
    """One standard for every patient.

    Args:
        asked: Those for whom a rule of the standard is true, and none that is more urgent.
        open_question: Those for whom no timed rule of the step is true, and for whom one of this standard's could be.
        outcome: The number of the outcome; nobody's where it isn't asked.
        hours: From the start of the clock to when it was performed, or not later than performed.
        followed: From the start of the clock to when it was looked at, in hours.
        happened: It was performed, or reported or acted on.
        month: In which the clock started.
    """

    standard: Standard
    asked: Flags
    open_question: Flags
    outcome: Codes
    hours: NDArray[np.float64]
    followed: NDArray[np.float64]
    happened: Flags
    month: Texts
    site: Texts

    def counts(self, where: Flags | None = None) -> dict[Outcome, int]:
        """Return how many have each outcome."""
        chosen = self.outcome if where is None else self.outcome[where]
        found = np.bincount(chosen[chosen != NOBODY], minlength=len(OUTCOMES))
        return {outcome: int(count) for outcome, count in zip(OUTCOMES, found, strict=True)}

    def in_group(self, *outcomes: Outcome) -> Flags:
        """Return those with one of some outcomes."""
        return np.isin(self.outcome, [OUTCOMES.index(outcome) for outcome in outcomes])


def measured(answers: Answers, standard: Standard, standards: tuple[Standard, ...]) -> Measured:
    """Return what became of a standard for every patient.

    Of several limits the most urgent one that is asked for counts: a week isn't measured where a day was asked for.
    """
    asked = _any(answers.fired, standard)
    more_urgent = [other for other in standards if other.rank > standard.rank]
    for other in more_urgent:
        asked = asked & ~_any(answers.fired, other)
    none_true = ~np.logical_or.reduce([answers.fired[rule.id] for rule in timed(standard.step.indications)])
    start = answers.clocks[standard.start]
    hours = (answers.progress_at - start) / _HOUR
    followed = (answers.at - start) / _HOUR
    outcome = np.where(asked, _outcomes(answers, standard, hours, followed), NOBODY).astype(np.int8)
    could_be = none_true & _any(answers.pending, standard)
    happened = np.isin(answers.progress, ("performed", *LATER_STATES)) & (hours >= 0) & (hours <= followed)
    return Measured(standard, asked, could_be, outcome, hours, followed, happened, _months(answers, standard), _sites(answers))


def _any(truths: dict[str, Flags], standard: Standard) -> Flags:
    true: Flags = np.logical_or.reduce([truths[rule.id] for rule in standard.rules])
    return true


def _outcomes(answers: Answers, standard: Standard, hours: NDArray[np.float64], followed: NDArray[np.float64]) -> Codes:
    """Return the number of each patient's outcome, the first that fits."""
    performed, later = answers.progress == "performed", np.isin(answers.progress, LATER_STATES)
    happened = performed | later
    in_limit = hours <= standard.hours
    cases = {
        Outcome.DECLINED: answers.status == "declined",
        Outcome.CONTRAINDICATED: answers.status == "contraindicated",
        Outcome.CLOCK_UNKNOWN: ~(followed >= 0),
        Outcome.IMPOSSIBLE: happened & ((hours < 0) | (hours > followed)),
        Outcome.TOO_EARLY: followed < standard.hours,
        Outcome.IN_TIME: performed & in_limit,
        Outcome.IN_TIME_BY_A_LATER_STATE: later & in_limit,
        Outcome.LATE: performed,
        Outcome.TIME_UNKNOWN: later,
        Outcome.UNDATED: answers.status == "done",
    }
    numbers = [OUTCOMES.index(outcome) for outcome in cases]
    return np.asarray(np.select(list(cases.values()), numbers, OUTCOMES.index(Outcome.NOT_RECORDED)), np.int8)


def _months(answers: Answers, standard: Standard) -> Texts:
    months = answers.clocks[standard.start].astype("datetime64[M]").astype(str).astype(object)
    return np.where(months == "NaT", MONTH_UNKNOWN, months)


def _sites(answers: Answers) -> Texts:
    return np.where(answers.site == "", SITE_UNKNOWN, answers.site)
