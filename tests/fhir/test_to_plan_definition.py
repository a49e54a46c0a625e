"""The exported plan: every step once, each condition a define that exists, and nothing said that R4 would make a lie of."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from random import Random

import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.criteria import ALWAYS, Present
from spineworkup.fhir.copyright import COPYRIGHT
from spineworkup.fhir.plan.actions import ASK
from spineworkup.fhir.plan.header import slug
from spineworkup.fhir.plan.words import time_words
from spineworkup.fhir.to_activity_definitions import to_activity_definitions
from spineworkup.fhir.to_plan_definition import to_plan_bundle, to_plan_definition
from spineworkup.findings import Coding, Finding, Kind
from spineworkup.pathways import Pathway, Prerequisite, Purpose, Rule, Step, Waiver
from spineworkup.sources import VERIFICATION_WORDS, Citation, Source
from spineworkup.urgency import Urgency
from tests.fhir.plan_checks import actions_of, asked_defines, defines_in, elm_in, steps_of
from tests.oracle.generate import Author

BASE, US = load_pathway(), load_pathway("metastatic_spine", ["us"])
PATHWAYS = {"base": BASE, "us": US, "empty": Pathway()} | {
    f"random {n}": Author(Random(n)).pathway() for n in range(20)
}
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
FEVER = Finding("fever", "Fever", Kind.BOOLEAN)
HOURS = timedelta(hours=24)


@pytest.fixture(scope="module")
def plan():
    return to_plan_definition(BASE)


def action_of(pathway, id_):
    return next(action for action in actions_of(to_plan_definition(pathway)) if action["id"] == id_)


def step(id_="s", **more):
    return Step(id_, id_.title(), **more)


def rule(id_, **more):
    return Rule(id_, Present("fever"), f"Says {id_}", **more)


def of(*steps, **more):
    return evolve(Pathway.of(*steps, findings=[FEVER]), id="small", **more)


@pytest.mark.parametrize("pathway", PATHWAYS.values(), ids=PATHWAYS)
def test_every_step_once_with_one_condition_that_exists(pathway):
    plan, library, *others = [entry["resource"] for entry in to_plan_bundle(pathway)["entry"]]
    asked, *steps = steps_of(plan)
    activities = {f"{one['url']}|{one['version']}" if "version" in one else one["url"] for one in others}

    assert asked["id"] == ASK
    assert sorted(action["id"] for action in steps) == sorted(map(slug, pathway.steps))
    assert all(len(action["condition"]) == 1 for action in actions_of(plan))
    assert {one["kind"] for action in actions_of(plan) for one in action["condition"]} == {"applicability"}
    assert set(asked_defines(plan)) <= defines_in(library)
    assert {action["definitionCanonical"] for action in steps_of(plan)} <= activities
    url = f"{library['url']}|{library['version']}" if "version" in library else library["url"]
    assert plan["library"] == [url]


@pytest.mark.parametrize("pathway", PATHWAYS.values(), ids=PATHWAYS)
def test_ids_are_valid_and_their_own(pathway):
    bundle = to_plan_bundle(pathway)
    plan = bundle["entry"][0]["resource"]
    ids = [action["id"] for action in actions_of(plan)]
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    related = [one["actionId"] for action in actions_of(plan) for one in action.get("relatedAction", [])]

    assert all(ID.fullmatch(id_) for id_ in (*ids, *(entry["resource"]["id"] for entry in bundle["entry"])))
    assert len(set(ids)) == len(ids) and len(set(urls)) == len(urls)
    assert set(related) <= set(ids)


def test_the_actions_are_in_the_order_of_work(plan):
    ids = [action["id"] for action in steps_of(plan)[1:]]
    first = [ids.index(slug(first)) for first, _ in BASE.order]
    second = [ids.index(slug(second)) for _, second in BASE.order]

    # A group stands where its first step does: only the CT, which stands in for the MRI, moves ahead of others.
    early = [pair for pair, a, b in zip(BASE.order, first, second, strict=True) if a > b]
    assert {after for _, after in early} <= {"ct_spine"}


def test_only_prerequisites_are_related(plan):
    """R4's relations say "must"; the order of work never blocks."""
    found = {action["id"]: action["relatedAction"] for action in steps_of(plan) if "relatedAction" in action}
    waits = {slug(id_): one.prerequisites for id_, one in BASE.steps.items() if one.prerequisites}

    assert found == {
        id_: [{"actionId": slug(one.step), "relationship": "after-end"} for one in ones]
        for id_, ones in waits.items()
    }


