"""Clause coverage, and for every literal of every shipped rule two patients whom it tells apart."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.criteria import ALWAYS, AllOf, AnyOf, AtLeast, Comparator, Compare, Not, Present, leaves
from spineworkup.entries import Observation
from spineworkup.findings import Finding, Kind
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Step
from spineworkup.reading.load import load_pathway
from spineworkup.reading.read_case import Case, case_document, read_case
from spineworkup.testing.coverage import clause_coverage
from spineworkup.testing.literals import literals_of, outcomes
from spineworkup.testing.pairs import output
from spineworkup.truth import Truth
from tests.strategies import NOON, VOCABULARY, criteria, facts, rule, written

NOBODY = Finding("nobody", "Nobody", Kind.BOOLEAN)
CONSTANTS = {Truth.TRUE: ALWAYS, Truth.FALSE: AnyOf(()), Truth.UNKNOWN: Present("nobody")}


def with_leaf(criterion, path, other):
    """The criterion with one leaf exchanged."""
    match criterion:
        case Not(operand):
            return Not(with_leaf(operand, path[1:], other))
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            changed = list(operands)
            changed[path[0]] = with_leaf(operands[path[0]], path[1:], other)
            return evolve(criterion, operands=changed)
        case _:
            return other


def pathway_of(*criteria_, **more):
    rules = tuple(rule(f"r{number}", criterion) for number, criterion in enumerate(criteria_))
    return Pathway.of(Step("s", "A step", indications=rules, **more), findings=VOCABULARY.values())


@given(criteria, facts)
def test_an_outcome_is_what_the_rule_would_be_with_this_one_leaf_changed(criterion, known):
    found = outcomes(criterion, known)
    for literal in literals_of(pathway_of(criterion)):
        expected = {t: evaluate(with_leaf(criterion, literal.path, c), known) for t, c in CONSTANTS.items()}
        assert expected == found.get(literal.path, expected)
        assert (literal.path in found) is (len(set(expected.values())) > 1)


@given(criteria)
def test_every_leaf_of_a_rule_is_a_literal(criterion):
    literals = literals_of(pathway_of(criterion))

    assert list(leaves(criterion)) == [literal.leaf for literal in literals]
    assert len(literals) == len({literal.id for literal in literals})


@pytest.mark.parametrize("overlay", [(), ("us",)], ids=["base", "us"])
def test_every_literal_of_every_rule_has_a_pair_at_the_output(overlay):
    """Each literal of each rule matters to a patient: 100 % MC/DC at the output."""
    base, pathway = load_pathway("metastatic_spine"), load_pathway("metastatic_spine", overlay)
    coverage = clause_coverage(pathway, [], base if overlay else None)

    assert [] == [covered.literal.id for covered in coverage.literals if covered.literal.id not in coverage.pairs]
    for pair in coverage.pairs.values():
        check_pair(pathway, pair)


def check_pair(pathway, pair):
    """As it is promised, judged without the search: by exchanging this one leaf, and by the case files."""
    first, second = (read_case(case_document(text, "x"), pathway) for text in pair.cases)
    finding = pair.literal.leaf.finding
    assert pair.first.facts == first.chart.facts
    assert {**first.chart.facts, finding: None} == {**second.chart.facts, finding: None}

    one, other = (assess(pathway, case.chart, at=case.at) for case in (first, second))
    assert output(one) != output(other)
    truth = evaluate(pair.literal.leaf, other.chart.facts)
    assert truth is not evaluate(pair.literal.leaf, one.chart.facts)
    changed = with_leaf(pair.literal.rule.when, pair.literal.path, CONSTANTS[truth])
    fixed = with_rule(pathway, pair.literal.step, evolve(pair.literal.rule, when=changed))
    assert output(assess(fixed, chart_for(fixed, first.chart), at=one.at)) != output(one)


def with_rule(pathway, step, new):
    old = pathway.steps[step]
    kinds = ("indications", "contraindications", "cautions")
    changed = {kind: tuple(new if r.id == new.id else r for r in getattr(old, kind)) for kind in kinds}
    steps = {**pathway.steps, step: evolve(old, **changed)}
    return evolve(pathway, steps=steps, findings={**pathway.findings, "nobody": NOBODY})


def chart_for(pathway, chart):
    return evolve_entries(Chart(pathway.findings), chart.entries)


FEVER_ALONE = AllOf((Present("fever"), Not(Present("weakness"))))
WEAK = Compare("power", Comparator.LESS, Decimal(5))


def case(label, **known):
    return Case(label, Chart(VOCABULARY, known))


def decided(coverage, literal):
    (covered,) = [covered for covered in coverage.literals if covered.literal.id == literal]
    return covered.true, covered.false, covered.unknown


def test_in_which_cases_a_literal_decides_and_how():
    cases = [
        case("both", fever=True, weakness=False),
        case("neither", fever=False, weakness=True),
        case("one", fever=False),
        case("other", weakness=False),
        case("power", power=5),
    ]
    coverage = clause_coverage(pathway_of(FEVER_ALONE, WEAK), cases)

    # Where fever is absent, whatever is said of weakness changes nothing.
    assert (("both",), ("one",), ("other", "power")) == decided(coverage, "r0.0")
    assert ((), ("both", "other"), ("power",)) == decided(coverage, "r0.1.0")
    assert ((), ("power",), ("both", "neither", "one", "other")) == decided(coverage, "r1")
    assert () == coverage.never


def test_rules_that_share_a_criterion_each_have_their_literals():
    coverage = clause_coverage(pathway_of(WEAK, WEAK), [case("weak", power=4)])

    assert [("r0", ("weak",)), ("r1", ("weak",))] == [(c.literal.id, c.true) for c in coverage.literals]


def test_of_an_overlay_only_what_it_adds_or_changes_counts():
    base, pathway = pathway_of(WEAK, FEVER_ALONE), pathway_of(WEAK, Present("fever"), WEAK)
    within = evolve(pathway.rules["r0"], within=timedelta(hours=1), start="suspicion")
    pathway = with_rule(pathway, "s", within)

    assert ["r1", "r2"] == [covered.literal.id for covered in clause_coverage(pathway, [], base).literals]


def test_a_case_is_read_as_of_its_moment():
    """A value from the future is not known: then the literal decides by being unknown."""
    seen = Case("later", Chart(VOCABULARY, {"power": Observation(4, NOON)}), at=NOON - timedelta(hours=1))

    assert ((), (), ("later",)) == decided(clause_coverage(pathway_of(WEAK), [seen]), "r0")


REPORT = """\
Clause coverage of a workup: 4 literals of 2 rules, 3 cases
     2 never decided their rule
     1 decided it, but not each way: being true, being false, not being known
     1 decided it each way

