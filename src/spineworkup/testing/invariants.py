"""Every invariant of the kit, and how a pathway is tried against them: one line for a rule author.

```python
from spineworkup import load_pathway
from spineworkup.testing.invariants import check_invariants

check_invariants(load_pathway("metastatic_spine"), max_examples=5)
```

What each one says, formally and in a clinician's words, is the docstring of its law.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spineworkup.charts import Chart
from spineworkup.pathways import Pathway
from spineworkup.testing.boundaries import boundary_values, thresholds_of
from spineworkup.testing.laws_of_data import (
    a_threshold_is_exact,
    assessing_touches_nothing_else,
    order_changes_nothing,
    the_same_chart_gives_the_same_answer,
    the_unit_changes_nothing,
)
from spineworkup.testing.laws_of_knowledge import (
    a_conflict_is_not_known,
    learning_more_narrows_the_urgency,
    learning_more_overturns_nothing,
    not_known_is_not_absent,
    reasons_are_enough,
    what_is_not_asked_changes_nothing,
)
from spineworkup.testing.laws_of_steps import (
    a_contraindication_stays,
    a_purpose_is_never_empty,
    nothing_contraindicated_is_due,
    nothing_is_clear_while_a_safety_answer_is_missing,
    what_is_to_be_done_is_complete,
    what_takes_over_is_no_later,
)
from spineworkup.testing.laws_of_time import (
    shifting_all_times_shifts_every_deadline,
    the_zone_changes_nothing,
    what_is_stale_is_not_known,
)
from spineworkup.testing.laws_of_urgency import (
    a_deficit_is_an_emergency,
    a_red_flag_lowers_no_urgency,
    a_red_flag_only_tightens_deadlines,
    an_emergency_waits_for_nothing_slow,
    an_overlay_loosens_nothing,
    emergency_flags,
)
from spineworkup.testing.models import charts_near_rules
from spineworkup.testing.strategies import (
    NOON,
    charts,
    knowing_everything,
    learning_more,
    learning_what_is_not_asked,
)

Arguments = tuple[Any, ...]
# About noon in winter, and in the nights in which clocks change.
_MOMENTS = (NOON, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
_SHIFTS = tuple(timedelta(hours=hours) for hours in (1, 24, 24 * 150, 24 * 365, -24 * 200))
_ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")


def _alone(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return st.tuples(_patients(pathway), st.just(NOON))


def _with_more(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return _pairs(pathway, learning_more)


def _with_everything(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return st.one_of(_pairs(pathway, learning_more), _pairs(pathway, knowing_everything))


def _with_what_is_not_asked(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return _pairs(pathway, learning_what_is_not_asked)


def _with_a_finding(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    ids = [id_ for id_ in pathway.findings if len(boundary_values(pathway, id_)) > 1]
    return st.tuples(_patients(pathway), st.sampled_from(ids), st.just(NOON)) if ids else st.nothing()


def _with_a_number(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    ids = [id_ for id_ in pathway.findings if thresholds_of(pathway, id_)]
    return st.tuples(_patients(pathway), st.sampled_from(ids), st.just(NOON)) if ids else st.nothing()


def _with_a_shift(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return st.sampled_from(_MOMENTS).flatmap(
        lambda at: st.tuples(charts(pathway, at=at), st.sampled_from(_SHIFTS), st.just(at))
    )


def _with_a_zone(pathway: Pathway) -> st.SearchStrategy[Arguments]:
    return st.sampled_from(_MOMENTS).flatmap(
        lambda at: st.tuples(charts(pathway, at=at), st.sampled_from(_ZONES), st.just(at))
    )


def _patients(pathway: Pathway) -> st.SearchStrategy[Chart]:
    return pathway.remember("patients", lambda p: st.one_of(charts(p), charts_near_rules(p)))


def _pairs(
    pathway: Pathway, more: Callable[[Pathway, Chart], st.SearchStrategy[Chart]]
) -> st.SearchStrategy[Arguments]:
    return _patients(pathway).flatmap(lambda one: st.tuples(st.just(one), more(pathway, one), st.just(NOON)))


@frozen
class Invariant:
    """An invariant: what must hold, and of whom it is asked.

    Args:
        number: Its number in the catalogue, such as I-12.
        law: A function of a pathway, what is drawn, and a moment; it raises `InvariantBroken`.
        drawn: What follows the pathway in the law's arguments.
        about: `engine` holds whatever the rules say; `rules` is what the rules of a pathway are asked.
    """

    number: str
    law: Callable[..., None]
    drawn: Callable[[Pathway], st.SearchStrategy[Arguments]]
    about: Literal["engine", "rules"]

    @property
    def name(self) -> str:
        """The law's name: a sentence."""
        return self.law.__name__


