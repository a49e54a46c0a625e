"""A made-up pathway with the shapes of a real one. Its sentences are examples, not guidance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from spineworkup.assessment import assess
from spineworkup.charts import Chart, StepEvent
from spineworkup.checklists import Checklist
from spineworkup.criteria import AnyOf, Comparator, Compare, Criterion, IsOneOf, Present
from spineworkup.entries import Observation
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import (
    Need,
    Note,
    Part,
    Pathway,
    Pause,
    Prerequisite,
    Purpose,
    Rule,
    Step,
    TreatmentOption,
    Waiver,
)
from spineworkup.render.listing import Listing
from spineworkup.render.model import Sheet
from spineworkup.scores import Additive, PointsBand, Score
from spineworkup.sources import Citation, Source, Verification
from spineworkup.urgency import Urgency

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BOOLEANS = {
    "limb_weakness": "Weakness of arms or legs",
    "gait_disturbance": "Disturbance of gait",
    "bladder_dysfunction": "Bladder dysfunction",
    "saddle_numbness": "Numbness of the saddle area",
    "night_pain": "Spinal pain at night that prevents sleep",
    "progressive_pain": "Progressive spinal pain",
    "localised_tenderness": "Localised spinal tenderness",
    "balance_abnormal": "Abnormal balance",
    "reflexes_abnormal": "Abnormal reflexes",
    "contrast_reaction": "Earlier reaction to contrast",
    "anticoagulant": "Takes an anticoagulant",
}
CHOICES = {
    "cancer_history": ("Cancer history", {"none": "none", "past": "past", "current": "current"}),
    "sex": ("Sex", {"male": "male", "female": "female", "other": "other"}),
    "implant_mri_status": (
        "MRI safety of implants",
        {"none": "none", "conditional": "conditional", "unsafe": "unsafe"},
    ),
    "mri_result": (
        "MRI result",
        {"cord_compression": "cord compression", "metastasis": "metastasis", "negative": "negative"},
    ),
    "sins_pain": ("SINS: pain", {"none": "none", "occasional": "occasional", "mechanical": "mechanical"}),
    "sins_lesion": ("SINS: lesion", {"blastic": "blastic", "mixed": "mixed", "lytic": "lytic"}),
    "biopsy_result": ("Biopsy result", {"malignant": "malignant", "benign": "benign"}),
}
QUANTITIES = {"calcium_adjusted": ("Calcium, adjusted", "mmol/L"), "egfr": ("eGFR", "mL/min/{1.73_m2}")}
FINDINGS = [
    *(
        Finding(id_, label, Kind.BOOLEAN, ask=f"Is there: {label.lower()}?")
        for id_, label in BOOLEANS.items()
    ),
    *(Finding(id_, label, Kind.CHOICE, options=options) for id_, (label, options) in CHOICES.items()),
    *(
        Finding(id_, label, Kind.QUANTITY, unit=unit, low=Decimal(0))
        for id_, (label, unit) in QUANTITIES.items()
    ),
    Finding("age_years", "Age", Kind.NUMBER),
    Finding("sins_total", "SINS total", Kind.NUMBER),
    Finding("lowest_mrc_power", "Lowest MRC power", Kind.NUMBER),
]
SOURCES = {
    "guide": Source(
        "guide",
        "An example guideline on suspected cord compression",
        "An institute",
        "2023-09",
        "https://example.org/guide",
    ),
    "page": Source(
        "page", "An example page on spinal tumours", "A hospital", "2024", "http://example.org/page"
    ),
    "paper": Source(
        "paper", "An example paper on instability", "A journal", "2010", "", note="Abstract only"
    ),
}
DEFICIT = AnyOf((Present("limb_weakness"), Present("gait_disturbance"), Present("bladder_dysfunction")))
PAIN = AnyOf((Present("night_pain"), Present("progressive_pain"), Present("localised_tenderness")))


def rule(
    id_: str,
    when: Criterion,
    urgency: Urgency = Urgency.ROUTINE,
    hours: int | None = None,
    at: str = "1.1",
    kind: str = "indication",
    sign_off: str = "",
    source: str = "guide",
    verification: Verification = "secondary",
) -> Rule:
    words = id_.replace("_", " ")
    return Rule(
        id=id_, when=when, says=f"Example rule: {words}", kind=kind, urgency=urgency,
        within=None if hours is None else timedelta(hours=hours), start="suspicion" if hours is not None else "",
        strength="offer" if kind == "indication" else "", cites=(Citation(source, at),), verification=verification,
        review_by=date(2027, 5, 24), sign_off=sign_off,
    )  # fmt: skip


def step(id_: str, label: str, action: str, pause: str, *rules: Rule, **more: object) -> Step:
    return Step(
        id=id_,
        label=label,
        action=action,
        pause=pause,
        owner="requesting clinician",
        indications=rules,
        **more,
    )  # type: ignore[arg-type]


def steps() -> list[Step]:
    urgent, day = Urgency.IMMEDIATE, Urgency.SAME_DAY
    deficit = lambda id_, hours=None: rule(f"{id_}_deficit", DEFICIT, urgent, hours)  # noqa: E731
    pain = lambda id_, hours=None: rule(f"{id_}_pain", PAIN, Urgency.WITHIN_A_WEEK, hours, "1.5.2")  # noqa: E731
    return [
        step("contact_mscc_coordinator", "Contact with the MSCC coordinator", "Contact the MSCC coordinator", "first",
             deficit("contact", 0), rule("contact_pain", PAIN, day, 24), safety_critical=True),
        step("spinal_precautions", "Spinal precautions", "Keep flat with neutral alignment until stability is known", "first",
             deficit("precautions", 0), safety_critical=True),
        step("history", "History of red flags", "Ask about cancer, pain and red flags", "first", deficit("history"), pain("history"),
             parts=(Part("pain", "Pain", ("night_pain", "progressive_pain"), (Citation("page", "History"),), "primary"),
                    Part("cancer", "Cancer", ("cancer_history",), (Citation("page", ""),)))),
        step("neurological_examination", "Neurological examination", "Examine power, reflexes, sensation, gait and balance", "first",
             deficit("neuro"), pain("neuro"),
             parts=(Part("balance", "Balance", ("balance_abnormal",), (Citation("page", "Physical exam"),), "primary"),
                    Part("reflexes", "Reflexes", ("reflexes_abnormal",), (Citation("page", "Physical exam"),), "primary"),
                    Part("power", "Power", ("limb_weakness", "lowest_mrc_power")))),
        step("analgesia", "Analgesia", "Offer analgesia", "first", pain("analgesia")),
        step("steroid_decision", "Decision on a steroid", "Decide on a steroid with a specialist", "first", deficit("steroid"),
             cautions=(rule("steroid_infection", Present("anticoagulant"), kind="caution"),)),
        step("mri_whole_spine", "MRI of the whole spine", "Request MRI of the whole spine", "imaging",
             rule("mri_deficit", DEFICIT, day, 24, "1.5.2"), pain("mri", 168), safety_critical=True,
             contraindications=(rule("mri_unsafe_device", IsOneOf("implant_mri_status", frozenset({"unsafe"})), kind="absolute", source="page", verification="unread"),),
             checks=("implant_mri_status",), produces=("mri_result",),
             notes=(Note("mri_negative", "Example note: a negative result does not exclude disease elsewhere", None, (Citation("page"),), "primary"),)),
        step("ct_spine", "CT of the spine", "Request CT of the spine", "imaging"),
        step("plain_radiograph", "Plain radiograph", "Do not request plain radiographs to rule it out", "imaging",
             rule("radiograph_never", IsOneOf("cancer_history", frozenset({"past"})))),
        step("blood_tests", "Blood tests", "Take blood: calcium, alkaline phosphatase, renal function, blood count", "bloods",
             pain("bloods"), deficit("bloods"),
             parts=(Part("calcium", "Calcium", ("calcium_adjusted",)), Part("renal", "Renal function", ("egfr",)))),
        step("hypercalcaemia_treatment", "Treatment of hypercalcaemia", "Discuss treatment of the raised calcium", "bloods",
             rule("calcium_high", Compare("calcium_adjusted", Comparator.MORE, Decimal("3.0")), day)),
        step("bleeding_screen", "Bleeding screen", "Take a clotting screen", "bloods", deficit("clotting"),
             rule("clotting_anticoagulant", Present("anticoagulant"), day)),
        step("ct_staging", "Staging CT", "Request CT of chest, abdomen and pelvis with contrast", "bloods", pain("staging"),
             contraindications=(rule("contrast_allergy", Present("contrast_reaction"), kind="relative", sign_off="consultant radiologist"),),
             checks=("egfr", "contrast_reaction")),
        step("bone_scan", "Bone scan", "Request a bone scan only where it changes management", "bloods",
             rule("bone_scan_current", IsOneOf("cancer_history", frozenset({"current"})))),
        step("stability_assessment", "Assessment of stability", "Score stability (SINS)", "biopsy",
             rule("stability_metastasis", IsOneOf("mri_result", frozenset({"metastasis", "cord_compression"})), day, 24)),
        step("biopsy", "Biopsy", "Agree the route of biopsy with the surgeon", "biopsy",
             rule("biopsy_unknown", IsOneOf("mri_result", frozenset({"metastasis"}))), prerequisites=(Prerequisite("bleeding_screen"),),
             produces=("biopsy_result",)),
        step("mdt_handover", "Hand-over to the MDT", "Hand over to the MDT: known, done, still unknown", "handover", deficit("mdt"), pain("mdt")),
        step("safety_net_advice", "Safety-net advice", "Give safety-net advice in writing", "handover", pain("safety_net")),
    ]  # fmt: skip


PAUSES = (
    Pause("first", "First contact", "Find the emergency and call before anything else", "READ-DO"),
    Pause("imaging", "Imaging", "See the whole spine safely and in time", "DO-CONFIRM"),
    Pause("bloods", "Bloods and staging", "Know what changes treatment", "DO-CONFIRM"),
    Pause("biopsy", "Before biopsy", "Agree the route before the needle", "DO-CONFIRM"),
    Pause("handover", "Hand-over to the MDT", "Pass on what is known, done and unknown", "DO-CONFIRM"),
)
SINS = Score(
    "sins", "SINS (spinal instability)",
    Additive(
        {"sins_pain": {"none": (0, 0), "occasional": (1, 1), "mechanical": (3, 3)}, "sins_lesion": {"blastic": (0, 0), "mixed": (1, 1), "lytic": (2, 2)}},
        (PointsBand("stable", 0, 2), PointsBand("unstable", 3, 5)),
    ),
    (Citation("paper", "Table 1"),), "secondary",
)  # fmt: skip
OPTIONS = {
    id_: TreatmentOption(
        id_, label, f"Example: the page describes {label.lower()}",
        (Need("Histology", ("biopsy_result",)), Need("Extent on MRI", ("mri_result",))), (), (Citation("page", "Treatment"),), "primary",
    )
    for id_, label in (("surgery", "Surgery"), ("radiotherapy", "Radiotherapy"), ("ablation", "Ablation"), ("systemic", "Systemic treatment"), ("supportive", "Supportive care"))
}  # fmt: skip
USE = "Shows published guidance for clinicians and developers. It is not a medical device, has not been validated clinically and must never be the sole basis of a decision. Every rule names its source."


def example_pathway(**more: object) -> Pathway:
    listed = steps()
    return Pathway(
        id="example", version="0.1.0", title="Workup of a suspected metastatic spinal tumour", profile="uk",
        revised=date(2026, 11, 1), review_by=date(2027, 11, 1), intended_use=USE, pauses=PAUSES,
        steps={one.id: one for one in listed}, findings={finding.id: finding for finding in FINDINGS},
        fallbacks=(("mri_whole_spine", "ct_spine"),), scores={"sins": SINS}, options=OPTIONS, sources=SOURCES,
        order=(("contact_mscc_coordinator", "mri_whole_spine"), ("history", "blood_tests"), ("mri_whole_spine", "biopsy")),
        purposes={"cord": Purpose("cord", "See the cord", ("mri_whole_spine", "ct_spine"), "contact_mscc_coordinator", True)},
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


WAIVER = Waiver("mri_whole_spine", "example reason", "clinical lead", "H-1", date(2027, 1, 1))


def checklist_of(values: dict[str, object], case: str = "example-1", **more: object) -> Checklist:
    pathway = example_pathway()
    chart = Chart(
        pathway.findings,
        values,
        clocks={"suspicion": datetime(2026, 11, 20, 9, 0, tzinfo=UTC)},
        case=case,
        **more,
    )  # type: ignore[arg-type]
    return assess(pathway, chart, at=AT)


def emergency(case: str = "example-1") -> Checklist:
    seen = Observation("present", datetime(2026, 11, 20, 8, 30, tzinfo=UTC), "referral letter")
    return checklist_of(
        {"limb_weakness": seen, "cancer_history": "current", "age_years": 67, "sex": "male",
         "contrast_reaction": "present", "calcium_adjusted": "3.10 mmol/L", "sins_pain": "mechanical", "mri_result": "metastasis"},
        case, steps={"contact_mscc_coordinator": StepEvent("requested", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
                     "analgesia": StepEvent("performed", datetime(2026, 11, 20, 9, 40, tzinfo=UTC))},
    )  # fmt: skip


def unsafe_implant() -> Checklist:
    return checklist_of(
        {"limb_weakness": "present", "implant_mri_status": "unsafe", "age_years": 54, "sex": "female"}
    )


def pain_only() -> Checklist:
    quiet = dict.fromkeys(
        ("limb_weakness", "gait_disturbance", "bladder_dysfunction", "anticoagulant"), "absent"
    )
    return checklist_of(
        {**quiet, "night_pain": "present", "cancer_history": "past", "age_years": 71, "sex": "female"}
    )


@cache
def printed(page: Sheet | Listing, paper: str = "a4") -> bytes:
    """The PDF of a page, set once for all tests that only look at it."""
    from spineworkup.render.to_pdf import to_pdf

    return to_pdf(page, paper)
