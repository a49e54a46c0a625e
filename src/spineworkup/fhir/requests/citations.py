"""The sources of rules as RelatedArtifacts."""

from __future__ import annotations

from collections.abc import Iterable

from spineworkup.checklists import Checklist
from spineworkup.fhir.datatypes import Resource
from spineworkup.reasons import Reason
from spineworkup.sources import VERIFICATION_WORDS, Citation, Source, Verification


def citations_of(checklist: Checklist, reasons: Iterable[Reason]) -> list[Resource]:
    """Return each cited place once, and how far the rule that cites it was checked."""
    found = {(cite, r.verification): cite for r in reasons for cite in r.cites}
    return [_artifact(checklist, cite, verification) for (cite, verification), cite in found.items()]


def _artifact(checklist: Checklist, cite: Citation, verification: Verification) -> Resource:
    source = checklist.pathway.sources.get(cite.source, Source(cite.source, cite.source))
    place = (
        source.title,
        source.publisher,
        source.date,
        cite.at,
        source.url,
        VERIFICATION_WORDS[verification],
    )
    return {
        "type": "citation",
        "label": str(cite),
        "display": source.title,
        "citation": ". ".join(part for part in place if part),
    }
