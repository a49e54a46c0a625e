"""Records that our own exporter never writes, and what the ELM has to make of them: not known, rather than something."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from spineworkup.fhir.systems import CANONICAL, FINDINGS, STATES, STEPS, UCUM, options_system
from spineworkup.findings import Derivation, Finding, Kind
from spineworkup.pathways import Pathway, Step
from spineworkup.scores import Additive, Score

CALCIUM: dict[str, Any] = {
    "kind": Kind.QUANTITY,
    "unit": "mmol/L",
    "also": ("mg/dL",),
    "molar_mass": Decimal("40.078"),
}
ITEMS = {"site": {"low": (0, 0), "high": (2, 3)}, "size": {"small": (1, 1), "large": (3, 3)}}
SITE, SIZE = ({option: option for option in options} for options in ITEMS.values())
PATHWAY = Pathway(
    id="records",
    steps={"mri": Step("mri", "MRI", produces=("fever",)), "call": Step("call", "Call")},
    findings={
        one.id: one
        for one in (
            Finding("fever", "Fever", Kind.BOOLEAN),
            Finding("site", "Site", Kind.CHOICE, options=SITE),
            Finding("size", "Size", Kind.CHOICE, options=SIZE),
            Finding("points_total", "Points", Kind.NUMBER, low=Decimal(0), high=Decimal(20)),
            Finding("total", "Calcium", low=Decimal(1), high=Decimal(6), **CALCIUM),
            Finding("albumin", "Albumin", Kind.QUANTITY, unit="g/L", also=("g/dL",)),
            Finding(
                "adjusted",
                "Adjusted",
                derived=Derivation("adjusted_calcium", ("total", "albumin")),
                **CALCIUM,
            ),
        )
    },
    scores={"points": Score("points", "Points", Additive(ITEMS, ()))},
)


def seen(finding: str, status: str = "final", **value: Any) -> dict[str, Any]:
    code = {"coding": [{"system": f"{CANONICAL}/{FINDINGS}", "code": finding}]}
    return {"resourceType": "Observation", "status": status, "code": code, **value}


def fever(value: bool, **more: Any) -> dict[str, Any]:
    return seen("fever", valueBoolean=value, **more)


def absent(finding: str, text: str) -> dict[str, Any]:
    return seen(finding, dataAbsentReason={"text": text})


def option(finding: str, *codes: str, system: str = "") -> dict[str, Any]:
    address = system or f"{CANONICAL}/{options_system(finding)}"
    return seen(
        finding, valueCodeableConcept={"coding": [{"system": address, "code": code} for code in codes]}
    )


def number(finding: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return seen(finding, valueQuantity={"value": value, "system": UCUM, "code": unit, **more})


def points(low: float, high: float) -> dict[str, Any]:
    ends = [{"value": end, "system": UCUM, "code": "1"} for end in (low, high)]
    return seen("points_total", valueRange=dict(zip(("low", "high"), ends, strict=True)))


def task(step: str, *states: str, status: str = "completed", system: str = STATES) -> dict[str, Any]:
    said = {"coding": [{"system": f"{CANONICAL}/{system}", "code": state} for state in states]}
    code = {"coding": [{"system": f"{CANONICAL}/{STEPS}", "code": step}]}
    return {
        "resourceType": "Task",
        "status": status,
        "code": code,
        **({"businessStatus": said} if states else {}),
    }


Row = tuple[str, list[dict[str, Any]], dict[str, Any]]
FEVER, SITED, TOTAL, ADJUSTED = "finding fever", "finding site", "finding total", "finding adjusted"
LOW, HIGH, STATE = "finding points_total lowest", "finding points_total highest", "mri state"
ROWS: list[Row] = [
    ("nothing", [], {FEVER: None, SITED: None, TOTAL: None, ADJUSTED: None, LOW: None, HIGH: None, STATE: "none"}),
    ("one", [fever(True)], {FEVER: True}),
    ("several that agree", [fever(False), fever(False, status="amended")], {FEVER: False}),
    ("several that disagree", [fever(True), fever(False)], {FEVER: None}),
    ("in the other order", [fever(False), fever(True)], {FEVER: None}),
    ("one that says nothing beside one that does", [fever(True), seen("fever")], {FEVER: None}),
    ("before it", [seen("fever"), fever(True)], {FEVER: None}),
    ("absent with a reason", [absent("fever", "stale")], {FEVER: None}),
    ("absent with a reason beside a value", [fever(True), absent("fever", "conflict")], {FEVER: None}),
    ("not recorded beside a value", [absent("fever", "not_recorded"), fever(True)], {FEVER: True}),
    *((f"status {one}", [fever(True, status=one)], {FEVER: None}) for one in ("entered-in-error", "preliminary", "unknown")),
    ("cancelled beside a value", [fever(True, status="cancelled"), fever(False)], {FEVER: False}),
    ("a value of another type", [seen("fever", valueString="true")], {FEVER: None}),
    ("an integer where a boolean belongs", [seen("fever", valueInteger=1)], {FEVER: None}),
    ("an option", [option("site", "low")], {SITED: "low"}),
    ("a code that is no option", [option("site", "middle")], {SITED: None}),
    ("an option in another system", [option("site", "low", system="http://other.test")], {SITED: None}),
    ("two options", [option("site", "low", "high")], {SITED: None}),
    ("an option of another finding", [option("site", "small")], {SITED: None}),
    ("text only", [seen("site", valueCodeableConcept={"text": "low"})], {SITED: None}),
    ("own unit", [number("total", 2.6, "mmol/L")], {TOTAL: Decimal("2.6")}),
    ("another unit", [number("total", 10.42028, "mg/dL")], {TOTAL: Decimal("2.6")}),
    ("two units that agree", [number("total", 2.6, "mmol/L"), number("total", 10.42028, "mg/dL")], {TOTAL: Decimal("2.6")}),
    ("a unit that is none of its", [number("total", 2.6, "mmol/dL")], {TOTAL: None}),
    ("no unit", [seen("total", valueQuantity={"value": 2.6})], {TOTAL: None}),
    ("a unit that isn't UCUM", [number("total", 2.6, "mmol/L", system="http://other.test")], {TOTAL: None}),
    ("a bound", [number("total", 2.6, "mmol/L", comparator=">")], {TOTAL: None}),
    ("too high", [number("total", 6.1, "mmol/L")], {TOTAL: None}),
    ("too low", [number("total", 0.9, "mmol/L")], {TOTAL: None}),
    ("at the end", [number("total", 6, "mmol/L")], {TOTAL: Decimal(6)}),
    ("a total", [number("points_total", 4, "{score}")], {LOW: Decimal(4), HIGH: Decimal(4)}),
    ("a range", [points(2, 5)], {LOW: Decimal(2), HIGH: Decimal(5)}),
    ("totals that disagree", [points(2, 5), points(2, 6)], {LOW: Decimal(2), HIGH: None}),
    ("an implausible total", [number("points_total", 21, "1")], {LOW: None, HIGH: None}),
    ("one item", [option("site", "high")], {LOW: Decimal(3), HIGH: Decimal(6)}),
    ("both items", [option("site", "high"), option("size", "small")], {LOW: Decimal(3), HIGH: Decimal(4)}),
    ("a total beside items", [option("site", "high"), points(1, 1)], {LOW: Decimal(1), HIGH: Decimal(1)}),
    ("items beside a total of no use", [option("site", "high"), absent("points_total", "conflict")], {LOW: None, HIGH: None}),
    ("adjusted in mmol/L", [number("total", 2.5, "mmol/L"), number("albumin", 30, "g/L")], {ADJUSTED: Decimal("2.7")}),
    ("albumin in g/dL", [number("total", 2.5, "mmol/L"), number("albumin", 3, "g/dL")], {ADJUSTED: Decimal("2.7")}),
    ("adjusted in mg/dL", [number("total", 10, "mg/dL"), number("albumin", 3, "g/dL")], {ADJUSTED: Decimal("10.8") / Decimal("4.0078")}),
    ("one input only", [number("total", 2.5, "mmol/L")], {ADJUSTED: None}),
    ("a result goes first", [number("total", 2.5, "mmol/L"), number("albumin", 30, "g/L"), number("adjusted", 2.4, "mmol/L")], {ADJUSTED: Decimal("2.4")}),
    ("a result of no use", [number("total", 2.5, "mmol/L"), number("albumin", 30, "g/L"), absent("adjusted", "stale")], {ADJUSTED: None}),
    ("a state", [task("mri", "declined")], {STATE: "declined", "mri status": "declined", "mri is closed": True}),
    ("a proposal", [task("mri")], {STATE: "none"}),
    ("in error", [task("mri", "declined", status="entered-in-error")], {STATE: "none", "mri is closed": True}),
    ("states that disagree", [task("mri", "declined"), task("mri", "acted_on")], {STATE: "disputed", "mri is finished": False}),
    ("two states at once", [task("mri", "declined", "acted_on")], {STATE: "disputed"}),
    ("an unknown state", [task("mri", "vanished")], {STATE: "disputed", "mri is finished": False}),
    ("a state of another system", [task("mri", "declined", system=STEPS)], {STATE: "none"}),
    ("not available", [task("mri", "not_available")], {STATE: "none", "mri is not available": True, "mri is barred": True}),
    ("not available, and requested", [task("mri", "not_available"), task("mri", "requested")], {STATE: "requested", "mri is not available": True}),
    ("another step's", [task("call", "declined")], {STATE: "none", "call state": "declined"}),
    ("performed, with a result to come", [task("mri", "performed")], {"mri is finished": False}),
    ("performed, without one", [task("call", "performed")], {"call is finished": True}),
]  # fmt: skip
