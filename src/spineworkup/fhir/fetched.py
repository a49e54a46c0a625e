"""What was fetched of a patient: records, query by query, and how far each query was answered.

A query that failed, or that nobody asked, is not an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from attrs import field, frozen

from spineworkup.errors import FhirError
from spineworkup.fhir.reading.elements import Element

MAX_ENTRIES = 2000
_OTHER_PAGES = ("next", "previous", "prev")
_NOT_ANSWERED = ("fatal", "error")


class SourceState(Enum):
    """How far a query was answered."""

    OK = "ok"
    EMPTY = "empty"
    NOT_FETCHED = "not_fetched"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


@frozen
class Source:
    """The records that one query gave: a whole Bundle, or one prefetch key of a service.

    Args:
        name: Of the query; it is printed, and never comes from a record.
        state: How far it was answered.
        resources: The records, as plain JSON.
        findings: The findings that it could give: not known where it failed or wasn't asked and nothing else gave them.
        urls: Of each record its `fullUrl`, where references go by it.
    """

    name: str
    state: SourceState
    resources: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    findings: tuple[str, ...] = ()
    urls: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Entry:
    """One record of a source.

    Args:
        type: Of the resource, as it says itself.
        url: Its `fullUrl` in the Bundle, if it has one.
    """

    resource: Element
    type: str
    url: str
    source: Source


def to_source(name: str, value: object, *, findings: tuple[str, ...] = ()) -> Source:
    """Return what a query gave as a source: a Bundle's records, one record, nothing, or a failure.

    >>> to_source("labs", {"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://ehr.example/2"}]}).state
    <SourceState.INCOMPLETE: 'incomplete'>
    >>> to_source("labs", None).state
    <SourceState.EMPTY: 'empty'>

    Raises:
        FhirError: It is none of these, or a Bundle that holds more than a patient's present records.
    """
    if value is None:
        return Source(name, SourceState.EMPTY, findings=findings)
    if not isinstance(value, dict):
        raise FhirError(name, "expected a FHIR resource", "a JSON object with `resourceType`")
    match value.get("resourceType"):
        case "OperationOutcome":
            return Source(name, SourceState.FAILED, findings=findings)
        case "Bundle":
            return _of_bundle(name, Element(value, ""), findings)
        case _:
            return Source(name, SourceState.OK, (value,), findings)


def _of_bundle(name: str, bundle: Element, findings: tuple[str, ...]) -> Source:
    if bundle.child("entry") and not isinstance(bundle.child("entry").value, list):
        raise FhirError(f"{name}.entry".lstrip("."), "expected a list")
    entries = bundle.child("entry").value or []
    if len(entries) > MAX_ENTRIES:
        raise FhirError(name, f"more than {MAX_ENTRIES} entries")
    if bundle.child("type").text == "history":
        raise FhirError(name, "a history holds versions that no longer hold", "send the present records")
    pairs = [_record(entry) for entry in entries]
    resources = tuple([resource for resource, _ in pairs])
    state = SourceState.OK if entries else SourceState.EMPTY
    if _is_cut(bundle, resources):
        state = SourceState.INCOMPLETE
    return Source(name, state, resources, findings, tuple([url for _, url in pairs]))


def _record(entry: object) -> tuple[Mapping[str, Any], str]:
    """Return the resource of an entry, nothing where it has none, and its address."""
    found = entry if isinstance(entry, dict) else {}
    resource, url = found.get("resource"), found.get("fullUrl")
    return resource if isinstance(resource, dict) else {}, url if isinstance(url, str) else ""


def _is_cut(bundle: Element, resources: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a page is left, or a part of the query wasn't answered."""
    if any(link.child("relation").text in _OTHER_PAGES for link in bundle.child("link").items):
        return True
    total = bundle.child("total").value
    if isinstance(total, int) and bundle.child("type").text == "searchset" and total > len(resources):
        return True
    outcomes = [Element(one) for one in resources if one.get("resourceType") == "OperationOutcome"]
    return any(i.child("severity").text in _NOT_ANSWERED for one in outcomes for i in one.child("issue").items)


def entries_of(sources: Sequence[Source]) -> Iterator[Entry]:
    """Yield every record of every source.

    Raises:
        FhirError: There are too many.
    """
    if sum(len(source.resources) for source in sources) > MAX_ENTRIES:
        raise FhirError("", f"more than {MAX_ENTRIES} records")
    for source in sources:
        name = f"{source.name}.entry" if source.name else "entry"
        for number, resource in enumerate(source.resources):
            value = resource if isinstance(resource, dict) else {}
            type_ = value.get("resourceType")
            element = Element(value, f"{name}[{number}].resource")
            url = source.urls[number] if number < len(source.urls) else ""
            yield Entry(element, type_ if isinstance(type_, str) else "", url, source)
