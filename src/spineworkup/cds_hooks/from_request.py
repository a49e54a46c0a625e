"""A request of CDS Hooks, checked: which hook, whose chart, which records, what is being ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.prefetch import slots_of
from spineworkup.errors import FhirError
from spineworkup.fhir.fetched import Source, SourceState, to_source
from spineworkup.fhir.read_json import read_object
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.vocabulary import vocabulary
from spineworkup.pathways import Pathway

ORDERING = ("order-select", "order-sign")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What was sent under a name that nobody asked for: used like the rest, but its name is the sender's.
UNASKED = "other"
_READ = (SourceState.OK, SourceState.EMPTY, SourceState.INCOMPLETE)


@frozen
class HookRequest:
    """A request that can be answered.

    Args:
        patient: Whose chart it is, such as `Patient/123`.
        sources: The records, query by query, with how far each query was answered.
        drafted: Steps whose orders are being placed now.
    """

    hook: str
    patient: str = field(repr=False)
    sources: tuple[Source, ...] = field(repr=False)
    drafted: frozenset[str] = frozenset()


def read_request(raw: bytes, hook: str, pathway: Pathway, max_entries: int) -> HookRequest:
    """Return a request, read strictly.

    Args:
        hook: The hook that the called service answers.
        max_entries: More records than these are refused.

    Raises:
        RequestError: It isn't a request of this hook, or nothing can be said safely of what was sent.
    """
    # Counted before anything is built from it. In a text the quotation marks would be escaped.
    if raw.count(b'"resource"') > max_entries:
        raise RequestError(413, "prefetch", f"at most {max_entries} records")
    body = _parsed(raw)
    _check_head(body, hook)
    patient = f"Patient/{_patient_id(body)}"
    sources = tuple(_sources(body.get("prefetch", {}), pathway))
    if sum(len(source.resources) for source in sources) > max_entries:
        raise RequestError(413, "prefetch", f"at most {max_entries} records")
    if not any(source.state in _READ for source in sources if source.name != UNASKED):
        raise RequestError(412, "prefetch", "send what the discovery of this service asks for")
    drafted = frozenset(_drafted(body["context"], hook, patient, pathway)) if hook in ORDERING else frozenset()
    return HookRequest(hook, patient, sources, drafted)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        return read_object(raw)
    except FhirError as error:
        raise RequestError(400, error.place, error.message) from None


def _check_head(body: dict[str, Any], hook: str) -> None:
    if body.get("hook") != hook:
        raise RequestError(400, "hook", f"this service answers {hook}")
    instance = body.get("hookInstance")
    if not isinstance(instance, str) or not _UUID.fullmatch(instance):
        raise RequestError(400, "hookInstance", "expected a UUID")
    if "fhirAuthorization" in body and not isinstance(body.get("fhirServer"), str):
        raise RequestError(400, "fhirServer", "required with fhirAuthorization")
    if not isinstance(body.get("prefetch", {}), dict):
        raise RequestError(400, "prefetch", "expected an object")
    user = Element(body, "").child("context").child("userId").text
    if not user:
        raise RequestError(400, "context.userId", "expected the id of the user")


def _patient_id(body: dict[str, Any]) -> str:
    found = Element(body, "").child("context").child("patientId").text
    if not _ID.fullmatch(found):
        raise RequestError(400, "context.patientId", "expected the id of a FHIR Patient")
    return found


def _sources(prefetch: dict[str, Any], pathway: Pathway) -> Iterator[Source]:
    slots = slots_of(pathway)
    for slot in slots:
        if slot.key in prefetch:
            yield _source(slot.key, prefetch[slot.key], slot.findings)
        else:
            yield Source(slot.key, SourceState.NOT_FETCHED, findings=slot.findings)
    asked = {slot.key for slot in slots}
    yield from (_source(UNASKED, value, ()) for key, value in prefetch.items() if key not in asked)


def _source(key: str, value: object, findings: tuple[str, ...]) -> Source:
    try:
        return to_source(key, value, findings=findings)
    except FhirError as error:
        raise RequestError(422, f"prefetch.{error.place}", error.message) from None


def _drafted(context: dict[str, Any], hook: str, patient: str, pathway: Pathway) -> Iterator[str]:
    """Yield the steps whose orders are being placed.

    Raises:
        RequestError: There are no draft orders, or they are about somebody else.
    """
    orders = Element(context, "context").child("draftOrders")
    if orders.child("resourceType").text != "Bundle":
        raise RequestError(400, orders.place, "expected a Bundle")
    if hook == "order-select" and not isinstance(context.get("selections"), list):
        raise RequestError(400, "context.selections", "expected the ids of the selected orders")
    words = vocabulary(pathway)
    for entry in orders.child("entry").items:
        order = entry.child("resource")
        _check_subject(order, patient)
        if order.child("resourceType").text == "ServiceRequest":
            codes = order.child("code").codes
            own = words.step(codes)
            yield from words.ordered(codes)
            if own:
                yield own


def _check_subject(order: Element, patient: str) -> None:
    for name in ("subject", "patient"):
        reference = order.child(name).child("reference")
        if reference and not _is_of(reference.text, patient):
            raise RequestError(422, reference.place, "an order for somebody else than context.patientId")


def _is_of(reference: str, patient: str) -> bool:
    return reference == patient or reference.endswith(f"/{patient}")
