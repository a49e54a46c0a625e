"""Where a step stands: one row per status, the first that fits; what takes over; what holds it."""

import pytest
from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.charts import Chart, SignOff, StepEvent
from spineworkup.checklists import Status
from spineworkup.criteria import IsOneOf, Present
from spineworkup.errors import ChartError, PathwayError, TimeError
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway, Prerequisite, Purpose, Step
from spineworkup.scores import Grade, Score
from spineworkup.urgency import Urgency, UrgencyInterval
from tests.strategies import NOON, VOCABULARY, at, rule, seen

FEVER, PAIN, WEAK, NUMB = (Present(id_) for id_ in ("fever", "night_pain", "weakness", "numbness"))
BLOODS = Step("bloods", "Bloods", indications=(rule("bloods_i", NUMB),))
MRI = Step(
    "mri",
    "MRI",
    indications=(rule("mri_i", WEAK, urgency=Urgency.IMMEDIATE), rule("mri_j", PAIN, urgency=Urgency.WITHIN_A_WEEK)),
    contraindications=(
        rule("mri_a", IsOneOf("history", ["past"]), kind="absolute"),
        rule("mri_r", FEVER, kind="relative", sign_off="radiologist"),
    ),
    cautions=(rule("mri_k", IsOneOf("history", ["current"]), kind="caution"),),
    prerequisites=(Prerequisite("bloods", unless=WEAK),),
    produces=("crp",),
    done_when=IsOneOf("history", ["none"]),
)
CT = Step("ct", "CT", contraindications=(rule("ct_a", FEVER, kind="absolute"),))
PATHWAY = Pathway.of(MRI, BLOODS, findings=VOCABULARY.values())
# Nothing speaks against it, and nothing is open.
FREE = {"fever": False, "history": "current", "numbness": False}


def item(values, step="mri", pathway=PATHWAY, **chart):
    return assess(pathway, Chart(pathway.findings, values, **chart), at=NOON).item(step)


def event(state, hours_ago=1):
    return {"steps": {"mri": StepEvent(state, at(hours_ago), by="consultant", reason="patient's wish")}}


# From the last row up, each row adds what makes it that status, and the rows above it go first.
ROWS = [
    ("declined", FREE | {"weakness": True}, event("declined")),
    ("done", FREE | {"weakness": True}, event("acted_on")),
    ("done", FREE | {"weakness": True, "history": "none"}, {}),
    ("not_indicated", FREE | {"weakness": False, "night_pain": False}, {}),
    ("not_indicated", {"weakness": False, "night_pain": False, "history": "past"}, {}),
    ("undetermined", FREE | {"weakness": False}, {}),
    ("undetermined", {"history": "past"}, {}),
    ("undetermined", {}, {}),
    ("contraindicated", FREE | {"weakness": True, "history": "past"}, {}),
    ("contraindicated", FREE | {"night_pain": True, "history": "past", "numbness": True}, {}),
    ("waiting", FREE | {"night_pain": True, "numbness": True, "weakness": False}, {}),
    ("waiting", FREE | {"night_pain": True, "numbness": True}, {}),  # weakness unknown waives nothing
    ("due", FREE | {"night_pain": True, "numbness": False}, {}),
    ("due", FREE | {"weakness": True, "numbness": True}, {}),  # waived
    ("due", {"weakness": True}, {}),
]


