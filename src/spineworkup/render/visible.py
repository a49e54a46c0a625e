"""Characters that can't be seen, or that turn text around, shown as what they are.

A name or a note from a patient's record may hold anything. Nothing is dropped and nothing acts: U+202E is printed as
`⟨U+202E⟩`. Half a character (a lone surrogate) can't be written at all and is refused.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TypeVar, cast

from attrs import evolve

from spineworkup.errors import PrintError
from spineworkup.render.model import attributes

_JOINERS = "\u200c\u200d"
_SELECTORS = {*map(chr, range(0xFE00, 0xFE10))}
_UNSEEN = {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}
_WHITE = {"\n": " ", "\t": " ", "\r": " "}
# Fillers that count as letters and print as nothing.
_FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u034f", "\u2800"}


def visible(text: str) -> str:
    r"""Return a text with every unseen character shown as its code.

    Line breaks and tabs become spaces. Joiners stay where a script or an emoji needs them.

    >>> visible("Ann\u202egpj")
    'Ann⟨U+202E⟩gpj'
    >>> visible("a\nb")
    'a b'

    Raises:
        PrintError: The text holds a lone surrogate.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(text, place) for place in range(len(text)))


def _shown(text: str, place: int) -> str:
    character = text[place]
    if character in _WHITE:
        return _WHITE[character]
    if 0xD800 <= ord(character) <= 0xDFFF:
        raise PrintError("a text holds half a character (a lone surrogate)")
    if character in _JOINERS and _joins(text, place):
        return character
    if (
        character in _SELECTORS
        and place
        and unicodedata.category(text[place - 1]) in ("So", "Sm", "Po", "Nd")
    ):
        return character
    unseen = unicodedata.category(character) in _UNSEEN or character in _FILLERS or character in _SELECTORS
    return f"⟨U+{ord(character):04X}⟩" if unseen else character


def _joins(text: str, place: int) -> bool:
    """Whether a joiner stands between two characters outside ASCII, as in Persian, Hindi and emoji."""
    return 0 < place < len(text) - 1 and all(
        ord(beside) > 0x2FF and unicodedata.category(beside) not in _UNSEEN
        for beside in (text[place - 1], text[place + 1])
    )


# No user information, no port, no escapes, nothing but a name with a dot and a plain path.
_LINK = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~/-]*)?(\?[A-Za-z0-9=&._-]*)?(#[A-Za-z0-9._-]*)?"
)


def safe_link(url: str) -> str:
    """Return an address that may be a link; empty where it is anything but a plain https address.

    An address without a scheme, as sources are often written, becomes one.

    >>> safe_link("https://example.org/guide"), safe_link("example.org/guide")
    ('https://example.org/guide', 'https://example.org/guide')
    >>> safe_link("javascript:alert(1)"), safe_link("http://example.org"), safe_link("//example.org")
    ('', '', '')
    """
    for address in (url, f"https://{url}"):
        if _LINK.fullmatch(address):
            return address
    return ""


T = TypeVar("T")


def all_visible(part: T, path: str = "sheet") -> T:
    """Return a sheet with every text made visible.

    Raises:
        PrintError: A text holds a lone surrogate; the message says which, not what.
    """
    return cast(T, _walk(part, path))


def _walk(part: object, path: str) -> object:
    if isinstance(part, str):
        try:
            return visible(part)
        except PrintError as error:
            raise PrintError(f"{path}: {error}") from None
    if isinstance(part, tuple):
        return tuple(_walk(one, f"{path}[{number}]") for number, one in enumerate(part))
    changed = {name: _walk(value, f"{path}.{name}") for name, value in attributes(part)}
    return evolve(part, **changed) if changed else part  # type: ignore[misc]
