"""Many criteria answered at once: each value of each finding owns a whole number, and what is known is their union.

The numbers are sets of bits. A term has two: *some literal of it is not true*, and *some literal of it is false*. So the
union over all findings says of every term whether it is true, false or not known; and the terms of a criterion lie in
layers, so that few more operations on the whole say what every criterion is. `evaluate` says what it means.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import chain, filterfalse
from operator import getitem, or_
from typing import NamedTuple

from attrs import evolve, frozen

from spineworkup.criteria import Compare, Criterion, Leaf, leaves
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.normal_form import NormalForm, normal_form
from spineworkup.truth import Truth

Facts = Mapping[str, Value]
Read = Callable[[str], "Value | None"]
# A criterion of more terms than this is evaluated on its own: the bits would cost more than they save.
MOST_TERMS = 64
# The values that are remembered of one finding, or of a few together; beyond that each is worked out when it comes.
MOST_VALUES = 1024
# So many findings of a few values each are looked up together.
TOGETHER = 4
# By the two bits of a criterion: it is true (none), not known (one: where it was read by its opposite, the other), or false.
_TRUTHS = (Truth.TRUE, Truth.UNKNOWN, Truth.UNKNOWN, Truth.FALSE)
_BITS = {Truth.TRUE: 0, Truth.UNKNOWN: 1, Truth.FALSE: 3}
# By a byte of the state, the truths of four criteria.
_READ = tuple(tuple(_TRUTHS[byte >> bit & 3] for bit in (0, 2, 4, 6)) for byte in range(256))


class Values(dict[Value | None, int]):
    """What each value of one finding says of all terms; filled as values come."""

    def __init__(self, finding: str) -> None:
        self.finding = finding
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

    @property
    def is_countable(self) -> bool:
        """Whether its values are few: it is present or absent, or one of some options."""
        return bool(self._literals) and not any(isinstance(leaf, Compare) for leaf in self._literals)

    def close(self) -> None:
        """Work out what can be: after the last literal."""
        self[None] = self._of(None)
        self._thresholds = sorted({leaf.threshold for leaf in self._literals if isinstance(leaf, Compare)})
        if self._thresholds:
            self._between = self._of_ranks()

    def __missing__(self, value: Value | None) -> int:
        if self._between and type(value) is Decimal:
            found = self._between[bisect_left(self._thresholds, value) + bisect_right(self._thresholds, value)]
        else:
            found = self._of(value)
        if len(self) < MOST_VALUES:
            self[value] = found
        return found

    def _of(self, value: Value | None) -> int:
        facts = {} if value is None else {self.finding: value}
        return self._bits(evaluate(leaf, facts) for leaf in self._literals)

    def _of_ranks(self) -> list[int]:
        """Return what numbers say that lie between two thresholds (an even rank) or on one: ranks need no rounding."""
        ranks = {threshold: Decimal(2 * number + 1) for number, threshold in enumerate(self._thresholds)}
        leaves = [
            evolve(leaf, threshold=ranks[leaf.threshold]) if isinstance(leaf, Compare) else leaf for leaf in self._literals
        ]
        every = range(2 * len(ranks) + 1)
        return [self._bits(evaluate(leaf, {self.finding: Decimal(rank)}) for leaf in leaves) for rank in every]

    def _bits(self, truths: Iterable[Truth]) -> int:
        found = 0
        for truth, (true_wanted, false_wanted) in zip(truths, self._literals.values(), strict=True):
            if truth is Truth.UNKNOWN:
                found |= true_wanted | false_wanted
            else:
                found |= 3 * (false_wanted if truth is Truth.TRUE else true_wanted)
        return found


class _Together(dict[tuple[Value | None, ...], int]):
    """What the values of a few findings say together; filled as they come."""

    def __init__(self, values: Sequence[Values]) -> None:
        self._values = values

    def __missing__(self, found: tuple[Value | None, ...]) -> int:
        said = reduce(or_, map(getitem, self._values, found))
        if len(self) < MOST_VALUES:
            self[found] = said
        return said


class State(NamedTuple):
    """What is known of a patient, as bits.

    Args:
        bits: Two for each criterion and one for each finding that is asked about: equal bits mean equal truths.
        parts: What each few of the findings say, so that not all have to be looked at again; None where that wasn't asked.
    """

    bits: int
    parts: list[int] | None


@frozen(eq=False)
class Planes:
    """Criteria made ready to be answered together.

    Args:
        inputs: The findings that are read, and those asked about: first those that are looked up a few together.
        values: What each value of each of them says.
        together: What the first say, a few together.
        single: What the others say.
        unknown: What each says while it is not known.
        always: The bits that are set whatever is known.
        layers: Where each further layer of terms begins, and the bits that it leaves as they are.
        opposite: The bits of the criteria whose terms are those of their opposite.
        pairs: By criterion the place of its two bits, counted in pairs.
        asked: By finding the place of the bit that is set while it is not known.
        alone: The criteria that have too many terms, with their places.
        part_of: By finding the part of a state that it belongs to.
    """

    inputs: tuple[str, ...]
    values: Mapping[str, Values]
    together: tuple[_Together, ...]
    single: tuple[Values, ...]
    unknown: Mapping[str, int]
    always: int
    width: int
    layers: tuple[tuple[int, int], ...]
    opposite: int
    pairs: tuple[int, ...]
    asked: Mapping[str, int]
    alone: tuple[tuple[int, Criterion], ...]
    part_of: Mapping[str, int]

    def state(self, facts: Facts) -> State:
        """Return what the known values say of all criteria."""
        known = map(facts.get, self.inputs)
        # The same iterator so many times: each step takes the next values.
        parts = list(map(getitem, self.together, zip(*[known] * TOGETHER, strict=False)))
        parts += map(getitem, self.single, known)
        return State(self._folded(reduce(or_, parts, self.always), facts), parts)

    def changed(self, state: State, findings: Iterable[str], value: Read, facts: Callable[[], Facts]) -> State:
        """Return the state after some findings changed; those that no criterion reads are passed over.

        Args:
            value: Gives the value of a finding, None where it is not known.
            facts: Gives all known values; asked only where they are needed.
        """
        if state.parts is None:
            return self.state(facts())
        parts = list(state.parts)
        for part in {self.part_of[finding] for finding in findings if finding in self.part_of}:
            if part < len(self.together):
                few = self.inputs[part * TOGETHER : (part + 1) * TOGETHER]
                parts[part] = self.together[part][tuple(map(value, few))]
            else:
                single = self.single[part - len(self.together)]
                parts[part] = single[value(single.finding)]
        return State(self._folded(reduce(or_, parts, self.always), facts() if self.alone else {}), parts)

    def says(self, finding: str, value: Value | None) -> int:
        """Return what a value of one finding says."""
        return self.values[finding][value] if finding in self.values else 0

    def joined(self, said: int, recorded: Collection[str], facts: Callable[[], Facts]) -> State:
        """Return the state, where it is known what all that was recorded says together.

        Args:
            recorded: The findings of which something was recorded.
            facts: Gives all known values; asked only where they are needed.
        """
        missing = filterfalse(recorded.__contains__, self.unknown)
        whole = reduce(or_, map(self.unknown.__getitem__, missing), said | self.always)
        return State(self._folded(whole, facts() if self.alone else {}), None)

    def truth(self, state: int, place: int) -> Truth:
        """Return the truth of a criterion, by its place among the criteria."""
        return _READ[state >> 2 * self.pairs[place] & 3][0]

    def truths(self, state: int) -> Sequence[Truth]:
        """Return the truth of every criterion, by its place."""
        in_bytes = state.to_bytes(self.width.bit_length() // 8 + 1, "little")
        in_order = tuple(chain.from_iterable(map(_READ.__getitem__, in_bytes)))
        return tuple(map(in_order.__getitem__, self.pairs))

    def bits(self, places: Iterable[int], asked: Iterable[str] = ()) -> int:
        """Return the bits of some criteria and of some findings that are asked about."""
        of_criteria = (3 << 2 * self.pairs[place] for place in places)
        return reduce(or_, of_criteria, 0) | reduce(or_, (1 << self.asked[finding] for finding in asked), 0)

    def is_asked(self, state: int, finding: str) -> bool:
        """Return whether a finding is not known, of those that are asked about."""
        return bool(state >> self.asked[finding] & 1)

    def _folded(self, whole: int, facts: Facts) -> int:
        state = whole & self.width
        for start, kept in self.layers:
            state &= whole >> start | kept
        state ^= self.opposite
        for bit, criterion in self.alone:
            state |= _BITS[evaluate(criterion, facts)] << bit
        return state


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
    together, single = _grouped(values)
    return Planes(
        tuple(one.finding for one in (*chain.from_iterable(together), *single)),
        values,
        tuple(map(_Together, together)),
        tuple(single),
        {name: one[None] for name, one in values.items()},
        always,
        width,
        tuple(starts[1:]),
        reduce(or_, (3 << bits[place] for place, form in enumerate(forms) if form is not None and form.of_opposite), 0),
        tuple(bits[place] // 2 for place in range(len(forms))),
        asked_at,
        tuple((bits[place], criteria[place]) for place, form in enumerate(forms) if form is None),
        {one.finding: part for part, few in enumerate([*together, *([one] for one in single)]) for one in few},
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


def _grouped(values: Mapping[str, Values]) -> tuple[list[list[Values]], list[Values]]:
    """Return those of few values, a few together, and the others."""
    few = [one for one in values.values() if one.is_countable]
    end = len(few) // TOGETHER * TOGETHER
    together = [few[start : start + TOGETHER] for start in range(0, end, TOGETHER)]
    return together, few[end:] + [one for one in values.values() if not one.is_countable]


def _starts(forms: Sequence[NormalForm | None], order: Sequence[int], width: int) -> list[tuple[int, int]]:
    """Return where each layer begins, and which bits of the first one it has no terms for."""
    starts = [(0, 0)]
    end = width.bit_length()
    for layer in range(1, max(map(_count, forms), default=0)):
        ones = (1 << 2 * sum(1 for place in order if _count(forms[place]) > layer)) - 1
        starts.append((end, width & ~ones))
        end += ones.bit_length()
    return starts
