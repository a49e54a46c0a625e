"""Random pathways, charts and moments from a seed: fast, and with everything that may be written drawn often.

No Hypothesis here: a million inputs have to be drawn in minutes. A block is one pathway with many charts, so that what is
made once for a pathway is used many times; `block(seed, number)` gives the same again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from spineworkup import load_pathway
from spineworkup.charts import CLOCKS, STATES, Chart, SignOff, StepEvent
from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
)
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Derivation, Finding, Kind, Quantity
from spineworkup.pathways import Note, Pathway, Prerequisite, Purpose, Rule, Step, Waiver
from spineworkup.scores import Additive, Score
from spineworkup.urgency import Urgency
from tests.oracle.compare import Input

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHARTS_IN_A_BLOCK = 50
SHIPPED_SHARE = 0.02
TIERS = [tier for tier in Urgency if tier is not Urgency.NONE]
# Minutes from the moment of the checklist: around an age of an hour, around the allowance of five minutes, and ties.
MINUTES = [
    -3000,
    -1441,
    -1440,
    -300,
    -90,
    -61,
    -60,
    -59,
    -45,
    -30,
    -30,
    -20,
    -10,
    -10,
    -5,
    -1,
    0,
    4,
    5,
    6,
    90,
]
NUDGES = [Decimal(0), Decimal("0.01"), Decimal("-0.01")]
CALCIUM = {"unit": "mmol/L", "also": ("mg/dL",), "molar_mass": Decimal("40.078")}


def small_findings(rng: Random) -> dict[str, Finding]:
    """Every kind of finding, some with an age, some deficits, one worked out from others, one a total."""
    old = rng.choice([None, HOUR, HOUR])
    findings = [
        Finding("fever", "fever", Kind.BOOLEAN),
        Finding("pain", "pain", Kind.BOOLEAN, max_age=old),
        Finding("weakness", "weakness", Kind.BOOLEAN, red_flag=True, max_age=old),
        Finding("numbness", "numbness", Kind.BOOLEAN),
        Finding("implant", "implant", Kind.CHOICE, options={"none": "", "safe": "", "unsafe": ""}),
        Finding("result", "result", Kind.CHOICE, options={"good": "", "bad": ""}, max_age=old),
        Finding("power", "power", Kind.NUMBER, low=Decimal(0), high=Decimal(5), max_age=old),
        Finding("calcium_total", "", Kind.QUANTITY, low=Decimal(1), high=Decimal(6), **CALCIUM),
        Finding("albumin", "", Kind.QUANTITY, unit="g/L", also=("g/dL",), max_age=rng.choice([None, old])),
        Finding(
            "calcium_adjusted", "", Kind.QUANTITY, low=Decimal(1), high=Decimal(5), max_age=rng.choice([None, HOUR]),
            derived=Derivation("adjusted_calcium", ("calcium_total", "albumin")), **CALCIUM,
        ),
        Finding("site", "site", Kind.CHOICE, options={"low": "", "high": "", "both": ""}),
        Finding("size", "size", Kind.CHOICE, options={"small": "", "large": ""}),
        Finding("points_total", "points", Kind.NUMBER),
    ]  # fmt: skip
    return {finding.id: finding for finding in findings}


POINTS = Score(
    "points",
    "points",
    Additive(
        {
            "site": {"low": (0, 0), "high": (2, 2), "both": (2, 3)},
            "size": {"small": (0, 1), "large": (3, 3)},
        },
        (),
    ),
)
THRESHOLDS = {
    "power": ["0", "3", "4", "5"],
    "calcium_total": ["2.6", "3.0"],
    "calcium_adjusted": ["2.6", "3.0"],
    "albumin": ["35", "40"],
    "points_total": ["2", "3", "4", "6"],
}


# Pathways.


class Author:
    """Writes one random pathway."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.findings = small_findings(rng)
        self.read = rng.sample(sorted(self.findings), rng.randint(3, 8))
        self.count = 0
        self.written: list[Criterion] = []

    def pathway(self) -> Pathway:
        rng = self.rng
        ids = rng.sample(["call", "mri", "ct", "bloods", "biopsy"], rng.choice([1, 2, 2, 3, 3, 4, 5]))
        pairs = [(a, b) for place, a in enumerate(ids) for b in ids[place + 1 :]]
        steps = {id_: self.step(id_, ids[:place]) for place, id_ in enumerate(ids)}
        return Pathway(
            id="small",
            steps=steps,
            findings=self.findings,
            scores={"points": POINTS} if rng.random() < 0.8 else {},
            order=[pair for pair in pairs if rng.random() < 0.1],
            fallbacks=[pair for pair in pairs if rng.random() < 0.3],
            purposes={purpose.id: purpose for purpose in self.purposes(ids)},
            review_by=self.review(),
            waivers=(self.waiver(ids),) if rng.random() < 0.05 else (),
        )

    def purposes(self, ids: list[str]) -> Iterator[Purpose]:
        for number in range(self.rng.choice([0, 0, 1, 2])):
            steps = self.rng.sample(ids, self.rng.randint(1, len(ids)))
            last = max(ids.index(step) for step in steps)
            others = ["", *ids[last + 1 :]]
            yield Purpose(f"purpose_{number}", "", tuple(steps), self.rng.choice(others))

    def waiver(self, ids: list[str]) -> Waiver:
        return Waiver(self.rng.choice(ids), "reason", "role", "H-01", self.review(always=True))

    def review(self, always: bool = False) -> Any:
        if not always and self.rng.random() < 0.9:
            return None
        return (NOON + timedelta(days=self.rng.choice([-400, -1, 0, 1]))).date()

    def step(self, id_: str, before: list[str]) -> Step:
        rng = self.rng
        few = [0, 0, 0, 1, 1, 2]
        return Step(
            id_,
            id_,
            indications=tuple(self.indication() for _ in range(rng.choice([0, 1, 1, 2, 3]))),
            contraindications=tuple(self.contraindication() for _ in range(rng.choice(few))),
            cautions=tuple(self.rule("caution") for _ in range(rng.choice([0, 0, 1]))),
            checks=tuple(rng.choice(self.read) for _ in range(rng.choice(few))),
            prerequisites=tuple(self.prerequisite(other) for other in before if rng.random() < 0.25),
            produces=tuple(rng.sample(self.read, rng.choice([0, 0, 1, 2]))),
            done_when=self.criterion(1) if rng.random() < 0.3 else None,
            notes=(Note(f"{id_}_note", "", self.criterion(1)),) if rng.random() < 0.1 else (),
        )

    def prerequisite(self, step: str) -> Prerequisite:
        return Prerequisite(step, self.criterion(1) if self.rng.random() < 0.5 else None)

    def rule(self, kind: str, **more: Any) -> Rule:
        self.count += 1
        return Rule(f"{kind}_{self.count}", self.criterion(2), "", kind, review_by=self.review(), **more)

    def indication(self) -> Rule:
        rng = self.rng
        within = rng.choice([None, None, 1, 10, 60, 1440, 10080])
        starts = [*CLOCKS, "suspicion", "onset", "onset"]
        return self.rule(
            "indication",
            urgency=rng.choice(TIERS),
            within=None if within is None else timedelta(minutes=within),
            start=rng.choice(starts if within else ["", *starts]),
        )

    def contraindication(self) -> Rule:
        kind = self.rng.choice(["absolute", "absolute", "relative"])
        # Only a relative one may be signed off, whatever is written.
        role = self.rng.choice(["radiologist", "surgeon"]) if kind == "relative" or self.rng.random() < 0.1 else ""
        return self.rule(kind, sign_off=role, holds_unknown=self.rng.random() < 0.8)

    def criterion(self, depth: int) -> Criterion:
        """A new criterion, or one that was written before: what criteria share is answered once by the engine."""
        if self.written and self.rng.random() < 0.12:
            return self.rng.choice(self.written)
        criterion = self.new_criterion(depth)
        self.written.append(criterion)
        return criterion

    def new_criterion(self, depth: int) -> Criterion:
        rng, draw = self.rng, self.rng.random()
        if depth == 0 or draw < 0.35:
            return ALWAYS if draw < 0.02 else self.leaf()
        operands = [self.criterion(depth - 1) for _ in range(rng.choice([1, 2, 2, 2, 3]))]
        if draw < 0.5:
            return Not(operands[0])
        if draw < 0.7:
            return AllOf(operands)
        if draw < 0.9:
            return AnyOf(operands)
        return AtLeast(rng.randint(1, len(operands)), operands)

    def leaf(self) -> Criterion:
        finding = self.findings[self.rng.choice(self.read)]
        if finding.kind is Kind.BOOLEAN:
            return Present(finding.id)
        if finding.kind is Kind.CHOICE:
            options = sorted(finding.options)
            return IsOneOf(finding.id, self.rng.sample(options, self.rng.randint(1, len(options) - 1)))
        threshold = Decimal(self.rng.choice(THRESHOLDS[finding.id]))
        return Compare(finding.id, self.rng.choice(list(Comparator)), threshold)


