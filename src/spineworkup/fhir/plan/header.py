"""What every canonical resource of a pathway says of itself: name, version, date, intended use, limits, notices."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from spineworkup.fhir.copyright import COPYRIGHT
from spineworkup.fhir.systems import coding
from spineworkup.pathways import Pathway

Resource = dict[str, Any]
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.-]")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_ID = 64
_USE = "http://terminology.hl7.org/CodeSystem/usage-context-type"
_COUNTRIES = {"uk": "GB", "us": "US"}
NOT_SIGNED_OFF = (
    "A draft: no rule has been signed off by a clinician, and each rule says how far its source was checked. "
    "Applying the plan hides what is not known: read with it the defines `<step> could be indicated` and "
    "`something is undetermined` of its library."
)


def slug(*ids: str) -> str:
    """Return an id as FHIR allows it: letters, digits, `-` and `.`, at most 64 of them, and always the same.

    >>> slug("metastatic_spine", "us", "mri_whole_spine")
    'metastatic-spine-us-mri-whole-spine'
    """
    text = _NOT_IN_AN_ID.sub("-", "-".join(id_ for id_ in ids if id_)) or "pathway"
    if len(text) <= _LONGEST_ID:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[: _LONGEST_ID - len(digest) - 1]}-{digest}"


def pathway_slug(pathway: Pathway) -> str:
    """Return the id of the resources of a pathway; overlays are part of it, as they change what it says."""
    return slug(pathway.id, *pathway.overlays)


def computer_name(pathway: Pathway, *more: str) -> str:
    """Return a name that programs can use, such as MetastaticSpineUs."""
    parts = _NOT_IN_A_NAME.split("_".join((pathway.id, *pathway.overlays, *more)))
    return "".join(part[0].upper() + part[1:] for part in parts if part) or "Pathway"


def url_of(canonical: str, kind: str, id_: str) -> str:
    """Return the address of a canonical resource."""
    return f"{canonical}/{kind}/{id_}"


def versioned(canonical: str, kind: str, id_: str, pathway: Pathway) -> str:
    """Return the address of a canonical resource in the version of its pathway."""
    url = url_of(canonical, kind, id_)
    return f"{url}|{pathway.version}" if pathway.version else url


def header(type_: str, id_: str, pathway: Pathway, canonical: str, /, **more: Any) -> Resource:
    """Return a canonical resource with what it says of itself; `more` goes before the notices."""
    resource = {
        "resourceType": type_,
        "id": id_,
        "url": url_of(canonical, type_, id_),
        "identifier": [{"system": f"{canonical}/pathway-hash", "value": pathway.hash}],
        "version": pathway.version,
        "status": "draft",
        "experimental": True,
        "date": pathway.revised and pathway.revised.isoformat(),
        "useContext": _use_context(pathway),
        "jurisdiction": _jurisdiction(pathway),
        "purpose": pathway.intended_use,
        "usage": " ".join([NOT_SIGNED_OFF, *_waivers(pathway), *_places(pathway)]),
        "copyright": COPYRIGHT,
        "effectivePeriod": _until_review(pathway),
        **more,
    }
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}


def _use_context(pathway: Pathway) -> list[Resource]:
    focus = {"code": coding(_USE, "focus", "Clinical Focus"), "valueCodeableConcept": {"text": pathway.title}}
    return [focus] if pathway.title else []


def _jurisdiction(pathway: Pathway) -> list[Resource]:
    country = _COUNTRIES.get(pathway.profile)
    return [{"coding": [coding("urn:iso:std:iso:3166", country)]}] if country else []


def _until_review(pathway: Pathway) -> Resource:
    ends = {"start": pathway.revised, "end": pathway.review_by}
    return {name: day.isoformat() for name, day in ends.items() if day is not None}


def _waivers(pathway: Pathway) -> list[str]:
    return [f"Waiver: {one.words}." for one in pathway.waivers]


def _places(pathway: Pathway) -> Iterator[str]:
    """Yield for which place a plan is; what is closed when is said, as nothing that a receiver runs knows it."""
    for place in pathway.local:
        yield f"This place: {place.words}."
        yield from (f"Differs here: {one.words(pathway.sources)}" for one in place.differs)
        steps = ", ".join(dict.fromkeys(one.step for one in place.closed))
        if steps:
            yield f"Closed at some hours, which this plan doesn't know: {steps}."
