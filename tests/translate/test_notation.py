"""The notation of rule files: written and read back as the same criterion; what can't be read says what would be right."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spineworkup.criteria import ALWAYS, AllOf, AnyOf, AtLeast, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.errors import NotationError
from spineworkup.findings import Finding, Kind
from spineworkup.reading.parse_notation import Vocabulary, parse_notation
from spineworkup.translate.to_notation import to_notation
from tests.strategies import DRAWN, NODES, VOCABULARY, written

CALCIUM = Finding(
    "calcium", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=Decimal("40.078")
)
WORDS = Vocabulary(VOCABULARY | {"calcium": CALCIUM}, {"red_flags": AnyOf((Present("weakness"), Present("numbness")))})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fever", Present("fever")),
        ("always", ALWAYS),
        ("red_flags", AnyOf((Present("weakness"), Present("numbness")))),
        ("power < 3", Compare("power", Comparator.LESS, Decimal(3))),
        ("power <= 3", Compare("power", Comparator.AT_MOST, Decimal(3))),
        ("power > -3.5", Compare("power", Comparator.MORE, Decimal("-3.5"))),
        ("power >= 3", Compare("power", Comparator.AT_LEAST, Decimal(3))),
        ("crp > 20 mg/L", Compare("crp", Comparator.MORE, Decimal(20))),
        ("crp > 2 mg/dL", Compare("crp", Comparator.MORE, Decimal(20))),
        ("calcium > 10.42028 mg/dL", Compare("calcium", Comparator.MORE, Decimal("2.6"))),
        ("history is past", IsOneOf("history", ["past"])),
        ("history is one of past, current", IsOneOf("history", ["current", "past"])),
        ({"not": "fever"}, Not(Present("fever"))),
        ({"all_of": ["fever", "red_flags"]}, AllOf((Present("fever"), WORDS.names["red_flags"]))),
        ({"any_of": ["fever"]}, AnyOf((Present("fever"),))),
        ({"at_least": {"count": 1, "of": ["fever", "weakness"]}}, AtLeast(1, (Present("fever"), Present("weakness")))),
    ],
)
def test_what_can_be_written(text, expected):
    assert expected == parse_notation(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "fever", "always", "power < 3", "power <= 3.50", "crp > 20 mg/L", "history is past", "history is one of current, past",
        {"not": "fever"}, {"all_of": ["fever", "weakness"]}, {"any_of": ["fever"]},
        {"at_least": {"count": 1, "of": ["fever", {"not": "weakness"}]}},
    ],
)  # fmt: skip
def test_what_was_read_is_written_in_the_same_words(text):
    assert text == to_notation(parse_notation(text, WORDS), WORDS.findings)


@given(written)
@example(IsOneOf("history", ["past"]))
@example(AllOf((ALWAYS, Not(Present("fever")))))
@settings(max_examples=150)
def test_written_and_read_back_is_the_same(criterion):
    assert criterion == parse_notation(to_notation(criterion, VOCABULARY), Vocabulary(VOCABULARY))


def test_no_kind_was_missed():
    test_written_and_read_back_is_the_same()

    assert set(NODES) - DRAWN == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fevr", "unknown finding or criterion 'fevr' (did you mean 'fever'?)"),
        ("red_flag", "unknown finding or criterion 'red_flag' (did you mean 'red_flags'?)"),
        ("zzz", "unknown finding or criterion 'zzz'"),
        ("power", "'power' isn't present or absent: it is a number"),
        ("power >> 3", "cannot read 'power >> 3' as a criterion"),
        ("Fever", "cannot read 'Fever' as a criterion"),
        ("fever and weakness", "cannot read"),
        ("fever ", "cannot read"),
        ("fever\n", "cannot read"),
        ("power  > 3", "cannot read"),
        ("power = 3", "cannot read"),
        ("power > 1000000000000000000000", "expected a finite number of ordinary size"),
        ("power > 0.0000000000000000000001", "expected a finite number of ordinary size"),
        ("crp > 1000000000000000000000 mg/L", "expected a finite number of ordinary size"),
        ("power > 1e3", "cannot read"),
        ("power > .5", "cannot read"),
        ("power > nan", "cannot read"),
        ("power > ٣", "cannot read"),
        ("", "cannot read ''"),
        ("x" * 90, "cannot read"),
        ("powr > 3", "unknown finding 'powr' (did you mean 'power'?)"),
        ("power > 3 mg/L", "'power' is a plain number: it has no unit"),
        ("fever > 3", "'fever' is a boolean: it can't be compared with a number"),
        ("history > 3", "'history' is a choice: it can't be compared with a number"),
        ("crp > 20", "a threshold for 'crp' needs its unit (such as '20 mg/L')"),
        ("crp > 20 mg", "the unit 'mg' doesn't fit 'crp': unknown unit (use mg/L)"),
        ("crp > 20 mmol/L", "the unit 'mmol/L' doesn't fit 'crp': mmol/L doesn't measure the same as mg/L (use mg/L)"),
        ("fever is past", "'fever' is a boolean, not a choice"),
        ("history is xyz", "'history' has no option 'xyz' (one of none, past, current)"),
        ("history is pas", "'history' has no option 'pas' (did you mean 'past'?)"),
        ("history is one of past, gone", "'history' has no option 'gone'"),
        ("history is one of past,current", "cannot read"),
        (None, "expected a criterion"),
        (True, "expected a criterion"),
        (3, "expected a criterion"),
        ([], "expected a criterion"),
        ({}, "expected a criterion"),
        ({"not": "fever", "any_of": ["fever"]}, "expected a criterion"),
        ({"al_of": ["fever"]}, "unknown criterion 'al_of' (did you mean 'all_of'?)"),
        ({"xor": ["fever"]}, "unknown criterion 'xor' (one of not, all_of, any_of, at_least)"),
        ({"all_of": []}, "expected a list of criteria, with at least one"),
        ({"any_of": "fever"}, "expected a list of criteria, with at least one"),
        ({"not": ["fever"]}, "expected a criterion"),
        ({"at_least": ["fever"]}, "expected `count` and `of` (at_least: {count: 2, of: [..]})"),
        ({"at_least": {"count": 1}}, "expected `count` and `of`"),
        ({"at_least": {"count": 0, "of": ["fever"]}}, "expected a whole number from 1 to the length of the list"),
        ({"at_least": {"count": 2, "of": ["fever"]}}, "expected a whole number from 1 to the length of the list"),
        ({"at_least": {"count": True, "of": ["fever"]}}, "expected a whole number from 1"),
        ({"at_least": {"count": 1, "of": "fever"}}, "expected a list of criteria"),
        ({"at_least": {"count": 1, "of": ["fevr"]}}, "unknown finding or criterion 'fevr'"),
        ({"all_of": ["fevr", {"not": "zzz"}]}, "'fevr' (did you mean 'fever'?); unknown finding or criterion 'zzz'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_read(text, message):
    with pytest.raises(NotationError) as caught:
        parse_notation(text, WORDS)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "refused, last",
    [({"any_of": ["fever"] * 1000}, {"any_of": ["fever"] * 999}), ({"not": "a30"}, "a30"), ({"all_of": ["b8", "b8"]}, "b8")],
)
def test_names_inside_names_end_somewhere(refused, last):
    """Without a bound, thirty lines of criteria make one with a billion parts, or one too deep to be compared."""
    names = {"a0": Not(Present("fever")), "b0": Present("fever")}
    for number in range(1, 31):
        names[f"a{number}"] = Not(names[f"a{number - 1}"])
        names[f"b{number}"] = AllOf((names[f"b{number - 1}"],) * 2)
    words = Vocabulary(VOCABULARY, names)

    parse_notation(last, words)
    with pytest.raises(NotationError, match="a criterion has at most 1000 parts, 32 deep"):
        parse_notation(refused, words)


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["fever", "crp > 3", "power > 1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["not", "all_of", "any_of", "at_least", "count", "of", "x"]), inner, max_size=2),
    max_leaves=8,
)


@given(nested)
def test_whatever_is_given_is_a_criterion_or_one_error(data):
    try:
        criterion = parse_notation(data, WORDS)
    except NotationError:
        return
    assert criterion == parse_notation(to_notation(criterion, WORDS.findings), WORDS)
