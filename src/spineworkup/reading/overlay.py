"""Overlays: how a place adapts a pathway, as data, without loosening what keeps patients safe.

An overlay edits the documents of the base before they are read, so that everything in it is checked by the same code.
Where the base no longer says what the overlay says that it `was`, loading fails at that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attrs import evolve, frozen

from spineworkup.pathways import Pathway, Waiver
from spineworkup.place import Place
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document, Path
from spineworkup.reading.structure import make_converter

_SECTIONS = ("sources", "findings", "criteria", "scores", "steps", "options")
# What isn't read with the head.
_ELSEWHERE = ("add", "set", "remove", "place")


@frozen
class OverlayHead:
    """What an overlay says of itself.

    Args:
        profile: The jurisdiction for which it is.
        stands_on: The profile that what lies below it has to have; empty where any will do.
        requires_base: The versions and content hashes of the base for which it was written; empty where any will do.
    """

    overlay: str
    base: str
    title: str
    profile: str
    revised: date
    review_by: date
    reason: str
    stands_on: str = ""
    requires_base: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@frozen
class Spot:
    """A place in the base: a value and the mapping or list that holds it."""

    document: Document
    path: Path
    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.holder[self.key]


def read_head(document: Document, base: str, problems: Problems) -> OverlayHead | None:
    """Return what an overlay says of itself; an overlay for another base is a problem."""
    if type(document.data) is not dict:
        problems.add(document, (), "expected a mapping with the keys overlay, base, add, set, remove")
        return None
    body = {key: value for key, value in document.data.items() if key not in _ELSEWHERE}
    head = problems.structure(document, (), body, OverlayHead, make_converter(Vocabulary()))
    if head is not None and head.base != base:
        problems.add(document, ("base",), f"this overlay is for {head.base!r}, not for {base!r}")
        return None
    return head


def apply_overlay(documents: Mapping[str, Document], overlay: Document, problems: Problems) -> None:
    """Edit the documents of a base as an overlay says; what can't be done is noted."""
    for number, change in _list(overlay, "remove", problems):
        _remove(documents, overlay, ("remove", number), change, problems)
    for number, change in _list(overlay, "set", problems):
        _set(documents, overlay, ("set", number), change, problems)
    additions = overlay.data.get("add", {})
    if type(additions) is not dict:
        problems.add(overlay, ("add",), "expected a mapping from a place to what is added there")
        return
    for what, addition in additions.items():
        _add(documents, overlay, what, addition, problems)


def _list(overlay: Document, key: str, problems: Problems) -> list[tuple[int, Any]]:
    changes = overlay.data.get(key, [])
    if type(changes) is not list:
        problems.add(overlay, (key,), "expected a list")
        return []
    return list(enumerate(changes))


def _keys(overlay: Document, path: Path, change: Any, wanted: set[str], problems: Problems) -> bool:
    if type(change) is not dict or set(change) != wanted or type(change["what"]) is not str:
        problems.add(overlay, path, f"expected the keys {', '.join(sorted(wanted))}")
        return False
    return True


def _remove(
    documents: Mapping[str, Document], overlay: Document, path: Path, change: Any, problems: Problems
) -> None:
    if not _keys(overlay, path, change, {"what", "reason"}, problems):
        return
    spot = _find(documents, overlay, (*path, "what"), change["what"], problems)
    if spot is not None:
        if isinstance(spot.holder, list):
            del spot.holder[spot.key]
            _move_up(spot)
        else:
            del spot.holder[spot.key]


def _set(
    documents: Mapping[str, Document], overlay: Document, path: Path, change: Any, problems: Problems
) -> None:
    if not _keys(overlay, path, change, {"what", "was", "now"}, problems):
        return
    spot = _find(documents, overlay, (*path, "what"), change["what"], problems)
    if spot is None:
        return
    if spot.value != change["was"] or type(spot.value) is not type(change["was"]):
        at = spot.document.mark(spot.path).position
        problems.add(overlay, (*path, "was"), "the base no longer says this", f"see {at}")
        return
    spot.holder[spot.key] = change["now"]
    _carry(overlay, (*path, "now"), spot.document, spot.path)


def _add(
    documents: Mapping[str, Document], overlay: Document, what: str, addition: Any, problems: Problems
) -> None:
    path: Path = ("add", what)
    if what in _SECTIONS:
        _add_entries(documents, overlay, what, addition, problems)
        return
    holder, _, last = what.rpartition(".")
    spot = _find(documents, overlay, path, holder, problems)
    if spot is None:
        return
    takes_lists = type(spot.value) is dict and type(spot.value.get(last, [])) is list
    if not takes_lists or type(addition) is not list:
        problems.add(overlay, path, "expected a list to add to a list of the base", "such as its indications")
        return
    there = spot.value.setdefault(last, [])
    for number, entry in enumerate(addition):
        _carry(overlay, (*path, number), spot.document, (*spot.path, last, len(there)))
        there.append(entry)


