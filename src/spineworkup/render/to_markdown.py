"""The sheet as Markdown, for a note or a ticket; every text is escaped, so that none of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spineworkup.render.listing import Line, Listing
from spineworkup.render.model import (
    ChangedBlock,
    Detail,
    Entry,
    OptionBlock,
    PauseBlock,
    Record,
    Sheet,
    SourceLine,
    Title,
    Unknown,
)
from spineworkup.render.to_text import (
    score_words,
    source_words,
    sources_of,
    state_words,
    statement_words,
    tier_words,
    unknown_words,
)

BOX = "☐"
LINE = r"\_\_\_\_\_\_\_\_"
# What CommonMark or GitHub's Markdown gives a meaning anywhere, and what only at the start of a text or inside an address.
# Spaces have one too: four at the start make code, two at the end a new line.
_ANYWHERE = re.compile(r"([\\`*_{}\[\]#|~<>&$^@])")
_AT_START = re.compile(r"^([+\-=]|\d+(?=[.)]))")
_ADDRESS = re.compile(r"(?i)(:)(?=//)|(?<=mailto)(:)|(?<=xmpp)(:)|(?<=www)(\.)")


def to_markdown(page: Sheet | Listing) -> str:
    """Return a page as Markdown; boxes are `☐`, so that no viewer offers to tick them."""
    lines = _listing(page) if isinstance(page, Listing) else _sheet(page)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def escape(text: str) -> str:
    r"""Return a text that Markdown shows as it is.

    >>> print(escape("*a* <b> [c](d)"))
    \*a\* \<b\> \[c\](d)
    """
    plain = _ANYWHERE.sub(r"\\\1", re.sub(" {2,}", " ", text).lstrip(" "))
    plain = _AT_START.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", plain)
    return _ADDRESS.sub(lambda match: f"\\{match[0]}", plain)


def _listing(page: Listing) -> Iterator[str]:
    yield from (f"# {escape(page.title)}", "", f"**{escape(page.identity)}**" if page.identity else "", "")
    yield from (f"- {escape(blank)}: {LINE}" for blank in page.blanks)
    yield from ("", *(f"{escape(words)}\n" for words in page.summary))
    for section in page.sections:
        lines = [line for one in section.lines for line in _line(one)]
        yield from _section(escape(section.title), lines or [escape(section.none)])
    yield from (f"{escape(words)}\n" for words in (*page.foot, *page.footer))


def _line(line: Line) -> Iterator[str]:
    yield f"- **{escape(line.lead)}** {escape(line.text)}"
    if line.more:
        yield f"  - {escape(line.more)}"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from (*_head(sheet), *_front(sheet), *_behind(sheet), *_foot(sheet))


def _head(sheet: Sheet) -> Iterator[str]:
    yield from (f"# {escape(sheet.title)}", "", escape(sheet.objective), "")
    for one in sheet.identifiers:
        yield f"- {escape(one.label)}: {escape(one.value) if one.value else LINE}"
    yield from (f"- {escape(blank.label)}: {LINE}" for blank in sheet.running.blanks if blank.id == "phone")
    yield ""
    if sheet.banner is not None:
        yield from (f"**{escape(tier_words(sheet.banner.tier))}**", "", escape(sheet.banner.words), "")
    for notice in sheet.summary:
        yield from (escape(f"{notice.kind}: {notice.text} (see {Title.NOTICES})"), "")
    if sheet.changed is not None:
        yield from (escape(f"{Title.CHANGED} {sheet.changed.front}"), "")


def _front(sheet: Sheet) -> Iterator[str]:
    if not sheet.is_blank:
        yield from _front_unknown(sheet)
    for pause in sheet.pauses:
        yield from _pause(pause)
    if sheet.is_blank:
        yield from _front_unknown(sheet)
    yield from (f"{escape(line)}\n" for line in sheet.legend)


def _front_unknown(sheet: Sheet) -> Iterator[str]:
    yield from (f"## {Title.UNKNOWN} ({sheet.running.questions})", "")
    if sheet.is_blank:
        yield from (escape(Title.NOTHING_KNOWN), "")
        yield from (f"- {escape(blank.short)}\\. {LINE}" for blank in sheet.unknown_spaces)
    elif not sheet.unknown:
        yield escape(Title.NONE_UNKNOWN)
    for unknown in sheet.top_unknown:
        yield f"- {escape(tier_words(unknown.tier, True))} \\- {escape(unknown.label)} {LINE}"
    yield ""


def _pause(pause: PauseBlock) -> Iterator[str]:
    yield from (f"## {escape(pause.letter)}\\. {escape(pause.title)}", "")
    yield f"{escape(pause.mode)}: {escape(pause.mode_words)}"
    yield ""
    if pause.objective:
        yield from (escape(pause.objective), "")
    for row in pause.rows:
        boxes = " ".join(f"{BOX} {escape(blank.short)}" for blank in row.ticks)
        spaces = " ".join(f"{escape(blank.short)} {LINE}" for blank in row.spaces)
        yield f"- {escape(row.code)} **{escape(row.action)}**  "
        yield f"  {boxes} {spaces}  "
        yield f"  {escape(state_words(row))}"
        yield from (f"  - {escape(f'{remark.kind}: {remark.text}')}" for remark in row.remarks)
    yield ""


def _behind(sheet: Sheet) -> Iterator[str]:
    yield from _section(Title.CHANGED, [] if sheet.changed is None else [*_changed(sheet.changed)])
    yield from _section(Title.ALL_UNKNOWN, [line for one in sheet.unknown for line in _unknown(one)])
    yield from _section(Title.RECORDS, [line for one in sheet.records for line in _record(one)])
    yield from _section(Title.DETAILS, [line for one in sheet.details for line in _detail(one)])
    scores = [
        line
        for one in sheet.scores
        for line in _listed(score_words(one), [f"Missing: {m}" for m in one.missing])
    ]
    yield from _section(Title.SCORES, scores)
    options = [escape(Title.NO_CHOICE), "", *(line for one in sheet.handover for line in _option(one))]
    yield from _section(Title.HANDOVER, options if sheet.handover else [])
    quiet = [f"- {escape(f'{one.code} {one.label}: {one.reason}')}" for one in sheet.not_indicated]
    yield from _section(Title.NOT_INDICATED, quiet)
    yield from _section(Title.NOTICES, [f"- {escape(f'{one.kind}: {one.text}')}" for one in sheet.notices])
    yield from _section(Title.SOURCES, [f"- {_source(one)}" for one in sheet.sources])


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from (f"## {title}", "", *lines, "")


def _listed(head: str, lines: list[str]) -> Iterator[str]:
    yield f"- {escape(head)}"
    yield from (f"  - {escape(line)}" for line in lines)


def _changed(changed: ChangedBlock) -> Iterator[str]:
    if changed.events:
        yield from (f"{Title.ENTERED}:", "")
        yield from (f"{number}. {escape(event)}" for number, event in enumerate(changed.events, 1))
        yield ""
    for one in changed.lines:
        yield from _listed(one.head, [*one.said])


def _unknown(unknown: Unknown) -> Iterator[str]:
    asked = [unknown.ask] if unknown.ask != unknown.label else []
    yield from _listed(
        f"{tier_words(unknown.tier, True)} - {unknown.label}", [*asked, unknown_words(unknown)]
    )
    yield f"  - Answer: {LINE}"


def _record(record: Record) -> Iterator[str]:
    yield from (f"### {escape(record.code)} {escape(record.label)}", "")
    for part in record.parts:
        yield f"- {BOX} {escape(f'{part.label} {sources_of(part.refs, part.verification)}'.rstrip())}"
        yield from (f"  - {_entry(entry)}" for entry in part.entries)
    yield ""


def _entry(entry: Entry) -> str:
    answers = [
        f"{BOX} {escape(blank.short)}" if blank.kind == "tick" else f"{LINE} {escape(entry.unit)}".rstrip()
        for blank in entry.blanks
    ]
    recorded = f" {escape(f'(on record: {entry.recorded})')}" if entry.recorded else ""
    return f"{escape(entry.label)}: {' '.join(answers)}{recorded}"


def _detail(detail: Detail) -> Iterator[str]:
    owner = f" - {detail.owner}" if detail.owner else ""
    yield from (f"### {escape(detail.code)} {escape(detail.label + owner)}", "")
    if detail.status:
        yield from (escape(detail.status), "")
    for title, statements in (
        (Title.WHY, detail.why),
        (Title.AGAINST, detail.against),
        (Title.NOTES, detail.notes),
    ):
        if statements:
            yield from (f"{title}:", "")
            yield from (f"- {escape(statement_words(statement))}" for statement in statements)
            yield ""
    if detail.questions:
        yield from (escape(f"{Title.ASK}: {'; '.join(detail.questions)}"), "")


def _option(option: OptionBlock) -> Iterator[str]:
    yield from (f"### {escape(option.label)}", "")
    yield from (escape(f"{option.page} {sources_of(option.refs, option.verification)}"), "")
    for need in option.needs:
        yield f"- {BOX} {escape(need.label)}" + (f": {escape(need.there)}" if need.there else "")
    yield from (f"- {escape(note)}" for note in option.notes)
    yield ""


def _source(source: SourceLine) -> str:
    return escape(source_words(source))


def _foot(sheet: Sheet) -> Iterator[str]:
    yield from (f"## {Title.USE}", "", escape(sheet.intended_use), "", escape(sheet.receipt), "")
    if sheet.running.identity:
        yield from (escape(sheet.running.identity), "")
    yield from (f"{escape(line)}\n" for line in sheet.running.lines)
