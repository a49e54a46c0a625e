"""What a printed checklist has to be, checked by rule: hard rules refuse the sheet, soft ones warn.

The rules are those of the checklist literature (Project Check, aviation, WHO); numbers that are our own say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import frozen

from spineworkup.errors import PrintError
from spineworkup.render.model import MARKS, MAX_ITEMS, MODE_WORDS, PauseBlock, Row, Sheet, blanks, texts
from spineworkup.render.visible import visible
from spineworkup.urgency import Urgency

MAX_WORDS = 12  # our number
MAX_SECONDS = 90
WORDS_PER_MINUTE = 150  # reading aloud; our number
VERBS = frozenset(
    "agree apply arrange ask assess biopsy book call check confirm consider contact decide discuss do document examine explain "
    "explore find follow get give hand immobilise keep measure note nurse obtain offer order phone plan prescribe protect "
    "quantify record refer relieve repeat report request review ring score screen send stage start stop take tell test "
    "treat urge weigh withhold write".split()
)
_TIERS = {tier.value: tier.rank for tier in Urgency}


@frozen
class Fault:
    """A rule that a sheet breaks; `hard` ones refuse it."""

    rule: str
    message: str
    hard: bool

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def refuse(sheet: Sheet, steps: Iterable[str]) -> None:
    """Refuse a sheet that breaks a hard rule.

    Raises:
        PrintError: With every hard rule that is broken, by name.
    """
    faults = list(hard_faults(sheet, steps))
    if faults:
        raise PrintError("\n".join(map(str, faults)))


def lint(sheet: Sheet, steps: Iterable[str] | None = None) -> tuple[Fault, ...]:
    """Return every rule that a sheet breaks.

    Args:
        steps: The steps that have to be on it; those that are on it where nothing is given.
    """
    wanted = [row.step for row in _rows(sheet)] if steps is None else list(steps)
    return (*hard_faults(sheet, wanted), *soft_faults(sheet))


def hard_faults(sheet: Sheet, steps: Iterable[str]) -> Iterator[Fault]:
    """Give the hard rules that are broken."""
    for rule, messages in (
        ("pause-size", _sizes(sheet)),
        ("pause-mode", _modes(sheet)),
        (
            "title-objective",
            [] if sheet.title and sheet.objective else ["the title and its objective are missing"],
        ),
        ("every-page", _every_page(sheet)),
        ("boxes", _boxes(sheet)),
        ("one-name-one-box", _names(sheet)),
        ("unknown-in-order", _unknown_order(sheet)),
        ("urgency-in-words", _urgency(sheet)),
        ("all-visible", [path for path, text in texts(sheet) if visible(text) != text]),
        ("no-step-missing", _missing(sheet, steps)),
    ):
        for message in messages:
            yield Fault(rule, message, True)


def soft_faults(sheet: Sheet) -> Iterator[Fault]:
    """Give the soft rules that are broken."""
    for row in _rows(sheet):
        words = row.action.split()
        if len(words) > MAX_WORDS:
            yield Fault("short-items", f"{row.code} has {len(words)} words, more than {MAX_WORDS}", False)
        if not words or words[0].lower().strip(",:") not in VERBS:
            yield Fault("verb-first", f"{row.code} doesn't start with a verb that the lint knows", False)
        if re.search(r"\b[A-Z]{7,}\b", row.action):
            yield Fault("capitals", f"{row.code} is in capitals", False)
        if re.search(r"\[\d+\]|because|\bdoi\b|https?:", row.action):
            yield Fault("reasons-behind", f"{row.code} gives a reason or a source on the front page", False)
    for count in Counter(row.action for row in _rows(sheet)).values():
        if count > 1:
            yield Fault("no-item-twice", f"{count} items say the same", False)
    for pause in sheet.pauses:
        seconds = reading_seconds(pause)
        if seconds > MAX_SECONDS:
            yield Fault("reading-time", f"{pause.title} takes {seconds:.0f} s to read aloud", False)
        ranks = [_TIERS[(row.could or row.tier).value] for row in pause.rows] if sheet.is_blank else []
        if ranks != sorted(ranks, reverse=True):
            yield Fault("emergencies-first", f"{pause.title} isn't in the order of urgency", False)


def reading_seconds(pause: PauseBlock) -> float:
    """Return how long a pause takes to read aloud, at our own estimate of words a minute."""
    words = [
        pause.title,
        *(f"{row.action} {' '.join(remark.text for remark in row.remarks)}" for row in pause.rows),
    ]
    return sum(len(text.split()) for text in words) * 60 / WORDS_PER_MINUTE


def _rows(sheet: Sheet) -> list[Row]:
    return [row for pause in sheet.pauses for row in pause.rows]


def _sizes(sheet: Sheet) -> list[str]:
    return [
        f"{pause.title} has {len(pause.rows)} items, more than {MAX_ITEMS}"
        for pause in sheet.pauses
        if len(pause.rows) > MAX_ITEMS
    ]


def _modes(sheet: Sheet) -> list[str]:
    return [
        f"{pause.title} has no mode: expected {' or '.join(MODE_WORDS)}"
        for pause in sheet.pauses
        if pause.mode not in MODE_WORDS
    ]


def _every_page(sheet: Sheet) -> list[str]:
    running = sheet.running
    wanted = {
        name: getattr(running, name)
        for name in ("version", "hash", "revised", "review_by", "printed", "at", "use")
    }
    missing = [f"{name} is missing" for name, value in wanted.items() if not value]
    if not sheet.is_blank and not running.identity:
        missing.append("the patient's identity is missing")
    return missing if running.blanks else [*missing, "the space for identifiers is missing"]


def _boxes(sheet: Sheet) -> list[str]:
    return [
        f"{row.code} lacks a box"
        for row in _rows(sheet)
        if [blank.kind for blank in (*row.ticks, *row.spaces)] != ["tick"] * 3 + ["text"] * 2
    ]


def _names(sheet: Sheet) -> list[str]:
    shared = {blank.id for blank in sheet.running.blanks}
    counts = Counter(blank.id for blank in blanks(sheet) if blank.id not in shared)
    return [f"{count} boxes share the name {id_}" for id_, count in counts.items() if count > 1]


def _unknown_order(sheet: Sheet) -> list[str]:
    ranks = [_TIERS[unknown.tier.value] for unknown in sheet.unknown]
    return [] if ranks == sorted(ranks, reverse=True) else ["what could reach most has to come first"]


def _urgency(sheet: Sheet) -> list[str]:
    tiers = [tier for row in _rows(sheet) for tier in (row.tier, row.could) if tier is not None]
    tiers += [unknown.tier for unknown in sheet.unknown]
    known = {tier.value: mark for tier, mark in MARKS.items()}
    wrong = {tier.value for tier in tiers if not tier.words or tier.mark != known.get(tier.value)}
    return [f"{value} needs its own shape and words" for value in sorted(wrong)]


def _missing(sheet: Sheet, steps: Iterable[str]) -> list[str]:
    shown, wanted = {row.step for row in _rows(sheet)}, set(steps)
    missing = [f"{step} is missing" for step in sorted(wanted - shown)]
    return missing + [f"{step} isn't a step that belongs here" for step in sorted(shown - wanted)]
