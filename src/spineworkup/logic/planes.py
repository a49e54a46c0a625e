"""Many criteria answered at once: each value of each finding owns a whole number, and what is known is their union.

The numbers are sets of bits. A term has two: *some literal of it is not true*, and *some literal of it is false*. So the
union over all findings says of every term whether it is true, false or not known; and the terms of a criterion lie in
layers, so that few more operations on the whole say what every criterion is. `evaluate` says what it means.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import getitem, or_
from typing import NamedTuple, overload

from attrs import evolve, field, frozen

from spineworkup.criteria import Compare, Criterion, Leaf, findings_of, leaves
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.normal_form import NormalForm, normal_form
from spineworkup.truth import Truth

Facts = Mapping[str, Value]
# A criterion of more terms than this is evaluated on its own: the bits would cost more than they save.
MOST_TERMS = 64
# The values of one finding that are remembered; beyond that each is worked out when it comes.
MOST_VALUES = 1024
# How many findings share a part of the union, so that one that changes costs no look at all the others.
SHARE = 12
# By the two bits of a criterion: whether its terms are true, not known (one bit), or false (both).
_READ = (Truth.TRUE, Truth.UNKNOWN, Truth.UNKNOWN, Truth.FALSE)
_READ_OPPOSITE = (Truth.FALSE, Truth.UNKNOWN, Truth.UNKNOWN, Truth.TRUE)
_WRITTEN = {Truth.TRUE: 0, Truth.UNKNOWN: 1, Truth.FALSE: 3}


class Values(dict[Value | None, int]):
    """What each value of one finding says of all terms; filled as values come."""

    def __init__(self, finding: str) -> None:
        self._finding = finding
        # By leaf the places of its literals: of those that want it true, and of those that want it false.
        self._literals: dict[Leaf, list[int]] = {}
        self._thresholds: list[Decimal] = []
        self._between: list[int] = []

    def add(self, leaf: Leaf, wanted: bool, place: int) -> None:
        """Let a literal of a term speak for it: the leaf has to be true, or false."""
        self._literals.setdefault(leaf, [0, 0])[not wanted] |= 1 << place

    def ask(self, place: int) -> None:
        """Set a bit while the finding is not known."""
        self[None] = self[None] | 1 << place

    def close(self) -> None:
        """Work out what can be: after the last literal."""
        self[None] = self._of(None)
        self._thresholds = sorted({leaf.threshold for leaf in self._literals if isinstance(leaf, Compare)})
        if self._thresholds:
            self._between = [self._of_rank(rank) for rank in range(2 * len(self._thresholds) + 1)]

    def __missing__(self, value: Value | None) -> int:
        if self._between and type(value) is Decimal:
            found = self._between[bisect_left(self._thresholds, value) + bisect_right(self._thresholds, value)]
        else:
            found = self._of(value)
        if len(self) < MOST_VALUES:
            self[value] = found
        return found

    def _of(self, value: Value | None) -> int:
        facts = {} if value is None else {self._finding: value}
        return self._bits(evaluate(leaf, facts) for leaf in self._literals)

    def _of_rank(self, rank: int) -> int:
        """Return what a number says that lies between two thresholds (an even rank) or on one: ranks need no rounding."""
        ranks = {threshold: Decimal(2 * number + 1) for number, threshold in enumerate(self._thresholds)}
        leaves = (
            evolve(leaf, threshold=ranks[leaf.threshold]) if isinstance(leaf, Compare) else leaf for leaf in self._literals
        )
        return self._bits(evaluate(leaf, {self._finding: Decimal(rank)}) for leaf in leaves)

    def _bits(self, truths: Iterable[Truth]) -> int:
        found = 0
        for truth, (true_wanted, false_wanted) in zip(truths, self._literals.values(), strict=True):
            if truth is Truth.UNKNOWN:
                found |= true_wanted | false_wanted
            else:
                found |= 3 * (false_wanted if truth is Truth.TRUE else true_wanted)
        return found


# Some inputs, with what each value of each of them says.
_Share = tuple[tuple[str, ...], tuple[Values, ...]]


class State(NamedTuple):
    """What is known of a patient, as bits.

    Args:
        bits: Two for each criterion and one for each finding that is asked about: equal bits mean equal truths.
        parts: The union from which they were worked out, in a few parts, so that not all have to be looked at again.
    """

    bits: int
    parts: list[int]


@frozen(eq=False)
class Planes:
    """Criteria made ready to be answered together.

    Args:
        inputs: The findings that are read, and those asked about.
        values: What each value of each of them says.
        always: The bits that are set whatever is known.
        layers: Where each further layer of terms begins, and the bits that it leaves as they are.
        places: By criterion the place of its two bits, and whether its terms are those of its opposite.
        asked: By finding the place of the bit that is set while it is not known.
        alone: The criteria that have too many terms, with their places.
        criteria_of: By finding the criteria that read it, by their place among the criteria.
    """

    inputs: tuple[str, ...]
    values: tuple[Values, ...]
    always: int
    width: int
    layers: tuple[tuple[int, int], ...]
    places: tuple[tuple[int, bool], ...]
    asked: Mapping[str, int]
    alone: tuple[tuple[int, Criterion], ...]
    criteria_of: Mapping[str, tuple[int, ...]]
    _shares: tuple[_Share, ...] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        starts = range(0, len(self.inputs), SHARE)
        shares = tuple((self.inputs[n : n + SHARE], self.values[n : n + SHARE]) for n in starts)
        object.__setattr__(self, "_shares", shares)

    def state(self, facts: Facts) -> State:
        """Return what the known values say of all criteria."""
        return self._folded([self._part(share, facts) for share in self._shares], facts)

    def changed(self, state: State, facts: Facts, findings: Iterable[int]) -> State:
        """Return the state after some findings changed, which are named by their number among the inputs."""
        parts = list(state.parts)
        for number in {finding // SHARE for finding in findings}:
            parts[number] = self._part(self._shares[number], facts)
        return self._folded(parts, facts)

    def truth(self, state: int, place: int) -> Truth:
        """Return the truth of a criterion, by its place among the criteria."""
        bit, of_opposite = self.places[place]
        return (_READ_OPPOSITE if of_opposite else _READ)[state >> bit & 3]

    def truths(self, state: int) -> Sequence[Truth]:
        """Return the truth of every criterion, each read from the bits when it is wanted."""
        return _Truths(self, state)

    def read_by(self, finding: int) -> int:
        """Return the bits that a finding can change, by its number among the inputs."""
        name = self.inputs[finding]
        return self.bits(self.criteria_of[name], [name] if name in self.asked else [])

    def bits(self, places: Iterable[int], asked: Iterable[str] = ()) -> int:
        """Return the bits of some criteria and of some findings that are asked about."""
        of_criteria = (3 << self.places[place][0] for place in places)
        return reduce(or_, of_criteria, 0) | reduce(or_, (1 << self.asked[finding] for finding in asked), 0)

    def is_asked(self, state: int, finding: str) -> bool:
        """Return whether a finding is not known, of those that are asked about."""
        return bool(state >> self.asked[finding] & 1)

    def _part(self, share: _Share, facts: Facts) -> int:
        return reduce(or_, map(getitem, share[1], map(facts.get, share[0])))

    def _folded(self, parts: list[int], facts: Facts) -> State:
        whole = reduce(or_, parts, self.always)
        state = whole & self.width
        for start, kept in self.layers:
            state &= whole >> start | kept
        for bit, criterion in self.alone:
            state |= _WRITTEN[evaluate(criterion, facts)] << bit
        return State(state, parts)


class _Truths(Sequence[Truth]):
    """The truths that a state says, by the places of the criteria."""

    __slots__ = ("_planes", "_state")

    def __init__(self, planes: Planes, state: int) -> None:
        self._planes, self._state = planes, state

    @overload
    def __getitem__(self, place: int) -> Truth: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Truth]: ...

    def __getitem__(self, place: int | slice) -> Truth | Sequence[Truth]:
        if isinstance(place, slice):
            return list(self)[place]
        bit, of_opposite = self._planes.places[place]
        return (_READ_OPPOSITE if of_opposite else _READ)[self._state >> bit & 3]

    def __len__(self) -> int:
        return len(self._planes.places)


def planes(criteria: Sequence[Criterion], asked: Iterable[str] = ()) -> Planes:
    """Return criteria made ready to be answered together, and findings of which it is to be known whether they are.

    >>> from spineworkup.criteria import AnyOf, Present
    >>> made = planes([AnyOf((Present("fever"), Present("cough"))), Present("cough")])
    >>> list(made.truths(made.state({"fever": True}).bits))
    [<Truth.TRUE: 'true'>, <Truth.UNKNOWN: 'unknown'>]
    """
    forms = [normal_form(criterion, MOST_TERMS) for criterion in criteria]
    # The criteria of most terms first, so that each layer of terms is a shorter row than the one before it.
    order = sorted(range(len(forms)), key=lambda place: -_count(forms[place]))
    bits = {place: 2 * rank for rank, place in enumerate(order)}
    asked_at = {finding: 2 * len(order) + number for number, finding in enumerate(dict.fromkeys(asked))}
    width = (1 << 2 * len(order) + len(asked_at)) - 1
    starts = _starts(forms, order, width)
    values = {finding: Values(finding) for finding in _inputs(criteria, asked_at)}
    always = 0
    for place, form in enumerate(forms):
        if form is not None and not form.terms:
            always |= 3 << bits[place]
        for layer, term in enumerate(form.terms if form is not None else ()):
            for leaf, wanted in term:
                values[leaf.finding].add(leaf, wanted, starts[layer][0] + bits[place])
    for finding in values.values():
        finding.close()
    for name, bit in asked_at.items():
        values[name].ask(bit)
    return Planes(
        tuple(values),
        tuple(values.values()),
        always,
        width,
        tuple(starts[1:]),
        tuple((bits[place], form is not None and form.of_opposite) for place, form in enumerate(forms)),
        asked_at,
        tuple((bits[place], criteria[place]) for place, form in enumerate(forms) if form is None),
        _criteria_of(criteria, values),
    )


def compile_criterion(criterion: Criterion) -> Callable[[Facts], Truth]:
    """Return a function from known values to the truth of one criterion.

    >>> from spineworkup.criteria import Present
    >>> compile_criterion(Present("night_pain"))({"night_pain": True})
    <Truth.TRUE: 'true'>
    """
    made = planes([criterion])
    return lambda facts: made.truth(made.state(facts).bits, 0)


def _count(form: NormalForm | None) -> int:
    return 0 if form is None else len(form.terms)


def _inputs(criteria: Sequence[Criterion], asked: Iterable[str]) -> list[str]:
    read = [leaf.finding for criterion in criteria for leaf in leaves(criterion)]
    return list(dict.fromkeys([*read, *asked]))


def _criteria_of(criteria: Sequence[Criterion], findings: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    reads = [frozenset(findings_of(criterion)) for criterion in criteria]
    return {name: tuple(place for place, read in enumerate(reads) if name in read) for name in findings}


def _starts(forms: Sequence[NormalForm | None], order: Sequence[int], width: int) -> list[tuple[int, int]]:
    """Return where each layer begins, and which bits of the first one it has no terms for."""
    starts = [(0, 0)]
    end = width.bit_length()
    for layer in range(1, max(map(_count, forms), default=0)):
        ones = (1 << 2 * sum(1 for place in order if _count(forms[place]) > layer)) - 1
        starts.append((end, width & ~ones))
        end += ones.bit_length()
    return starts