# Charts.


class Ward:
    """Draws charts for one pathway."""

    def __init__(self, rng: Random, pathway: Pathway) -> None:
        self.rng, self.pathway = rng, pathway
        self.thresholds = thresholds(pathway)
        self.roles = [rule for step in pathway.steps.values() for rule in step.contraindications]

    def input(self) -> Input:
        rng = self.rng
        at = NOON + timedelta(minutes=rng.choice([-1440, -720, 0, 0, 0, 12 * 60, 719]))
        if rng.random() < 0.1:
            at = at.astimezone(timezone(timedelta(hours=rng.choice([-11, 2, 14]))))
        missing = rng.choice([0.0, 0.1, 0.3, 0.6, 0.9])
        values = {id_: self.entry(id_, at) for id_ in self.known() if rng.random() >= missing}
        if rng.random() < 0.1:
            values |= self.near_adjusted(at)
        return Input(self.pathway, self.chart(values, at), at)

    def near_adjusted(self, at: datetime) -> dict[str, Any]:
        """A total calcium and an albumin that adjust to about a threshold, in either unit."""
        albumin = Decimal(self.rng.choice([25, 30, 35, 45]))
        threshold = self.rng.choice(self.thresholds.get("calcium_adjusted") or [Decimal("2.6")])
        total = threshold - Decimal("0.02") * (40 - albumin) + self.rng.choice(NUDGES)
        calcium = Quantity(total, "mmol/L")
        if self.rng.random() < 0.5:
            in_mg = threshold * Decimal("4.0078") - Decimal("0.8") * (4 - albumin / 10) + self.rng.choice(NUDGES)
            calcium = Quantity(in_mg.quantize(Decimal("0.01")), "mg/dL")
        quantities = {"calcium_total": calcium, "albumin": Quantity(albumin, "g/L")}
        return {id_: self.observation(quantity, at) for id_, quantity in quantities.items()}

    def known(self) -> list[str]:
        return list(self.pathway.findings)

    def directed(self) -> Input:
        """Start from values that make one rule true, then change one to three of them."""
        rng, at = self.rng, NOON
        rule = rng.choice(list(self.pathway.rules.values()))
        wanted: dict[str, Any] = {}
        self.satisfy(rule.when, True, wanted)
        for id_ in rng.sample(sorted(wanted), min(len(wanted), rng.randint(0, 2))):
            wanted[id_] = self.value(id_)
        for id_ in rng.sample(list(self.pathway.findings), rng.randint(1, 3)):
            wanted[id_] = self.value(id_)
        values = {id_: self.observation(value, at) for id_, value in wanted.items()}
        return Input(self.pathway, self.chart(values, at), at)

    def satisfy(self, criterion: Criterion, answer: bool, values: dict[str, Any]) -> None:
        """Choose values that give a criterion an answer, as far as an earlier choice doesn't forbid it."""
        rng = self.rng
        if isinstance(criterion, Not):
            self.satisfy(criterion.operand, not answer, values)
        elif isinstance(criterion, Present):
            values.setdefault(criterion.finding, answer)
        elif isinstance(criterion, IsOneOf):
            options = self.pathway.findings[criterion.finding].options
            fitting = [option for option in options if (option in criterion.codes) == answer]
            if fitting:
                values.setdefault(criterion.finding, rng.choice(fitting))
        elif isinstance(criterion, Compare):
            values.setdefault(criterion.finding, self.value(criterion.finding))
        else:
            everyone = isinstance(criterion, AllOf) == answer
            chosen = (
                criterion.operands
                if everyone
                else rng.sample(criterion.operands, min(1, len(criterion.operands)))
            )
            if isinstance(criterion, AtLeast):
                chosen = rng.sample(criterion.operands, criterion.count)
            for operand in chosen:
                self.satisfy(operand, answer, values)

    def chart(self, values: dict[str, Any], at: datetime) -> Chart:
        rng, steps = self.rng, list(self.pathway.steps)
        quiet = rng.random() < 0.4
        return Chart(
            self.pathway.findings,
            values,
            clocks={clock: self.moment(at) for clock in CLOCKS if rng.random() < 0.6},
            steps={}
            if quiet
            else {id_: self.event(at) for id_ in steps if rng.random() < 1 / (1 + len(steps))},
            not_available=[] if quiet else [id_ for id_ in steps if rng.random() < 0.5 / (1 + len(steps))],
            sign_offs=()
            if quiet
            else [self.sign_off(rule, at) for rule in self.roles if rng.random() < 0.25],
        )

    def moment(self, at: datetime) -> datetime:
        moment = at + timedelta(minutes=self.rng.choice(MINUTES))
        return moment + timedelta(seconds=1) if self.rng.random() < 0.05 else moment

    def event(self, at: datetime) -> StepEvent:
        return StepEvent(self.rng.choice(STATES), self.moment(at), by="role", reason="reason")

    def sign_off(self, rule: Rule, at: datetime) -> SignOff:
        role = self.rng.choice([rule.sign_off, rule.sign_off, rule.sign_off, "clerk"]) or "clerk"
        id_ = rule.id if self.rng.random() < 0.95 else "no_such_rule"
        return SignOff(id_, role, self.moment(at))

    def entry(self, id_: str, at: datetime) -> Any:
        """One observation, or several that agree or don't, or a reason why it isn't known."""
        draw = self.rng.random()
        if draw < 0.08:
            reason = self.rng.choice(list(WhyUnknown))
            return Observation(None, self.moment(at), reason=reason)
        first = self.observation(self.value(id_), at)
        if draw < 0.8:
            return first
        value = first.value if draw < 0.93 else self.value(id_)
        return [first, self.observation(value, at)]

    def observation(self, value: Any, at: datetime) -> Observation:
        return Observation(value, self.moment(at) if self.rng.random() < 0.8 else None)

    def value(self, id_: str) -> Any:
        finding, rng = self.pathway.findings[id_], self.rng
        if finding.kind is Kind.BOOLEAN:
            return rng.random() < 0.5
        if finding.kind is Kind.CHOICE:
            return rng.choice(list(finding.options))
        number = self.number(id_)
        return number if finding.kind is Kind.NUMBER else self.quantity(finding, number)

    def number(self, id_: str) -> Decimal:
        """A number at, just below or just above a threshold of the rules, or at an end of what is plausible."""
        finding, rng = self.pathway.findings[id_], self.rng
        ends = [end for end in (finding.low, finding.high) if end is not None]
        near = rng.choice(self.thresholds.get(id_) or ends or [Decimal(1)])
        near = rng.choice(ends) if ends and rng.random() < 0.05 else near
        return near + rng.choice([*NUDGES, Decimal(1), Decimal(-1)])

    def quantity(self, finding: Finding, number: Decimal) -> Quantity:
        if finding.unit == "mmol/L" and "mg/dL" in finding.also and self.rng.random() < 0.3:
            return Quantity((number * 4).quantize(Decimal("0.1")), "mg/dL")
        if finding.unit == "g/L" and "g/dL" in finding.also and self.rng.random() < 0.3:
            return Quantity(number / 10, "g/dL")
        return Quantity(number, finding.unit)


