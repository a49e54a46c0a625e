"""For each literal two patients who differ in nothing but its finding, and whose checklists differ because of it.

This is modified condition/decision coverage (MC/DC) at the output: the pair shows that the literal matters to a
patient, and not only to the truth of its rule. What has no pair may well be left out of its rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import islice, product

from attrs import evolve, field, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.criteria import ALWAYS, AnyOf, Criterion, Present, findings_of
from spineworkup.findings import Finding, Kind, Quantity, Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.testing.literals import Literal, outcomes
from spineworkup.testing.reach import Answers, Facts, Goal, answers_of, beside, reach
from spineworkup.translate.to_case import to_case
from spineworkup.truth import Truth

# Stands for what nobody answers, where a rule is to be not known.
_NOBODY = Finding("answered_by_nobody", "Answered by nobody", Kind.BOOLEAN)
_FIXED: dict[Truth, Criterion] = {
    Truth.TRUE: ALWAYS,
    Truth.FALSE: AnyOf(()),
    Truth.UNKNOWN: Present(_NOBODY.id),
}


def moment_of(pathway: Pathway) -> datetime:
    """Return noon (UTC) of the day on which the rules were revised: when a case that names no time is assessed."""
    return datetime.combine(pathway.revised or date(2000, 1, 1), time(12), UTC)


@frozen
class Pair:
    """Two patients who differ in one finding only, and whose checklists differ because of one literal.

    Args:
        first: Here the literal decides its rule; if it alone had its truth of `second`, the checklist would be another.
        second: The same patient with another answer, or none, to the literal's finding.
        at: When both are assessed.
    """

    literal: Literal
    first: Chart
    second: Chart
    at: datetime

    @property
    def cases(self) -> tuple[str, str]:
        """Both patients as case files, such as `spineworkup assess` reads."""
        first, second = (
            to_case(chart, self.at, f"{self.literal.id} {number}")
            for number, chart in enumerate((self.first, self.second), start=1)
        )
        return first, second


def output(checklist: Checklist) -> tuple[object, ...]:
    """Return what is said of each step: status, urgency, time, clearance, stand-in, and the rules for and against."""
    return tuple(
        (
            item.status,
            item.urgency,
            item.due,
            item.clear_to_proceed,
            item.instead,
            frozenset((reason.rule, reason.truth) for reason in item.reasons),
            frozenset((against.rule, against.truth) for against in item.against),
        )
        for item in checklist.items
    )


@frozen
class Pairs:
    """The search for pairs in one pathway: by the structure of the rules, the same each time.

    >>> from spineworkup import load_pathway
    >>> from spineworkup.testing.literals import literals_of
    >>> pathway = load_pathway("metastatic_spine")
    >>> literal = next(one for one in literals_of(pathway) if one.id == "radiotherapy_within_24_hours.1")
    >>> pair = Pairs(pathway).pair_of(literal)
    >>> pair.first.facts
    {'mri_result': 'cord_compression', 'treatment_decision': 'radiotherapy'}
    >>> pair.second.facts
    {'mri_result': 'cord_compression', 'treatment_decision': 'not_yet'}
    """

    pathway: Pathway
    _fixed: dict[tuple[str, Truth], Pathway] = field(factory=dict, eq=False, repr=False, init=False)

    def pair_of(self, literal: Literal) -> Pair | None:
        """Return two minimal patients whom the literal tells apart; None where none was found."""
        for first, second in self._candidates(literal):
            if self._are_told_apart(literal, first, second):
                one, other = _chart(self.pathway, first), _chart(self.pathway, second)
                return Pair(literal, one, other, self._at)
        return None

    def _candidates(self, literal: Literal) -> Iterator[tuple[Facts, Facts]]:
        finding = literal.leaf.finding
        answers: list[Facts] = [*({finding: value} for value in self._answers[finding]), {}]
        truths = [(answer, evaluate(literal.leaf, answer)) for answer in answers]
        for (one, truth), (other, another) in sorted(product(truths, truths), key=_plainest_first):
            if truth is not another:
                for rest in self._rest(literal, one):
                    others = {id_: value for id_, value in rest.items() if id_ != finding}
                    yield {**others, **one}, {**others, **other}

    def _rest(self, literal: Literal, known: Facts) -> Iterator[Facts]:
        """Yield what has to be known beside the literal's finding for the literal to decide its rule."""
        for goals in beside(literal.rule.when, literal.path):
            yield from islice(reach(goals, known, self._answers), 1)
            # What reads the same finding, or can't be reached at all, is left as it happens to be, perhaps not known.
            free = [goal for goal in goals if self._is_free(goal, literal.leaf.finding)]
            if len(free) < len(goals):
                yield from islice(reach(free, known, self._answers), 1)

    def _is_free(self, goal: Goal, finding: str) -> bool:
        return finding not in findings_of(goal[0]) and any(True for _ in reach([goal], {}, self._answers))

    def _are_told_apart(self, literal: Literal, first: Facts, second: Facts) -> bool:
        one, other = self._checklist(self.pathway, first), self._checklist(self.pathway, second)
        outcome = outcomes(literal.rule.when, one.chart.facts).get(literal.path)
        if outcome is None or output(one) == output(other):
            return False
        # As if this one literal had its other truth, and all else, the same finding elsewhere too, were as it is.
        fixed = self._with_rule_fixed(literal, outcome[evaluate(literal.leaf, other.chart.facts)])
        return output(self._checklist(fixed, first)) != output(one)

    def _with_rule_fixed(self, literal: Literal, truth: Truth) -> Pathway:
        key = literal.rule.id, truth
        if key not in self._fixed:
            step = _with_rule(self.pathway.steps[literal.step], evolve(literal.rule, when=_FIXED[truth]))
            self._fixed[key] = evolve(
                self.pathway,
                steps={**self.pathway.steps, step.id: step},
                findings={**self.pathway.findings, _NOBODY.id: _NOBODY},
            )
        return self._fixed[key]

    @cached_property
    def _answers(self) -> Answers:
        return answers_of(self.pathway)

    @cached_property
    def _at(self) -> datetime:
        return moment_of(self.pathway)

    def _checklist(self, pathway: Pathway, facts: Facts) -> Checklist:
        return assess(pathway, _chart(pathway, facts), at=self._at)


def _plainest_first(two: tuple[tuple[Facts, Truth], tuple[Facts, Truth]]) -> tuple[bool, bool]:
    """Put true against false before what is not known, and the patient who has it first."""
    (_, truth), (_, another) = two
    return Truth.UNKNOWN in (truth, another), truth is not Truth.TRUE


def _with_rule(step: Step, rule: Rule) -> Step:
    def among(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule if other.id == rule.id else other for other in rules)

    return evolve(
        step,
        indications=among(step.indications),
        contraindications=among(step.contraindications),
        cautions=among(step.cautions),
    )


def _chart(pathway: Pathway, facts: Facts) -> Chart:
    findings = pathway.findings
    return Chart(findings, {id_: _raw(findings[id_], value) for id_, value in sorted(facts.items())})


def _raw(finding: Finding, value: Value) -> object:
    return Quantity(value, finding.unit) if finding.unit and isinstance(value, Decimal) else value
