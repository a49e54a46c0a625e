"""The Library that carries the rules as ELM: sound, complete, and always the same."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from attrs import evolve
from hypothesis import given

from spineworkup import load_pathway
from spineworkup.assessment import assess
from spineworkup.charts import Chart, StepEvent
from spineworkup.criteria import NamedCriterion, Present
from spineworkup.derived import DERIVED
from spineworkup.entries import Observation, Unknown, WhyUnknown
from spineworkup.fhir.as_read import as_read
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.derived import DERIVED_ELM
from spineworkup.fhir.elm.library import elm_library
from spineworkup.fhir.plan.header import computer_name, slug
from spineworkup.fhir.to_library import to_library
from spineworkup.findings import Derivation, Finding, Kind
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.testing.strategies import NOON, charts
from spineworkup.translate.elm_nodes import node
from tests.fhir.elm_checks import circles, faults_of
from tests.fhir.plan_checks import elm_in
from tests.oracle.generate import Author

BASE = load_pathway()
US = load_pathway("metastatic_spine", ["us"])


def defines(pathway):
    return {one["name"]: one["expression"] for one in elm_library(pathway)["library"]["statements"]["def"]}


@pytest.mark.parametrize(
    "pathway", [BASE, US, Pathway(), Author(Random(1)).pathway()], ids=["base", "us", "empty", "random"]
)
def test_the_elm_is_sound(pathway):
    library = elm_library(pathway)

    assert [] == faults_of(library) == circles(library)


def test_the_elm_of_random_rules_is_sound():
    for seed in range(100):
        library = elm_library(Author(Random(seed)).pathway())
        assert [] == faults_of(library) == circles(library)


@pytest.mark.parametrize(
    ("where", "instead", "fault"),
    [
        ("translate.to_elm.both", lambda operands: node("Annd", *operands), "Annd: no such node"),
        ("translate.to_elm.ref", lambda define: node("ExpressionRef", name=f"{define}s"), "nothing is called"),
        ("translate.to_elm.not_", lambda operand: node("Not", operand, operand), "Not: 2 operands"),
        ("fhir.elm.events.alias", lambda define: node("AliasRef", name="other"), "AliasRef: nothing is called"),
        ("fhir.elm.library.AT_LEAST", {"type": "FunctionDef", "name": "x", "operand": [], "expression": {}}, "no node where"),
        ("fhir.elm.names.rule", lambda id_: "rule", "defined twice"),
        ("fhir.elm.names.state", lambda id_: "coding", "an alias and a define"),
        ("fhir.elm.findings.agreed", lambda kind: "at least", "at least: 1 operands"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_seen(where, instead, fault, monkeypatch):
    monkeypatch.setattr(f"spineworkup.{where}", instead)

    assert any(
        fault in found
        for seed in range(5)
        for found in faults_of(elm_library(Author(Random(seed)).pathway()))
    )


def test_a_circle_is_seen():
    library = {"library": {"statements": {"def": [{"type": "ExpressionDef", "name": "a", "expression": node("Not", node("ExpressionRef", name="a"))}]}}}  # fmt: skip
    assert circles(library) == ["a"]


def test_every_finding_criterion_rule_and_step_has_its_defines():
    said = defines(BASE)
    findings = {f"finding {id_}" for id_ in BASE.findings if id_ not in BASE.totals}
    ends = {f"finding {id_} {end}" for id_ in BASE.totals for end in ("lowest", "highest")}
    rules = {name.rule(id_) for id_ in BASE.rules} | {name.criterion(id_) for id_ in BASE.criteria}
    steps = {define(id_) for id_ in BASE.steps for define in (
        name.indicated, name.could_be_indicated, name.lowest_urgency, name.highest_urgency, name.contraindicated,
        name.not_available, name.state, name.status, name.clear,
    )}  # fmt: skip

    assert findings | ends | rules | steps <= said.keys()


def test_a_rule_refers_to_the_criterion_that_it_is():
    said = defines(BASE)["rule mri_within_24_hours"]

    # Two names of one criterion.
    assert said["name"] in ("criterion cord_compression_suspected", "criterion emergency_neurology")


def test_two_criteria_that_are_the_same_do_not_refer_to_each_other():
    fever = {id_: NamedCriterion(id_, id_, Present("fever")) for id_ in ("a", "b")}
    step = Step("s", "S", indications=(Rule("r", Present("fever"), "Fever"),))
    pathway = evolve(Pathway.of(step, findings=[Finding("fever", "Fever", Kind.BOOLEAN)]), criteria=fever)

    assert [] == faults_of(elm_library(pathway)) == circles(elm_library(pathway))
    assert defines(pathway)["criterion b"] == node("ExpressionRef", name="finding fever")


def test_a_finding_and_a_step_may_share_an_id():
    step = Step("fever", "Fever", indications=(Rule("fever", Present("fever"), "Fever"),))
    pathway = Pathway.of(step, findings=[Finding("fever", "Fever", Kind.BOOLEAN)])

    assert [] == faults_of(elm_library(pathway))


def test_every_way_to_work_a_finding_out_has_its_elm():
    assert DERIVED.keys() == DERIVED_ELM.keys()


def test_a_finding_whose_inputs_are_not_here_is_only_read():
    alone = Finding(
        "calcium_adjusted", "", Kind.QUANTITY, unit="mmol/L", molar_mass=Decimal("40.078"),
        derived=Derivation("adjusted_calcium", ("calcium_total", "albumin")),
    )  # fmt: skip
    assert defines(Pathway.of(findings=[alone]))["finding calcium_adjusted"]["type"] == "FunctionRef"


def test_what_the_library_says_of_itself():
    library = to_library(BASE)

    assert library["type"]["coding"][0]["code"] == "logic-library"
    assert (library["status"], library["experimental"], library["version"]) == ("draft", True, BASE.version)
    assert library["identifier"][0]["value"] == BASE.hash
    assert library["purpose"] == BASE.intended_use
    assert library["content"][0]["contentType"] == "application/elm+json"
    assert elm_in(library) == elm_library(BASE)
    assert "knows no times" in library["description"] and "not known" in library["usage"]
    for owner in ("Regenstrief", "International Health Terminology", "UCUM"):
        assert owner in library["copyright"]


def test_the_library_names_what_it_reads():
    observations, tasks = to_library(BASE)["dataRequirement"]

    assert {one["code"] for one in observations["codeFilter"][0]["code"]} == set(BASE.findings)
    assert {one["code"] for one in tasks["codeFilter"][0]["code"]} == set(BASE.steps)
    assert (observations["type"], tasks["type"]) == ("Observation", "Task")


def test_every_source_is_cited_with_an_address_that_can_be_followed():
    artifacts = to_library(BASE)["relatedArtifact"]

    assert [one["label"] for one in artifacts] == list(BASE.sources)
    assert all(
        one.get("url", "https://").startswith("https://") and one.get("url", "").isascii()
        for one in artifacts
    )


def test_overlays_have_an_address_of_their_own():
    assert to_library(BASE)["url"].endswith("/Library/metastatic-spine")
    assert to_library(US)["url"].endswith("/Library/metastatic-spine-us")
    assert computer_name(US) == "MetastaticSpineUs"
    assert elm_in(to_library(US))["library"]["identifier"] == {
        "id": "MetastaticSpineUs",
        "version": US.version,
    }


def test_another_address_is_used_throughout():
    library = to_library(BASE, "https://hospital.test/fhir")
    text = json.dumps({**library, "content": elm_in(library)})

    assert "https://hospital.test/fhir/CodeSystem/findings" in text
    assert "spineworkup.example" not in text


def test_the_same_pathway_gives_the_same_bytes():
    assert json.dumps(to_library(BASE)) == json.dumps(to_library(load_pathway()))


def test_an_empty_pathway_has_a_library_too():
    library = to_library(Pathway())

    assert (library["id"], library["name"]) == ("pathway", "Pathway")
    assert not {"version", "date", "jurisdiction", "useContext", "dataRequirement"} & library.keys()


def test_a_long_id_stays_its_own():
    long, other = slug("a" * 70, "b"), slug("a" * 70, "c")

    assert len(long) == 64 and long != other and long == slug("a" * 70, "b")
    assert slug("é/ü") == "---"


# The record as it is read.


@given(charts(BASE))
def test_as_read_gives_the_same_answer(chart):
    once = assess(BASE, chart, at=NOON)
    again = as_read(once)

    # But for a step that was done and is asked for again: when is no longer known for what was only calculated.
    assert [item.urgency for item in again.items] == [item.urgency for item in once.items]
    assert again.chart.facts == once.chart.facts
    assert [item.status for item in again.items] == [item.status for item in once.items]


def test_as_read_an_old_value_is_not_known():
    day = timedelta(days=1)
    fever = Finding("fever", "Fever", Kind.BOOLEAN, max_age=day)
    pathway = Pathway.of(
        Step("s", "S", indications=(Rule("r", Present("fever"), "Fever"),)), findings=[fever]
    )
    given_ = {"fever": Observation(True, NOON - 2 * day)}
    read = as_read(assess(pathway, Chart(pathway.findings, given_), at=NOON))

    assert read.original.entries["fever"] == Unknown(WhyUnknown.STALE)


def test_as_read_leaves_out_what_lies_in_the_future():
    later = NOON + timedelta(hours=1)
    steps = {"mri_whole_spine": StepEvent("acted_on", later), "blood_tests": StepEvent("requested", NOON)}
    read = as_read(assess(BASE, Chart(BASE.findings, steps=steps, clocks={"suspicion": later}), at=NOON))

    assert list(read.original.steps) == ["blood_tests"] and read.original.clocks == {}
