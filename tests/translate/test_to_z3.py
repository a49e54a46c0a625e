"""A criterion as formulas means what the specification says: two rails are its three truths."""

from decimal import Decimal

import pytest
import z3
from attrs import field, frozen
from hypothesis import given, settings

from spineworkup.criteria import ALWAYS, NEVER, AllOf, AtLeast, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.translate.to_z3 import Rails, Span, either, number, to_z3
from spineworkup.truth import Truth
from tests.strategies import BOOLEANS, DRAWN, NODES, OPTIONS, VOCABULARY, criteria, facts

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE


@frozen
class Known:
    """What is known of one patient, as constants: nothing is left to a solver."""

    facts: dict = field()

    def flag(self, finding):
        VOCABULARY[finding]
        return Rails(z3.BoolVal(self.facts.get(finding) is True), z3.BoolVal(self.facts.get(finding) is False))

    def options(self, finding):
        return {option: z3.BoolVal(self.facts.get(finding) == option) for option in VOCABULARY[finding].options}

    def span(self, finding):
        VOCABULARY[finding]
        value = self.facts.get(finding)
        low, high = (value.lowest, value.highest) if isinstance(value, Range) else (value or Decimal(0),) * 2
        return Span(z3.BoolVal(value is not None), number(low), number(high))


class Anybody:
    """Any patient, as unknowns of the solver, with no more said than that a rail excludes the other."""

    def __init__(self):
        self.flags = {id_: Rails(z3.Bool(f"{id_}+"), z3.Bool(f"{id_}-")) for id_ in BOOLEANS}
        self.choice = {option: z3.Bool(option) for option in OPTIONS}
        self.numbers = {id_: Span(z3.Bool(f"{id_}?"), z3.Real(f"{id_}<"), z3.Real(f"{id_}>")) for id_ in ("power", "crp")}

    def flag(self, finding):
        return self.flags[finding]

    def options(self, finding):
        return self.choice

    def span(self, finding):
        return self.numbers[finding]

    def can_be(self):
        rails = [z3.Not(z3.And(rail.true, rail.false)) for rail in self.flags.values()]
        return [*rails, z3.AtMost(*self.choice.values(), 1), *(one.lowest <= one.highest for one in self.numbers.values())]


def holds(formula):
    return z3.is_true(z3.simplify(formula))


def truth_of(criterion, known):
    """The truth that the rails say, of constants; both at once would be an error of their own."""
    rails = to_z3(criterion, Known(known))
    said = holds(rails.true), holds(rails.false), holds(rails.unknown)
    return {(True, False, False): T, (False, True, False): F, (False, False, True): U}[said]


@given(criteria, facts)
@settings(max_examples=250)
def test_the_rails_say_what_the_specification_says(criterion, known):
    assert evaluate(criterion, known) is truth_of(criterion, known)


@given(criteria)
@settings(max_examples=60)
def test_no_patient_makes_a_criterion_true_and_false(criterion):
    anybody, solver = Anybody(), z3.Solver()
    rails = to_z3(criterion, anybody)
    solver.add(*anybody.can_be(), rails.true, rails.false)

    assert z3.unsat == solver.check()


@given(criteria, facts)
def test_not_turns_the_rails_about(criterion, known):
    rails = to_z3(criterion, Known(known))
    turned = to_z3(Not(criterion), Known(known))

    assert (rails.true, rails.false) == (turned.false, turned.true) == (rails.negated().false, rails.negated().true)


@pytest.mark.parametrize(
    ("comparator", "expected"),
    #                        1  3  4 1-2 2-3 2-4 3-4 4-5 nothing, threshold 3
    [
        (Comparator.LESS, (T, F, F, T, U, U, F, F, U)),
        (Comparator.AT_MOST, (T, T, F, T, T, U, U, F, U)),
        (Comparator.MORE, (F, F, T, F, F, U, U, T, U)),
        (Comparator.AT_LEAST, (F, T, T, F, U, U, T, T, U)),
    ],
)
def test_every_comparator_at_its_threshold_and_with_ranges(comparator, expected):
    ends = ((1, 1), (3, 3), (4, 4), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5))
    known = [{"power": Decimal(low) if low == high else Range(Decimal(low), Decimal(high))} for low, high in ends]

    assert expected == tuple(truth_of(Compare("power", comparator, Decimal(3)), one) for one in [*known, {}])


@pytest.mark.parametrize(
    ("count", "expected"), [(1, (F, U, T, T, T)), (2, (F, U, U, T, T)), (3, (F, F, U, U, T)), (4, (F, F, F, F, F))]
)
def test_so_many_of_three(count, expected):
    """With none, an unknown, one and an unknown, two and an unknown, and all true."""
    three = [Present(id_) for id_ in BOOLEANS[:3]]
    known = [(False, False, False), (None, None, False), (True, None, None), (True, True, None), (True, True, True)]
    charts = [{id_: value for id_, value in zip(BOOLEANS, row, strict=False) if value is not None} for row in known]

    assert expected == tuple(truth_of(AtLeast(count, three), chart) for chart in charts)


def test_what_always_and_never_holds_needs_nothing_known():
    assert (T, F, T, F) == tuple(truth_of(one, {}) for one in (ALWAYS, NEVER, AtLeast(1, (ALWAYS,)), AtLeast(1, ())))


def test_every_option_is_no_other_one():
    """An option that isn't known is none of them: with all of them named, only knowing makes it true."""
    every = IsOneOf("history", OPTIONS)

    assert (T, U, F) == (truth_of(every, {"history": "past"}), truth_of(every, {}), truth_of(Not(every), {"history": "none"}))


def test_numbers_are_exact():
    tenth = Decimal("0.1")

    assert holds(number(tenth) + number(Decimal("0.2")) == number(Decimal("0.3")))
    assert T is truth_of(Compare("power", Comparator.LESS, Decimal("0.30000000000000000000001")), {"power": Decimal("0.3")})
    assert holds(number(Decimal("1E+2")) == 100) and holds(number(Decimal("1E-7")) * 10_000_000 == 1)


@pytest.mark.parametrize("leaf", [Present("cough"), Compare("cough", Comparator.LESS, Decimal(1)), IsOneOf("cough", ["x"])])
def test_a_finding_that_nobody_has_is_an_error(leaf):
    with pytest.raises(KeyError, match="cough"):
        to_z3(AllOf((leaf,)), Known({}))


def test_nothing_of_none():
    assert holds(z3.Not(either([])))


@given(criteria, facts)
def test_every_kind_was_drawn(criterion, known):
    del criterion, known


def test_no_kind_was_missed():
    test_every_kind_was_drawn()

    assert {*NODES, "Range"} - DRAWN == set()
