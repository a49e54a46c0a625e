"""Many criteria answered at once say what `evaluate` says of each."""

from decimal import Decimal
from functools import reduce
from itertools import product
from operator import or_

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.criteria import ALWAYS, NEVER, AllOf, AnyOf, AtLeast, Comparator, Compare, Not, Present
from spineworkup.findings import Finding, Kind
from spineworkup.logic import planes as module
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.normal_form import normal_form
from spineworkup.logic.plan import plan
from spineworkup.logic.planes import MOST_TERMS, TOGETHER, planes
from spineworkup.pathways import Pathway, Step
from spineworkup.truth import Truth
from tests.strategies import VOCABULARY, criteria, facts, rule

many = st.lists(criteria, max_size=6)


@given(many, facts)
@settings(max_examples=200)
def test_all_at_once_are_as_each_alone(wanted, known):
    made = planes(wanted, VOCABULARY)
    state = made.state(known).bits

    assert [evaluate(criterion, known) for criterion in wanted] == list(made.truths(state))
    assert [made.truth(state, place) for place in range(len(wanted))] == list(made.truths(state))
    assert {id_: id_ not in known for id_ in VOCABULARY} == {id_: made.is_asked(state, id_) for id_ in VOCABULARY}


@given(many, facts, facts)
@settings(max_examples=100)
def test_what_changed_is_as_if_all_were_read_anew(wanted, before, after):
    made = planes(wanted, VOCABULARY)
    differ = [id_ for id_ in VOCABULARY if before.get(id_) != after.get(id_)]

    assert made.state(after) == made.changed(made.state(before), differ, after.get, lambda: after)


@given(many, facts)
@settings(max_examples=100)
def test_what_values_say_one_by_one_is_what_they_say_at_once(wanted, known):
    made = planes(wanted, VOCABULARY)
    said = reduce(or_, (made.says(id_, value) for id_, value in known.items()), 0)
    joined = made.joined(said, known, lambda: known)

    assert made.state(known).bits == joined.bits
    assert made.state(known) == made.changed(joined, (), known.get, lambda: known)


@given(criteria, facts)
def test_the_bits_of_a_criterion_are_all_that_its_truth_depends_on(criterion, known):
    made = planes([Present("p"), criterion, Not(criterion)], ["p"])
    state = made.state(known).bits

    assert made.truth(state, 1) is made.truth(state & made.bits([1]), 1)
    assert made.is_asked(state, "p") is made.is_asked(state & made.bits([], ["p"]), "p")


EIGHT = tuple(Present(f"f{n}") for n in range(16))


@pytest.mark.parametrize(
    ("criterion", "terms", "of_opposite"),
    [
        (ALWAYS, 0, True),
        (NEVER, 0, False),
        (Present("p"), 1, False),
        (AnyOf(EIGHT), 1, True),
        (AllOf(EIGHT), 1, False),
        (AtLeast(2, EIGHT[:4]), 4, True),
        (AnyOf((Present("p"), AllOf((Present("p"), Present("q"))))), 1, False),
    ],
    ids=["always", "never", "one", "any-of", "all-of", "two-of-four", "absorbed"],
)
def test_the_shorter_of_two_forms_is_taken(criterion, terms, of_opposite):
    form = normal_form(criterion, MOST_TERMS)

    assert (terms, of_opposite) == (len(form.terms), form.of_opposite)


@pytest.mark.parametrize(
    "criterion",
    [AtLeast(8, EIGHT), AllOf((Present("a0"), AnyOf((Present("b0"), AtLeast(5, EIGHT[:10])))))],
    ids=["at-least", "nested"],
)
def test_a_criterion_of_too_many_terms_is_evaluated_alone(criterion):
    assert normal_form(criterion, MOST_TERMS) is None
    made = planes([Present("f0"), criterion, Not(criterion)])
    for known in ({}, {"f0": True}, {f"{letter}{n}": True for letter in "fabc" for n in range(16)}, dict.fromkeys(made.inputs, False)):
        assert [evaluate(one, known) for one in (Present("f0"), criterion, Not(criterion))] == list(made.truths(made.state(known).bits))


def test_numbers_are_told_apart_at_every_threshold_and_between():
    thresholds = [Decimal("1"), Decimal("1.5"), Decimal("1.5000"), Decimal("3")]
    wanted = [Compare("n", comparator, threshold) for comparator in Comparator for threshold in thresholds]
    made = planes(wanted)
    for number in map(Decimal, ("0", "1", "1.00", "1.2", "1.5", "1.51", "3", "4", "1E+9", "-7")):
        assert [evaluate(one, {"n": number}) for one in wanted] == list(made.truths(made.state({"n": number}).bits))


def test_no_more_values_are_remembered_than_are_allowed(monkeypatch):
    monkeypatch.setattr(module, "MOST_VALUES", 5)
    made = planes([Compare("n", Comparator.MORE, Decimal(50))])
    found = [made.truth(made.state({"n": Decimal(n)}).bits, 0) for n in range(100)]

    assert [Truth.TRUE if n > 50 else Truth.FALSE for n in range(100)] == found
    assert [5] == [len(values) for values in made.single]


def test_no_more_is_remembered_of_a_few_findings_together_than_is_allowed(monkeypatch):
    monkeypatch.setattr(module, "MOST_VALUES", 5)
    names = [f"f{number}" for number in range(TOGETHER)]
    made = planes([AnyOf(tuple(map(Present, names)))])
    every = [dict(zip(names, values, strict=True)) for values in product((True, False), repeat=TOGETHER)]

    assert [any(known.values()) for known in every] == [made.truth(made.state(known).bits, 0) is Truth.TRUE for known in every]
    assert [5] == [len(values) for values in made.together]


def test_the_same_criterion_of_several_rules_is_answered_once():
    part = AllOf((Present("x"), Present("y")))
    step = Step("s", "S", indications=(rule("r1", part), rule("r2", Present("a")), rule("r3", part)))
    made = plan(Pathway.of(step, findings=[Finding(id_, id_, Kind.BOOLEAN) for id_ in "axy"]))

    assert [0, 1, 0] == [planned.place for planned in made.steps[0].own]
    assert [Truth.TRUE, Truth.UNKNOWN] == list(made.truths({"x": True, "y": True}))
