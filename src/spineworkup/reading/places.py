"""Where the things of a rule package stand, so that what is found about them later can still be shown at its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spineworkup.pathways import Pathway
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document, Path
from spineworkup.scores import Bands, Score
from spineworkup.sources import Position


def places_of(pathway: Pathway, package: Document, problems: Problems) -> dict[str, Position]:
    """Return the place of everything that was defined, such as `rule mri_now` and `rule mri_now.review_by`."""
    places = {place: problems.position(place) for place in problems.places}
    places[f"package {pathway.id}.review_by"] = package.mark(("review_by",)).position
    for place, below, path in _inside(pathway, problems):
        document, start = problems.places[place]
        places[f"{place}.{below}"] = document.mark((*start, *path)).position
    return places


def _inside(pathway: Pathway, problems: Problems) -> Iterator[tuple[str, str, Path]]:
    """Yield what is found fault with inside of things: its place, its name there, and the path to it."""
    for rule in pathway.rules:
        yield f"rule {rule}", "review_by", ("review_by",)
    for finding in pathway.findings.values():
        for number in range(len(finding.codes)):
            yield f"finding {finding.id}", f"codes.{number}", ("codes", number)
        for option, codes in finding.option_codes.items():
            for number in range(len(codes)):
                path = ("option_codes", option, number)
                yield f"finding {finding.id}", f"option_codes.{option}.{number}", path
    for step in pathway.steps.values():
        for number in range(len(step.orders)):
            yield f"step {step.id}", f"orders.{number}", ("orders", number)
    for score in pathway.scores.values():
        document, (id_,) = problems.places[f"score {score.id}"]
        yield from _bands(score, document.data[id_])


def _bands(score: Score, body: Mapping[str, Any]) -> Iterator[tuple[str, str, Path]]:
    place = f"score {score.id}"
    yield place, "bands", ("bands",)
    if not isinstance(score.table, Bands):
        for number in range(len(score.table.bands)):
            yield place, f"bands.{number}", ("bands", number)
        return
    # The table has the unit's own name, the file may have a spelling of it.
    for (unit, rows), written in zip(score.table.tables.items(), body["bands"], strict=True):
        for number in range(len(rows)):
            yield place, f"bands.{unit}.{number}", ("bands", written, number)
