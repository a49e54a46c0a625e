"""What is wrong in a file about a patient."""

from __future__ import annotations

from spineworkup import load_pathway
from spineworkup.findings import Kind
from tests.corpus.bad import Bad, finding, in_case
from tests.fuzz.judge import CANARY

PATHWAY = load_pathway()
QUANTITIES = [one for one in PATHWAY.findings.values() if one.kind is Kind.QUANTITY]
RULE = next(rule.id for rule in PATHWAY.rules.values() if rule.kind == "relative")
TIME = "2026-11-20T09:00:00+00:00"

# Twelve values, each of the wrong type for most places.
TYPES = {
    "null": "null", "true": "true", "a whole number": "12", "a decimal": "-3.5", "a huge number": "9" * 31, "text": CANARY, "empty text": '""',
    "an empty list": "[]", "a list": f"[{CANARY}]", "an empty mapping": "{}", "a mapping": f"{{{CANARY}: {CANARY}}}", "lists": f"[[{CANARY}]]",
}  # fmt: skip
NUMBERS, TEXTS = ("a whole number", "a decimal", "a huge number"), ("text", "empty text")
WHOLE = ("a whole number", "a huge number")
# The place, with @ where the value goes; what may stand there; what the message says otherwise.
PLACES: list[tuple[str, tuple[str, ...], str]] = [
    ("@", ("an empty mapping",), "expected a mapping|unknown key"),
    ("case: @", (*TEXTS, *WHOLE), "expected text"),
    ("about: @", (*TEXTS, *WHOLE), "expected text"),
    ("source: @", (*TEXTS, *WHOLE), "expected text"),
    ("at: @", (), "expected a date and time"),
    ("overlays: @", ("an empty list",), "expected a list of names|unknown overlay"),
    ("clocks: @", ("an empty mapping",), "expected a mapping|unknown clock"),
    ("clocks: {suspicion: @}", (), "expected a date and time"),
    ("steps: @", ("an empty mapping",), "expected a mapping|unknown step"),
    ("steps: {mri_whole_spine: @}", (), "expected `state` and `at`|expected one of|unknown key"),
    ("steps: {mri_whole_spine: {state: @, at: %s}}", (), "expected one of requested"),
    ("steps: {mri_whole_spine: {state: requested, at: @}}", (), "expected a date and time"),
    ("steps: {mri_whole_spine: {state: requested, at: %s, by: @}}", (*TEXTS, *WHOLE), "expected text"),
    ("steps: {mri_whole_spine: {state: requested, at: %s, reason: @}}", (*TEXTS, *WHOLE), "expected text"),
    ("not_available: @", ("an empty list",), "expected a list of steps|unknown step"),
    ("sign_offs: @", ("an empty list",), "expected a list|expected the keys"),
    ("sign_offs: [@]", (), "expected the keys rule, by and at"),
    ("sign_offs: [{rule: @, by: a, at: %s}]", (), "unknown rule"),
    (f"sign_offs: [{{rule: {RULE}, by: @, at: %s}}]", (*TEXTS, *WHOLE), "expected text"),
    (f"sign_offs: [{{rule: {RULE}, by: a, at: @}}]", (), "expected a date and time"),
    ("findings: @", ("an empty mapping",), "expected a mapping|unknown finding"),
    ("findings: {limb_weakness: @}", ("null", "true", "an empty list"), "expected present|missing key|unknown key"),
    ("findings: {implant_mri_status: @}", ("null", "an empty list"), "expected one of|missing key|unknown key"),
    ("findings: {calcium_total: @}", ("null", "an empty list"), "a quantity always has its unit|missing key|unknown key"),
    ("findings: {lowest_mrc_power: @}", ("null", "an empty list", "a whole number", "a decimal"), "expected a number|missing key|unknown key"),
    ("findings: {limb_weakness: {value: @}}", ("null", "true"), "expected present"),
    ("findings: {limb_weakness: {value: present, at: @}}", (), "expected a date and time"),
    ("findings: {limb_weakness: {value: present, source: @}}", (*TEXTS, *WHOLE), "expected text"),
    ("findings: {limb_weakness: {value: null, reason: @}}", (), "expected one of not_recorded"),
    ("age_years: @", ("null", "an empty list", "a whole number", "a decimal"), "expected a number|missing key|unknown key"),
    ("sex: @", ("null", "an empty list"), "expected one of|missing key|unknown key"),
]  # fmt: skip
_CONFUSED = [
    in_case(place.replace("%s", TIME).replace("@", value), says, f"{place}: {name}")
    for place, fits, says in PLACES
    for name, value in TYPES.items()
    if name not in fits
]
# A list at one place may be text in a list at another.
CONFUSED = list({bad.raw: bad for bad in _CONFUSED}.values())

