"""The exported ELM run by cql-execution over FHIR resources of generated patients: it says what `assess` says.

By default of a thousand; SPINEWORKUP_ELM says of how many.
"""

from __future__ import annotations

import json
import os
from random import Random

import pytest

from spineworkup import load_pathway
from spineworkup.charts import STATES
from spineworkup.criteria import Comparator
from spineworkup.entries import WhyUnknown
from spineworkup.readings import Status
from spineworkup.translate import elm_nodes as nodes
from spineworkup.translate import to_elm
from spineworkup.urgency import Urgency
from tests.conformance.elm_cases import cases, need, same
from tests.conformance.elm_records import PATHWAY, ROWS
from tests.conformance.run_elm import judge, random_pathways, said_of

pytestmark = pytest.mark.conformance
SEED = 4
COUNT = int(os.environ.get("SPINEWORKUP_ELM", "1000"))
# A fifth of them with the overlay, and a fifth as many of random rules, ten of each.
US, RANDOM = COUNT // 5, COUNT // 50
THREE = ("true", "false", "unknown")
# What has to have been among the patients, or a run proves nothing.
SEEN = [
    *(f"status {status.value}" for status in Status),
    *(f"{end} {tier.value}" for end in ("lowest", "highest") for tier in Urgency),
    *(f"event {state}" for state in (None, *STATES)),
    *(f"clear {clear}" for clear in (True, False)),
    *(f"{what} {truth}" for what in ("own", "inherited", "barred") for truth in THREE),
    *(f"value {kind}" for kind in ("bool", "str", "Decimal", "Range")),
    *(f"unknown {reason.value}" for reason in WhyUnknown if reason is not WhyUnknown.NOT_RECORDED),
    *(f"rule {truth}" for truth in (True, False, None)),
    *("calculated True", "not available"),
]


@pytest.fixture(autouse=True)
def packages() -> None:
    need("cql-execution")
    need("cql-exec-fhir")


def test_patients_of_the_shipped_rules() -> None:
    base, us = load_pathway(), load_pathway("metastatic_spine", ["us"])
    judged = judge([(base, cases(base, Random(SEED), COUNT - US)), (us, cases(us, Random(SEED + 1), US))])

    assert [] == judged.differences[:10]
    assert judged.patients == COUNT
    assert [] == [what for what in SEEN if not judged.seen[what]]


def test_random_rules() -> None:
    """Nodes that the shipped rules don't have, such as a count; totals from items, several stand-ins, waivers by rule."""
    judged = judge(random_pathways(SEED, RANDOM, 10))

    assert [] == judged.differences[:10]
    assert judged.patients == RANDOM * 10
    assert [] == [what for what in SEEN if not judged.seen[what]]


def test_records_found_as_cql_exec_fhir_finds_them() -> None:
    """The other runs look records up by their code, which is quicker."""
    base = load_pathway()
    judged = judge([(base, cases(base, Random(SEED), 20))], ["stock"])

    assert [] == judged.differences[:10] and judged.patients == 20


def differing() -> list[str]:
    """What is said otherwise of records that no exporter of ours writes."""
    said = said_of(PATHWAY, [record for _, record, _ in ROWS])
    rows = [(words, wanted, found) for (words, _, wanted), found in zip(ROWS, said, strict=True)]
    pairs = [
        (f"{words}: {define}", one, found[define])
        for words, wanted, found in rows
        for define, one in wanted.items()
    ]
    return [f"{words}: {one!r} expected, {got!r} said" for words, one, got in pairs if not same(one, got)]


def test_records_of_others() -> None:
    assert [] == differing()


LESS, AT_MOST = Comparator.LESS, Comparator.AT_MOST
COUNT_MORE = json.loads(json.dumps(to_elm.AT_LEAST).replace("GreaterOrEqual", "Greater"))
# Where, and what stands there instead.
FAULTS = {
    "less for at most": ("translate.to_elm._SIDES", {**to_elm._SIDES, AT_MOST: "Less"}),
    "at most for less": ("translate.to_elm._SIDES", {**to_elm._SIDES, LESS: "LessOrEqual"}),
    "without its Not": ("translate.to_elm.not_", lambda operand: operand),
    "Or for And": ("translate.to_elm.both", nodes.either),
    "And for Or": ("translate.to_elm.either", nodes.both),
    "not known counted as false": ("translate.to_elm.not_", nodes.is_false),
    "more than so many": ("fhir.elm.library.AT_LEAST", COUNT_MORE),
    "the lowest end alone": ("translate.to_elm.equal", lambda low, high: nodes.literal(True)),
    "any unit": ("fhir.elm.numbers.in_unit_of", lambda finding, number, unit: number),
    "whatever was declined": ("fhir.elm.steps.declined", lambda step: nodes.literal(False)),
    "a step that is done still asked for": ("fhir.elm.steps.name.finished", lambda step: f"{step} is not available"),
    "not known could not be indicated": ("fhir.elm.steps.not_", lambda operand: nodes.is_false(nodes.not_(operand))),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_change_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, instead = FAULTS[fault]
    monkeypatch.setattr(f"spineworkup.{where}", instead)

    assert judge(random_pathways(SEED, 60, 5), enough=1).differences


FIRST = [
    nodes.function(f"agreed {kind}", {"values": {}}, nodes.node("First", source=nodes.given("values")))
    for kind in ("boolean", "string", "decimal")
]
FAULTS_OF_READING = {
    "the first of several": ("library.AGREEMENTS", FIRST),
    "implausible numbers": ("findings.number_of", lambda quantity, finding: nodes.prop(nodes.prop(quantity, "value"), "value")),
    "any unit": ("numbers.in_unit_of", lambda finding, number, unit: number),
    "any status": ("findings.COUNTED", ("final", "amended", "corrected", "entered-in-error")),
    "any code": ("findings.among", lambda text, texts: nodes.literal(True)),
    "any Task": ("events.exists", lambda source: nodes.literal(True)),
    "the reason is no matter": ("findings.is_true", lambda operand: nodes.literal(False)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS_OF_READING)
def test_a_planted_change_of_reading_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, instead = FAULTS_OF_READING[fault]
    monkeypatch.setattr(f"spineworkup.fhir.elm.{where}", instead)

    assert differing()
