"""What is wrong in rules, criteria and overlays."""

from __future__ import annotations

from tests.corpus.bad import RULES, Bad, flat, in_overlay, in_rules
from tests.corpus.bad_cases import TEXTS, TYPES
from tests.fuzz.judge import CANARY
from tests.small_package import FILES, changed

FINDINGS, CRITERIA, SOURCES, PATHWAY, SCORES = "findings/all.yaml", "criteria.yaml", "sources.yaml", "pathway.yaml", "scores/points.yaml"
RULE = {
    "id": "ct_fever", "when": "fever", "says": "Fever", "urgency": "routine", "within": "24 h", "from": "suspicion", "strength": "must",
    "cites": "[{source: guide}]", "verification": "primary", "review_by": "2027-01-01", "absolute": "true", "sign_off": "GP",
}  # fmt: skip


def step(**fields: str) -> str:
    """The step `ct` with more keys."""
    return "ct: {label: CT" + "".join(f", {key}: {value}" for key, value in fields.items()) + "}\n"


def rule(**fields: str) -> str:
    """A rule, as it is written on one line; a field of nothing is left out."""
    given = {key: value for key, value in {**RULE, **fields}.items() if value and (key not in ("absolute", "sign_off") or key in fields)}
    return "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"


LISTS = ("an empty list",)
# Of a step, and of its rules: the key, what may stand there, and what the message says otherwise.
OF_STEP: list[tuple[str, tuple[str, ...], str]] = [
    *[(key, TEXTS, "expected text") for key in ("action", "group", "owner")],
    ("pause", (), "expected text|unknown pause"),
    ("safety_critical", ("true",), "expected true or false"),
    *[(key, LISTS, "expected a") for key in ("indications", "contraindications", "cautions", "items", "prerequisites", "notes", "orders")],
    *[(key, LISTS, "expected a list|unknown finding|expected text") for key in ("checks", "produces")],
    ("done_when", ("null",), "expected a criterion|cannot read|unknown"),
]
OF_RULE: list[tuple[str, tuple[str, ...], str]] = [
    ("id", ("text",), "expected text|snake_case"),
    ("when", (), "expected a criterion|cannot read|unknown"),
    ("says", TEXTS, "expected text"),
    ("urgency", (), "unknown urgency"),
    ("within", ("null",), "expected a duration"),
    ("from", (), "unknown word"),
    ("strength", (), "unknown word"),
    ("cites", (), "a rule needs `cites`|expected a"),
    ("verification", (), "unknown word"),
    ("review_by", ("null",), "expected a date"),
]
OF_FINDING: list[tuple[str, tuple[str, ...], str]] = [
    ("label", TEXTS, "expected text"),
    ("kind", (), "unknown kind"),
    ("group", TEXTS, "expected text"),
    ("ask", TEXTS, "expected text"),
    ("also", LISTS, "expected a list|expected text|unknown unit"),
    ("molar_mass", ("null", "a whole number", "a huge number"), "expected a number"),
    ("red_flag", ("true",), "expected true or false"),
    ("max_age", ("null",), "expected a duration"),
    ("plausible", (), "expected `low` and `high`"),
    ("derived", ("null",), "expected a mapping|missing key|unknown key"),
    ("codes", LISTS, "expected a"),
    ("cites", LISTS, "expected a"),
]
OF_PACKAGE = ("package", "version", "title", "profile", "revised", "review_by", "intended_use")


def _finding(key: str, value: str) -> str:
    body = {"label": "Cough", "kind": "quantity", "unit": "mg/L", key: value}
    return FILES[FINDINGS] + "cough: {" + ", ".join(f"{k}: {v}" for k, v in body.items()) + "}\n"


def _package(key: str, value: str) -> str:
    return "".join(f"{key}: {value}\n" if line.startswith(f"{key}:") else line + "\n" for line in FILES["package.yaml"].splitlines())


