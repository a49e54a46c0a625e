"""What there is to notice, in few lines: what no query gave is said once, not for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spineworkup.checklists import Notice
from spineworkup.findings import Finding
from spineworkup.render.wording import joined, sentence

MAX_LINES, MAX_NAMED = 12, 5
# Of these there can be one for each finding.
_IN_ONE = {
    "not_fetched": "Not fetched, so not known",
    "incomplete": "Looked for in records that were not read to their end, so not known",
}
_FIRST = "source_"
# What a reader must know before anything else: what was waived, what is closed now, and for which place this is.
_NEVER_CUT = ("waiver_expired", "waiver", "closed", "place")


def notice_lines(notices: Sequence[Notice], findings: Mapping[str, Finding]) -> list[str]:
    """Return the notices of an answer, those about whole queries first; how many are left out is said."""
    first = [sentence(notice.text) for notice in notices if notice.kind in _NEVER_CUT]
    lines = [*first, *_whole(notices), *_gathered(notices, findings), *_single(notices)]
    more = len(lines) - MAX_LINES
    return lines if more <= 0 else [*lines[:MAX_LINES], f"And {more} more"]


def _whole(notices: Sequence[Notice]) -> Iterator[str]:
    yield from (sentence(notice.text) for notice in notices if notice.kind.startswith(_FIRST))


def _gathered(notices: Sequence[Notice], findings: Mapping[str, Finding]) -> Iterator[str]:
    for kind, words in _IN_ONE.items():
        about = [findings[n.finding].label for n in notices if n.kind == kind and n.finding in findings]
        if about:
            rest = [f"{len(about) - MAX_NAMED} more"] if len(about) > MAX_NAMED else []
            yield sentence(f"{words}: {joined([*about[:MAX_NAMED], *rest])}")


def _single(notices: Sequence[Notice]) -> Iterator[str]:
    for notice in notices:
        if notice.kind not in (*_IN_ONE, *_NEVER_CUT) and not notice.kind.startswith(_FIRST):
            yield sentence(notice.text)