def test_what_the_plan_says_of_itself(plan):
    assert (plan["status"], plan["experimental"], plan["date"]) == ("draft", True, BASE.revised.isoformat())
    assert plan["identifier"] == [
        {"system": "https://spineworkup.example/fhir/pathway-hash", "value": BASE.hash}
    ]
    assert plan["purpose"] == BASE.intended_use and plan["copyright"] == COPYRIGHT
    assert plan["effectivePeriod"]["end"] == BASE.review_by.isoformat()
    assert plan["type"]["coding"][0]["code"] == "clinical-protocol"
    assert plan["jurisdiction"][0]["coding"][0]["code"] == "GB"
    assert to_plan_definition(US)["jurisdiction"][0]["coding"][0]["code"] == "US"
    assert (
        "hides what is not known" in plan["usage"] and "what is not known is not false" in plan["description"]
    )


def test_base_and_overlay_differ_in_address():
    assert to_plan_definition(BASE)["url"] + "-us" == to_plan_definition(US)["url"]


def test_waivers_stand_in_every_resource():
    waiver = Waiver("s", "no scanner", "radiologist", "H-01", date(2027, 1, 1))
    bundle = to_plan_bundle(of(step(), waivers=(waiver,)))
    says = "Waiver: s: no scanner (radiologist, H-01, until 2027-01-01)."

    assert all(
        says in entry["resource"]["usage"] for entry in bundle["entry"] if "usage" in entry["resource"]
    )
    assert says in bundle["entry"][0]["resource"]["usage"] and says in bundle["entry"][1]["resource"]["usage"]


def test_what_is_not_known_has_an_action_of_its_own(plan):
    ask = plan["action"][0]

    assert (ask["id"], ask["priority"], ask["requiredBehavior"]) == (ASK, "stat", "must")
    assert ask["condition"][0]["expression"]["expression"] == "something is undetermined"
    assert ask["dynamicValue"] == [
        {"path": "description", "expression": {"language": "text/cql", "expression": "what is undetermined"}}
    ]


def test_an_action_says_what_its_step_says():
    mri = action_of(BASE, "mri-whole-spine")
    about = BASE.steps["mri_whole_spine"]

    assert (mri["title"], mri["textEquivalent"]) == (about.label, about.action)
    assert [one["coding"][0]["code"] for one in mri["code"]] == [
        about.id,
        *(order.code for order in about.orders),
    ]
    assert [one["text"] for one in mri["reason"]] == [one.says for one in about.indications]
    assert mri["participant"] == [{"type": "practitioner", "role": {"text": about.owner}}]
    assert mri["requiredBehavior"] == "must-unless-documented"
    for rule_ in (*about.indications, *about.contraindications, *about.cautions):
        assert rule_.says in mri["description"]
    assert "within 6 hours of suspicion" in mri["description"]