CONFUSED = flat(
    [
        [Bad(f"{k}: {n}", "steps/ct.yaml", step(**{k: v}), s) for k, fits, s in OF_STEP for n, v in TYPES.items() if n not in fits],
        [
            Bad(f"rule.{k}: {n}", "steps/ct.yaml", step(indications=f"[{rule(**{k: v})}]"), s)
            for k, fits, s in OF_RULE
            for n, v in TYPES.items()
            if n not in fits
        ],
        [Bad(f"finding.{k}: {n}", FINDINGS, _finding(k, v), s) for k, fits, s in OF_FINDING for n, v in TYPES.items() if n not in fits],
        [
            Bad(f"package.{k}: {n}", "package.yaml", _package(k, v), "expected a date|expected text")
            for k in OF_PACKAGE
            for n, v in TYPES.items()
            if n not in (TEXTS if k not in ("revised", "review_by") else ())
        ],
    ]
)
LACKING = [
    Bad(f"a rule without {key}", "steps/ct.yaml", step(indications=f"[{rule(**{key: ''})}]"), "missing key|needs")
    for key in RULE
    if key not in ("strength", "verification", "absolute", "sign_off")
] + [
    Bad("a contraindication without absolute", "steps/ct.yaml", step(contraindications=f"[{rule()}]"), "needs `absolute`"),
    Bad("a relative one without sign_off", "steps/ct.yaml", step(contraindications=f"[{rule(absolute='false')}]"), "needs `sign_off`"),
    *[
        in_rules("package.yaml", next(line for line in FILES["package.yaml"].splitlines(keepends=True) if line.startswith(key)), "", "missing key")
        for key in OF_PACKAGE
    ],
]
DURATIONS = ["24", "24h", "24 hours", "-1 h", "1.5 h", "1e3 h", "100000 h", "P1D", "1 w", "24  h", "h", "٣ h"]
DATES = ["2027-02-30", "2027-13-01", "2027", "20270101", "2027-W01-1", "01/01/2027", "2027-1-1", "0000-01-01", "2027-01-01T00:00:00Z", "２０２７-01-01"]
ODD = [Bad(text, "steps/ct.yaml", step(indications=f"[{rule(within=repr(text))}]"), "expected a duration") for text in DURATIONS] + [
    Bad(text, "steps/ct.yaml", step(indications=f"[{rule(review_by=repr(text))}]"), "expected a date") for text in DATES
]
LINES = {
    "cannot read": [
        "Fever", "fever and weakness", "fever ", "power  < 3", "power = 3", "power > 1e3", "power > .5", "power > nan", "power > ٣", "fever; drop", "__import__('os')",
        "not fever", "fever == true", "grade is one of 0,1a", "grade is one of", "x" * 90, "(fever)", "power < three", "power < -", "fever is",
    ],
    "unknown finding": ["fevr", "power_", "zzz < 3", "zzz is 1", "f" * 80],
    "isn't present or absent": ["power", "implant", "calcium_total"],
    "has no unit": ["power < 3 mg/L", "power < 3 and fever"],
    "can't be compared": ["fever > 3", "implant > 3"],
    "needs its unit": ["calcium_total > 2"],
    "doesn't fit": ["calcium_total > 2 g", "calcium_total > 2 U/L", "albumin > 2 mmol/L", "calcium_total > 2 MMOL/L"],
    "ordinary size": ["power < " + "9" * 22, "power < 0." + "0" * 25 + "1", "calcium_total > " + "9" * 22 + " mmol/L"],
    "not a choice": ["fever is present", "power is 3"],
    "has no option": ["implant is safe", "grade is 2", "grade is one of 0, 2"],
}  # fmt: skip
BRANCHES = [
    ("{}", "expected a criterion"), ("[]", "expected a criterion"), ("{not: fever, any_of: [fever]}", "expected a criterion"),
    ("{al_of: [fever]}", "did you mean 'all_of'?"), ("{or: [fever]}", "unknown criterion"), ("{all_of: []}", "at least one"), ("{any_of: fever}", "at least one"),
    ("{not: [fever]}", "expected a criterion"), ("{at_least: [fever]}", "expected `count` and `of`"), ("{at_least: {count: 1}}", "expected `count` and `of`"),
    ("{at_least: {count: 0, of: [fever]}}", "from 1 to the length"), ("{at_least: {count: 2, of: [fever]}}", "from 1 to the length"),
    ("{at_least: {count: true, of: [fever]}}", "from 1 to the length"), ("{at_least: {count: 1.0, of: [fever]}}", "from 1 to the length"),
]  # fmt: skip
NOTATION = (
    [Bad(f"as text: {text[:50]}", "line", text, says) for says, texts in LINES.items() for text in texts]
    + [Bad(f"in a file: {text[:50]}", "steps/ct.yaml", step(done_when=repr(text)), says) for says, texts in LINES.items() for text in texts]
    + [Bad(text, "steps/ct.yaml", step(done_when=text), says) for text, says in BRANCHES]
)


