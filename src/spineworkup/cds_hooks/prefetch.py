"""Which records the service asks for: FHIR queries derived from the pathway, each with the findings that it can give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from attrs import frozen

from spineworkup.fhir.from_bundle import READERS
from spineworkup.fhir.plan.header import pathway_slug, url_of
from spineworkup.fhir.systems import CANONICAL, CLOCKS, FINDINGS, STEPS, URIS
from spineworkup.findings import Coding, Finding
from spineworkup.pathways import Pathway

PATIENT = "patient"
# Addresses of 2,000 characters pass everywhere; the server's own part comes before ours.
MAX_QUERY = 1500
_OF_PATIENT = "patient={{context.patientId}}"
_MANY = "_count=200"


@frozen
class Slot:
    """One query, and the findings that are not known when it isn't answered.

    Args:
        key: Its name among the prefetch data.
        query: With `{{context.patientId}}` where the patient's id comes in.
    """

    key: str
    query: str
    findings: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The kind of record for which it asks."""
        return self.query.replace("/", "?").partition("?")[0]


def slots_of(pathway: Pathway) -> tuple[Slot, ...]:
    """Return the queries of a pathway: every code that its findings and steps have, and none else.

    >>> from spineworkup import load_pathway
    >>> [(slot.key, slot.type) for slot in slots_of(load_pathway())][:2]
    [('patient', 'Patient'), ('answers', 'QuestionnaireResponse')]
    """
    return pathway.remember("prefetch slots", lambda one: tuple(slot for slot in _slots(one) if slot.type in READERS))


def templates_of(pathway: Pathway) -> Mapping[str, str]:
    """Return the queries as CDS Hooks announces them."""
    return {slot.key: slot.query for slot in slots_of(pathway)}


def _slots(pathway: Pathway) -> Iterator[Slot]:
    everything = tuple(pathway.findings)
    coded = tuple(id_ for id_, finding in pathway.findings.items() if _diagnoses(finding))
    produced = tuple(dict.fromkeys(id_ for step in pathway.steps.values() if step.orders for id_ in step.produces))
    orders = [code for step in pathway.steps.values() for code in step.orders]
    questionnaire = url_of(CANONICAL, "Questionnaire", pathway_slug(pathway))
    yield Slot(PATIENT, "Patient/{{context.patientId}}", _known(pathway, "age_years", "sex"))
    yield _slot("answers", "QuestionnaireResponse", everything, f"questionnaire={questionnaire}")
    yield _slot("workup_observations", "Observation", everything, f"code={_any_of(FINDINGS)},{_any_of(CLOCKS)}")
    yield _slot("workup_tasks", "Task", (), f"code={_any_of(STEPS)}")
    yield from _observations(pathway)
    yield _slot("conditions", "Condition", coded)
    yield _slot("allergies", "AllergyIntolerance", coded)
    yield _slot("medications", "MedicationStatement", coded)
    yield _slot("prescriptions", "MedicationRequest", coded)
    yield _slot("devices", "Device", _known(pathway, "implant_mri_status"))
    for key, type_, findings in (
        ("requests", "ServiceRequest", ()),
        ("procedures", "Procedure", coded),
        ("reports", "DiagnosticReport", produced),
    ):
        for number, codes in enumerate(_parcels(orders), 1):
            yield _slot(_numbered(key, number), type_, findings, f"code={codes}")
    yield _slot("imaging_studies", "ImagingStudy", (), "modality=MR,CT,NM")


def _observations(pathway: Pathway) -> Iterator[Slot]:
    """Yield the queries for what laboratories and others record under their own codes, by the group of the findings."""
    coded = sorted((f for f in pathway.findings.values() if _observed(f)), key=lambda finding: finding.group)
    for group, found in groupby(coded, key=lambda finding: finding.group):
        findings = list(found)
        for number, codes in enumerate(_parcels(code for finding in findings for code in _observed(finding)), 1):
            inside = tuple(f.id for f in findings if any(_token(code) in codes.split(",") for code in _observed(f)))
            key = _numbered(f"observations_{group}", number)
            yield _slot(key, "Observation", inside, f"code={codes}", "_sort=-date")


def _slot(key: str, type_: str, findings: tuple[str, ...], *parameters: str) -> Slot:
    return Slot(key, f"{type_}?{'&'.join((_OF_PATIENT, *parameters, _MANY))}", findings)


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}_{number}"


def _observed(finding: Finding) -> list[Coding]:
    """Return the codes under which a finding is observed; those of the ICD are for diagnoses."""
    return [code for code in finding.codes if code.system in ("loinc", "snomed")]


def _diagnoses(finding: Finding) -> bool:
    """Return whether a diagnosis or the like can say it."""
    return any(code.system != "loinc" for code in finding.codes) or bool(finding.option_codes)


def _known(pathway: Pathway, *findings: str) -> tuple[str, ...]:
    return tuple(id_ for id_ in findings if id_ in pathway.findings)


def _any_of(system: str) -> str:
    return f"{CANONICAL}/{system}|"


def _token(code: Coding) -> str:
    return f"{URIS[code.system]}|{code.code}"


def _parcels(codes: Iterable[Coding]) -> Iterator[str]:
    """Yield codes joined by commas, as many at a time as fit into one query."""
    parcel: list[str] = []
    length = 0
    for token in dict.fromkeys(_token(code) for code in codes if code.system in URIS):
        if parcel and length + len(token) > MAX_QUERY:
            yield ",".join(parcel)
            parcel, length = [], 0
        parcel.append(token)
        length += len(token) + 1
    if parcel:
        yield ",".join(parcel)
