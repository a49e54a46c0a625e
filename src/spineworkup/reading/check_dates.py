"""What is past the day by which it was to be reviewed: rules, the package or its overlay, and waivers that expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from spineworkup.pathways import Pathway
from spineworkup.reading.lints import Lint, lint_at


def date_lints(pathway: Pathway, today: date) -> Iterator[Lint]:
    """Yield a lint for whatever was to be reviewed before a day.

    Args:
        pathway: The rules.
        today: The day on which they are looked at; what is to be reviewed by this day isn't late yet.
    """
    for rule in pathway.rules.values():
        if rule.review_by is not None and rule.review_by < today:
            message = f"the rule {rule.id!r} was to be reviewed by {rule.review_by}"
            yield _late(pathway, [rule.id], f"rule {rule.id}.review_by", message)
    if pathway.review_by is not None and pathway.review_by < today:
        what, owner = _dated_by(pathway)
        message = f"the {what} {owner!r} was to be reviewed by {pathway.review_by}"
        yield _late(pathway, [owner], f"{what} {owner}.review_by", message)
    for number, waiver in enumerate(pathway.waivers):
        if waiver.expires < today:
            message = f"the waiver for {waiver.step!r} ({waiver.hazard}) expired on {waiver.expires}"
            yield _late(pathway, [waiver.step, waiver.hazard], f"waiver {number}", message)


def _dated_by(pathway: Pathway) -> tuple[str, str]:
    """Return what gave a pathway its date for review: the package, or the overlay that is due before it."""
    dated = [overlay for overlay in pathway.overlays if f"overlay {overlay}.review_by" in pathway.places]
    return ("overlay", dated[-1]) if dated else ("package", pathway.id)


def _late(pathway: Pathway, about: list[str], place: str, message: str) -> Lint:
    return lint_at(
        pathway, "past_review", about, place, message, "read the source again, then set a new date"
    )
