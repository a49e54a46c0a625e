"""How pathways compose: the laws, and what doesn't fit together."""

from datetime import date

import pytest
from attrs import NOTHING, Factory, evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.criteria import AllOf, NamedCriterion, Present
from spineworkup.errors import PathwayError
from spineworkup.findings import Coding, Derivation, Finding, Kind
from spineworkup.pathways import (
    _CONTENT,
    Need,
    Note,
    Part,
    Pathway,
    Pause,
    Prerequisite,
    Purpose,
    Rule,
    Step,
    TreatmentOption,
    Waiver,
)
from spineworkup.scores import Additive, Grade, Row, Score
from spineworkup.sources import Position, Source
from spineworkup.urgency import Urgency
from tests.strategies import criteria

EMPTY = Pathway()
A, B, C, D = (Pathway.of(Step(letter, letter.upper())) for letter in "abcd")
letters = st.sampled_from([EMPTY, A, B, C, D])
small = st.recursive(
    letters,
    lambda inner: st.tuples(st.sampled_from(["|", ">>", "otherwise"]), inner, inner).map(lambda t: try_to(*t) or EMPTY),
    max_leaves=4,
)


def try_to(word, left, right):
    """Join two pathways; None where they don't fit together."""
    try:
        match word:
            case "|":
                return left | right
            case ">>":
                return left >> right
            case "otherwise":
                return left.otherwise(right)
    except PathwayError:
        return None


def both_ways(word, a, b, c):
    """(a . b) . c and a . (b . c); None where a circle makes either impossible."""
    left, right = try_to(word, a, b), try_to(word, b, c)
    return left and try_to(word, left, c), right and try_to(word, a, right)


@given(small, small, small)
def test_side_by_side_is_associative_commutative_and_idempotent(a, b, c):
    assert a == a | a
    assert try_to("|", a, b) == try_to("|", b, a)
    one, other = both_ways("|", a, b, c)
    # A circle shows wherever it is closed, so that both ways have it or neither.
    assert one == other


@given(small, small, small)
def test_then_is_associative(a, b, c):
    one, other = both_ways(">>", a, b, c)

    assert one == other or set(b.steps) & (set(a.steps) | set(c.steps)) or not b.steps


@given(st.permutations([A, B, C, D, EMPTY]), st.sampled_from(["|", ">>", "otherwise"]))
def test_every_join_of_different_steps_is_associative(parts, word):
    a, b, c = parts[0], parts[1] | parts[3], parts[2]
    one, other = both_ways(word, a, b, c)

    assert one == other is not None


@given(small)
def test_the_empty_pathway_is_the_identity(a):
    for word in ("|", ">>", "otherwise"):
        assert a == try_to(word, a, EMPTY) == try_to(word, EMPTY, a), word


@given(small, small, criteria)
def test_when_distributes(a, b, criterion):
    for word in ("|", ">>", "otherwise"):
        whole = try_to(word, a, b)
        assert (whole and whole.when(criterion)) == try_to(word, a.when(criterion), b.when(criterion)), word


def test_when_guards_every_indication_and_nothing_else():
    rule, bar = Rule("r", Present("x"), "Says"), Rule("c", Present("y"), "Says", kind="absolute")
    guarded = Pathway.of(Step("a", "A", indications=(rule,), contraindications=(bar,))).when(Present("g")).steps["a"]

    assert (evolve(rule, when=AllOf((Present("g"), Present("x")))),) == guarded.indications
    assert (bar,) == guarded.contraindications


def test_then_orders_every_step_of_the_one_before_every_step_of_the_other():
    whole = (C | B) >> A

    assert (("b", "a"), ("c", "a")) == whole.order
    assert ("b", "c", "a") == whole.in_order


def test_otherwise_lets_the_last_that_has_none_be_replaced():
    chain = A.otherwise(B).otherwise(C)

    assert (("a", "b"), ("b", "c")) == chain.fallbacks
    assert {"a": ("b", "c"), "b": ("c",), "c": ()} == chain.stand_ins
    assert chain == A.otherwise(B.otherwise(C))


def test_stand_ins_are_named_once_nearest_first():
    both = (A.otherwise(B) | A.otherwise(C)) | (B | C).otherwise(D)

    assert ("b", "c", "d") == both.stand_ins["a"]


