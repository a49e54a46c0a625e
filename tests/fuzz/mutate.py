"""Small changes to a text that often leave it well-formed: what a coverage-guided fuzzer would take long to find."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from tests.fuzz.judge import CANARY

Words = Sequence[bytes]

# What YAML, JSON and the notation are made of, and what readers stumble over.
TOKENS = [
    b": ", b"\n", b"\n  ", b"\n- ", b"- ", b"{", b"}", b"[", b"]", b", ", b'"', b"'", b"|\n", b">\n", b"# ", b"---\n", b"...\n",
    b"&a ", b"*a", b"<<: ", b"!!str ", b"!x ", b"? ", b"%YAML 1.1\n", b"\t", b"\r\n", b"\xef\xbb\xbf", b"\x00", b"\xff", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\\ud83d\\ude00", b"\\ud800", b"\\", b"true", b"false", b"null", b"unknown", b"present",
    b"absent", b"~", b"yes", b"no", b"0", b"-0", b"-1", b"1", b"3", b"0.5", b"1e999", b".nan", b".inf", b"NaN", b"9" * 31,
    b"9" * 40, b"0." + b"0" * 30 + b"1", b"\xd9\xa3", b"2026-11-20T09:00:00+00:00", b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00+23:59", b"2026-02-30T09:00:00Z", b"2026-11-20T09:00:00", b"2027-01-01", b"24 h", b"99999 d",
    b"2.95 mmol/L", b"11.8 mg/dL", b"28 g/L", b"\xc2\xb5mol/L", b" < ", b" >= ", b" is ", b" is one of ", b"not: ", b"all_of: [",
    b"any_of: [", b"at_least: {count: 2, of: [", b"always", b"<script>", b"](javascript:", b"{{", CANARY.encode(),
]  # fmt: skip
_WORD = re.compile(rb"[\w.+-]+")


def mutate(data: bytes, chance: random.Random, words: Words) -> bytes:
    """Return the data with one to four small changes."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_CHANGES)(data, chance, words)
    return data


def _replace_word(data: bytes, chance: random.Random, words: Words) -> bytes:
    found = _WORD.search(data, chance.randrange(len(data) + 1)) or _WORD.search(data)
    return data if found is None else data[: found.start()] + _word(chance, words) + data[found.end() :]


def _insert(data: bytes, chance: random.Random, words: Words) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + _word(chance, words) + data[place:]


def _word(chance: random.Random, words: Words) -> bytes:
    return chance.choice(words if words and chance.random() < 0.6 else TOKENS)


def _delete(data: bytes, chance: random.Random, words: Words) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + data[place + chance.randint(1, 12) :]


def _change_byte(data: bytes, chance: random.Random, words: Words) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def _lines(data: bytes, chance: random.Random, words: Words) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[here]
        case 1:
            lines.insert(there, lines[here])
        case 2:
            lines[here], lines[there] = lines[there], lines[here]
        case _:
            lines[here] = b" " * chance.randint(0, 8) + lines[here].lstrip(b" ")
    return b"".join(lines)


def _wrap(data: bytes, chance: random.Random, words: Words) -> bytes:
    found = _WORD.search(data, chance.randrange(len(data) + 1))
    if found is None:
        return data
    before, after = chance.choice([(b"[", b"]"), (b'"', b'"'), (b"{value: ", b"}"), (b"{not: ", b"}"), (b"[[", b"]]")])
    return data[: found.start()] + before + found[0] + after + data[found.end() :]


_CHANGES: list[Callable[[bytes, random.Random, Words], bytes]] = [
    _replace_word, _replace_word, _insert, _delete, _change_byte, _lines, _lines, _wrap,
]  # fmt: skip
