"""What rules cite, as FHIR RelatedArtifacts: the source, the place in it, and how far that was checked."""

from __future__ import annotations

from collections.abc import Iterable

from spineworkup.fhir.plan.header import Resource
from spineworkup.pathways import Note, Pathway, Rule
from spineworkup.sources import VERIFICATION_WORDS, Citation, Source


def source_artifacts(pathway: Pathway) -> list[Resource]:
    """Return every source of a pathway."""
    return [
        _artifact(source, label=source.id, citation=_described(source)) for source in pathway.sources.values()
    ]


def cited(pathway: Pathway, rules: Iterable[Rule | Note]) -> list[Resource]:
    """Return what some rules cite, each place once with each mark of how far it was checked."""
    pairs = dict.fromkeys(
        (cite, VERIFICATION_WORDS[rule.verification]) for rule in rules for cite in rule.cites
    )
    return [_cited(pathway, cite, checked) for cite, checked in pairs]


def _cited(pathway: Pathway, cite: Citation, checked: str) -> Resource:
    source = pathway.sources.get(cite.source) or Source(cite.source, cite.source)
    place = f"{source.title}, {cite.at}" if cite.at else source.title
    return _artifact(source, label=str(cite), citation=f"{place} ({checked})")


def _artifact(source: Source, *, label: str, citation: str) -> Resource:
    said = {"label": label, "display": source.title, "citation": citation, "url": _url(source.url)}
    return {"type": "citation", **{name: text for name, text in said.items() if text}}


def _url(url: str) -> str:
    """Return an address that a program can follow; nothing where only a part of it was recorded."""
    if not url or not url.isascii():
        return ""
    return url if "://" in url else f"https://{url}"


def _described(source: Source) -> str:
    parts = [source.title, source.publisher, source.date, "" if source.status == "current" else source.status]
    return ". ".join(part for part in parts if part)
