"""Strict YAML: what is refused, with its place; what YAML would guess stays text."""

import sys
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.reading.read_yaml import MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS, read_yaml


def data(text):
    document, problems = read_yaml(text, "f.yaml")
    assert problems == []
    return document.data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-12", -12),
        ("2.60", Decimal("2.60")),
        ("-0.5", Decimal("-0.5")),
        *[
            (text, text)
            for text in (
                "yes", "no", "on", "off", "True", "FALSE", "Null", "~", "y", "12:30", "017", "0o17", "0x1F", "1_000",
                "1e3", "1.5e3", ".5", "5.", "+1", ".inf", "-.inf", ".nan", "NaN", "Infinity", "2026-03-29",
                "2026-03-29 02:30", "1" * 32, "9" * 4301, "=", "2.95 mmol/L", "--1", "1.2.3", "١",
            )
        ],
        ('"true"', "true"),
        ("'12'", "12"),
        ('""', ""),
        ("|\n  12\n", "12\n"),
        (">-\n  12\n  13\n", "12 13"),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_implicit_types_are_true_false_null_whole_and_decimal_numbers(text, expected):
    actual = data(f"a: {text}")["a"]

    assert (expected, type(expected)) == (actual, type(actual))


@pytest.mark.parametrize(
    "text", ['{"a": [1, 2.5, "x", null, true]}', "a: [1, 2.5, x, null, true]\n", "a:\n- 1\n- 2.5\n- x\n- null\n- true"]
)
def test_json_and_yaml_say_the_same(text):
    assert {"a": [1, Decimal("2.5"), "x", None, True]} == data(text)
    assert data(text) == data("\ufeff" + text) == data(text.encode()) == data(b"\xef\xbb\xbf" + text.encode())
    assert data(text.replace("\n", "\r\n")) == data(text)


