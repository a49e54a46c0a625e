"""What a notebook shows of an answer: a heading and lists as HTML, in which every text is escaped.

It lies at the bottom, so that an answer can show itself without knowing the printed pages, which are made from it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import datetime

_MOST = 12


def fragment(heading: str, lists: Mapping[str, Iterable[str]]) -> str:
    """Return a heading and titled lists as HTML; of a long list the beginning, and how much more there is.

    >>> fragment("Case <1>", {"To do": ["MRI"]})
    '<section><h3>Case &lt;1&gt;</h3><p><strong>To do (1)</strong></p><ul><li>MRI</li></ul></section>'
    """
    parts = [_list(title, [*lines]) for title, lines in lists.items()]
    return f"<section><h3>{_escaped(heading)}</h3>{''.join(parts)}</section>"


def minute(moment: datetime) -> str:
    """Return a moment to the minute, with its offset.

    >>> from datetime import timezone
    >>> minute(datetime(2026, 11, 20, 9, 5, tzinfo=timezone.utc))
    '2026-11-20 09:05+00:00'
    """
    return moment.isoformat(" ", "minutes")


def _list(title: str, lines: list[str]) -> str:
    shown = [*lines[:_MOST], *([f"... and {len(lines) - _MOST} more"] if len(lines) > _MOST else [])]
    items = "".join(f"<li>{_escaped(line)}</li>" for line in shown)
    return f"<p><strong>{_escaped(title)} ({len(lines)})</strong></p>" + (f"<ul>{items}</ul>" if items else "")


def _escaped(text: str) -> str:
    """Return a text that is neither markup nor turns the text around it: what can't be seen becomes its code."""
    return html.escape("".join(c if c.isprintable() else f"⟨U+{ord(c):04X}⟩" for c in text))