def _names(count: int, body: str) -> str:
    lines = [f"n{n}: {{label: N, when: {body.replace('@', f'n{n - 1}' if n else 'fever')}}}\n" for n in range(count)]
    return FILES[CRITERIA] + "".join(lines)


LIMIT = "a criterion has at most 1000 parts, 32 deep"
BOMBS = [
    Bad("each name twice the one before", CRITERIA, _names(30, "{all_of: [@, @]}"), LIMIT),
    Bad("each name nine times the one before", CRITERIA, _names(9, f"{{any_of: [{', '.join('@' * 9)}]}}"), LIMIT),
    Bad("each name inside the next", CRITERIA, _names(200, "{not: @}"), LIMIT),
    Bad("a thousand parts", CRITERIA, FILES[CRITERIA] + f"n: {{label: N, when: {{any_of: [{', '.join(['fever'] * 1000)}]}}}}\n", LIMIT),
]
CIRCLES = [
    in_rules(CRITERIA, "when: {any_of: [weakness", "when: {any_of: [deficit", "unknown finding or criterion 'deficit'"),
    in_rules(CRITERIA, "any_of: [weakness", "any_of: [ill", "unknown finding or criterion 'ill'"),
    Bad("two that stand on each other", CRITERIA, "a: {label: A, when: b}\nb: {label: B, when: a}\n", "unknown finding or criterion"),
    Bad("the wrong order", CRITERIA, "".join(reversed(FILES[CRITERIA].splitlines(keepends=True))), "unknown finding or criterion 'deficit'"),
    Bad("steps that wait for each other", "steps/bloods.yaml", FILES["steps/bloods.yaml"] + "  prerequisites: [{step: mri}]\n", "goes in a circle"),
    Bad("a step that waits for itself", "steps/bloods.yaml", FILES["steps/bloods.yaml"] + "  prerequisites: [{step: bloods}]\n", "goes in a circle"),
    in_rules(PATHWAY, "[mri, ct]\np", "[mri, ct]\n    - bloods\np", "goes in a circle"),
    in_rules(PATHWAY, "[mri, ct]\np", "[mri, mri]\np", "circle|itself|isn't part of the pathway"),
]
CITES = [
    *[in_rules(RULES, '{source: guide, at: "1.2"}', f"{{source: {name}}}", f"unknown source {name!r}") for name in ("guid", "zzz", "fever", CANARY)],
    in_rules(RULES, '{source: guide, at: "1.2"}', "{source: old}", "is withdrawn"),
    in_rules(RULES, '{source: guide, at: "1.2"}', "{source: guide}, {source: old}", "is withdrawn"),
    in_rules(FINDINGS, 'cites: [{source: guide, at: "1.1"}]', "cites: [{source: old}]", "is withdrawn"),
    in_rules(CRITERIA, "cites: [{source: guide}]", "cites: [{source: old}]", "is withdrawn"),
    in_rules(SCORES, 'cites: [{source: guide, at: "2"}]', "cites: [{source: old}]", "is withdrawn"),
    Bad("a note on a withdrawn source", RULES, changed("steps/mri", "cites: [{source: guide}], verification: primary}]", "cites: [{source: old}]}]"), "is withdrawn"),
    in_rules(SOURCES, "status: withdrawn", "status: gone", "unknown word 'gone'"),
    in_rules(SOURCES, "{title: A guide", "{titel: A guide", "did you mean 'title'?"),
]
CODE = '{system: loinc, code: "29265-6", display: Calcium, evidence: checked}'
CODES = [
    in_rules(FINDINGS, CODE, code, says)
    for code, says in [
        ("{system: loinc}", "missing key 'code'"), ('{code: "29265-6"}', "missing key 'system'"), ("{system: loinc, code: 29265}", "expected text"),
        ("{system: 3, code: x}", "expected text"), ("{system: loinc, code: null}", "expected text"), ("{system: loinc, kode: x}", "did you mean 'code'?"),
        ("loinc", "expected a mapping"), ("[loinc, x]", "expected a mapping"), ("{system: loinc, code: x, version: 2}", "unknown key"),
        ("{system: loinc, code: x, display: [a]}", "expected text"),
    ]
]  # fmt: skip
SET = "set:\n  - "
WITHIN = "steps.mri.indications.mri_now.within"
STALE = [
    in_overlay(f"{SET}{{what: {what}, was: {was}, now: {now}}}", "the base no longer says this")
    for what, was, now in [
        (WITHIN, "12 h", "6 h"), (WITHIN, "24", "6 h"), (WITHIN, "null", "6 h"), (WITHIN, "[24 h]", "6 h"), ("steps.mri.safety_critical", "1", "false"),
        ("findings.fever.label", "fever", "Hot"), ("findings.calcium_total.molar_mass", "40.08", "41.0"), ("steps.mri.checks", "[]", "[fever]"),
        ("scores.points.items.implant.none", "false", "1"), ("findings.power.plausible.low", "0.0", "1"), ("criteria.deficit.when", "fever", "fever"),
    ]
] + [in_overlay(f"{SET}{{what: {WITHIN}, was: 24 h, now: 12 h}}\n  - {{what: {WITHIN}, was: 24 h, now: 6 h}}", "the base no longer says this")]  # fmt: skip
NOWHERE = [
    in_overlay(f"remove: [{{what: {what}, reason: r}}]", says)
    for what, says in [
        ("steps.mrii", "did you mean 'mri'?"), ("step.mri", "did you mean 'steps'?"), ("steps", "the base has no place"), ("''", "the base has no place"),
        ("pathway.compose", "the base has no place"), ("package.version", "the base has no place"), ("steps.mri.indications.0", "the base has no place"),
        ("steps.mri.label.x", "the base has no place"), ("../steps.mri", "the base has no"), ("steps..mri", "the base has no"), ("steps.mri.", "the base has no place"),
        ("steps.mri.__class__", "the base has no place"), ("steps.mri.indications.mri_then", "the base has no place"),
    ]
]  # fmt: skip
OVERLAYS = [
    in_overlay(text, says)
    for text, says in [
        ("set: {}", "expected a list"), ("remove: text", "expected a list"), ("add: []", "expected a mapping"), (f"{SET}text", "expected the keys"),
        (f"{SET}{{what: {WITHIN}}}", "expected the keys"), (f"{SET}{{what: 3, was: 24 h, now: 1 h}}", "expected the keys"), ("remove: [{what: steps.ct}]", "expected the keys"),
        ("remove: [{what: steps.ct, reason: r}]", "unknown step 'ct'"), ("add:\n  sources: []", "expected a mapping from ids"), ("zzz: 1", "unknown key"),
        ("waivrs: []", "did you mean 'waivers'?"), ("add:\n  findings: {fever: {label: F, kind: boolean}}", "already defines"), ("add:\n  steps.mri.label: [x]", "expected a list to add"),
        ("add:\n  steps.mri.indications: fever", "expected a list to add"), ("add:\n  steps: {x: {label: X}}", "isn't part of the pathway"),
        (f"{SET}{{what: {WITHIN}, was: 24 h, now: soon}}", "expected a duration"), (f"{SET}{{what: steps.mri, was: 1, now: 2}}", "the base no longer says this"),
        (f"{SET}{{what: findings.calcium_total.molar_mass, was: 40.078, now: 0}}", "expected a number above 0"), ("base: other", "duplicate key"),
    ]
]  # fmt: skip
WAIVER = {"step": "mri", "reason": "r", "role": "r", "hazard": "H-01", "expires": "2026-12-31"}