ODD_NUMBERS = [
    "NaN", "nan", ".nan", "sNaN", "Infinity", "-inf", ".inf", "1e999", "1e3", "1E-3", "9" * 22, "9" * 4301, "0." + "0" * 25 + "1", "0x1F", "1,5",
    "1.2.3", "--1", "1_000", "١", "1٣", "½", "1/2", "3-4", "<5", "~3", "3%",
]  # fmt: skip
NOT_NUMBERS = (
    [finding("lowest_mrc_power", f'"{number}"', "expected a number without a unit") for number in ODD_NUMBERS]
    + [finding("calcium_total", f'"{number} mmol/L"', "can't be read as a quantity") for number in ODD_NUMBERS]
    + [in_case(f'{{"findings": {{"lowest_mrc_power": {number}}}}}', "expected a number") for number in ("NaN", "Infinity", "-Infinity", "1e999")]
)
NO_UNIT = [
    finding(one.id, value, "a quantity always has its unit") for one in QUANTITIES for value in ("30", "30.5", '"30"', '"30 "')
]
WRONG_UNITS = ["mmol", "MMOL/L", "Mg/dL", "mg/DL", "mEq/L", "%", "/L", "mmol / L", "mmol/L2", "kg", "s", CANARY, "mmol/L mmol/L", "ｍｇ/dL"]
BAD_UNITS = [finding("calcium_total", f'"2 {unit}"', "unknown unit") for unit in WRONG_UNITS] + [
    finding(one.id, f'"30 {unit}"', "the unit doesn't fit") for one in QUANTITIES for unit in ("Cel", "mo") if unit != one.unit
]

TIMES = {
    "naive": ["2026-11-20T09:00:00", "2026-11-20 09:00", "2026-11-20T09:00:00.5", "2026-11-20T09:00:00 Europe/London", "2026-11-20T09:00:00[Europe/London]"],
    "parts of a time": ["2026", "2026-11", "2026-11-20", "T09:00Z", "09:00:00+00:00", "2026-11-20T09+00:00", "2026-11-20T"],
    "moments that there are not": [
        "2026-02-30T09:00:00Z", "2025-02-29T09:00:00Z", "2026-13-01T09:00:00Z", "2026-00-01T09:00:00Z", "2026-11-31T09:00:00Z", "2026-11-20T24:00:00Z",
        "2026-11-20T09:60:00Z", "2026-11-20T09:00:60Z", "2026-11-20T25:00:00Z", "2026-11-20T09:00:00+25:00", "0000-11-20T09:00:00Z",
    ],
    "other ways to write a time": [
        "2026-W47-5T09:00:00Z", "2026-324T09:00:00Z", "20261120T090000Z", "2026-11-20T09:00:00+0000", "2026-11-20T09:00:00+00", "20/11/2026 09:00",
        "11/20/2026", "Nov 20 2026", "now", "1763629200", "2026-11-20T09:00:00.1234567Z", "2026-11-20T09:00:00,5Z", "2026-11-20T9:00:00Z",
        "２０２６-11-20T09:00:00Z", "2026-11-20T09:00:00Zz", " 2026-11-20T09:00:00Z", "2026-11-20_09:00:00Z",
    ],
}  # fmt: skip
YEARS = ["0001-01-01T00:00:00+23:59", "1799-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"]
WHERE = ["at: '@'", "clocks: {suspicion: '@'}", "findings: {limb_weakness: {value: present, at: '@'}}"]


