"""Which steps share a card: those of a purpose, and by their pause point those that have none."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from spineworkup.pathways import Pathway

OTHER = "other"


@frozen
class Group:
    """Steps that share a card.

    Args:
        id: The purpose or the pause point; `other` for steps that have neither.
        critical: It must never be left empty.
    """

    id: str
    label: str
    steps: tuple[str, ...]
    critical: bool = False


def groups_of(pathway: Pathway) -> tuple[Group, ...]:
    """Return the groups in the order of work; every step is in exactly one.

    >>> from spineworkup import load_pathway
    >>> [group.id for group in groups_of(load_pathway())][:3]
    ['first_contact', 'see_the_cord', 'imaging']
    """
    return pathway.remember("card groups", _groups)


def _groups(pathway: Pathway) -> tuple[Group, ...]:
    rank = {step: place for place, step in enumerate(pathway.in_order)}
    found = [group for group in _unsorted(pathway) if group.steps]
    return tuple(sorted(found, key=lambda group: min(rank[step] for step in group.steps)))


def _unsorted(pathway: Pathway) -> Iterator[Group]:
    left = dict.fromkeys(pathway.in_order)
    for purpose in pathway.purposes.values():
        steps = tuple(step for step in purpose.steps if step in left)
        yield Group(purpose.id, purpose.label, steps, purpose.critical)
        for step in steps:
            del left[step]
    for pause in pathway.pauses:
        steps = tuple(step for step in left if pathway.steps[step].pause == pause.id)
        yield Group(pause.id, pause.title, steps)
        for step in steps:
            del left[step]
    yield Group(OTHER, "Other steps", tuple(left))