INVARIANTS = (
    Invariant("I-01", the_same_chart_gives_the_same_answer, _alone, "engine"),
    Invariant("I-02", order_changes_nothing, _alone, "engine"),
    Invariant("I-04", assessing_touches_nothing_else, _alone, "engine"),
    Invariant("I-05", learning_more_overturns_nothing, _with_more, "engine"),
    Invariant("I-06", learning_more_narrows_the_urgency, _with_everything, "engine"),
    Invariant("I-07", not_known_is_not_absent, _alone, "engine"),
    Invariant("I-08", what_is_not_asked_changes_nothing, _with_what_is_not_asked, "engine"),
    Invariant("I-10", a_purpose_is_never_empty, _alone, "rules"),
    Invariant("I-10", what_takes_over_is_no_later, _alone, "engine"),
    Invariant("I-11", a_red_flag_lowers_no_urgency, _alone, "rules"),
    Invariant("I-12", a_contraindication_stays, _with_more, "engine"),
    Invariant("I-13", a_deficit_is_an_emergency, _alone, "rules"),
    Invariant("I-14", nothing_contraindicated_is_due, _alone, "engine"),
    Invariant("I-15", nothing_is_clear_while_a_safety_answer_is_missing, _alone, "engine"),
    Invariant("I-16", an_emergency_waits_for_nothing_slow, _alone, "rules"),
    Invariant("I-17", a_red_flag_only_tightens_deadlines, _alone, "rules"),
    Invariant("I-22", what_is_to_be_done_is_complete, _alone, "rules"),
    Invariant("I-23", the_unit_changes_nothing, _alone, "engine"),
    Invariant("I-24", a_threshold_is_exact, _with_a_number, "engine"),
    Invariant("I-25", shifting_all_times_shifts_every_deadline, _with_a_shift, "engine"),
    Invariant("I-26", the_zone_changes_nothing, _with_a_zone, "engine"),
    Invariant("I-27", what_is_stale_is_not_known, _alone, "engine"),
    Invariant("I-32", reasons_are_enough, _alone, "engine"),
    Invariant("I-33", a_conflict_is_not_known, _with_a_finding, "engine"),
)
# Asked only where there is a base to compare with.
OVERLAY = Invariant("I-35", an_overlay_loosens_nothing, _alone, "rules")


def check_invariant(
    invariant: Invariant, pathway: Pathway, *, max_examples: int = 100, **options: Any
) -> None:
    """Try to break one invariant of a pathway; the smallest patient that does is shown as a case file.

    Args:
        max_examples: How many patients are tried.
        options: Further arguments of the law, such as `flags`.

    Raises:
        InvariantBroken: It is broken.
    """
    drawn = invariant.drawn(pathway)
    if drawn.is_empty:
        return

    def law(drawn: _Drawn) -> None:
        invariant.law(pathway, *drawn.arguments, **options)

    # Hypothesis keeps the examples of a test under its name.
    law.__name__ = law.__qualname__ = invariant.name
    with_limits = settings(
        deadline=None,
        max_examples=max_examples,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
        report_multiple_bugs=False,
    )
    with_limits(given(drawn.map(_Drawn))(law))()


# All but `explain`, which would run every failure many times more.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink)


class _Drawn:
    """What was drawn; printed by the law itself, as a case file."""

    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("<the patient above>")


def check_invariants(
    pathway: Pathway,
    *,
    base: Pathway | None = None,
    max_examples: int = 100,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    without: Collection[str] = (),
) -> None:
    """Try to break every invariant of a pathway.

    Args:
        base: For an overlay: the pathway without it, than which it must be no looser.
        max_examples: How many patients are tried for each.
        options: Further arguments of a law, by its name: `{"a_deficit_is_an_emergency": {"flags": [..]}}`.
        without: Names of invariants to leave out.

    Raises:
        InvariantBroken: The first that is broken, with the patient.
        ValueError: A name in `options` or `without` is no invariant's.
    """
    chosen(without=options or ())
    for invariant in chosen(without=without, overlay=base is not None):
        more = options_of(invariant, base, options)
        check_invariant(invariant, pathway, max_examples=max_examples, **more)


def options_of(
    invariant: Invariant, base: Pathway | None, options: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, Any]:
    """Return the further arguments of a law: those given, and what a base says that an overlay could have lost."""
    more: dict[str, Any] = {}
    if base is not None and invariant is OVERLAY:
        more["base"] = base
    if base is not None and invariant.law is a_deficit_is_an_emergency:
        more["flags"] = emergency_flags(base)
    return {**more, **(options or {}).get(invariant.name, {})}


def chosen(*, without: Collection[str] = (), overlay: bool = False) -> tuple[Invariant, ...]:
    """Return the invariants but some.

    Raises:
        ValueError: A name is no invariant's: a slip would leave nothing out, and look as if it had.
    """
    every = (*INVARIANTS, OVERLAY)
    if unknown := set(without) - {invariant.name for invariant in every}:
        raise ValueError(f"no such invariant: {', '.join(sorted(unknown))}")
    return tuple(i for i in every if i.name not in without and (overlay or i is not OVERLAY))
