"""When something in a record was: from the elements that FHIR has for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from spineworkup.checklists import Notice
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import LEAP_SECOND, NO_ZONE, NOT_A_TIME, When, read_when
from spineworkup.fhir.reading.statements import Statement

TROUBLES = {
    NOT_A_TIME: "was recorded with a time that can't be read, which is not used",
    NO_ZONE: "was recorded with a time without a time zone, which is not used",
    LEAP_SECOND: "was recorded in a leap second and is read as one second earlier",
}


def read_time(element: Element) -> tuple[When | None, str]:
    """Return when a date, dateTime or instant was, and what is wrong with it; neither where there is none."""
    return read_when(element.text) if element else (None, "")


def span_of(resource: Element, name: str, at: datetime) -> tuple[When | None, str]:
    """Return when `name[x]` was: a time, or a period, which lasts until now where it has no end."""
    for ending in ("DateTime", "Instant"):
        if resource.has(name + ending) and (element := resource.child(name + ending)):
            return read_time(element)
    period = f"{name}Period"
    return period_of(resource.child(period), at) if resource.has(period) and resource.child(period) else (None, "")


def period_of(period: Element, at: datetime) -> tuple[When | None, str]:
    """Return the span of a period; without a start it is not known."""
    start, trouble = read_time(period.child("start"))
    end, late = read_time(period.child("end")) if period.child("end") else (When(at, at), "")
    if start is None or end is None:
        return None, trouble or late
    return start.until(end), trouble or late


def time_notices(trouble: str, statements: Sequence[Statement]) -> list[Notice]:
    """Return what to say of a time that was written down in a way that nobody can be sure of."""
    if not trouble:
        return []
    return [Notice("bad_time", f"{one.finding.label} {TROUBLES[trouble]}", one.finding.id) for one in statements]
