"""What is wrong before anything is understood: bytes, YAML and JSON."""

from __future__ import annotations

from tests.corpus.bad import CASE, RULES, Bad, everywhere, finding, flat
from tests.fuzz.judge import CANARY
from tests.small_package import FILES, OVERLAY

WHOLE = {"case": CASE, RULES: FILES[RULES], "overlay": OVERLAY}


def bomb(levels: int, width: int = 9) -> str:
    """A list of lists of lists, each level many times the one before."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def merge_bomb(levels: int) -> str:
    """Mappings that take in mappings, twice each."""
    lines = ["a0: &a0 {x: 1}"] + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


ANCHORS = "anchors and aliases are not allowed"
ALIASES = flat(
    [
        *[everywhere(f"bomb of {levels} levels", bomb(levels), ANCHORS) for levels in (3, 10, 22)],
        everywhere("alias without an anchor", f"case: *{CANARY}\n", ANCHORS),
        everywhere("anchor on a key", f"&a case: {CANARY}\n", ANCHORS),
        everywhere("anchor on a mapping", "case: &a {b: 1}\n", ANCHORS),
        everywhere("itself inside itself", "case: &a [*a]\n", ANCHORS),
        everywhere("in JSON", '{"case": &a 1, "b": *a}', ANCHORS),
    ]
)
MERGES = flat(
    [
        *[everywhere(f"bomb of {levels} levels", merge_bomb(levels), ANCHORS) for levels in (3, 22)],
        everywhere("merge of a mapping", "case: {<<: {b: 1}}\n", "merge keys are not allowed"),
        everywhere("merge of a list", "<<: [{a: 1}, {b: 2}]\n", "merge keys are not allowed"),
        everywhere("merge of text", f"case: {{<<: {CANARY}}}\n", "merge keys are not allowed"),
    ]
)
DEEP = "too deeply nested"
NESTED = flat(
    [
        everywhere("33 lists", "[" * 33 + "]" * 33, DEEP),
        everywhere("33 mappings", "{a: " * 33 + "1" + "}" * 33, DEEP),
        everywhere("33 lists in lines", "- " * 33 + "x\n", DEEP),
        everywhere("33 mappings in lines", "\n".join(" " * n + "a:" for n in range(33)) + " 1\n", DEEP),
        everywhere("mixed", "[{a: " * 17 + "1" + "}]" * 17, DEEP),
        everywhere("in a key", "? " * 40 + "a\n", "a key has to be text"),
        everywhere("100,000 mappings", "{a: " * 100_000, DEEP),
        everywhere("100,000 lists", "[" * 100_000, "not valid YAML"),  # the parser stops by itself
    ]
)
TAGS = flat(
    everywhere(tag, text.format(tag=tag), "tags are not allowed")
    for tag in ("!!python/object/apply:os.system", "!!int", "!!binary", "!!timestamp", "!!set", "!local", "!", "!<tag:yaml.org,2002:str>")
    for text in ("case: {tag} 'x'\n", "{tag} case: [x]\n")
)
BLOCKED = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), 0x9F, 0xFFFE, 0xFFFF]
CONTROLS = flat(
    everywhere(f"U+{code:04X}", f"case: {CANARY}{chr(code)}\n", "a character that YAML doesn't allow") for code in BLOCKED
)
BYTES = {
    "Latin-1": "case: Zoë".encode("latin-1"),
    "UTF-16": "case: a".encode("utf-16"),
    "UTF-16 without a mark": "case: a".encode("utf-16-be") + b"\xff",
    "UTF-32": "case: a".encode("utf-32"),
    "a surrogate": b"case: \xed\xa0\x80",
    "too long a form": b"case: \xc0\xaf",
    "beyond the last character": b"case: \xf4\x90\x80\x80",
    "cut off": "case: é".encode()[:-1],
    "a lone byte": f"case: {CANARY}".encode() + b"\x80",
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a picture": b"\x89PNG\r\n\x1a\n",
}
NOT_UTF8 = flat(everywhere(name, raw, "the file isn't UTF-8 text") for name, raw in BYTES.items())
MALFORMED = flat(
    everywhere(name, text, "not valid YAML|half a character")
    for name, text in {
        "not closed": f"case: [{CANARY}",
        "closed twice": "case: [a]]\n",
        "closed as something else": "case: [a}\n",
        "text not closed": f'case: "{CANARY}',
        "tab as indent": "case:\n\ta: 1\n",
        "indent of nothing": "case:\n  a: 1\n b: 2\n",
        "two colons": f"{CANARY}: {CANARY}: {CANARY}\n",
        "unknown escape": 'case: "\\q"\n',
        "half a character": 'case: "\\ud800"\n',
        "half a character as a key": '"\\udfff": a\n',
        "beyond the last character": 'case: "\\U00110000"\n',
        "far beyond it": 'case: "\\UFFFFFFFF"\n',
        "a long version": "%YAML 1." + "9" * 4500 + "\n---\ncase: a\n",
        "at sign": "case: @a\n",
        "per cent": "case: %a\n",
        "unknown version": "%YAML 3.0\n---\ncase: a\n",
        "block not begun": "case: |x\n  a\n",
        "a mark in the middle of a word": "case: 'a'b\n",
        "cut off": CASE[:-7],
    }.items()
)
DOCUMENTS = flat(
    everywhere(name, text, "one file holds one document")
    for name, text in {
        "two": f"case: a\n---\ncase: {CANARY}\n",
        "three": "---\na: 1\n---\nb: 1\n---\nc: 1\n",
        "an empty one": "case: a\n---\n",
        "after an end": "case: a\n...\n---\nb: 1\n",
    }.items()
)
EMPTY = flat(
    everywhere(name, text, says)
    for name, text, says in [
        ("nothing", "", "the file is empty"),
        ("spaces", "  \n\n", "the file is empty"),
        ("a comment", f"# {CANARY}\n", "the file is empty"),
        ("a byte order mark", "\ufeff", "the file is empty"),
        ("a document of nothing", "---\n", "empty value"),
        ("a key of nothing", "case:\n", "empty value"),
        ("a list of nothing", "case:\n  -\n", "empty value"),
        ("a key in braces", f"{{{CANARY}}}", "empty value"),
        ("a second mark", "\ufeff\ufeff", "the file is empty|expected a mapping"),
    ]
)
KEYS = flat(
    everywhere(name, text, "a key has to be text")
    for name, text in {
        "a number": "1: x\n",
        "a decimal": "1.5: x\n",
        "true": "true: x\n",
        "null": "null: x\n",
        "a list": f"? [{CANARY}]\n: x\n",
        "a mapping": "? {a: 1}\n: x\n",
        "below": "case: {12: x}\n",
    }.items()
)
LARGE = [
    *flat(
        everywhere(name, text, "the file is larger than 1000 kB")
        for name, text in {
            "a megabyte of text": "case: " + "x" * 1_000_000,
            "a megabyte of comment": "#" * 1_000_001,
            "a megabyte of bytes that aren't text": b"\xff" * 1_000_001,
        }.items()
    ),
    Bad("200,000 values", "case", "[" + "1," * 200_001 + "1]", "too large"),
    Bad("100,000 lists", "case", "[" + "[]," * 100_001 + "[]]", "too large"),
]


def _duplicated() -> list[Bad]:
    """Each line of a whole file that has a key, twice."""
    made = []
    for kind, text in WHOLE.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            if ": " in line and not line.lstrip().startswith("-"):
                twice = "\n".join([*lines[: number + 1], line, *lines[number + 1 :]]) + "\n"
                made.append(Bad(f"line {number + 1} of {kind}", kind, twice, "duplicate key"))
    return made


DUPLICATES = _duplicated() + flat(
    everywhere(name, text, "duplicate key")
    for name, text in {
        "in braces": f"case: {{a: 1, a: {CANARY}}}\n",
        "in a list": "case: [{a: 1, a: 2}]\n",
        "one in quotes": "case: a\n'case': b\n",
        "an escape": 'case: a\n"c\\x61se": b\n',
        "in JSON": '{"case": "a", "case": "' + CANARY + '"}',
    }.items()
)
# What YAML 1.1 would turn into something else stays text, and text fits none of these.
GUESSED = ["yes", "no", "on", "off", "True", "FALSE", "~", "y", "12:30", "017", "0o17", "0x1F", "1_000", "1e3", "+1", ".5", "5.", "2026-11-20"]
YAML_1_1 = (
    [finding("limb_weakness", word, "expected present, absent or unknown") for word in GUESSED]
    # 017 is seventeen to everybody but YAML 1.1.
    + [finding("lowest_mrc_power", word, "expected a number") for word in GUESSED if word != "017"]
    + [
        Bad(f"safety_critical: {word}", RULES, FILES[RULES].replace("safety_critical: true", f"safety_critical: {word}"), "expected true or false")
        for word in GUESSED
    ]
)
CLASSES = {
    "alias bombs, anchors": ALIASES,
    "merge bombs": MERGES,
    "deep nesting": NESTED,
    "tags": TAGS,
    "control characters": CONTROLS,
    "not UTF-8": NOT_UTF8,
    "not YAML": MALFORMED,
    "several documents": DOCUMENTS,
    "empty files and values": EMPTY,
    "keys that aren't text": KEYS,
    "oversize": LARGE,
    "duplicate keys": DUPLICATES,
    "words that YAML 1.1 would turn into something else": YAML_1_1,
}
