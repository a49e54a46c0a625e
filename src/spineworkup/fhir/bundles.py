"""Several resources of one answer, which refer to each other, as one Bundle."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from spineworkup.checklists import Checklist
from spineworkup.fhir.datatypes import Resource, moment
from spineworkup.fhir.systems import CANONICAL

Entry = tuple[str, Resource]


def address(checklist: Checklist, patient: str, *place: str) -> str:
    """Return the address of a resource inside a Bundle: the same for the same answer about the same patient."""
    answer = checklist.pathway.hash, checklist.original.digest, moment(checklist.at)
    parts = (CANONICAL, *answer, patient, *place)
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '|'.join(parts))}"


def collection(checklist: Checklist, entries: Iterable[Entry]) -> Resource:
    """Return a Bundle of resources that only stand together; nothing in it asks a server to do anything."""
    listed = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    about = {"resourceType": "Bundle", "type": "collection", "timestamp": moment(checklist.at)}
    return {**about, "entry": listed} if listed else about