def _times(texts: list[str], says: str) -> list[Bad]:
    return [in_case(where.replace("@", text), says, f"{where}: {text}") for text in texts for where in WHERE]


FAR = [CANARY, "zzz", "x", "Ø", "q" * 300]
SLIPS = ["limb_weaknes", "limb_weakness_", "Limb_weakness", "limb weakness", "limb-weakness"]
UNKNOWN = [
    in_case(f"{key}: 1", "unknown key") for key in FAR
] + [finding(key, "present", "unknown finding") for key in FAR] + [
    in_case(f"clocks: {{{key}: {TIME}}}", "unknown clock") for key in FAR
] + [in_case(f"steps: {{{key}: {{state: requested, at: {TIME}}}}}", "unknown step") for key in FAR] + [
    in_case(f"not_available: [{key}]", "unknown step") for key in FAR
] + [in_case(f"sign_offs: [{{rule: {key}, by: a, at: {TIME}}}]", "unknown rule") for key in FAR] + [
    in_case(f"findings: {{limb_weakness: {{value: present, {key}: 1}}}}", "unknown key") for key in FAR
]  # fmt: skip
NEAR = [finding(slip, "present", "did you mean 'limb_weakness'?") for slip in SLIPS] + [
    in_case("findngs: {}", "did you mean 'findings'?"),
    in_case("clock: {}", "did you mean 'clocks'?"),
    in_case(f"clocks: {{suspicon: {TIME}}}", "did you mean 'suspicion'?"),
    in_case("steps: {mri_whole_spin: {}}", "did you mean 'mri_whole_spine'?"),
    in_case("not_available: [mri_whole_spines]", "did you mean 'mri_whole_spine'?"),
    in_case(f"sign_offs: [{{rule: {RULE[:-1]}, by: a, at: {TIME}}}]", "did you mean"),
    in_case("findings: {limb_weakness: {vale: present}}", "did you mean 'value'?"),
    in_case(f"steps: {{mri_whole_spine: {{stat: requested, at: {TIME}}}}}", "did you mean 'state'?"),
]
INCOMPLETE = [
    in_case("findings: {limb_weakness: {at: '2026-11-20T09:00:00Z'}}", "missing key 'value'"),
    in_case("steps: {mri_whole_spine: {state: requested}}", "missing key 'at'"),
    in_case(f"steps: {{mri_whole_spine: {{at: {TIME}}}}}", "expected one of requested"),
    in_case(f"steps: {{mri_whole_spine: {{state: declined, at: {TIME}}}}}", "needs `reason` and `by`"),
    in_case(f"steps: {{mri_whole_spine: {{state: declined, at: {TIME}, by: GP}}}}", "needs `reason` and `by`"),
    in_case(f"steps: {{mri_whole_spine: {{state: declined, at: {TIME}, reason: {CANARY}}}}}", "needs `reason` and `by`"),
    *[in_case(f"sign_offs: [{{{keys}}}]", "expected the keys rule, by and at") for keys in (f"rule: {RULE}", "by: a", f"rule: {RULE}, by: a")],
    in_case("age_years: 63\nfindings: {age_years: 63}", "given twice"),
    in_case("sex: male\nfindings: {sex: female}", "given twice"),
]
PATHS = [
    "../us", "us/../us", "/etc", "..", ".", "us/", "./us", "..\\us", "C:\\us", "us\x00", "%2e%2e/us", "~", "us\n", "\u2025/us", "//host/us", "file:///us",
    "us ", "", "x" * 81, "${HOME}", "$(id)", "us;id",
]  # fmt: skip
ESCAPES = [in_case(f"overlays: [{_quoted}]", "expected a list of names|unknown overlay|a character|not valid") for _quoted in map(repr, PATHS)] + [
    Bad(f"overlay {path!r}", "overlay name", path, "no overlay here") for path in PATHS if "\x00" not in path and path not in ("us/", "./us")
]

