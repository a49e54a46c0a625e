"""Whose records these are: every one of them must be about the same patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from spineworkup.errors import FhirError
from spineworkup.fhir.elements import Code, Element
from spineworkup.fhir.fetched import Entry

# Where a resource says whom it is about.
_SUBJECTS = ("subject", "patient", "for")
NOT_THE_PATIENT = "it doesn't say that it is about the patient"


@frozen
class Whose:
    """The patient of an import: one, under every name that the records use.

    Args:
        reference: As it is written, such as `Patient/1`.
        names: Every reference that means this patient.
        identifiers: The patient's numbers.
    """

    reference: str
    names: frozenset[str]
    identifiers: frozenset[Code]

    def trouble(self, entry: Entry, *, is_alone: bool) -> str:
        """Return why nobody can say that a record is about this patient; empty where it is."""
        if entry.type == "Patient":
            return "" if _own_names(entry) else NOT_THE_PATIENT
        subject = _subject(entry.resource)
        if not subject and is_alone:
            return ""
        is_named = _name(subject, entry) in self.names
        return "" if is_named or _identifier(subject.child("identifier")) in self.identifiers else NOT_THE_PATIENT


def whose(entries: Sequence[Entry], patient: str | None) -> Whose:
    """Return the one patient whom all records are about.

    Args:
        patient: Whom they have to be about, such as `Patient/1`; None where the records say it themselves.

    Raises:
        FhirError: They are about two patients, or about another one. The message names none of them.
    """
    known: dict[str, str] = {}
    own = [name for entry in entries if entry.type == "Patient" for name in _own_names(entry)]
    same = _same_patient(entries)
    if patient:
        known[patient if "/" in patient or ":" in patient else f"Patient/{patient}"] = "patient"
    for entry in entries:
        for name in _own_names(entry) if entry.type == "Patient" else _named(entry):
            known.setdefault(same.get(name, name), entry.resource.place)
    _refuse_two(known)
    identifiers = _identifiers(entries)
    _refuse_other_number(entries, identifiers)
    names = frozenset([*known, *own, *same])
    return Whose(_relative(_shortest(known)), names, identifiers)


def _shortest(names: Iterable[str]) -> str:
    return min(names, key=lambda name: (len(name), name), default="")


def _relative(name: str) -> str:
    """Return a reference without the server that it lives at."""
    return f"Patient/{name.rpartition('/Patient/')[2]}" if "/Patient/" in name else name


def _refuse_two(known: dict[str, str]) -> None:
    """Refuse names that can't all mean one patient: the same number, at no more than one place, or one address."""
    shortest = _shortest(known)
    addresses = {name for name in known if name != shortest}
    others = [name for name in known if name != shortest and not name.endswith(f"/{shortest}")]
    if len(addresses) > 1:
        others += [name for name in sorted(addresses)[1:]]
    if others:
        place = min(known[name] for name in others)
        raise FhirError(place, "the records are about more than one patient", "send the records of one patient")


def _same_patient(entries: Sequence[Entry]) -> dict[str, str]:
    """Return, for every address that a Patient stands under in a Bundle, its own name."""
    return {
        entry.url: names[0]
        for entry in entries
        if entry.type == "Patient" and (names := _own_names(entry)) and entry.url.startswith("urn:")
    }


def _own_names(entry: Entry) -> list[str]:
    """Return the name of a Patient: its number at its server, else the address in its Bundle."""
    number = entry.resource.child("id").text
    if number:
        return [_resolved(f"Patient/{number}", entry)]
    return [entry.url] if entry.url else []


def _named(entry: Entry) -> list[str]:
    return [name for word in _SUBJECTS if (name := _name(entry.resource.child(word), entry)) and _is_patient(name)]


def _is_patient(name: str) -> bool:
    return name.startswith(("Patient/", "urn:")) or "/Patient/" in name


def _subject(resource: Element) -> Element:
    return next((found for word in _SUBJECTS if (found := resource.child(word))), Element(None, resource.place))


def _name(subject: Element, entry: Entry) -> str:
    """Return what a reference names, without a version; empty where it is inside the resource, or none."""
    text = subject.child("reference").text.partition("/_history/")[0]
    return "" if text.startswith("#") else _resolved(text, entry)


def _resolved(text: str, entry: Entry) -> str:
    """Return a reference with the server that it is relative to, where that is known."""
    number, type_ = entry.resource.child("id").text, entry.type
    end = f"/{type_}/{number}"
    if text and "://" not in text and not text.startswith("urn:") and "://" in entry.url and entry.url.endswith(end):
        return entry.url.removesuffix(end) + "/" + text
    return text


def _identifier(identifier: Element) -> Code | None:
    system, value = identifier.child("system").text, identifier.child("value").text
    return (system, value) if system and value else None


def _identifiers(entries: Sequence[Entry]) -> frozenset[Code]:
    patients = [entry.resource for entry in entries if entry.type == "Patient"]
    found = [_identifier(one) for patient in patients for one in patient.child("identifier").items]
    return frozenset([one for one in found if one is not None])


def _refuse_other_number(entries: Sequence[Entry], identifiers: frozenset[Code]) -> None:
    """Refuse a record of somebody who has another number of the same kind as the patient."""
    systems = {system for system, _ in identifiers}
    for entry in entries:
        subject = _subject(entry.resource)
        found = None if _name(subject, entry) else _identifier(subject.child("identifier"))
        if found is not None and found[0] in systems and found not in identifiers:
            raise FhirError(entry.resource.place, "the records are about more than one patient", "send the records of one patient")