def _add_entries(
    documents: Mapping[str, Document], overlay: Document, section: str, addition: Any, problems: Problems
) -> None:
    if type(addition) is not dict:
        problems.add(overlay, ("add", section), "expected a mapping from ids")
        return
    target = next((d for name, d in documents.items() if re.match(rf"{section}(\.yaml|/)", name)), None)
    if target is None or type(target.data) is not dict:
        problems.add(overlay, ("add", section), f"the base has no {section}")
        return
    for id_, body in addition.items():
        if any(id_ in document.data for document in _section(documents, section)):
            problems.add(
                overlay, ("add", section, id_), f"the base already defines {id_!r}", "use `set`", key=True
            )
        else:
            target.data[id_] = body
            _carry(overlay, ("add", section, id_), target, (id_,))


def _section(documents: Mapping[str, Document], section: str) -> Iterator[Document]:
    for name, document in documents.items():
        if re.match(rf"{section}(\.yaml|/)", name) and type(document.data) is dict:
            yield document


def _find(
    documents: Mapping[str, Document], overlay: Document, path: Path, what: str, problems: Problems
) -> Spot | None:
    """Return the place that a dotted path names: section, id, key, and in lists the id of an entry."""
    section, *words = what.split(".")
    if section not in _SECTIONS or not words:
        hint = did_you_mean(section, _SECTIONS) or f"begins with one of {', '.join(_SECTIONS)}"
        problems.add(overlay, path, f"the base has no place {what!r}", hint)
        return None
    for document in _section(documents, section):
        if words[0] in document.data:
            spot: Spot | None = Spot(document, (words[0],), document.data, words[0])
            for word in words[1:]:
                spot = None if spot is None else _down(spot, word)
            if spot is None:
                problems.add(overlay, path, f"the base has no place {what!r}")
            return spot
    known = [id_ for document in _section(documents, section) for id_ in document.data]
    problems.add(overlay, path, f"the base has no {words[0]!r} in {section}", did_you_mean(words[0], known))
    return None


def _down(spot: Spot, word: str) -> Spot | None:
    value = spot.value
    if isinstance(value, dict) and word in value:
        return Spot(spot.document, (*spot.path, word), value, word)
    if isinstance(value, list):
        for number, entry in enumerate(value):
            if isinstance(entry, dict) and entry.get("id") == word:
                return Spot(spot.document, (*spot.path, number), value, number)
    return None


def _move_up(gone: Spot) -> None:
    """Let what follows a removed entry of a list keep its own place."""
    *above, number = gone.path
    depth = len(above)
    for table in (gone.document.values, gone.document.keys):
        for path in [p for p in table if p[:depth] == tuple(above) and len(p) > depth]:
            place = path[depth]
            if isinstance(place, int) and isinstance(number, int) and place >= number:
                mark = table.pop(path)
                if place > number:
                    table[(*above, place - 1, *path[depth + 1 :])] = mark


def _carry(overlay: Document, here: Path, base: Document, there: Path) -> None:
    """Let what the overlay wrote keep its own place, so that errors point into the overlay."""
    base.texts.update({overlay.file: overlay.text})
    for table, marks in ((base.values, overlay.values), (base.keys, overlay.keys)):
        for path, mark in marks.items():
            if path[: len(here)] == here:
                table[(*there, *path[len(here) :])] = mark


def with_overlay(pathway: Pathway, head: OverlayHead, place: Place | None, overlay: Document) -> Pathway:
    """Return a pathway that says which overlay it carries, and is due for review when the first of both is."""
    first = len(pathway.waivers)
    places = {
        f"waiver {first + number}": overlay.mark(("waivers", number)).position
        for number in range(len(head.waivers))
    }
    review_by = pathway.review_by
    if review_by is None or head.review_by < review_by:
        review_by = head.review_by
        places[f"overlay {head.overlay}.review_by"] = overlay.mark(("review_by",)).position
    local = () if place is None else (evolve(place, adapts=pathway.profile),)
    return evolve(
        pathway,
        profile=head.profile,
        review_by=review_by,
        overlays=(*pathway.overlays, head.overlay),
        waivers=pathway.waivers + head.waivers,
        local=pathway.local + local,
        places={**pathway.places, **places},
    )