def test_citations_have_place_and_mark():
    source = Source("ng1", "A guideline", url="guide.test/ng1")
    cites = (Citation("ng1", "1.2"), Citation("other"))
    pathway = of(
        step(indications=(rule("r", cites=cites, verification="secondary"),)), sources={"ng1": source}
    )

    mark = VERIFICATION_WORDS["secondary"]
    assert action_of(pathway, "s")["documentation"] == [
        {
            "type": "citation", "label": "ng1 1.2", "display": "A guideline",
            "citation": f"A guideline, 1.2 ({mark})", "url": "https://guide.test/ng1",
        },
        {"type": "citation", "label": "other", "display": "other", "citation": f"other ({mark})"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([rule("a", within=HOURS, start="suspicion")], (24, "h")),
        ([rule("a", within=timedelta(minutes=90), start="suspicion")], (90, "min")),
        ([rule("a", within=HOURS, start="suspicion"), rule("b", within=HOURS, start="suspicion")], (24, "h")),
        ([rule("a", within=HOURS, start="suspicion"), rule("b", within=2 * HOURS, start="suspicion")], None),
        ([rule("a", within=HOURS, start="suspicion"), rule("b", within=HOURS, start="onset")], None),
        ([rule("a", within=HOURS, start="suspicion"), rule("b")], None),
        ([rule("a")], None),
        ([], None),
    ],
)
def test_a_time_limit_stands_only_where_all_rules_give_it(rules, wanted):
    timing = action_of(of(step(indications=tuple(rules))), "s").get("timingDuration")

    assert (timing and (timing["value"], timing["code"])) == wanted
    assert timing is None or timing["comparator"] == "<="


def test_a_time_limit_counts_what_is_taken_over():
    timed = step("first", indications=(rule("a", within=HOURS, start="suspicion"),))
    other = step("second", indications=(rule("b"),))

    assert "timingDuration" not in action_of(of(timed, other, fallbacks=[("first", "second")]), "second")


@pytest.mark.parametrize("tier", Urgency)
def test_priority_is_the_highest_that_is_possible(tier):
    priorities = dict(zip(Urgency, ("routine", "routine", "urgent", "asap", "stat"), strict=True))
    own = of(step(indications=(rule("a", urgency=Urgency.ROUTINE), rule("b", urgency=tier))))
    taken = of(
        step("first", indications=(rule("a", urgency=tier),)),
        step("second", indications=(rule("b", urgency=Urgency.ROUTINE),)),
        fallbacks=[("first", "second")],
    )

    assert action_of(own, "s")["priority"] == priorities[max(tier, Urgency.ROUTINE)]
    assert action_of(taken, "second")["priority"] == priorities[max(tier, Urgency.ROUTINE)]
    assert "priority" not in action_of(of(step()), "s")


def test_the_steps_of_a_purpose_stand_in_a_group():
    steps = [step(id_, indications=(Rule(id_ + "_r", ALWAYS, ""),)) for id_ in ("mri", "ct", "call", "other")]
    purposes = {
        "a": Purpose("a", "See", ("mri", "ct"), escalate_to="call", critical=True),
        "b": Purpose("b", "", ("ct", "other")),
        "c": Purpose("c", "Alone", ("other",)),
    }
    plan = to_plan_definition(of(*steps, purposes=purposes))
    (group,) = [action for action in plan["action"] if "action" in action]

    assert (group["id"], group["title"]) == ("purpose-a", "See")
    assert (group["groupingBehavior"], group["selectionBehavior"]) == ("logical-group", "one-or-more")
    assert group["description"] == "In order of preference: Mri; Ct.\nWhere none can be done: Call."
    assert {action["id"] for action in group["action"]} == {"mri", "ct"}


def test_a_purpose_that_is_not_critical_asks_for_nothing():
    steps = [step("a"), step("b")]
    purposes = {"p": Purpose("p", "", ("a", "b", "gone"))}
    group = to_plan_definition(of(*steps, purposes=purposes))["action"][1]

    assert (group["title"], group["selectionBehavior"]) == ("p", "any")
    assert group["description"] == "In order of preference: A; B."