def _waiver(**fields: str) -> str:
    return "waivers: [{" + ", ".join(f"{key}: {value}" for key, value in {**WAIVER, **fields}.items() if value) + "}]"


WAIVERS = (
    [in_overlay(_waiver(**{key: ""}), f"missing key {key!r}") for key in WAIVER]
    + [in_overlay(_waiver(**{key: "3"}), "expected text|expected a date") for key in WAIVER]
    + [in_overlay(_waiver(expires=date), "expected a date") for date in ("never", "2026-02-30", "null", "2026-12")]
    + [in_overlay(_waiver(step="x"), "unknown step 'x'"), in_overlay("waivers: {}", "expected a list"), in_overlay("waivers: [mri]", "expected a mapping")]
)
WEAKER = [
    in_overlay(text, "weakens the safety-critical step 'mri'")
    for text in [
        f"{SET}{{what: {WITHIN}, was: 24 h, now: 48 h}}", f"{SET}{{what: steps.mri.indications.mri_now.urgency, was: same_day, now: routine}}",
        f"{SET}{{what: steps.mri.indications.mri_now.from, was: suspicion, now: request}}", f"{SET}{{what: steps.mri.indications.mri_now.when, was: deficit, now: fever}}",
        "remove: [{what: steps.mri.indications.mri_now, reason: r}]", "remove: [{what: steps.mri.contraindications.mri_unsafe, reason: r}]",
        f"{SET}{{what: steps.mri.checks, was: [implant], now: []}}", f"{SET}{{what: steps.mri.safety_critical, was: true, now: false}}",
        "remove: [{what: steps.mri.safety_critical, reason: r}]", f"{SET}{{what: criteria.deficit.when, was: {{any_of: [weakness, power < 5]}}, now: weakness}}",
        f"{SET}{{what: steps.mri.contraindications.mri_unsafe.when, was: implant is unsafe, now: fever}}", "remove: [{what: steps.mri.checks, reason: r}]",
    ]
]  # fmt: skip
IDS = ["MRI", "mri-2", "2mri", "_mri", "mri.2", "mri 2", "é", "a" * 82, "../mri", "<b>"]
NAMES = (
    [Bad(f"step {name}", "steps/ct.yaml", f"{FILES['steps/ct.yaml']}{name!r}: {{label: X}}\n", "isn't snake_case") for name in IDS]
    + [Bad(f"finding {name}", FINDINGS, f"{FILES[FINDINGS]}{name!r}: {{label: X, kind: boolean}}\n", "isn't snake_case") for name in IDS]
    + [
        Bad("a step twice", "steps/ct.yaml", FILES["steps/ct.yaml"] + "mri: {label: Again}\n", "is defined twice"),
        Bad("a rule twice", "steps/ct.yaml", step(indications=f"[{rule(id='mri_now')}]"), "is defined twice"),
        Bad("a criterion and a finding", CRITERIA, "fever: {label: F, when: weakness}\n", "already names a finding"),
        Bad("always", FINDINGS, FILES[FINDINGS] + "always: {label: A, kind: boolean}\n", "can't be the id of a finding"),
        Bad("an id inside", "steps/ct.yaml", "ct: {id: ct, label: CT}\n", "unknown key 'id'"),
    ]
)
# As a key YAML takes no more than 1,024.
LONG = "k" * 1000
LONG_WORDS = [
    Bad("a key", "steps/ct.yaml", step(**{LONG: "1"}), "unknown key 'kkk"),
    Bad("a finding", "steps/ct.yaml", step(checks=f"[{LONG}]"), "unknown finding 'kkk"),
    Bad("an id", "steps/ct.yaml", f"{LONG}: {{label: X}}\n", "the id 'kkk"),
    Bad("a key twice", "steps/ct.yaml", f"ct: {{{LONG}: 1, {LONG}: 2}}\n", "duplicate key 'kkk"),
    Bad("a criterion", "steps/ct.yaml", step(done_when=LONG), "cannot read 'kkk"),
    Bad("a branch", "steps/ct.yaml", step(done_when=f"{{{LONG}: fever}}"), "unknown criterion 'kkk"),
    Bad("a source", "steps/ct.yaml", step(indications=f"[{rule(cites=f'[{{source: {LONG}}}]')}]"), "unknown source 'kkk"),
    Bad("a word", PATHWAY, f"compose: {{{LONG}: [ct]}}\n", "unknown word 'kkk"),
    Bad("a score's option", SCORES, changed("scores/points", "{none: 0,", f"{{{LONG}: 0,"), "'kkk"),
    in_overlay(f"{LONG}: 1", "unknown key 'kkk"),
    in_overlay(f"remove: [{{what: steps.{LONG}, reason: r}}]", "the base has no 'kkk"),
]
CLASSES = {
    "long words": LONG_WORDS,
    "type confusion in rules": CONFUSED,
    "rules that lack something": LACKING,
    "durations and dates": ODD,
    "notation": NOTATION,
    "names inside names": BOMBS,
    "circles": CIRCLES,
    "unknown and withdrawn sources": CITES,
    "bad codes": CODES,
    "overlays with a stale `was`": STALE,
    "overlays of places that there are not": NOWHERE,
    "overlays that can't be read": OVERLAYS,
    "waivers": WAIVERS,
    "overlays that weaken": WEAKER,
    "names": NAMES,
}
