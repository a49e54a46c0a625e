"""The words of the sheet: times, statuses, verification marks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from spineworkup.checklists import Receipt

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNCONFIRMED = "not confirmed against the primary source"
VERIFICATION = {
    "primary": "read in the primary source",
    "secondary": UNCONFIRMED,
    "unread": f"{UNCONFIRMED}, which was not read",
}
AGAINST = {
    "absolute": "Contraindication",
    "relative": "Needs sign-off",
    "caution": "Caution",
    "check": "Safety check",
    "prerequisite": "Order of work",
    "not_available": "Not available",
    "closed": "Closed now",
}


def day(moment: date | None) -> str:
    """Return a date without ambiguity, in any locale.

    >>> day(date(2026, 11, 4))
    '4 Nov 2026'
    """
    return "not stated" if moment is None else f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """Return a day and a time of the day; the zone is printed once, on every page."""
    local = moment.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local:%H:%M}"


def full(moment: datetime, zone: tzinfo | None) -> str:
    """Return a date with its year and a time of the day."""
    local = moment.astimezone(zone)
    return f"{day(local.date())} {local:%H:%M}"


def zone_words(moment: datetime) -> str:
    """Return the offset from UTC in words.

    >>> from datetime import timezone
    >>> zone_words(datetime(2026, 11, 4, tzinfo=timezone.utc))
    'UTC+00:00'
    """
    offset = moment.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def joined(words: list[str], last: str = " and ") -> str:
    """Return a list in a sentence.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def lower(label: str) -> str:
    """Return a label for the middle of a sentence; abbreviations stay as they are.

    >>> lower("First contact"), lower("MRI of the spine"), lower("eGFR")
    ('first contact', 'MRI of the spine', 'eGFR')
    """
    first = label.split(" ", 1)[0]
    return label if len(first) > 1 and not first[1:].islower() else label[:1].lower() + label[1:]


def sentence(text: str) -> str:
    """Return a text with a stop at its end."""
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def unit_words(unit: str) -> str:
    """Return a unit as it is printed; no micro sign, which is misread by hand.

    >>> unit_words("umol/L"), unit_words("10*9/L"), unit_words("mL/min/{1.73_m2}")
    ('micromol/L', '×10⁹/L', 'mL/min/1.73 m²')
    """
    words = unit.replace("{1.73_m2}", "1.73 m²").replace("10*9", "×10⁹").replace("10*12", "×10¹²")
    return f"micro{words[1:]}" if words.startswith(("umol", "ug")) else words


def how_long(length: timedelta) -> str:
    """Return a measured length of time in words, to the minute.

    >>> how_long(timedelta(hours=2, minutes=10)), how_long(timedelta(days=3, hours=4, minutes=5))
    ('2 h 10 min', '3 days 4 h')
    """
    days, rest = divmod(int(length.total_seconds()) // 60, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        parts = [f"{days} day{'' if days == 1 else 's'}", f"{hours} h" if hours else ""]
    else:
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(part for part in parts if part) or "under 1 min"


def duration(length: timedelta) -> str:
    """Return a length of time in words.

    >>> duration(timedelta(days=7)), duration(timedelta(hours=24)), duration(timedelta(minutes=90))
    ('7 days', '24 h', '90 min')
    """
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def rules_words(id_: str, version: str, content: str, overlays: Iterable[str]) -> str:
    """Return by which rules something was made: name, version, hash, overlays."""
    named = joined(list(overlays))
    return f"{id_} {version}, {content}" + (f", overlays {named}" if named else "")


def receipt_words(receipt: Receipt, *, with_input: bool = True) -> str:
    """Return a receipt as it is printed: enough to work the answer out again.

    Args:
        with_input: With the digest of what was known.
    """
    rules = rules_words(receipt.pathway, receipt.version, receipt.hash, receipt.overlays)
    digest = f"; input {receipt.chart_digest}" if with_input else ""
    return f"spineworkup {receipt.library}; {rules}{digest}; at {receipt.at.isoformat()}."