def test_what_speaks_against_a_step_and_what_it_waits_for_are_in_words():
    against = (
        Rule("no", Present("fever"), "Never", "absolute"),
        Rule("asks", Present("fever"), "Ask", "relative", sign_off="surgeon"),
        Rule("nobody", Present("fever"), "Hold", "relative"),
    )
    cautious = Rule("care", Present("fever"), "Take care", "caution")
    waits = (Prerequisite("first"), Prerequisite("second", Present("fever")))
    orders = (Coding("loinc", "2000-8", "Calcium"), Coding("loinc", "1751-7"))
    last = step(
        "last",
        contraindications=against,
        cautions=(cautious,),
        prerequisites=waits,
        checks=("fever", "gone"),
        orders=orders,
    )

    assert action_of(of(step("first"), step("second"), last), "last")["description"].splitlines() == [
        "Contraindicated: Never.",
        "Relative contraindication: Ask (may be cleared by: surgeon).",
        "Relative contraindication: Hold.",
        "Caution: Take care.",
        "Answer first: Fever.",
        "Waits for: First.",
        "Waits for: Second, unless Fever.",
        "Codes: Calcium; 1751-7.",
    ]


def test_a_stand_in_says_for_what():
    first = step("first", indications=(rule("a"),))
    pathway = of(first, step("second"), step("third"), fallbacks=[("first", "second"), ("second", "third")])

    assert action_of(pathway, "second")["description"] == "Takes over where this can't be done: First."
    assert (
        action_of(pathway, "third")["description"] == "Takes over where this can't be done: First or Second."
    )


@pytest.mark.parametrize(
    ("minutes", "words"), [(30, "30 minutes"), (60, "1 hour"), (1440, "24 hours"), (10080, "7 days")]
)
def test_times_in_words(minutes, words):
    assert time_words(timedelta(minutes=minutes)) == words


# Activities.


def test_what_is_ordered_is_a_request_and_all_else_a_task():
    activities = {one["id"]: one for one in to_activity_definitions(BASE)}

    assert len(activities) == len(BASE.steps) + 1
    for id_, about in BASE.steps.items():
        one = activities[slug("metastatic_spine", id_)]
        assert one["kind"] == ("ServiceRequest" if about.orders else "Task")
        assert (one["intent"], one["doNotPerform"], one["status"]) == ("proposal", False, "draft")
        assert one["code"]["coding"][0]["code"] == id_


def test_a_request_has_a_code_of_a_terminology_only_where_all_its_codes_mean_one_thing():
    """Six blood tests in one code would say that they are the same thing."""
    codes = {one["id"]: one["code"] for one in to_activity_definitions(BASE)}
    mri = codes["metastatic-spine-mri-whole-spine"]["coding"]

    assert [one["system"].rpartition("/")[2] for one in mri] == ["steps", "loinc.org", "sct"]
    assert len(codes["metastatic-spine-blood-tests"]["coding"]) == 1


# The Bundle.


def test_another_address_is_used_throughout():
    bundle = to_plan_bundle(BASE, "https://hospital.test/fhir")
    library = bundle["entry"][1]["resource"]
    text = json.dumps([bundle, elm_in(library)])

    assert "spineworkup.example" not in text and "https://hospital.test/fhir/CodeSystem/steps" in text


def test_every_code_of_ours_is_defined_in_the_bundle():
    resources = [entry["resource"] for entry in to_plan_bundle(BASE)["entry"]]
    systems = {
        one["url"]: {c["code"] for c in one["concept"]}
        for one in resources
        if one["resourceType"] == "CodeSystem"
    }
    used = [
        pair
        for resource in resources
        for pair in codings_in(resource)
        if pair[0].startswith("https://spineworkup")
    ]

    assert used and all(code in systems[system] for system, code in used)
    assert all(
        one["count"] == len(one["concept"]) for one in resources if one["resourceType"] == "CodeSystem"
    )


def codings_in(value):
    if isinstance(value, list):
        for one in value:
            yield from codings_in(one)
    elif isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value["system"], value["code"]
        for one in value.values():
            yield from codings_in(one)


def test_the_same_pathway_gives_the_same_bytes():
    assert json.dumps(to_plan_bundle(BASE)) == json.dumps(to_plan_bundle(load_pathway()))