REFUSED = [
    ("anchor", "a: &x 1", "1:4: anchors and aliases are not allowed (write it out)"),
    ("anchored list", "a: &x [1]", "1:4: anchors and aliases are not allowed (write it out)"),
    ("alias", "a: *x", "1:4: anchors and aliases are not allowed (write it out)"),
    ("alias bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "1:4: anchors and aliases are not allowed (write it out)"),
    ("merge key", "a: {<<: {b: 1}}", "1:5: merge keys are not allowed (write it out)"),
    ("tag", "a: !!python/object:os.system x", "1:4: tags are not allowed (leave the ! away)"),
    ("tag of a list", "a: !!set [x]", "1:4: tags are not allowed (leave the ! away)"),
    ("local tag", "a: !x 1", "1:4: tags are not allowed (leave the ! away)"),
    ("empty tag", "a: !!int ''", "1:4: tags are not allowed (leave the ! away)"),
    ("tagged key", "!!str a: 1", "1:1: tags are not allowed (leave the ! away)"),
    ("duplicate key", "a: 1\nb: 2\na: 3", "3:1: duplicate key 'a' (each key once)"),
    ("duplicate key below", "x:\n  - {a: 1, a: 2}", "2:12: duplicate key 'a' (each key once)"),
    ("duplicate key, quoted", "a: 1\n'a': 2", "2:1: duplicate key 'a' (each key once)"),
    ("number as key", "1: x", "1:1: a key has to be text (quote it)"),
    ("true as key", "true: x", "1:1: a key has to be text (quote it)"),
    ("null as key", "null: x", "1:1: a key has to be text (quote it)"),
    ("list as key", "? [a]\n: x", "1:3: a key has to be text"),
    ("mapping as key", "? {a: 1}\n: x", "1:3: a key has to be text"),
    ("empty value", "a:", "1:3: empty value (write null, or leave the key away)"),
    ("empty item", "a: [x, ]\nb: [,]", "2:5: not valid YAML"),
    ("no value", "{a, b: 1}", "1:3: empty value (write null, or leave the key away)"),
    ("several documents", "a: 1\n---\nb: 2", "2:1: one file holds one document"),
    ("empty", "", "1:1: the file is empty"),
    ("only a comment", "# nothing\n", "1:1: the file is empty"),
    ("only dashes", "---\n", "2:1: empty value (write null, or leave the key away)"),
    ("not closed", "a: [1, 2", "2:1: not valid YAML"),
    ("tab", "a:\n\tb: 1", "2:1: not valid YAML"),
    ("bad indent", "a:\n  b: 1\n c: 2", "3:2: not valid YAML"),
    ("bad escape", 'a: "\\x"', "1:7: not valid YAML"),
    ("surrogate escape", 'a: "\\ud800"', "not valid YAML"),
    ("NUL", "a: x\x00y", "1:5: a character that YAML doesn't allow"),
    ("control character", "a: x\x07y", "1:5: a character that YAML doesn't allow"),
    ("NUL further down", "a: 1\nb: 2\nc: x\x00y", "3:5: a character that YAML doesn't allow"),
    ("NUL in bytes", b"a: 1\nb: x\x00y", "2:5: a character that YAML doesn't allow"),
    ("not UTF-8", b"a: 1\nb: \xff\xfe", "2:1: the file isn't UTF-8 text"),
    ("Latin-1", "a: é".encode("latin-1"), "1:1: the file isn't UTF-8 text"),
    ("UTF-16", "a: 1".encode("utf-16"), "1:1: the file isn't UTF-8 text"),
    ("lone surrogate", "a: \ud800", "1:1: the file isn't UTF-8 text"),
    ("surrogate in bytes", b"a: \xed\xa0\x80", "1:1: the file isn't UTF-8 text"),
    ("too large", "a: " + "x" * MAX_BYTES, "1:1: the file is larger than 1000 kB"),
    ("too many", "[" + "1," * 200_001 + "1]", "too large"),
    ("too many lists", "[" + "[]," * 100_001 + "[]]", "too large"),
    ("just too deep", "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "1:33: too deeply nested"),
    ("far too deep", "[" * 100_000, " nest"),  # the C parser stops by itself
    ("far too deep mappings", "{a: " * 100_000, "1:129: too deeply nested"),
    ("far too deep blocks", "\n".join(" " * n + "a:" for n in range(900)), "33:33: too deeply nested"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(text, message):
    _, problems = read_yaml(text, "f.yaml")

    assert message in str(problems[0])
    assert str(problems[0]).startswith("f.yaml:")
    assert "\n" not in problems[0].message
    assert len(str(problems[0])) < 600


@pytest.mark.parametrize(("text", "_message"), [row[1:] for row in REFUSED if len(row[1]) < 9999], ids=[row[0] for row in REFUSED if len(row[1]) < 9999])
def test_a_private_file_says_no_more_than_the_place(text, _message):
    _, (first, *_) = read_yaml(text, "f.yaml", private=True)

    assert "" == first.excerpt
    assert "'" not in first.message.replace("isn't", "").replace("doesn't", "")


def test_a_file_may_be_as_large_as_that():
    assert MAX_BYTES - 5 == len(data('a: "' + "x" * (MAX_BYTES - 5) + '"')["a"])


@pytest.mark.parametrize(("text", "events"), [("[1, 2, 3]", 6), ("[1, []]", 5), ("{a: 1, b: 2}", 7), ("[1, [2], [3]]", 9)])
def test_a_file_may_have_so_many_events_and_no_more(monkeypatch, text, events):
    """Of the stream and the document two; then each value, and each beginning and end of a list."""
    monkeypatch.setattr("spineworkup.reading.read_yaml.MAX_EVENTS", events)
    assert [] == read_yaml(text, "f.yaml")[1]

    monkeypatch.setattr("spineworkup.reading.read_yaml.MAX_EVENTS", events - 1)
    assert ["too large"] == [problem.message for problem in read_yaml(text, "f.yaml")[1]]


def test_a_depth_of_32_is_read():
    assert data("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize("text", ["a: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "---\na: 1\n"])
def test_one_document_may_be_marked_as_such(text):
    assert {"a": 1} == data(text)


def test_every_place_is_known():
    document, problems = read_yaml("a: 1\nb:\n  - {c: x y}\n  - z\n", "f.yaml")
    places = {
        ("a",): "1:4", ("b",): "3:3", ("b", 0): "3:5", ("b", 0, "c"): "3:9", ("b", 1): "4:5", ("b", 7): "3:3",
        (): "1:1", ("x",): "1:1",
    }  # fmt: skip

    assert problems == []
    assert places == {path: str(document.mark(path).position)[7:] for path in places}
    assert "2:1" == str(document.mark(("b",), key=True).position)[7:]
    assert "   3 |   - {c: x y}\n     |         ^^^" == document.problem(("b", 0, "c"), "wrong").excerpt
    assert "   3 |   - {c: x y}\n     |     ^" == document.problem(("b", 0), "wrong").excerpt


def test_several_faults_of_one_file_are_all_named():
    _, problems = read_yaml("a: 1\na: 2\nb:\n1: x\nc: {<<: 1}\n", "f.yaml")

    assert ["2:1", "3:3", "4:1", "5:5"] == [str(problem.position)[7:] for problem in problems]


def test_so_many_faults_are_enough():
    _, problems = read_yaml("a: 1\n" * 20_000, "f.yaml")

    assert MAX_PROBLEMS == len(problems)


@given(st.text(max_size=60) | st.text(alphabet="[]{}:,-?!&*|>'\"#%@`\n\t ab1.<", max_size=60))
def test_any_text_is_read_or_named(text):
    document, problems = read_yaml(text, "f.yaml")

    assert problems or document.data is not None or "null" in text
    for problem in problems:
        assert 1 <= problem.position.line <= text.count("\n") + text.count("\r") + 2


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_named(raw):
    read_yaml(raw, "f.yaml")


@pytest.mark.parametrize("unit", ["[", "{a: ", "a: ", "'", '"', "- ", "? ", "!", "&a ", "|\n", "# ", "%", "\\", "1", "x y ", "a\n", "<<: "])
def test_work_grows_with_length_only(unit):
    """Calls are counted, not seconds: twice the text takes at most about twice as many."""

    def calls(length):
        text, counted = unit * (length // len(unit)), count()
        sys.setprofile(lambda frame, event, argument: next(counted))
        try:
            read_yaml(text, "f.yaml")
        finally:
            sys.setprofile(None)
        return next(counted)

    assert calls(20_000) <= 2.5 * calls(10_000) + 1000
