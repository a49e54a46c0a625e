"""Records drawn at random: such as a hospital might send, and such as nobody should."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from spineworkup.fhir.from_bundle import READERS
from spineworkup.fhir.reading.vocabulary import vocabulary
from tests.fhir.records import CANONICAL, LOINC, SNOMED, TERMINOLOGY, UCUM, concept, own, pathway, quantity

KNOWN = sorted(vocabulary(pathway()).meanings) + sorted(vocabulary(pathway()).orders)
CODES = st.one_of(st.sampled_from(KNOWN), st.sampled_from([(SNOMED, "73211009"), (LOINC, "9999-9"), ("", "2000-8"), (SNOMED, "2000-8")]))
CONCEPTS = st.lists(CODES, max_size=2).map(lambda codes: concept(*codes))
TIMES = st.sampled_from(
    ["2026-11-20T10:00:00Z", "2026-11-19T10:00:00+02:00", "2026-11-19", "2026-11", "2019", "2027-01-01", "2026-11-20T10:00:00", "soon"]
)
NUMBERS = st.sampled_from([0, 1, 3, 5, -1, 10**30])
QUANTITIES = st.one_of(
    st.builds(quantity, NUMBERS, st.sampled_from(["mmol/L", "mg/dL", "g/L", "1", "{INR}", "U/L", "mL", "MMOL/L"])),
    st.builds(lambda n: {"value": n, "unit": "mmol/L"}, NUMBERS),
    st.builds(lambda n, c: quantity(n, comparator=c), NUMBERS, st.sampled_from(["<", ">", "ad"])),
)
OWN_FINDINGS = st.sampled_from(sorted(pathway().findings)).map(lambda id_: concept(own("findings", id_)))
STATUSES = ["final", "preliminary", "amended", "entered-in-error", "unknown", "active", "completed", "available", "revoked", "draft"]
CLINICAL = st.sampled_from(["active", "resolved", "remission", "inactive", "nonsense"])
SURE = st.sampled_from(["confirmed", "provisional", "refuted", "entered-in-error", "nonsense"])


def status_concepts(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return values.map(lambda value: concept((f"{TERMINOLOGY}/{name}", value)))


ELEMENTS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(STATUSES),
    "code": st.one_of(CONCEPTS, OWN_FINDINGS),
    "valueQuantity": QUANTITIES,
    "valueBoolean": st.booleans(),
    "valueCodeableConcept": CONCEPTS,
    "valueInteger": NUMBERS,
    "effectiveDateTime": TIMES,
    "issued": TIMES,
    "onsetDateTime": TIMES,
    "abatementDateTime": TIMES,
    "authoredOn": TIMES,
    "performedDateTime": TIMES,
    "started": TIMES,
    "lastModified": TIMES,
    "clinicalStatus": status_concepts("condition-clinical", CLINICAL),
    "verificationStatus": status_concepts("condition-ver-status", SURE),
    "intent": st.sampled_from(["order", "proposal"]),
    "conclusionCode": st.lists(CONCEPTS, max_size=2),
    "procedureCode": st.lists(CONCEPTS, max_size=2),
    "medicationCodeableConcept": CONCEPTS,
    "safety": st.lists(st.sampled_from(["C106046", "C106047", "C106045"]).map(lambda c: concept(("urn:oid:2.16.840.1.113883.3.26.1.1", c))), max_size=2),
    "dataAbsentReason": CONCEPTS,
    "component": st.lists(st.fixed_dictionaries({"code": CONCEPTS, "valueQuantity": QUANTITIES}), max_size=2),
    "birthDate": TIMES,
    "gender": st.sampled_from(["male", "unknown", "x"]),
    "item": st.lists(
        st.fixed_dictionaries(
            {
                "linkId": st.sampled_from([*sorted(pathway().findings)[:40], "limb_weakness.at", "clocks.suspicion", "x"]),
                "answer": st.lists(
                    st.one_of(
                        st.builds(lambda v: {"valueBoolean": v}, st.booleans()),
                        st.builds(lambda v: {"valueQuantity": v}, QUANTITIES),
                        st.builds(lambda v: {"valueDateTime": v}, TIMES),
                    ),
                    max_size=2,
                ),
            }
        ),
        max_size=4,
    ),
    "businessStatus": st.sampled_from(["requested", "acted_on", "not_available", "x"]).map(lambda s: concept(own("step-states", s))),
}
TYPES = [*sorted(READERS.keys() - {"Patient"}), "Encounter"]
# By type, what belongs to it: a resource of random elements would hardly ever say anything.
RESOURCES = st.builds(
    lambda type_, elements: {"resourceType": type_, "subject": {"reference": "Patient/1"}, **elements},
    st.sampled_from(TYPES),
    st.fixed_dictionaries({"status": ELEMENTS["status"], "code": ELEMENTS["code"]}, optional={k: v for k, v in ELEMENTS.items() if k not in ("status", "code")}),
)
OBSERVED = st.builds(
    lambda code, value, when: {"resourceType": "Observation", "subject": {"reference": "Patient/1"}, "status": "final", "code": code, **value, **when},
    st.one_of(CONCEPTS, OWN_FINDINGS),
    st.one_of(
        st.builds(lambda v: {"valueQuantity": v}, QUANTITIES), st.builds(lambda v: {"valueBoolean": v}, st.booleans()), st.just({})
    ),
    st.one_of(st.just({}), TIMES.map(lambda t: {"effectiveDateTime": t})),
)
BUNDLES = st.lists(st.one_of(RESOURCES, OBSERVED), min_size=1, max_size=8)

_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=5))
_WORDS = st.sampled_from([*ELEMENTS, "coding", "system", "code", "value", "reference", "subject", "patient", "id", "identifier", "contained", "modifierExtension", "link", "effectivePeriod", "start", "end", "low", "high", "valueRange", "text", "extension", "url", "answer", "linkId", "resourceType", "focus", "note", "display"])
JSON = st.recursive(
    st.one_of(_SCALARS, st.sampled_from([SNOMED, UCUM, CANONICAL, *TYPES, *STATUSES])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=12,
)
NONSENSE = st.builds(lambda type_, elements: {**elements, "resourceType": type_}, st.sampled_from([*TYPES, "Patient", "Bundle"]), st.dictionaries(_WORDS, JSON, max_size=8))
