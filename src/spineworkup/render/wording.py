"""The words of the sheet: times, statuses, verification marks."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

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


def duration(length: timedelta) -> str:
    """Return a length of time in words.

    >>> duration(timedelta(days=7)), duration(timedelta(hours=24)), duration(timedelta(minutes=90))
    ('7 days', '24 h', '90 min')
    """
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
