"""Rules, steps and pathways, and how pathways compose.

>>> exam = Pathway.of(Step("examination", "Examination"))
>>> mri = Pathway.of(Step("mri", "MRI"))
>>> ct = Pathway.of(Step("ct", "CT"))
>>> list((exam >> mri.otherwise(ct)).steps)
['ct', 'examination', 'mri']
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, TypeVar

from attrs import evolve, field, fields, frozen

from spineworkup.criteria import AllOf, Criterion, NamedCriterion, findings_of
from spineworkup.entries import Findings, findings_by_id
from spineworkup.errors import PathwayError
from spineworkup.findings import Coding, Finding
from spineworkup.place import Contact, Place
from spineworkup.scores import Additive, Score
from spineworkup.sources import Citation, Position, Source, Verification
from spineworkup.urgency import Urgency

RuleKind = Literal["indication", "absolute", "relative", "caution"]
Strength = Literal["", "must", "offer", "consider", "advise"]
Mode = Literal["READ-DO", "DO-CONFIRM"]
# What starts a rule's time: a clock of the chart, or the moment at which the rule became true.
Start = Literal["", "suspicion", "request", "decision_to_treat", "onset"]
ONSET = "onset"


@frozen
class Rule:
    """One rule of a step: the unit of traceability.

    Args:
        id: Unique in the pathway.
        when: What has to be true of the patient.
        says: What the source says, paraphrased in one sentence.
        kind: `indication`, `absolute` or `relative` (contraindications), or `caution` (shown, never holds the step).
        urgency: Of an indication: the tier.
        within: Of an indication: how long after its start; None where the source gives no time.
        start: What starts the time: a named clock, or `onset`, the moment at which the rule became true.
        strength: The source's own verb: must, offer, consider or advise; empty where it gives none.
        verification: How far it was checked: `primary`, `secondary` or `unread`.
        sign_off: Of a relative contraindication: the role that may clear it.
        holds_unknown: Of a contraindication: it holds the step while it is not known. False only where the source
            wants the step done before the answer can be there, as dexamethasone before the MRI.
    """

    id: str
    when: Criterion
    says: str
    kind: RuleKind = "indication"
    urgency: Urgency = Urgency.ROUTINE
    within: timedelta | None = None
    start: Start = ""
    strength: Strength = ""
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"
    review_by: date | None = None
    sign_off: str = ""
    holds_unknown: bool = True

    def __attrs_post_init__(self) -> None:
        if self.within is not None and not self.start:
            raise PathwayError(f"the rule {self.id!r} gives a time and doesn't say what starts it")


@frozen
class Note:
    """Something to know about a step, shown where its criterion isn't false."""

    id: str
    text: str
    when: Criterion | None = None
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"


@frozen
class Part:
    """A part of an examination or of a panel, with the findings that it records."""

    id: str
    label: str
    findings: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"


@frozen
class Prerequisite:
    """Another step that has to be finished first, unless a criterion holds."""

    step: str
    unless: Criterion | None = None


