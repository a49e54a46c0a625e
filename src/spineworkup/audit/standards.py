"""What a pathway's own rules ask for: a step within a time of the start of a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from attrs import frozen

from spineworkup.errors import CohortError
from spineworkup.pathways import ONSET, Pathway, Rule, Step
from spineworkup.reading.faults import did_you_mean
from spineworkup.sources import VERIFICATION_WORDS, Verification, weakest


@frozen
class Standard:
    """A time limit of a step, with the rules that set it; nothing here is a number of our own.

    Args:
        within: The limit.
        start: The clock from which it counts.
        rules: Those that set it, with their sources and how far these were checked.
    """

    step: Step
    within: timedelta
    start: str
    rules: tuple[Rule, ...]

    @property
    def id(self) -> str:
        """A name for files and for links in a page."""
        return f"{self.step.id}-within-{plain_hours(self.hours)}-h-of-{self.start.replace('_', '-')}"

    @property
    def hours(self) -> float:
        """The limit in hours."""
        return self.within / timedelta(hours=1)

    @property
    def words(self) -> str:
        """The limit, as it is said."""
        return f"within {hours_in_words(self.hours)} of {self.start.replace('_', ' ')}"

    @property
    def rank(self) -> int:
        """How urgent its most urgent rule is."""
        return max(rule.urgency.rank for rule in self.rules)

    @property
    def verification(self) -> Verification:
        """The weakest verification of its rules."""
        return weakest([rule.verification for rule in self.rules])

    @property
    def sources(self) -> tuple[str, ...]:
        """What each rule says, with its source and how far that was checked."""
        return tuple(_source(rule) for rule in self.rules)


def standards_of(pathway: Pathway, step: str) -> tuple[Standard, ...]:
    """Return the time limits of a step that count from a clock, the shortest first.

    >>> from spineworkup.reading.load import load_pathway
    >>> [standard.words for standard in standards_of(load_pathway("metastatic_spine"), "mri_whole_spine")]
    ['within 6 hours of suspicion', 'within 24 hours of suspicion', 'within 7 days of suspicion']

    Raises:
        CohortError: There is no such step, or none of its rules gives a time from a clock.
    """
    if step not in pathway.steps:
        raise CohortError("--step", "no such step", did_you_mean(step, pathway.steps) or "`spineworkup steps` lists them")
    limits = {(rule.within, rule.start): None for rule in timed(pathway.steps[step].indications)}
    if not limits:
        raise CohortError("--step", "none of its rules gives a time from a clock: there is nothing to measure")
    ordered = sorted((within, start) for within, start in limits if within is not None)
    return tuple(_standard(pathway.steps[step], within, start) for within, start in ordered)


def timed(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules whose time counts from a clock."""
    return [rule for rule in rules if rule.within is not None and rule.start != ONSET]


def _standard(step: Step, within: timedelta, start: str) -> Standard:
    rules = tuple(rule for rule in timed(step.indications) if (rule.within, rule.start) == (within, start))
    return Standard(step, within, start, rules)


def _source(rule: Rule) -> str:
    cites = "; ".join(map(str, rule.cites)) or "no source"
    return f"{rule.says} [{cites}; {VERIFICATION_WORDS[rule.verification]}]"


def hours_in_words(hours: float) -> str:
    """Return a time as it is said.

    >>> hours_in_words(24), hours_in_words(168), hours_in_words(1)
    ('24 hours', '7 days', '1 hour')
    """
    if hours > 48 and hours % 24 == 0:
        return f"{plain_hours(hours / 24)} days"
    return f"{plain_hours(hours)} hour{'' if hours == 1 else 's'}"


def plain_hours(number: float) -> str:
    """Return a number without needless zeros."""
    return f"{number:.1f}".removesuffix(".0")
