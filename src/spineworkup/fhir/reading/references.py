"""Whose records these are: every one of them must be about the same patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import frozen

from spineworkup.errors import FhirError
from spineworkup.fhir.fetched import Entry
from spineworkup.fhir.reading.elements import Code, Element

# Where a resource says whom it is about.
_SUBJECTS = ("subject", "patient", "for")
NOT_THE_PATIENT = "it doesn't say that it is about the patient"
_TWO = "the records are about more than one patient"
_HINT = "send the records of one patient"


@frozen
class Whose:
    """The patient of an import.

    Args:
        reference: As it is written, such as `Patient/1`; empty where no record says it.
        strangers: The numbers of the records of which nobody can say that they are about this patient.
    """

    reference: str
    strangers: frozenset[int]


def whose(entries: Sequence[Entry], patient: str | None) -> Whose:
    """Return the one patient whom all records are about.

    Args:
        patient: Whom they have to be about, such as `Patient/1`; None where the records say it themselves.

    Raises:
        FhirError: They are about two patients, or about another one. The message names none of them.
    """
    patients = [entry for entry in entries if entry.type == "Patient"]
    addresses = {entry.url: name for entry in patients if entry.url.startswith("urn:") and (name := _own_name(entry))}
    named = [[addresses.get(name, name) for name in _names(entry)] for entry in entries]
    known: dict[str, str] = {}
    if patient:
        known[patient if "/" in patient or ":" in patient else f"Patient/{patient}"] = "patient"
    for entry, names in zip(entries, named, strict=True):
        for name in filter(_is_patient, names):
            known.setdefault(name, entry.resource.place)
    _refuse_two(known)
    numbers = _numbers(patients)
    _refuse_other_number(entries, numbers)
    strangers = [
        number
        for number, (entry, names) in enumerate(zip(entries, named, strict=True))
        if not (names[0] in known if names else bool(numbers) and _number(entry) in numbers)
    ]
    return Whose(_relative(_shortest(known)), frozenset(strangers))


def _shortest(names: Iterable[str]) -> str:
    return min(names, key=lambda name: (len(name), name), default="")


def _relative(name: str) -> str:
    """Return a reference without the server that it lives at."""
    return f"Patient/{name.rpartition('/Patient/')[2]}" if "/Patient/" in name else name


def _refuse_two(known: dict[str, str]) -> None:
    """Refuse names that can't all mean one patient: one number, at no more than one server, or one address."""
    shortest = _shortest(known)
    longer = sorted(name for name in known if name != shortest)
    others = [name for name in longer if not name.endswith(f"/{shortest}")] + longer[1:]
    if others:
        raise FhirError(min(known[name] for name in others), _TWO, _HINT)


def _names(entry: Entry) -> list[str]:
    """Return what a record calls the patient: its own name, if it is the Patient."""
    if entry.type == "Patient":
        return [name] if (name := _own_name(entry)) else []
    return [_resolved(text, entry) for subject in _subjects(entry) if (text := _reference(subject))]


def _own_name(entry: Entry) -> str:
    """Return the name of a Patient: its number at its server, else the address in its Bundle."""
    number = entry.resource.child("id").text
    return _resolved(f"Patient/{number}", entry) if number else entry.url


def _subjects(entry: Entry) -> Iterator[dict[str, Any]]:
    resource = entry.resource.value
    for word in _SUBJECTS:
        if isinstance(found := resource.get(word), dict):
            yield found


def _reference(subject: dict[str, Any]) -> str:
    """Return what a reference names, without a version; empty where it is inside the resource, or none."""
    text = subject.get("reference")
    return text.partition("/_history/")[0] if isinstance(text, str) and not text.startswith("#") else ""


def _is_patient(name: str) -> bool:
    return name.startswith(("Patient/", "urn:")) or "/Patient/" in name


def _resolved(text: str, entry: Entry) -> str:
    """Return a reference with the server that it is relative to, where that is known."""
    if "://" not in entry.url or "://" in text or text.startswith("urn:"):
        return text
    end = f"/{entry.type}/{entry.resource.child('id').text}"
    return f"{entry.url.removesuffix(end)}/{text}" if entry.url.endswith(end) else text


def _numbers(patients: Sequence[Entry]) -> frozenset[Code]:
    """Return the numbers that a patient goes by, each with what kind of number it is."""
    found = [_pair(one) for entry in patients for one in entry.resource.child("identifier").items]
    return frozenset([one for one in found if one is not None])


def _number(entry: Entry) -> Code | None:
    """Return the number by which a record names its patient, where it does so by no reference."""
    subject = next((one for one in _subjects(entry) if not _reference(one)), None)
    return None if subject is None else _pair(Element(subject).child("identifier"))


def _pair(identifier: Element) -> Code | None:
    system, value = identifier.child("system").text, identifier.child("value").text
    return (system, value) if system and value else None


def _refuse_other_number(entries: Sequence[Entry], numbers: frozenset[Code]) -> None:
    """Refuse a record of somebody who has another number of the same kind as the patient."""
    kinds = {kind for kind, _ in numbers}
    for entry in entries if kinds else ():
        number = _number(entry)
        if number is not None and number[0] in kinds and number not in numbers:
            raise FhirError(entry.resource.place, _TWO, _HINT)