def thresholds(pathway: Pathway) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for step in pathway.steps.values():
        for criterion in step.criteria:
            for leaf in compared(criterion):
                found.setdefault(leaf.finding, []).append(leaf.threshold)
    for finding in pathway.findings.values():
        for other in finding.derived.inputs if finding.derived else ():
            near = {"calcium_total": ["2.6", "3.0"], "albumin": ["35", "40"]}.get(other, ["1"])
            found.setdefault(other, []).extend(Decimal(number) for number in near)
    return found


def compared(criterion: Criterion) -> Iterator[Compare]:
    if isinstance(criterion, Compare):
        yield criterion
    elif isinstance(criterion, Not):
        yield from compared(criterion.operand)
    elif isinstance(criterion, AllOf | AnyOf | AtLeast):
        for operand in criterion.operands:
            yield from compared(operand)


# Blocks.


@cache
def shipped(overlay: str) -> Pathway:
    return load_pathway("metastatic_spine", overlays=[overlay] if overlay else [])


def block(seed: int, number: int, shipped_share: float) -> Iterator[Input]:
    """Yield the inputs of one block."""
    rng = Random(f"{seed} {number}")
    if shipped_share and number % round(1 / shipped_share) == 0:
        ward = Ward(rng, shipped(rng.choice(["", "", "us"])))
        for place in range(CHARTS_IN_A_BLOCK):
            yield ward.directed() if place % 2 else ward.input()
    else:
        ward = Ward(rng, Author(rng).pathway())
        for _ in range(CHARTS_IN_A_BLOCK):
            yield ward.input()