@pytest.mark.parametrize(("status", "values", "chart"), ROWS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_first_status_that_fits(status, values, chart):
    assert status == item(values, **chart).status.value


def test_every_status_has_a_row():
    assert {status.value for status in Status} == {row[0] for row in ROWS}
    assert len(Status) == len({status.words for status in Status})


@pytest.mark.parametrize(
    ("state", "produces", "expected"),
    [
        ("requested", ("crp",), "due"),
        ("scheduled", ("crp",), "due"),
        ("performed", ("crp",), "due"),
        ("reported", ("crp",), "due"),
        ("acted_on", ("crp",), "done"),
        ("inadequate", ("crp",), "due"),
        ("cancelled", ("crp",), "due"),
        ("declined", ("crp",), "declined"),
        ("requested", (), "due"),
        ("performed", (), "done"),
        ("reported", (), "done"),
        ("acted_on", (), "done"),
        ("inadequate", (), "due"),
        ("cancelled", (), "due"),
    ],
)
def test_what_finishes_a_step(state, produces, expected):
    """What was recorded of a step goes before a result that is known: an inadequate MRI isn't done."""
    pathway = Pathway.of(evolve(MRI, produces=produces), BLOODS, findings=VOCABULARY.values())
    found = item({"weakness": True, "history": "none"}, pathway=pathway, **event(state))

    assert (expected, state) == (found.status.value, found.progress)


@pytest.mark.parametrize(
    ("weak_seen", "done_hours_ago", "expected"),
    [(5, 2, "done"), (2, 2, "done"), (2, 5, "due"), (None, 5, "done")],
)
def test_something_newer_asks_again(weak_seen, done_hours_ago, expected):
    weak = True if weak_seen is None else seen(True, weak_seen)

    assert expected == item(FREE | {"weakness": weak}, **event("acted_on", done_hours_ago)).status.value


@pytest.mark.parametrize(
    ("result_seen", "expected"), [(1, "done"), (4, "due"), (None, "done")], ids=["newer", "older", "untimed"]
)
def test_a_result_is_as_good_as_its_time(result_seen, expected):
    result = "none" if result_seen is None else seen("none", result_seen)

    assert expected == item({"weakness": seen(True, 3), "history": result}).status.value


def test_something_newer_that_is_not_known_to_be_true_does_not_ask_again():
    assert "done" == item({"weakness": seen(False, 1)}, **event("acted_on", 5)).status.value


@pytest.mark.parametrize(("hours_ago", "status", "notices"), [(-5 / 60, "done", []), (-5.001 / 60, "due", ["future_event"])])
def test_what_is_said_to_happen_later_has_not_happened(hours_ago, status, notices):
    checklist = assess(
        PATHWAY, Chart(VOCABULARY, FREE | {"weakness": True}, **event("acted_on", hours_ago)), at=NOON
    )

    assert (status, notices) == (checklist.item("mri").status.value, [notice.kind for notice in checklist.notices])


@pytest.mark.parametrize(
    ("values", "lowest", "highest"),
    [
        ({}, "none", "immediate"),
        ({"weakness": False}, "none", "within_a_week"),
        ({"night_pain": True}, "within_a_week", "immediate"),
        ({"weakness": True}, "immediate", "immediate"),
        ({"weakness": False, "night_pain": False}, "none", "none"),
        ({"weakness": False, "night_pain": True}, "within_a_week", "within_a_week"),
    ],
)
def test_urgency_is_certain_from_what_is_true_and_possible_from_what_is_not_known(values, lowest, highest):
    found = assess(PATHWAY.only("mri"), Chart(VOCABULARY, values | {"numbness": False}), at=NOON)

    assert UrgencyInterval(Urgency(lowest), Urgency(highest)) == found.item("mri").urgency == found.urgency


CLEAR = FREE | {"weakness": True}


@pytest.mark.parametrize(
    ("values", "chart", "expected"),
    [
        (CLEAR, {}, True),
        (CLEAR | {"history": "unknown"}, {}, False),  # absolute not known
        (CLEAR | {"fever": "unknown"}, {}, False),  # relative not known
        (CLEAR | {"fever": True}, {}, False),
        (CLEAR | {"fever": True}, {"sign_offs": [SignOff("mri_r", "radiologist", NOON)]}, True),
        (CLEAR | {"fever": True}, {"sign_offs": [SignOff("mri_r", "GP", NOON)]}, False),
        (CLEAR | {"fever": True}, {"sign_offs": [SignOff("mri_k", "radiologist", NOON)]}, False),
        (CLEAR | {"fever": True}, {"sign_offs": [SignOff("mri_r", "radiologist", at(-5 / 60))]}, True),
        (CLEAR | {"fever": True}, {"sign_offs": [SignOff("mri_r", "radiologist", at(-5.001 / 60))]}, False),
        (CLEAR | {"history": "past"}, {"sign_offs": [SignOff("mri_a", "radiologist", NOON)]}, False),
        (CLEAR, {"not_available": ["mri"]}, False),
        (FREE | {"night_pain": True, "numbness": True}, {}, False),  # waiting
    ],
)
def test_clear_to_proceed_only_when_nothing_known_or_unknown_holds_it(values, chart, expected):
    assert expected is item(values, **chart).clear_to_proceed


@pytest.mark.parametrize(("values", "expected"), [({}, False), ({"power": 3}, True), ({"power": None}, False)])
def test_a_check_has_to_be_answered(values, expected):
    pathway = Pathway.of(evolve(MRI, checks=("power",)), BLOODS, findings=VOCABULARY.values())

    found = item(CLEAR | values, pathway=pathway)
    assert (expected, "due") == (found.clear_to_proceed, found.status.value)
    assert ("power" in found.questions) is not expected
    assert [a.text for a in found.against if a.kind == "check"] == ([] if expected else ["Answer first: Power"])


@pytest.mark.parametrize(
    ("history", "status", "clear", "against"),
    [(None, "due", True, []), ("none", "due", True, []), ("past", "contraindicated", False, ["bar"])],
)
def test_a_contraindication_may_hold_only_once_it_is_known(history, status, clear, against):
    """As for dexamethasone, which is given before the MRI that could speak against it."""
    bar = rule("bar", IsOneOf("history", ["past"]), kind="absolute", holds_unknown=False)
    pathway = Pathway.of(evolve(CT, indications=MRI.indications, contraindications=(bar,)), findings=VOCABULARY.values())
    found = item({"weakness": True, "history": history}, "ct", pathway)

    assert (status, clear, against) == (found.status.value, found.clear_to_proceed, [a.rule for a in found.against])
    assert "history" not in found.questions


AGAINST = [
    ({"weakness": True, "history": "past"}, {}, [("mri_a", "absolute", "true"), ("mri_r", "relative", "unknown")]),
    ({"weakness": True, "history": "current", "fever": True}, {}, [("mri_r", "relative", "true"), ("mri_k", "caution", "true")]),
    ({"weakness": True}, {}, [("mri_a", "absolute", "unknown"), ("mri_r", "relative", "unknown")]),
    (FREE | {"night_pain": True, "numbness": True}, {}, [("mri_k", "caution", "true"), ("bloods", "prerequisite", "true")]),
    (CLEAR, {"not_available": ["mri"]}, [("mri_k", "caution", "true"), ("mri", "not_available", "true")]),
    # Of a step that asks for nothing more, only what is true is shown.
    ({"weakness": False, "night_pain": False, "history": "past"}, {}, [("mri_a", "absolute", "true")]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "chart", "expected"), AGAINST)
def test_what_speaks_against_it(values, chart, expected):
    found = item(values, **chart).against

    assert expected == [(a.rule, a.kind, a.truth.value) for a in found]
    for against in found:
        assert against.text.startswith("Not known: ") == (against.truth.value == "unknown")


def test_against_names_the_step_that_it_waits_for():
    *_, last = item(FREE | {"night_pain": True, "numbness": True}).against

    assert ("bloods", "Waits for: Bloods") == (last.rule, last.text)


def test_against_shows_facts_and_who_signs():
    one, *_ = item(CLEAR | {"fever": True}, sign_offs=[SignOff("mri_r", "radiologist", NOON)]).against

    assert ({"fever": "present"}, "radiologist", True) == (one.facts, one.sign_off, one.signed_off)


MYELO = Step("myelo", "Myelogram", contraindications=(rule("myelo_a", NUMB, kind="absolute"),))
CHAIN = (
    Pathway.of(evolve(MRI, prerequisites=(), contraindications=MRI.contraindications[:1]), findings=VOCABULARY.values())
    .otherwise(Pathway.of(CT))
    .otherwise(Pathway.of(MYELO))
)
ESCALATED = evolve(
    CHAIN | Pathway.of(Step("contact", "Contact")),
    purposes={"see": Purpose("see", "See", ("mri", "ct", "myelo"), "contact", critical=True)},
)
BARRED = {"weakness": True, "history": "past", "fever": False, "numbness": False}


@pytest.mark.parametrize(
    ("values", "missing", "instead", "statuses"),
    [
        (BARRED | {"history": "current"}, [], None, "due not_indicated not_indicated"),
        (BARRED | {"history": "unknown"}, [], None, "due undetermined not_indicated"),
        (BARRED, [], "ct", "contraindicated due not_indicated"),
        (BARRED | {"history": "current"}, ["mri"], "ct", "due due not_indicated"),
        (BARRED | {"fever": True}, [], "myelo", "contraindicated contraindicated due"),
        (BARRED, ["ct"], "myelo", "contraindicated due due"),
        (BARRED | {"fever": None}, [], "ct", "contraindicated due undetermined"),
        (BARRED | {"fever": True, "numbness": True}, [], "contact", "contraindicated contraindicated contraindicated"),
        (BARRED, ["ct", "myelo"], "contact", "contraindicated due due"),
        (BARRED | {"weakness": None}, [], "ct", "undetermined undetermined not_indicated"),
        (BARRED | {"weakness": False, "night_pain": False}, [], None, "not_indicated not_indicated not_indicated"),
    ],
)
def test_what_takes_over(values, missing, instead, statuses):
    checklist = assess(ESCALATED, Chart(VOCABULARY, values, not_available=missing), at=NOON)

    assert instead == checklist.item("mri").instead
    assert statuses.split() == [checklist.item(id_).status.value for id_ in ("mri", "ct", "myelo")]


def test_nothing_takes_over_where_there_is_nothing():
    assert item(CLEAR | {"history": "past"}).instead is None
    assert assess(CHAIN, Chart(VOCABULARY, BARRED | {"fever": True, "numbness": True}), at=NOON).item("mri").instead is None


@pytest.mark.parametrize(
    ("history", "weak_hours_ago", "ct", "expected"),
    [
        ("past", 3, "acted_on", "due"),
        ("past", 1, "acted_on", "waiting"),  # asked for again after the CT
        ("past", 3, "requested", "waiting"),
        ("past", 3, None, "waiting"),
        ("current", 3, "acted_on", "waiting"),  # the MRI could be done
    ],
)
def test_what_waits_for_a_step_waits_no_longer_once_its_stand_in_is_done(history, weak_hours_ago, ct, expected):
    plain = Step("ct", "CT", produces=("power",))
    wait = Step("wait", "Wait", indications=(rule("w", NUMB),), prerequisites=(Prerequisite("mri"),))
    mri = evolve(MRI, prerequisites=(), done_when=None)
    pathway = Pathway.of(mri, findings=VOCABULARY.values()).otherwise(Pathway.of(plain)) | Pathway.of(wait)
    values = {"weakness": seen(True, weak_hours_ago), "night_pain": False, "history": history, "numbness": True, "fever": False}
    steps = {} if ct is None else {"ct": StepEvent(ct, at(2))}

    assert expected == item(values, "wait", pathway, steps=steps).status.value


def test_a_stand_in_has_the_reasons_of_the_step_whose_place_it_takes():
    checklist = assess(ESCALATED, Chart(VOCABULARY, BARRED), at=NOON)
    (reason,) = checklist.item("ct").reasons

    assert ("mri_i", "In place of MRI: Says mri_i", "mri") == (reason.rule, reason.text, reason.in_place_of)
    assert {"weakness": "present", "history": "Past"} == reason.facts
    assert checklist.item("mri").urgency.lowest == checklist.item("ct").urgency.lowest == Urgency.IMMEDIATE


def test_a_stand_in_of_a_step_that_was_done_or_declined_is_not_indicated():
    for state in ("acted_on", "declined"):
        chart = Chart(VOCABULARY, BARRED, **event(state))
        assert Status.NOT_INDICATED is assess(ESCALATED, chart, at=NOON).item("ct").status


@pytest.mark.parametrize(
    ("values", "missing", "declined", "wanted"),
    [
        (BARRED, [], [], "ct"),
        (BARRED, ["ct"], [], "myelo"),
        (BARRED, [], ["ct"], "myelo"),
        (BARRED, ["ct", "myelo"], [], "contact"),
        (BARRED, ["ct"], ["myelo"], "contact"),
        (BARRED, [], ["ct", "myelo"], "contact"),
        (BARRED | {"fever": True, "numbness": True}, [], [], "contact"),
        (BARRED | {"history": "current"}, ["mri", "ct", "myelo"], [], "contact"),
    ],
)
def test_exactly_what_takes_over_is_due_by_the_deadline_of_the_first(values, missing, declined, wanted):
    """Also the person to whom the purpose escalates: a purpose is never empty."""
    events = {id_: StepEvent("declined", NOON, by="consultant", reason="not wanted") for id_ in declined}
    chart = Chart(VOCABULARY, values, not_available=missing, steps=events)
    checklist = assess(ESCALATED, chart, at=NOON)
    here = [id_ for id_ in ("ct", "myelo", "contact") if id_ not in missing]
    due = [id_ for id_ in here if checklist.item(id_).status is Status.DUE]

    assert wanted == checklist.item("mri").instead
    assert [wanted] == due
    assert checklist.item("mri").due == checklist.item(wanted).due
    assert ["mri"] == [reason.in_place_of for reason in checklist.item(wanted).reasons]


def test_a_person_may_be_needed_while_it_is_not_known_whether_anything_can_be_done():
    """CT is barred by fever or numbness; nobody has asked about either."""
    unknown = {id_: value for id_, value in BARRED.items() if id_ not in ("fever", "numbness")}
    contact = assess(ESCALATED, Chart(VOCABULARY, unknown, not_available=["myelo"]), at=NOON).item("contact")

    assert Status.UNDETERMINED is contact.status
    assert {"fever", "numbness"} & set(contact.questions)


def test_what_could_be_barred_is_asked_for_the_stand_in():
    found = assess(ESCALATED, Chart(VOCABULARY, {"weakness": True}), at=NOON).item("ct")

    assert {"history", "night_pain", "fever"} == set(found.questions)


@pytest.mark.parametrize(
    ("values", "rules", "truth"),
    [
        ({"weakness": True, "night_pain": True}, ["mri_i", "mri_j"], "true"),
        ({"weakness": True}, ["mri_i"], "true"),
        ({"weakness": False}, ["mri_j"], "unknown"),
        ({"weakness": False, "night_pain": False}, ["mri_i", "mri_j"], "false"),
    ],
)
def test_reasons_are_what_is_true_else_what_is_not_known_else_everything(values, rules, truth):
    reasons = item(values).reasons

    assert rules == [reason.rule for reason in reasons]
    assert {truth} == {reason.truth.value for reason in reasons}


def test_because_is_the_first_reason_with_its_facts():
    assert "Says mri_i (Weakness: present)" == item(CLEAR).because
    assert "Says mri_j" == item({"weakness": False}).because
    assert "" == assess(Pathway.of(Step("x", "X")), Chart(VOCABULARY), at=NOON).item("x").because


NEITHER = Pathway.of(Step("wait", "W", prerequisites=(Prerequisite("gone"),)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: assess(PATHWAY, Chart(VOCABULARY), at=NOON.replace(tzinfo=None)), TimeError, "with a time zone"),
        (lambda: assess(PATHWAY, Chart(VOCABULARY, not_available=["x"]), at=NOON), ChartError, "steps: unknown step"),
        (
            lambda: assess(PATHWAY, Chart(VOCABULARY, steps={"x": StepEvent("requested", NOON)}), at=NOON),
            ChartError,
            "steps: unknown step (`spineworkup steps` lists them)",
        ),
        (
            lambda: assess(PATHWAY, Chart({"weakness": VOCABULARY["weakness"]}), at=NOON),
            ChartError,
            "numbness: the chart's findings lack it, and the step 'bloods' reads it",
        ),
        (
            lambda: assess(Pathway(scores={"g": Score("g", "G", Grade("grade", ()))}), Chart({}), at=NOON),
            ChartError,
            "grade: the chart's findings lack it, and the score 'g' reads it",
        ),
        (lambda: assess(NEITHER, Chart({}), at=NOON), PathwayError, "the step 'wait' waits for 'gone', which the pathway lacks"),
    ],
)  # fmt: skip
def test_what_assess_refuses(make, error, message):
    with pytest.raises(error) as caught:
        make()

    assert message in str(caught.value)


def test_a_chart_may_have_its_own_findings_if_they_are_enough():
    more = {**VOCABULARY, "other": Finding("other", "Other", Kind.BOOLEAN)}
    bare = Pathway.of(MRI, BLOODS)

    checklist = assess(bare, Chart(more, {"weakness": True, "other": True}), at=NOON)

    assert Status.DUE is checklist.item("mri").status
    assert {"history", "fever", "numbness"} == {question.id for question in checklist.questions}