EXPECTED = [
    ("[]", "expected a mapping"), ("text", "expected a mapping"), ("{statuse: {}}", "did you mean"), ("{zzz: 1}", "unknown expectation"),
    ("{statuses: {mri: due}}", "unknown step"), ("{statuses: {mri_whole_spine: de}}", "unknown status"), ("{statuses: []}", "expected a mapping"),
    ("{rules: {no_rule: holds}}", "unknown rule"), (f"{{rules: {{{RULE}: true}}}}", "unknown"), ("{urgency: {lowest: soon}}", "unknown"),
    ("{urgency: {low: routine}}", "unknown"), ("{urgency: routine}", "expected a mapping"), ("{due: {mri_whole_spine: now}}", "expected a date"),
    ("{due: {mri_whole_spine: '2026-11-20'}}", "expected a date"), ("{clear: {mri_whole_spine: yes}}", "expected"), ("{instead: {x: y}}", "unknown step"),
    ("{questions: zzz}", "expected a list"), ("{questions: [zzz]}", "unknown"), ("{scores: {zzz: 1}}", "unknown"), ("{notices: 3}", "expected"),
]  # fmt: skip
EXPECTATIONS = [Bad(text, "expect", f"expect: {text}\n", says) for text, says in EXPECTED]

# These are read. The value counts as not known, for a reason that every output names.
IMPLAUSIBLE = [
    finding(one.id, f"{number} {one.unit}".strip() if one.unit else f"{number}", "implausible")
    for one in PATHWAY.findings.values()
    for number in (one.low is not None and one.low - 1, one.high is not None and one.high + 1)
    if number is not False
]
CONFLICTS = [
    finding("limb_weakness", "[present, absent]", "conflict"),
    finding("limb_weakness", f"[{{value: present, source: {CANARY}}}, {{value: absent, source: b}}]", "conflict"),
    finding("limb_weakness", "[present, unknown, absent]", "conflict"),
    finding("implant_mri_status", "[none, unsafe]", "conflict"),
    finding("calcium_total", "[2.95 mmol/L, 2.96 mmol/L]", "conflict"),
    finding("calcium_total", "[2.95 mmol/L, 12 mg/dL]", "conflict"),
    finding("lowest_mrc_power", "[3, 4]", "conflict"),
    finding("limb_weakness", f"[{{value: present, at: {TIME}}}, {{value: absent, at: {TIME}}}]", "conflict"),
]
FUTURE = [
    finding("limb_weakness", f"{{value: {value}, at: '{time}'}}", "in_future")
    for value in ("present", "absent")
    for time in ("2026-11-20T12:05:01Z", "2026-11-21T12:00:00Z", "2199-12-31T23:59:59Z", "2026-11-20T12:00:00-01:00")
]
UNKNOWNS = {"implausible values": IMPLAUSIBLE, "conflicting values": CONFLICTS, "values from the future": FUTURE}
CLASSES = {
    "type confusion in cases": CONFUSED,
    "not a number": NOT_NUMBERS,
    "missing units": NO_UNIT,
    "wrong units": BAD_UNITS,
    **{name: _times(texts, "expected a date and time with a time zone") for name, texts in TIMES.items()},
    "years of no patient": _times(YEARS, "expected a year from 1800 to 2199"),
    "unknown ids": UNKNOWN,
    "slips in ids": NEAR,
    "incomplete or given twice": INCOMPLETE,
    "path traversal": ESCAPES,
    "wrong expectations": EXPECTATIONS,
    **UNKNOWNS,
}
