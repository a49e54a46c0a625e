"""What has to be kept to work an answer out again, as a resource of its own and inside another one."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.checklists import Checklist
from spineworkup.fhir.datatypes import Resource, local, moment
from spineworkup.fhir.systems import RECEIPT


def receipt_of(checklist: Checklist) -> Resource:
    """Return what has to be kept to replay an answer."""
    return {"resourceType": "Parameters", "parameter": [{"name": name, **value} for name, value in _parts(checklist)]}


def receipt_meta(checklist: Checklist) -> Resource:
    """Return the same as an element of a resource that stands alone: an extension of its `meta`."""
    parts = [{"url": name, **value} for name, value in _parts(checklist)]
    return {"meta": {"extension": [{"url": local(RECEIPT), "extension": parts}]}}


def _parts(checklist: Checklist) -> Iterator[tuple[str, Resource]]:
    receipt = checklist.receipt
    texts = {
        "library": receipt.library,
        "pathway": receipt.pathway,
        "version": receipt.version,
        "hash": receipt.hash,
        "overlays": ", ".join(receipt.overlays),
        "chart_digest": receipt.chart_digest,
    }
    yield from ((name, {"valueString": text}) for name, text in texts.items() if text)
    yield "at", {"valueDateTime": moment(receipt.at)}
