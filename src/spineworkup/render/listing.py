"""A page of headings with lists under them, as data: a timeline, what is due. `to_text`, `to_html`, ... take it as they take a sheet."""

from __future__ import annotations

from attrs import frozen


@frozen
class Line:
    """An entry of a list.

    Args:
        lead: What it is about, such as a time or a step; printed bold.
        more: Who, from where, and the like; printed small.
    """

    lead: str
    text: str
    more: str = ""


@frozen
class Section:
    """A heading and its list; `none` is what stands there in place of an empty list."""

    title: str
    lines: tuple[Line, ...]
    none: str


@frozen
class Listing:
    """A printable page that isn't a checklist.

    Args:
        summary: What it shows, and its figures; under the title.
        identity: Whom it is about, for every page; empty where it is about many.
        blanks: Spaces to write in at the head of every page.
        foot: What has to be known to use it, such as the receipt; at the end.
        footer: For the foot of every page.
    """

    title: str
    summary: tuple[str, ...]
    identity: str
    blanks: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    footer: tuple[str, ...]
