"""The sheet as plain text, for a terminal, a message or a printer without fonts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from spineworkup.render.listing import Line, Listing
from spineworkup.render.model import (
    Blank,
    ChangedBlock,
    Detail,
    Entry,
    OptionBlock,
    PauseBlock,
    Record,
    Ref,
    Row,
    ScoreLine,
    Sheet,
    SourceLine,
    Statement,
    Tier,
    Title,
    Unknown,
)
from spineworkup.render.wording import sentence

_RULE, _THIN = "=", "-"


def to_text(page: Sheet | Listing, width: int = 80) -> str:
    """Return a page as text of this width; boxes are `[ ]`, spaces to write in are underlined."""
    lines = _listing(page) if isinstance(page, Listing) else _sheet(page)
    return "\n".join(folded for line in lines for folded in _fold(line, width)) + "\n"


def _listing(page: Listing) -> Iterator[str]:
    yield from (page.title, _RULE)
    if page.identity:
        yield page.identity
    if page.blanks:
        yield "   ".join(f"{blank} {'_' * 12}" for blank in page.blanks)
    yield from page.summary
    for section in page.sections:
        lines = (line for one in section.lines for line in _line(one))
        yield from _section(section.title, lines if section.lines else [f"  {section.none}"])
    if page.foot:
        yield from ("", _RULE, *page.foot)
    yield from ("", *page.footer)


def _line(line: Line) -> Iterator[str]:
    yield f"  {line.lead} {line.text}"
    if line.more:
        yield f"    {line.more}"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from (*_head(sheet), *_front(sheet), *_behind(sheet), *_foot(sheet))


def _head(sheet: Sheet) -> Iterator[str]:
    yield sheet.title
    yield sheet.objective
    yield _RULE
    for one in sheet.identifiers:
        yield f"{one.label}: {one.value or '_' * 30}"
    yield from (f"{blank.label}: {'_' * 30}" for blank in sheet.running.blanks if blank.id == "phone")
    if sheet.banner is not None:
        yield _RULE
        yield f"{tier_words(sheet.banner.tier)}"
        yield sheet.banner.words
    yield _RULE
    for notice in sheet.summary:
        yield f"{notice.kind}: {notice.text} (see {Title.NOTICES})"
    if sheet.changed is not None:
        yield f"{Title.CHANGED} {sheet.changed.front}"


def _front(sheet: Sheet) -> Iterator[str]:
    if not sheet.is_blank:
        yield from _front_unknown(sheet)
    for pause in sheet.pauses:
        yield from _pause(pause)
    if sheet.is_blank:
        yield from _front_unknown(sheet)
    yield from ("", *sheet.legend)


def _front_unknown(sheet: Sheet) -> Iterator[str]:
    yield from ("", f"{Title.UNKNOWN} ({sheet.running.questions})", _THIN)
    if sheet.is_blank:
        yield Title.NOTHING_KNOWN
        yield from (f"  {blank.short}. {'_' * 60}" for blank in sheet.unknown_spaces)
    elif not sheet.unknown:
        yield Title.NONE_UNKNOWN
    for unknown in sheet.top_unknown:
        yield f"  {tier_words(unknown.tier, short=True)} - {unknown.label} {'_' * 12}"


def _pause(pause: PauseBlock) -> Iterator[str]:
    yield ""
    yield f"{pause.letter}. {pause.title} - {pause.mode}: {pause.mode_words}"
    if pause.objective:
        yield pause.objective
    yield _THIN
    for row in pause.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    boxes = " ".join(f"[ ] {blank.short}" for blank in row.ticks)
    spaces = " ".join(f"{blank.short} ______" for blank in row.spaces)
    yield f"{row.code:<4}{row.action}"
    yield f"    {boxes}  {spaces}"
    yield f"    {state_words(row)}"
    yield from (f"    {remark.kind}: {remark.text}" for remark in row.remarks)


def tier_words(tier: Tier, short: bool = False) -> str:
    """Return a tier as its shape and its words."""
    return f"{tier.mark} {tier.short if short else tier.words}"


def state_words(row: Row) -> str:
    """Return the urgency of a line and where it stands."""
    urgencies = (f"{before} {tier_words(tier, True)}".strip() for before, tier in row.urgencies)
    return "; ".join(part for part in (*urgencies, row.status) if part)


def _behind(sheet: Sheet) -> Iterator[str]:
    yield from _section(Title.CHANGED, [] if sheet.changed is None else _changed(sheet.changed))
    yield from _section(Title.ALL_UNKNOWN, (line for one in sheet.unknown for line in _unknown(one)))
    yield from _section(Title.RECORDS, (line for one in sheet.records for line in _record(one)))
    yield from _section(Title.DETAILS, (line for one in sheet.details for line in _detail(one)))
    yield from _section(Title.SCORES, (line for one in sheet.scores for line in _score(one)))
    options = (
        [Title.NO_CHOICE, *(line for one in sheet.handover for line in _option(one))]
        if sheet.handover
        else []
    )
    yield from _section(Title.HANDOVER, options)
    yield from _section(
        Title.NOT_INDICATED, (f"  {n.code} {n.label}: {n.reason}" for n in sheet.not_indicated)
    )
    yield from _section(Title.NOTICES, (f"  {notice.kind}: {notice.text}" for notice in sheet.notices))
    yield from _section(Title.SOURCES, (f"  {source_words(source)}" for source in sheet.sources))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield from ("", title, _RULE, *listed)


def _changed(changed: ChangedBlock) -> Iterator[str]:
    if changed.events:
        yield from (f"  {Title.ENTERED}:", *(f"    {number}. {event}" for number, event in enumerate(changed.events, 1)))
    for one in changed.lines:
        yield from (f"  {one.head}", *(f"    {words}" for words in one.said))


def _unknown(unknown: Unknown) -> Iterator[str]:
    yield f"  {tier_words(unknown.tier, True)} - {unknown.label}"
    if unknown.ask != unknown.label:
        yield f"    {unknown.ask}"
    yield f"    {unknown_words(unknown)}"
    yield "    Answer: ____________________"


def unknown_words(unknown: Unknown) -> str:
    """Return what an answer is for, and by when."""
    return f"For: {unknown.steps}" + (f"; {unknown.due}" if unknown.due else "")


def _record(record: Record) -> Iterator[str]:
    yield f"{record.code} {record.label}"
    for part in record.parts:
        yield f"  [ ] {part.label} {sources_of(part.refs, part.verification)}".rstrip()
        yield from (f"      {_entry(entry)}" for entry in part.entries)


def _entry(entry: Entry) -> str:
    recorded = f" (on record: {entry.recorded})" if entry.recorded else ""
    return f"{entry.label}: {'  '.join(_space(blank, entry.unit) for blank in entry.blanks)}{recorded}"


def _space(blank: Blank, unit: str) -> str:
    return f"[ ] {blank.short}" if blank.kind == "tick" else f"________ {unit}".rstrip()


def sources_of(refs: tuple[Ref, ...], verification: str) -> str:
    """Return numbered sources and how far they were checked."""
    numbers = ", ".join(ref.words for ref in refs)
    return f"{numbers}: {verification}" if numbers and verification else numbers or verification


def _detail(detail: Detail) -> Iterator[str]:
    yield ""
    yield f"{detail.code} {detail.label}" + (f" - {detail.owner}" if detail.owner else "")
    if detail.status:
        yield f"  {detail.status}"
    for title, statements in (
        (Title.WHY, detail.why),
        (Title.AGAINST, detail.against),
        (Title.NOTES, detail.notes),
    ):
        if statements:
            yield f"  {title}:"
            yield from (f"    - {statement_words(statement)}" for statement in statements)
    if detail.questions:
        yield f"  {Title.ASK}: {'; '.join(detail.questions)}"


def statement_words(statement: Statement) -> str:
    """Return a statement with its facts and sources."""
    facts = f" Facts: {'; '.join(statement.facts)}." if statement.facts else ""
    lead = f"{statement.lead}: " if statement.lead else ""
    marks = sources_of(statement.refs, statement.verification)
    return f"{lead}{statement.text}{facts} {marks}".rstrip()


def _score(score: ScoreLine) -> Iterator[str]:
    yield f"  {score_words(score)}"
    if score.missing:
        yield f"    Missing: {', '.join(score.missing)}"


def score_words(score: ScoreLine) -> str:
    """Return a score's interval and bands, with its source."""
    value = f"{score.value}; " if score.value else "____; "
    return f"{score.label}: {value}{score.bands} {sources_of(score.refs, score.verification)}"