NEVER DECIDED
  r0.0.0: Fever
    A step: Says r0
    no case was found that would exercise it: the rule may say the same without it
  r0.0.1: Weakness
    A step: Says r0
    a case that would exercise it:
      case: "r0.0.1 1"
      at: 2000-01-01T12:00:00+00:00
      findings:
        fever: absent
        weakness: present

NOT EACH WAY
  r0.1: Weakness; never true"""


def test_the_report_names_first_what_never_decided_with_a_case_that_would_exercise_it():
    masked = AllOf((AnyOf((Present("fever"), Present("weakness"))), Present("weakness")))
    cases = [case("a", power=4), case("b", power=5, fever=True), case("c", weakness=False, fever=True)]
    pathway = evolve(pathway_of(masked, WEAK), id="a workup")

    assert REPORT == clause_coverage(pathway, cases).report()


def test_the_report_keeps_to_its_width():
    base, pathway = load_pathway("metastatic_spine"), load_pathway("metastatic_spine", ["us"])
    report = clause_coverage(pathway, [], base).report()

    assert 6 == report.count("a case that would exercise it:")
    assert 90 < max(map(len, report.splitlines())) <= 100


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_literal_of_a_count_has_a_pair(count):
    """Of the others one fewer than needed is present in both patients."""
    pathway = pathway_of(AtLeast(count, (Present("fever"), Present("numbness"), Present("weakness"))))
    pairs = clause_coverage(pathway, []).pairs

    assert 3 == len(pairs)
    for pair in pairs.values():
        assert count == sum(pair.first.facts.values())
        assert count - 1 == sum(pair.second.facts.values())
        check_pair(pathway, pair)


def test_asking_whether_something_is_known_has_a_pair_of_known_and_not_known():
    pathway = pathway_of(AnyOf((Present("fever"), Not(Present("fever")))))
    first, second = clause_coverage(pathway, []).pairs["r0.0"].cases

    assert "fever: present" in first
    assert "fever" not in second.partition("at:")[2]


@given(written)
def test_a_pair_of_any_rule_is_what_it_promises(criterion):
    pathway = pathway_of(criterion)
    for pair in clause_coverage(pathway, []).pairs.values():
        check_pair(pathway, pair)


def test_what_stands_beside_a_literal_is_reached_by_adding_little():
    two = AtLeast(2, (Present("fever"), Present("numbness"), Present("night_pain")))
    pair = clause_coverage(pathway_of(AllOf((two, Present("weakness")))), []).pairs["r0.1"]

    assert {"fever": True, "numbness": True, "weakness": True} == pair.first.facts


def test_what_another_rule_does_with_the_same_finding_makes_no_pair():
    """The second part is never true: so whether power is known decides nothing here, though it does in the other rule."""
    power = Finding("power", "Power", Kind.NUMBER, low=Decimal(0))
    never = AllOf((Present("fever"), Not(Present("fever"))))
    pathway = pathway_of(AllOf((Compare("power", Comparator.AT_LEAST, Decimal(0)), never)), WEAK)
    coverage = clause_coverage(evolve(pathway, findings={**VOCABULARY, "power": power}), [])

    assert "r0.0" not in coverage.pairs
    assert "r1" in coverage.pairs
