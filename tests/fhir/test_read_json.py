"""JSON has one meaning or is refused, and no message repeats anything of it."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.errors import FhirError
from spineworkup.fhir.read_json import MAX_BYTES, MAX_DEPTH, MAX_PARTS, read_again, read_object, read_resource

CANARY = "Canary-Jane-1959"


def nested(levels: int, opens: str = "[", closes: str = "]") -> str:
    return '{"resourceType": "Basic", "x": ' + opens * (levels - 1) + closes * (levels - 1) + "}"


REFUSED = {
    "a key given twice": f'{{"resourceType": "Patient", "{CANARY}": 1, "{CANARY}": 2}}',
    "a key given twice, deep down": f'{{"resourceType": "Patient", "x": [{{"{CANARY}": 1, "{CANARY}": 1}}]}}',
    "NaN": f'{{"resourceType": "Patient", "{CANARY}": NaN}}',
    "Infinity": f'{{"resourceType": "Patient", "{CANARY}": Infinity}}',
    "minus Infinity": f'{{"resourceType": "Patient", "{CANARY}": -Infinity}}',
    "a whole number of 50 digits": f'{{"resourceType": "{CANARY}", "x": {"7" * 50}}}',
    "a decimal of 50 digits": f'{{"resourceType": "{CANARY}", "x": 0.{"7" * 50}}}',
    "a byte order mark": f'\ufeff{{"resourceType": "{CANARY}"}}',
    "half a character": f'{{"resourceType": "{CANARY}\\ud800"}}',
    "half a character in a key": f'{{"resourceType": "{CANARY}", "x": [{{"\\udfff": 1}}]}}',
    "half a character as such": f'{{"resourceType": "{CANARY}\ud800"}}',
    "one level too many": nested(MAX_DEPTH + 1),
    "one level of objects too many": '{"resourceType": "Basic", "x": ' + '{"a": ' * MAX_DEPTH + "1" + "}" * MAX_DEPTH + "}",
    "no end": f'{{"resourceType": "{CANARY}"',
    "a string without an end": f'{{"resourceType": "{CANARY}',
    "a text": f'"{CANARY}"',
    "a list": f'[{{"resourceType": "{CANARY}"}}]',
    "nothing": "",
    "two objects": f'{{"resourceType": "Patient"}} {{"x": "{CANARY}"}}',
    "no type": f'{{"{CANARY}": 1}}',
    "a type that is a number": f'{{"resourceType": 1, "x": "{CANARY}"}}',
    "a comment": f'{{"resourceType": "Patient"}} // {CANARY}',
    "a comma too many": f'{{"resourceType": "{CANARY}",}}',
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(text: str):
    with pytest.raises(FhirError) as caught:
        read_resource(text)

    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "utf-8-sig"])
def test_only_utf_8_is_read(encoding: str):
    with pytest.raises(FhirError):
        read_resource('{"resourceType": "Pätient"}'.encode(encoding))


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH])
def test_a_resource_may_be_as_deep_as_that(levels: int):
    assert "Basic" == read_resource(nested(levels))["resourceType"]


def test_brackets_in_a_text_are_no_levels():
    text = "[{" * 100 + '\\"[[' * 30
    assert text.replace('\\"', '"') == read_resource(f'{{"resourceType": "Basic", "x": "{text}"}}')["x"]


def test_deep_nesting_does_not_kill_the_process():
    """The parser of the standard library calls itself: it must never meet a million levels."""
    program = (
        "from spineworkup.fhir.read_json import read_resource; from spineworkup.errors import FhirError\n"
        "for text in ('[' * 10**6, '{\"a\":' * 10**6, '[{\"a\":' * 700_000):\n"
        "    try: read_resource(text)\n"
        "    except FhirError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ["refused"] * 3 == done.stdout.split()


@pytest.mark.parametrize("raw", [b'"' + b"a" * MAX_BYTES, " " * (MAX_BYTES + 1), "é" * (MAX_BYTES // 2 + 1)])
def test_too_large(raw: bytes | str):
    with pytest.raises(FhirError, match="larger than 5 MB"):
        read_resource(raw)


@pytest.mark.parametrize(("parts", "is_read"), [(MAX_PARTS, True), (MAX_PARTS + 1, False)])
def test_so_many_parts_and_no_more(parts: int, is_read: bool):
    text = '{"resourceType": "Basic", "x": [' + ",".join(["{}"] * (parts - 2)) + "]}"
    if is_read:
        assert parts - 2 == len(read_resource(text)["x"])
    else:
        with pytest.raises(FhirError, match="objects and lists"):
            read_resource(text)


def test_numbers_are_exact():
    found = read_resource('{"resourceType": "Basic", "a": 2.950, "b": 7, "c": 1e2, "d": -0.0}')

    assert (Decimal("2.950"), "2.950") == (found["a"], str(found["a"]))
    assert 7 == found["b"] and type(found["b"]) is int
    assert Decimal("1e2") == found["c"]


def test_characters_in_pairs_are_whole():
    assert "\U0001f600" == read_resource('{"resourceType": "Basic", "x": "\\ud83d\\ude00"}')["x"]


def test_a_request_needs_no_type():
    assert {"hook": "patient-view"} == read_object('{"hook": "patient-view"}')


@given(st.one_of(st.text(), st.binary()))
def test_nothing_but_a_fhir_error_leaves(raw: str | bytes):
    try:
        read_resource(raw)
    except FhirError:
        return


def test_what_was_read_is_read_again_as_the_same():
    raw = '{"resourceType": "Observation", "x": [0.10, 1e2, 12, true, null, "\\ud83d\\ude00 ü", {"y": {}}]}'.encode()
    assert repr(read_resource(raw)) == repr(read_again(raw))
