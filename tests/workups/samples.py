"""Workups to be kept, read and broken."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from spineworkup import load_pathway
from spineworkup.pathways import Pathway
from spineworkup.workups.workup import Workup

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@cache
def shipped() -> Pathway:
    return load_pathway()


def begun(case: str = "example-1") -> Workup:
    """A workup in which nothing has happened yet."""
    return Workup.start(shipped(), case, at=NOON, by="first clinician")