def test_side_by_side_in_the_order_of_pause_points():
    steps = [Step("a", "A"), Step("b", "B", pause="late"), Step("c", "C", pause="early")]
    pathway = evolve(Pathway.of(*steps), pauses=(Pause("early", "Early"), Pause("late", "Late")))

    assert ("c", "b", "a") == pathway.in_order


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: A | Pathway.of(Step("a", "Other")), "two definitions of 'a' in steps differ: label is 'A' in one and 'Other' in the other"),
        (lambda: Pathway(id="one") | Pathway(id="two"), "two pathways with a different id: 'one' and 'two'"),
        (
            lambda: Pathway(sources={"s": Source("s", "A")}) | Pathway(sources={"s": Source("s", "B", date="2026")}),
            "two definitions of 's' in sources differ: title is 'A' in one and 'B' in the other; date is '' in one and '2026' in the other",
        ),
        (lambda: Pathway(pauses=(Pause("p", "A"),)) | Pathway(pauses=(Pause("p", "B"),)), "two definitions of 'p' in pauses differ"),
        (lambda: A >> B >> A, "the order of work goes in a circle: "),
        (lambda: (A >> B) | (B >> A), " -> a"),
        (lambda: A.otherwise(B) | B.otherwise(A), "the order of work goes in a circle"),
        (lambda: A.only("x"), "the pathway has no step 'x'"),
        (lambda: A.without("x"), "the pathway has no step 'x'"),
        (lambda: evolve(A, order=(("a", "x"),)), "the order of work names the step 'x', which the pathway doesn't have"),
        (lambda: A.otherwise(B).without("b"), "the step 'a' needs 'b': take both out, or neither"),
        (
            lambda: Pathway.of(Step("a", "A", prerequisites=(Prerequisite("b"),)), Step("b", "B", prerequisites=(Prerequisite("a"),))),
            "the order of work goes in a circle: ",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_together(make, message):
    with pytest.raises(PathwayError) as caught:
        make()

    assert message in str(caught.value)


def test_the_first_of_several_differences_is_named_in_the_order_of_ids():
    left = Pathway.of(*(Step(letter, "one") for letter in "xyzab"))
    right = Pathway.of(*(Step(letter, "two") for letter in "zyxba"))

    with pytest.raises(PathwayError, match="two definitions of 'a'"):
        left | right


@pytest.mark.parametrize("join", [lambda a, b: a | b, lambda a, b: a >> b])
def test_only_pathways_are_joined(join):
    with pytest.raises(TypeError):
        join(A, "b")


def test_words_of_two_pathways_are_kept_where_they_agree_or_one_has_none():
    one = Pathway(id="p", version="1", revised=date(2026, 1, 1), overlays=("us",))

    assert one == one | Pathway(id="p") == Pathway(version="1") | one
    assert ("uk", "us") == (one | Pathway(overlays=("uk",))).overlays


def test_pauses_keep_their_order_where_both_agree():
    late, early = Pause("b", "First"), Pause("a", "Second")
    one, other = Pathway(pauses=(late, early)), Pathway(pauses=(early,))

    assert (late, early) == (one | one).pauses == (one | EMPTY).pauses == (EMPTY | one).pauses
    assert (early, late) == (one | other).pauses == (other | one).pauses


def test_waivers_of_both_are_kept_each_once():
    one, other = (Waiver("mri", reason, "lead", "H1", date(2027, 1, 1)) for reason in ("No scanner", "Moved"))

    assert (other, one) == (Pathway(waivers=(one,)) | Pathway(waivers=(other, one))).waivers


def test_places_are_those_of_the_first_where_both_have_one():
    left, right = ({"step a": Position(file), f"step {file}": Position(file)} for file in ("l", "r"))

    expected = {"step a": Position("l"), "step l": Position("l"), "step r": Position("r")}
    assert expected == (Pathway(places=left) | Pathway(places=right)).places


def _whole():
    steps = [
        Step("biopsy", "Biopsy", prerequisites=(Prerequisite("bloods"),)),
        Step("bloods", "Bloods"),
        Step("mri", "MRI"),
        Step("ct", "CT"),
        Step("contact", "Contact"),
    ]
    pathway = (Pathway.of(*steps) | Pathway.of(steps[2]).otherwise(Pathway.of(steps[3]))) | (
        Pathway.of(steps[1]) >> Pathway.of(steps[0])
    )
    purposes = {"see": Purpose("see", "See", ("mri", "ct"), "contact"), "tissue": Purpose("tissue", "T", ("biopsy",))}
    return evolve(pathway, purposes=purposes)


@pytest.mark.parametrize(
    ("steps", "expected", "purposes"),
    [
        (["bloods"], {"bloods"}, set()),
        (["biopsy"], {"biopsy", "bloods"}, {"tissue"}),
        (["mri"], {"mri", "ct", "contact"}, {"see"}),
        (["ct"], {"ct", "contact"}, {"see"}),
        ([], set(), set()),
    ],
    ids=["bloods", "biopsy", "mri", "ct", "nothing"],
)
def test_a_part_comes_with_what_it_needs(steps, expected, purposes):
    part = _whole().only(*steps)

    assert (expected, purposes) == (set(part.steps), set(part.purposes))
    assert part == part.only(*steps) == part.only(*part.steps)
    assert all({first, second} <= expected for first, second in part.order + part.fallbacks)
    assert all(set(purpose.steps) <= expected for purpose in part.purposes.values())


def test_without_some_steps():
    part = _whole().without("biopsy", "bloods")

    assert {"mri", "ct", "contact"} == set(part.steps)
    assert ((), (("mri", "ct"),)) == (part.order, part.fallbacks)
    with pytest.raises(PathwayError, match="the step 'biopsy' needs 'bloods'"):
        _whole().without("bloods")
    with pytest.raises(PathwayError, match="the step 'ct' needs 'contact'"):
        _whole().without("contact")


def test_what_a_step_reads():
    step = Step(
        "s", "S",
        parts=(Part("p", "P", ("recorded",)),),
        indications=(Rule("i", Present("indicated"), ""),),
        contraindications=(Rule("c", Present("barred"), ""),),
        cautions=(Rule("k", Present("cautious"), ""),),
        checks=("checked",),
        prerequisites=(Prerequisite("t", Present("waived")), Prerequisite("u")),
        produces=("produced",),
        done_when=Present("done"),
        notes=(Note("n", "N", Present("noted")), Note("m", "M")),
    )  # fmt: skip

    assert (
        "indicated", "barred", "cautious", "waived", "noted", "done", "recorded", "checked", "produced",
    ) == step.findings  # fmt: skip
    assert ["i", "c", "k"] == list(Pathway.of(step).rules)


def test_totals_are_those_of_additive_scores():
    scores = {"sins": Score("sins", "SINS", Additive({}, ())), "escc": Score("escc", "ESCC", Grade("g", ()))}

    assert {"sins_total": scores["sins"]} == Pathway(scores=scores).totals


def test_findings_can_be_added():
    fever = Finding("fever", "Fever", Kind.BOOLEAN)

    assert {"fever": fever} == A.with_findings(fever).findings
    assert {"fever": fever} == Pathway.of(Step("a", "A"), findings=[fever]).findings


def test_the_hash_is_of_what_the_pathway_is_and_not_of_where_it_stands():
    assert A.hash == Pathway.of(Step("a", "A")).hash == evolve(A, places={"step a": Position("x")}).hash
    assert {field.name for field in fields(Pathway) if field.eq} == set(_CONTENT)
    assert 5 == len({p.hash for p in (A, B, evolve(A, version="2"), evolve(A, overlays=("us",)), EMPTY)})


def test_a_reading_is_made_once_and_kept_beside_the_pathway():
    made = []
    pathway = evolve(A)

    assert "plan" == pathway.remember("k", lambda _: made.append(1) or "plan") == pathway.remember("k", lambda _: "x")
    assert ([1], EMPTY) == (made, evolve(EMPTY))


# Everything else that a rule author leaves out is empty.
UNSAID = {
    Rule: {"kind": "indication", "urgency": Urgency.ROUTINE, "verification": "unread", "holds_unknown": True},
    Pause: {"mode": "DO-CONFIRM"},
    Source: {"status": "current"},
    **{kind: {"verification": "unread"} for kind in (Finding, Note, Part, TreatmentOption, NamedCriterion, Score)},
    **{kind: {} for kind in (Coding, Derivation, Step, Prerequisite, Purpose, Need, Pathway, Row)},
}


def _default(field):
    """The default of a field; None only where its type allows it."""
    default = field.default.factory() if isinstance(field.default, Factory) else field.default
    return "wrong" if default is None and "None" not in str(field.type) else default


@pytest.mark.parametrize("kind", UNSAID, ids=lambda kind: kind.__name__)
def test_what_is_not_said_is_empty_and_never_read_and_never_weak(kind):
    defaults = {field.name: _default(field) for field in fields(kind) if field.default is not NOTHING}

    assert UNSAID[kind] == {name: value for name, value in defaults.items() if value}
