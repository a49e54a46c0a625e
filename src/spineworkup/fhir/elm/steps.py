"""ELM that says of each step what the rules say: indicated or not, how urgent, where it stands.

The same as `readings.py` says of one patient, but for what depends on times: a step that was done stays done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from spineworkup.criteria import Criterion
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.events import declined
from spineworkup.fhir.elm.findings import Define
from spineworkup.pathways import Pathway, Prerequisite, Rule, Step
from spineworkup.readings import CLOSED, Status
from spineworkup.translate.elm_nodes import (
    NULL,
    Elm,
    among,
    both,
    case,
    either,
    equal,
    if_,
    is_false,
    is_null,
    is_true,
    literal,
    node,
    not_,
    ref,
)
from spineworkup.translate.to_elm import end_define, finding_define
from spineworkup.urgency import Urgency

Translate = Callable[[Criterion], Elm]
MOST_URGENT_FIRST = [tier for tier in reversed(Urgency) if tier is not Urgency.NONE]


@frozen
class StepDefines:
    """The defines of one step.

    Args:
        translate: Says a criterion in ELM.
    """

    pathway: Pathway
    step: Step
    translate: Translate

    def all(self) -> Iterator[Define]:
        """Yield every define, with its name."""
        id_, step = self.step.id, self.step
        absolute = [rule for rule in step.contraindications if rule.kind == "absolute"]
        if step.done_when is not None:
            yield name.has_result(id_), self.translate(step.done_when)
        yield name.contraindicated(id_), _any_rule(absolute)
        yield name.barred(id_), either([ref(name.not_available(id_)), ref(name.contraindicated(id_))])
        yield from self._indications()
        yield name.status(id_), self._status()
        yield name.closed(id_), among(ref(name.status(id_)), [status.value for status in CLOSED])
        yield (
            name.clear(id_),
            both([_stands(id_, Status.DUE), not_(ref(name.not_available(id_))), *self._clear()]),
        )

    def _indications(self) -> Iterator[Define]:
        id_ = self.step.id
        tiers = tiers_of(self.pathway, self.step)
        for tier in tiers:
            yield name.indicated_as(id_, tier), either(list(self._asked(tier)))
        yield name.indicated(id_), either([ref(name.indicated_as(id_, tier)) for tier in tiers])
        yield name.could_be_indicated(id_), not_(is_false(ref(name.indicated(id_))))
        each = [(tier, ref(name.indicated_as(id_, tier))) for tier in tiers]
        yield name.lowest_urgency(id_), highest_of([(is_true(truth), tier) for tier, truth in each])
        yield name.highest_urgency(id_), highest_of([(not_(is_false(truth)), tier) for tier, truth in each])

    def _asked(self, tier: Urgency) -> Iterator[Elm]:
        """Yield what asks for the step in one tier: its own rules, and what it takes over from others."""
        own = _of_tier(self.step, tier)
        yield from (ref(name.rule(rule.id)) for rule in own)
        for first, others in self.pathway.takes_over_from[self.step.id]:
            rules = _of_tier(self.pathway.steps[first], tier)
            if rules:
                gone = [either([declined(other), ref(name.barred(other))]) for other in others]
                is_open = not_(ref(name.closed(first)))
                yield both([is_open, ref(name.barred(first)), *gone, _any_rule(rules)])

    def _status(self) -> Elm:
        """Return the first status that fits."""
        id_ = self.step.id
        indicated = ref(name.indicated(id_))
        tests = [
            (declined(id_), Status.DECLINED),
            (ref(name.finished(id_)), Status.DONE),
            (is_false(indicated), Status.NOT_INDICATED),
            (is_null(indicated), Status.UNDETERMINED),
            (is_true(ref(name.contraindicated(id_))), Status.CONTRAINDICATED),
            (either([self._waits(one) for one in self.step.prerequisites]), Status.WAITING),
        ]
        return case([(test, literal(status.value)) for test, status in tests], literal(Status.DUE.value))

    def _waits(self, prerequisite: Prerequisite) -> Elm:
        """Whether a prerequisite is open, nothing was done in its place, and it isn't waived: true or false."""
        first, unless = prerequisite.step, prerequisite.unless
        stand_ins = [ref(name.finished(id_)) for id_ in self.pathway.stand_ins[first]]
        replaced = both([is_true(ref(name.barred(first))), either(stand_ins)])
        waived = literal(False) if unless is None else is_true(self.translate(unless))
        return not_(either([ref(name.closed(first)), replaced, waived]))

    def _clear(self) -> Iterator[Elm]:
        """Yield what has to be so that nothing holds the step; a sign-off is not known here and clears nothing."""
        for finding in self.step.checks:
            known = (
                end_define(finding, "lowest") if finding in self.pathway.totals else finding_define(finding)
            )
            yield not_(is_null(ref(known)))
        for rule in self.step.contraindications:
            truth = ref(name.rule(rule.id))
            yield is_false(truth) if rule.holds_unknown else not_(is_true(truth))


def tiers_of(pathway: Pathway, step: Step) -> list[Urgency]:
    """Return the tiers of what may ask for a step, its own rules and those that it takes over; most urgent first."""
    first = [pathway.steps[id_] for id_, _ in pathway.takes_over_from[step.id]]
    found = {rule.urgency for one in (step, *first) for rule in one.indications}
    return [tier for tier in reversed(Urgency) if tier in found]


def highest_of(tests: Sequence[tuple[Elm, Urgency]]) -> Elm:
    """Return the first tier whose test is true, as text; they come most urgent first."""
    return case([(test, literal(tier.value)) for test, tier in tests], literal(Urgency.NONE.value))


def whole_defines(pathway: Pathway) -> Iterator[Define]:
    """Yield what is said of all steps together."""
    steps = [pathway.steps[id_] for id_ in pathway.in_order]
    for define, step_define in ((name.LOWEST, name.lowest_urgency), (name.HIGHEST, name.highest_urgency)):
        tests = [
            (among(literal(tier.value), [ref(step_define(step.id)) for step in steps]), tier)
            for tier in MOST_URGENT_FIRST
        ]
        yield define, highest_of(tests)
    yield (
        name.UNDETERMINED,
        among(literal(Status.UNDETERMINED.value), [ref(name.status(step.id)) for step in steps]),
    )
    for purpose in pathway.purposes.values():
        asked = [ref(name.indicated(id_)) for id_ in purpose.steps if id_ in pathway.steps]
        yield name.purpose_indicated(purpose.id), either(asked)
    open_ = [if_(_stands(step.id, Status.UNDETERMINED), literal(step.label), NULL) for step in steps]
    labels = node("List", element=open_)
    yield name.WHAT_IS_UNDETERMINED, node("Combine", source=labels, separator=literal("; "))


def _any_rule(rules: Sequence[Rule]) -> Elm:
    return either([ref(name.rule(rule.id)) for rule in rules])


def _of_tier(step: Step, tier: Urgency) -> list[Rule]:
    return [rule for rule in step.indications if rule.urgency is tier]


def _stands(step: str, status: Status) -> Elm:
    return equal(ref(name.status(step)), literal(status.value))