def _option(option: OptionBlock) -> Iterator[str]:
    yield ""
    yield f"{option.label}: {option.page} {sources_of(option.refs, option.verification)}"
    yield from (f"  [ ] {need.label}" + (f": {need.there}" if need.there else "") for need in option.needs)
    yield from (f"  {note}" for note in option.notes)


def source_words(source: SourceLine) -> str:
    """Return a numbered source."""
    before, address, after = source_parts(source)
    return " ".join(part for part in (before, address and f"{address}.", after) if part)


def source_parts(source: SourceLine) -> tuple[str, str, str]:
    """Return a numbered source as what stands before its address, the address, and what stands after it."""
    before = (source.title, source.publisher, source.date)
    after = (source.status, source.note, source.verification)
    return f"[{source.number}] {_sentences(before)}", source.url, _sentences(after)


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(sentence(part[:1].upper() + part[1:]) for part in parts if part)


def _foot(sheet: Sheet) -> Iterator[str]:
    yield from ("", Title.USE, _RULE, sheet.intended_use, "", sheet.receipt, _RULE)
    if sheet.running.identity:
        yield sheet.running.identity
    yield from sheet.running.lines


def _fold(line: str, width: int) -> list[str]:
    if line in (_RULE, _THIN):
        return [line * width]
    hang = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, width, subsequent_indent=hang, break_on_hyphens=False, drop_whitespace=True) or [""]