@frozen
class Step:
    """One step of the workup.

    Args:
        action: What to do, in the imperative, as it is printed.
        owner: The role that does it.
        pause: The pause point of the printed checklist to which it belongs.
        checks: Findings that must be answered before it is done.
        produces: Findings that it makes known.
        done_when: Its result is known and adequate.
    """

    id: str
    label: str
    action: str = ""
    group: str = ""
    owner: str = ""
    pause: str = ""
    safety_critical: bool = False
    parts: tuple[Part, ...] = ()
    indications: tuple[Rule, ...] = ()
    contraindications: tuple[Rule, ...] = ()
    cautions: tuple[Rule, ...] = ()
    checks: tuple[str, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    produces: tuple[str, ...] = ()
    done_when: Criterion | None = None
    notes: tuple[Note, ...] = ()
    orders: tuple[Coding, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the step."""
        return self.indications + self.contraindications + self.cautions

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion of the step."""
        unless = tuple(p.unless for p in self.prerequisites if p.unless is not None)
        noted = tuple(note.when for note in self.notes if note.when is not None)
        done = () if self.done_when is None else (self.done_when,)
        return tuple(rule.when for rule in self.rules) + unless + noted + done

    @property
    def findings(self) -> tuple[str, ...]:
        """The ids of all findings that the step reads, checks, records or produces."""
        read = [finding for criterion in self.criteria for finding in findings_of(criterion)]
        recorded = [finding for part in self.parts for finding in part.findings]
        return tuple(dict.fromkeys([*read, *recorded, *self.checks, *self.produces]))


@frozen
class Pause:
    """A pause point of the printed checklist; `mode` is READ-DO or DO-CONFIRM."""

    id: str
    title: str
    objective: str = ""
    mode: Mode = "DO-CONFIRM"


@frozen
class Purpose:
    """What several steps are for, in order of preference; the next takes over where one can't be done.

    Args:
        escalate_to: The step that remains when none of them can be done.
        critical: Whether it must never be left empty.
    """

    id: str
    label: str
    steps: tuple[str, ...]
    escalate_to: str = ""
    critical: bool = False


@frozen
class Need:
    """What a treatment option needs from the workup: findings that have to be known (all, or any of them)."""

    label: str
    findings: tuple[str, ...] = ()
    any_of: bool = False


@frozen
class TreatmentOption:
    """A treatment option of the source page and what it needs from the workup; none is ever chosen."""

    id: str
    label: str
    page: str = ""
    needs: tuple[Need, ...] = ()
    notes: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"


T = TypeVar("T")


def _sorted_map(items: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(sorted(items.items()))


def _sorted_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(set(pairs)))


@frozen
class Pathway:
    """Steps with everything that they need; the empty pathway is `Pathway()`.

    Args:
        order: Pairs of steps, the first of which comes before the second: the order of work, never a block.
        fallbacks: Pairs of steps, the second of which takes over where the first can't be done.
        local: What each overlay says of its place.
        places: Where each thing was defined (not part of what the pathway is).
    """

    id: str = ""
    version: str = ""
    steps: Mapping[str, Step] = field(factory=dict, converter=_sorted_map)
    order: tuple[tuple[str, str], ...] = field(default=(), converter=_sorted_pairs)
    fallbacks: tuple[tuple[str, str], ...] = field(default=(), converter=_sorted_pairs)
    findings: Findings = field(factory=Findings, converter=findings_by_id)
    criteria: Mapping[str, NamedCriterion] = field(factory=dict, converter=_sorted_map)
    scores: Mapping[str, Score] = field(factory=dict, converter=_sorted_map)
    sources: Mapping[str, Source] = field(factory=dict, converter=_sorted_map)
    purposes: Mapping[str, Purpose] = field(factory=dict, converter=_sorted_map)
    options: Mapping[str, TreatmentOption] = field(factory=dict, converter=_sorted_map)
    pauses: tuple[Pause, ...] = ()
    title: str = ""
    profile: str = ""
    revised: date | None = None
    review_by: date | None = None
    intended_use: str = ""
    overlays: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    local: tuple[Place, ...] = ()
    places: Mapping[str, Position] = field(factory=dict, eq=False, repr=False)
    _memo: dict[str, Any] = field(factory=dict, eq=False, repr=False, init=False)

    def __reduce__(self) -> tuple[Callable[..., Pathway], tuple[dict[str, Any]]]:
        # Sent to another machine without what was made of it here: among that may be values that were recorded of patients.
        return _of_fields, ({one.name: getattr(self, one.name) for one in fields(Pathway) if one.init},)

    def __repr__(self) -> str:
        # 300 kB of rules help nobody.
        name = "+".join((self.id, *self.overlays))
        return f"<Pathway {name} {self.version} {self.hash[:19]}: {len(self.steps)} steps, {len(self.rules)} rules>"

    def __attrs_post_init__(self) -> None:
        for first, second in self.order + self.fallbacks:
            for step in (first, second):
                if step not in self.steps:
                    raise PathwayError(
                        f"the order of work names the step {step!r}, which the pathway doesn't have"
                    )
        self._sorted(self.order + self.fallbacks)
        waits = [(p.step, step.id) for step in self.steps.values() for p in step.prerequisites]
        escalations = [(step, last) for step in self.steps if (last := self.escalation_of(step))]
        self._sorted([*self.fallbacks, *waits, *escalations])

    @classmethod
    def of(cls, *steps: Step, findings: Iterable[Finding] = ()) -> Pathway:
        """Return a pathway of steps side by side."""
        return cls(steps={step.id: step for step in steps}, findings={f.id: f for f in findings})

    def __or__(self, other: Pathway) -> Pathway:
        """Side by side: associative, commutative and idempotent.

        Raises:
            PathwayError: Both define the same id differently; the message names both.
        """
        if not isinstance(other, Pathway):
            return NotImplemented
        return _join(self, other, ())

    def __rshift__(self, other: Pathway) -> Pathway:
        """In this order of work, which never blocks: associative."""
        if not isinstance(other, Pathway):
            return NotImplemented
        return _join(self, other, tuple((a, b) for a in self.steps for b in other.steps if a != b))

    def otherwise(self, other: Pathway) -> Pathway:
        """`other` takes over where a step of this pathway is contraindicated or not available: associative.

        Every step of `other` stands in for those steps of this pathway for which nothing stands in yet.
        """
        have = {first for first, _ in self.fallbacks}
        last = [step for step in self.steps if step not in have]
        stand_ins = {second for _, second in other.fallbacks}
        heads = [step for step in other.steps if step not in stand_ins]
        joined = _join(self, other, ())
        return evolve(
            joined, fallbacks=joined.fallbacks + tuple((a, b) for a in last for b in heads if a != b)
        )

    def when(self, criterion: Criterion) -> Pathway:
        """Guard every indication of every step with a criterion; distributes over `|` and `>>`."""
        guarded = {id_: _guard(step, criterion) for id_, step in self.steps.items()}
        return evolve(self, steps=guarded)

    def only(self, *steps: str) -> Pathway:
        """Return the part that these steps make up, with what they need: prerequisites, stand-ins and findings.

        Raises:
            PathwayError: The pathway has no such step.
        """
        self._must_have(steps)
        needed: set[str] = set()
        todo = list(steps)
        while todo:
            step = todo.pop()
            if step not in needed:
                needed.add(step)
                todo += self._needs(step)
        return self._part(needed)

    def without(self, *steps: str) -> Pathway:
        """Return the pathway without some steps.

        Raises:
            PathwayError: There is no such step, or another step needs it; the message names both.
        """
        self._must_have(steps)
        kept = set(self.steps) - set(steps)
        for step in sorted(kept):
            for needed in self._needs(step):
                if needed not in kept:
                    raise PathwayError(f"the step {step!r} needs {needed!r}: take both out, or neither")
        return self._part(kept)

    def with_findings(self, *findings: Finding) -> Pathway:
        """Return the pathway with more findings."""
        return self | Pathway(findings={finding.id: finding for finding in findings})

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """The ids of the steps in the order of work; steps that may go side by side by their pause point, then id."""
        pauses = {pause.id: place for place, pause in enumerate(self.pauses)}
        rank = {id_: (pauses.get(step.pause, len(pauses)), id_) for id_, step in self.steps.items()}
        sorter = TopologicalSorter({id_: set[str]() for id_ in self.steps})
        for first, second in self.order + self.fallbacks:
            sorter.add(second, first)
        sorter.prepare()
        done: list[str] = []
        ready: list[str] = []
        while sorter.is_active():
            ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
            done.append(ready.pop(0))
            sorter.done(done[-1])
        return tuple(done)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule of every step, by its id."""
        return {rule.id: rule for step in self.steps.values() for rule in step.rules}

    @cached_property
    def stand_ins(self) -> Mapping[str, tuple[str, ...]]:
        """For each step the steps that take over where it can't be done, nearest first."""
        nearest: dict[str, list[str]] = {id_: [] for id_ in self.steps}
        for first, second in self.fallbacks:
            nearest[first].append(second)
        chains: dict[str, tuple[str, ...]] = {}
        for id_ in self.steps:
            chain: list[str] = []
            todo = list(nearest[id_])
            while todo:
                step = todo.pop(0)
                if step not in chain:
                    chain.append(step)
                    todo += nearest[step]
            chains[id_] = tuple(chain)
        return chains

    def escalation_of(self, step: str) -> str | None:
        """Return the step to which the purpose of a step escalates where none of its steps can be done."""
        purposes = (purpose for purpose in self.purposes.values() if step in purpose.steps)
        named = (purpose.escalate_to for purpose in purposes if purpose.escalate_to in self.steps)
        return next((last for last in named if last != step), None)

    @cached_property
    def takes_over_from(self) -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """For each step those from which it takes over, each with the stand-ins that would go before it."""
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {id_: [] for id_ in self.steps}
        for first, chain in self.stand_ins.items():
            last = self.escalation_of(first)
            every = chain if last is None or last in chain else (*chain, last)
            for place, step in enumerate(every):
                found[step].append((first, every[:place]))
        return {id_: tuple(pairs) for id_, pairs in found.items()}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over everything that the pathway is, overlays included; equal hash, equal checklists."""
        parts = "\n".join(repr(getattr(self, name)) for name in _CONTENT)
        return "sha256:" + hashlib.sha256(parts.encode()).hexdigest()

    def decides_as(self, other: Pathway) -> bool:
        """Return whether the rules of two pathways are the same, whatever else they say: then so is all that follows from them."""
        return all(getattr(self, name) == getattr(other, name) for name in _RULES)

    def contacts_of(self, step: str) -> tuple[Contact, ...]:
        """Return whom to call about a step at the place to which overlays adapt the pathway."""
        return tuple(one for place in self.local for one in place.contacts if step in one.steps)

    @cached_property
    def totals(self) -> Mapping[str, Score]:
        """The finding that holds a score's total, to the score."""
        return {score.total: score for score in self.scores.values() if isinstance(score.table, Additive)}

    def remember(self, key: str, make: Callable[[Pathway], T]) -> T:
        """Return what `make` makes of this pathway, made once: how a reading of it is kept beside it."""
        if key not in self._memo:
            self._memo[key] = make(self)
        kept: T = self._memo[key]
        return kept

    def _must_have(self, steps: Iterable[str]) -> None:
        for step in steps:
            if step not in self.steps:
                raise PathwayError(f"the pathway has no step {step!r}")

    def _needs(self, step: str) -> list[str]:
        before = [prerequisite.step for prerequisite in self.steps[step].prerequisites]
        after = [second for first, second in self.fallbacks if first == step]
        escalation = self.escalation_of(step)
        return before + after + ([] if escalation is None else [escalation])

    def _part(self, kept: set[str]) -> Pathway:
        steps = {id_: step for id_, step in self.steps.items() if id_ in kept}
        purposes = {
            id_: evolve(p, steps=tuple(s for s in p.steps if s in kept))
            for id_, p in self.purposes.items()
            if any(s in kept for s in p.steps)
        }
        return evolve(
            self,
            steps=steps,
            order=tuple(pair for pair in self.order if kept.issuperset(pair)),
            fallbacks=tuple(pair for pair in self.fallbacks if kept.issuperset(pair)),
            purposes=purposes,
        )

    def _sorted(self, pairs: Iterable[tuple[str, str]]) -> None:
        # Lists, not sets: the same circle is named in every process.
        graph: dict[str, list[str]] = {}
        for first, second in pairs:
            graph.setdefault(second, []).append(first)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            steps = list(reversed(error.args[1][1:]))
            start = steps.index(min(steps))
            circle = " -> ".join([*steps[start:], *steps[:start], steps[start]])
            raise PathwayError(f"the order of work goes in a circle: {circle}") from None


@frozen
class Waiver:
    """Why an overlay may weaken a safety-critical step: shown on every output until it expires."""

    step: str
    reason: str
    role: str
    hazard: str
    expires: date

    @property
    def words(self) -> str:
        """What is waived, why, by whom, and until when."""
        return f"{self.step}: {self.reason} ({self.role}, {self.hazard}, until {self.expires.isoformat()})"


_MAPS = ("steps", "findings", "criteria", "scores", "sources", "purposes", "options")
_WORDS = ("id", "version", "title", "profile", "revised", "review_by", "intended_use")
_CONTENT = (*_WORDS, *_MAPS, "order", "fallbacks", "pauses", "overlays", "waivers", "local")


# What is worked out from a chart comes from these; an hour at which a place is closed comes from `local`.
_RULES = ("steps", "findings", "criteria", "scores", "purposes", "order", "fallbacks", "pauses")


def _join(left: Pathway, right: Pathway, order: tuple[tuple[str, str], ...]) -> Pathway:
    maps: dict[str, Any] = {name: _union(name, getattr(left, name), getattr(right, name)) for name in _MAPS}
    words: dict[str, Any] = {
        name: _one_word(name, getattr(left, name), getattr(right, name)) for name in _WORDS
    }
    return Pathway(
        **words,
        **maps,
        order=left.order + right.order + order,
        fallbacks=left.fallbacks + right.fallbacks,
        pauses=_merge("pauses", left.pauses, right.pauses, lambda pause: pause.id),
        overlays=tuple(sorted({*left.overlays, *right.overlays})),
        waivers=_merge("waivers", left.waivers, right.waivers, repr),
        local=_merge("local", left.local, right.local, lambda place: place.overlay),
        places={**right.places, **left.places},
    )


def _union(name: str, left: Mapping[str, T], right: Mapping[str, T]) -> Mapping[str, T]:
    if left is right:
        return left
    for id_ in sorted(left.keys() & right.keys()):
        if left[id_] != right[id_]:
            raise PathwayError(
                f"two definitions of {id_!r} in {name} differ: {_difference(left[id_], right[id_])}"
            )
    return {**left, **right}


def _difference(left: Any, right: Any) -> str:
    """Say in which fields two definitions differ, and how."""
    pairs = [(f.name, getattr(left, f.name), getattr(right, f.name)) for f in fields(type(left))]
    return "; ".join(f"{name} is {a!r} in one and {b!r} in the other" for name, a, b in pairs if a != b)


def _one_word(name: str, left: T, right: T) -> T:
    if left and right and left != right:
        raise PathwayError(f"two pathways with a different {name}: {left!r} and {right!r}")
    return left or right


def _merge(name: str, left: tuple[T, ...], right: tuple[T, ...], key: Callable[[T], str]) -> tuple[T, ...]:
    """Join two lists that have an order of their own; where they differ the order is that of their ids."""
    if left == right or not right:
        return left
    if not left:
        return right
    both = _union(name, {key(item): item for item in left}, {key(item): item for item in right})
    return tuple(both[id_] for id_ in sorted(both))


def _guard(step: Step, criterion: Criterion) -> Step:
    guarded = tuple(evolve(rule, when=AllOf((criterion, rule.when))) for rule in step.indications)
    return evolve(step, indications=guarded)


def _of_fields(values: dict[str, Any]) -> Pathway:
    return Pathway(**values)
