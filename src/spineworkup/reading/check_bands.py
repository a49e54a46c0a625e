"""Bands that leave a gap, overlap, or can never be reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from spineworkup.pathways import Pathway
from spineworkup.reading.lints import Lint, lint_at
from spineworkup.scores import Additive, Bands, Grade, PointsBand, Row, Score, total_of


def band_lints(pathway: Pathway) -> Iterator[Lint]:
    """Yield a lint for each total without a band, each two bands that share one, and each band that nothing reaches."""
    for score in pathway.scores.values():
        match score.table:
            case Additive():
                yield from _points(pathway, score, score.table)
            case Grade():
                yield from _options(pathway, score, score.table)
            case Bands():
                yield from _rows(pathway, score, score.table)


def _points(pathway: Pathway, score: Score, table: Additive) -> Iterator[Lint]:
    # Every whole number between the ends counts, as a total may be reported without its items.
    possible = total_of(table, {})
    lowest, highest = int(possible.lowest), int(possible.highest)
    yield from _gaps(pathway, score, table, lowest, highest)
    for number, band in enumerate(table.bands):
        if max(band.lowest, lowest) > min(band.highest, highest):
            message = f"no total of {score.id!r} reaches the band {band.band!r}: totals go from {lowest} to {highest}"
            yield lint_at(
                pathway, "unreachable", [score.id, band.band], f"score {score.id}.bands.{number}", message
            )
    for (_, one), (number, other) in combinations(enumerate(table.bands), 2):
        first, last = max(one.lowest, other.lowest), min(one.highest, other.highest)
        if first <= last:
            message = f"the bands {one.band!r} and {other.band!r} of {score.id!r} share {_span(first, last)}"
            yield _overlap(pathway, score, number, message, one.band, other.band)


def _gaps(pathway: Pathway, score: Score, table: Additive, lowest: int, highest: int) -> Iterator[Lint]:
    """Yield a lint for each row of totals, each as long as can be, that no band holds."""
    bands = sorted((band for band in table.bands if band.lowest <= band.highest), key=_first)
    next_ = lowest
    for band in [*bands, PointsBand("", highest + 1, highest + 1)]:
        last = min(band.lowest - 1, highest)
        if next_ <= last:
            message = f"no band of {score.id!r} holds {_span(next_, last)}"
            about = [score.id, str(next_), str(last)]
            yield lint_at(
                pathway, "gap", about, f"score {score.id}.bands", message, "every total has one band"
            )
        next_ = max(next_, band.highest + 1)


def _first(band: PointsBand) -> int:
    return band.lowest


def _span(first: int, last: int) -> str:
    return f"a total of {first}" if first == last else f"totals from {first} to {last}"


def _options(pathway: Pathway, score: Score, table: Grade) -> Iterator[Lint]:
    for (_, one), (number, other) in combinations(enumerate(table.bands), 2):
        shared = [option for option in one.options if option in other.options]
        if shared:
            options = ", ".join(map(repr, shared))
            message = f"the bands {one.band!r} and {other.band!r} of {score.id!r} share {options}"
            yield _overlap(pathway, score, number, message, one.band, other.band)


def _overlap(pathway: Pathway, score: Score, number: int, message: str, *bands: str) -> Lint:
    place = f"score {score.id}.bands.{number}"
    return lint_at(pathway, "overlap", [score.id, *bands], place, message, "each has one band")


def _rows(pathway: Pathway, score: Score, table: Bands) -> Iterator[Lint]:
    """Yield a lint for each row all of whose values an earlier row takes: rows are tried in order."""
    for unit, rows in table.tables.items():
        for number, row in enumerate(rows):
            taker = next((earlier for earlier in rows[:number] if _takes_all(earlier, row)), None)
            if taker is not None:
                message = f"the band {row.band!r} of {score.id!r} is never reached in {unit}: {taker.band!r} comes first"
                place = f"score {score.id}.bands.{unit}.{number}"
                about = [score.id, unit, taker.band, row.band]
                yield lint_at(pathway, "unreachable", about, place, message, "the highest comes first")


def _takes_all(earlier: Row, later: Row) -> bool:
    """Whether the earlier row takes every number that the later one would."""
    if later.above is not None:
        # An earlier `above` or `from` with the same number takes all that is above it.
        start = earlier.above if earlier.above is not None else earlier.at_least
        return start is None or start <= later.above
    return later.at_least is not None and earlier.takes(later.at_least)
