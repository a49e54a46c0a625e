"""Text that is shown as it is by clients of any kind: those that read Markdown, those that read HTML, those that read neither."""

from __future__ import annotations

import re
import unicodedata

# The look-alikes of what HTML or Markdown gives a meaning.
_LOOK_ALIKES = str.maketrans({"<": "\u2039", ">": "\u203a", "[": "(", "]": ")", "`": "'", "*": "×", "_": " ", "|": "/", "~": "-", "\\": "/", "&": "+", "#": "No. "})
_ADDRESS = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@)|(?<=mailto)(?=:)|(?<=xmpp)(?=:)")
_SPACES = re.compile(r"\s+")
ELLIPSIS = "…"


def one_line(text: str) -> str:
    """Return a text in one line, without what can't be seen."""
    if not text.isprintable():
        text = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return _SPACES.sub(" ", text).strip()


def plain(text: str) -> str:
    """Return a text of one line without markup of any kind, without addresses, without what can't be seen.

    >>> plain("Call [now](https://evil.test)  now")
    'Call (now)(https: //evil.test) now'
    """
    return _SPACES.sub(" ", _ADDRESS.sub(" ", one_line(text).translate(_LOOK_ALIKES))).strip()


def fitted(lead: str, parts: list[str], limit: int, of: int | None = None) -> str:
    """Return as many parts as fit, and how many more there are.

    Args:
        of: How many there are, where not all are given.

    >>> fitted("Immediate: ", ["call the coordinator", "immobilise", "decide on dexamethasone"], 50)
    'Immediate: call the coordinator; and 2 more'
    """
    total = len(parts) if of is None else of
    for shown in range(len(parts), 0, -1):
        more = f"; and {total - shown} more" if shown < total else ""
        text = f"{lead}{'; '.join(parts[:shown])}{more}"
        if len(text) <= limit:
            return text
    text = lead + "; ".join(parts[:1])
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS
