"""Plots as SVG of our own: a frame with two axes, and in it points, lines, bands and bars.

What differs by colour differs by shape or by dashes too. Every text is escaped. No script, no style of the page needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from attrs import define, field, frozen

WIDTH, TOP, RIGHT, LEFT, BOTTOM = 400, 14, 14, 56, 52
_LINE = 19
# Of a longer name the table has the rest.
_LONGEST = 50
INK, GREY, PALE, BLUE, RUST = "#14181c", "#4a525a", "#c9ced3", "#0b4f8a", "#9a3d00"
Point = tuple[float, float]


@frozen
class Axis:
    """One axis: its ends, its ticks with their words, and what it measures."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    label: str

    def share(self, value: float) -> float:
        """Return where a value lies between the ends, from 0 to 1."""
        return (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)


@define
class Plot:
    """A plot that is being drawn."""

    title: str
    says: str
    x: Axis
    y: Axis
    id: str
    height: int = 270
    drawn: list[str] = field(factory=list)
    legend: list[tuple[str, str]] = field(factory=list)

    def at(self, x: float, y: float) -> Point:
        """Return where a point of the axes lies in the picture."""
        across = LEFT + self.x.share(x) * (WIDTH - LEFT - RIGHT)
        down = self.height - BOTTOM - self.y.share(y) * (self.height - TOP - BOTTOM)
        return round(across, 1), round(down, 1)

    def line(self, points: Sequence[Point], colour: str = BLUE, dashes: str = "", width: float = 1.8) -> None:
        """Draw a line through points."""
        path = " ".join(f"{x},{y}" for x, y in (self.at(*point) for point in points))
        self.drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{_dashed(dashes)}/>')

    def band(self, low: Sequence[Point], high: Sequence[Point]) -> None:
        """Shade what lies between two lines."""
        path = " ".join(f"{x},{y}" for x, y in (self.at(*point) for point in [*high, *reversed(low)]))
        self.drawn.append(f'<polygon points="{path}" fill="{BLUE}" fill-opacity="0.14"/>')

    def mark(self, x: float, y: float, shape: str = "circle", colour: str = BLUE) -> None:
        """Draw a point."""
        self.drawn.append(_mark(*self.at(x, y), shape, colour))

    def word(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        """Write beside a point."""
        across, down = self.at(x, y)
        shift = {"start": 7, "end": -7}.get(anchor, 0)
        self.drawn.append(_text(across + shift, down - 6, text, anchor, size=11))

    def key(self, shape: str, words: str, colour: str = BLUE) -> None:
        """Say below the plot what a mark or a line means."""
        self.legend.append((_mark(LEFT, 0, shape, colour), words))

    def key_line(self, words: str, colour: str = BLUE, dashes: str = "", width: float = 1.8) -> None:
        """Say below the plot what a line means."""
        line = f'<line x1="{LEFT - 12}" x2="{LEFT + 12}" y1="0" y2="0" stroke="{colour}" stroke-width="{width}"{_dashed(dashes)}/>'
        self.legend.append((line, words))

    def key_band(self, words: str) -> None:
        """Say below the plot what the shading means."""
        self.legend.append((f'<rect x="{LEFT - 12}" y="-6" width="24" height="12" fill="{BLUE}" fill-opacity="0.14" stroke="{BLUE}"/>', words))

    def svg(self) -> str:
        """Return the picture, with its title and what it shows for those who don't see it."""
        full = self.height + len(self.legend) * _LINE + (6 if self.legend else 0)
        return "\n".join(
            [
                *_opened(self.id, self.title, self.says, full),
                *self._axes(),
                *self.drawn,
                *(f'<g transform="translate(0 {self.height + 4 + n * _LINE})">{mark}{_text(LEFT + 20, 4, words, "start")}</g>' for n, (mark, words) in enumerate(self.legend)),
                "</svg>",
            ]
        )  # fmt: skip

    def _axes(self) -> list[str]:
        left, bottom = LEFT, self.height - BOTTOM
        made = []
        for value, words in self.y.ticks:
            _, down = self.at(self.x.low, value)
            made.append(f'<line x1="{left}" x2="{WIDTH - RIGHT}" y1="{down}" y2="{down}" stroke="{PALE}"/>')
            made.append(_text(left - 6, down + 4, words, "end"))
        for value, words in self.x.ticks:
            across, _ = self.at(value, self.y.low)
            made.append(f'<line x1="{across}" x2="{across}" y1="{bottom}" y2="{bottom + 5}" stroke="{GREY}"/>')
            made.append(_text(across, bottom + 19, words, "middle"))
        made.append(f'<line x1="{left}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="{GREY}"/>')
        made.append(_text((left + WIDTH - RIGHT) / 2, self.height - 12, self.x.label, "middle"))
        made.append(f'<g transform="translate(13 {(TOP + bottom) / 2}) rotate(-90)">{_text(0, 0, self.y.label, "middle")}</g>')
        return made


def _text(x: float, y: float, words: str, anchor: str, size: int = 13) -> str:
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(words)}</text>'


def _mark(x: float, y: float, shape: str, colour: str) -> str:
    match shape:
        case "diamond":
            return f'<path d="M{x} {y - 6.5}L{x + 6.5} {y}L{x} {y + 6.5}L{x - 6.5} {y}Z" fill="{colour}"/>'
        case "square":
            return f'<rect x="{x - 4.5}" y="{y - 4.5}" width="9" height="9" fill="#fff" stroke="{colour}" stroke-width="2"/>'
        case _:
            return f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>'


def _dashed(dashes: str) -> str:
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def shares_axis(label: str) -> Axis:
    """Return an axis from nobody to everybody."""
    return Axis(0, 1, tuple((tick / 4, f"{25 * tick}%") for tick in range(5)), label)


def numbers_axis(high: float, label: str) -> Axis:
    """Return an axis from zero with round ticks, about five of them.

    >>> [words for _, words in numbers_axis(47, "hours").ticks]
    ['0', '10', '20', '30', '40', '50']
    """
    step = _round_step(max(high, 1) / 5)
    count = int(-(-max(high, 1) // step))
    return Axis(0, count * step, tuple((tick * step, f"{tick * step:,.10g}") for tick in range(count + 1)), label)


def _round_step(wanted: float) -> float:
    size: float = 10.0 ** floor(log10(wanted))
    return next(size * digit for digit in (1, 2, 2.5, 5, 10) if size * digit >= wanted)


def names_axis(names: Sequence[str], label: str, most: int = 5) -> Axis:
    """Return an axis with a place for each name; of many only some are written."""
    every = -(-len(names) // most)
    ticks = tuple((place, name) for place, name in enumerate(names) if place % every == 0)
    return Axis(-0.5, max(len(names) - 0.5, 0.5), ticks, label)


def spans(id_: str, title: str, says: str, rows: Sequence[tuple[str, float, float, Point]]) -> str:
    """Return for each name a bar up to what is sure, a hollow one up to what is possible, and the interval of what is sure."""
    line, across = 52, WIDTH - 4
    made = _opened(id_, title, says, len(rows) * line + 30)
    for number, (name, sure, possible, (low, high)) in enumerate(rows):
        top = number * line
        made.append(_text(2, top + 14, name, "start"))
        made.append(f'<rect x="2" y="{top + 20}" width="{round(possible * across, 1)}" height="16" fill="#fff" stroke="{BLUE}" stroke-width="1.5" stroke-dasharray="4 3"/>')
        made.append(f'<rect x="2" y="{top + 20}" width="{round(sure * across, 1)}" height="16" fill="{BLUE}"/>')
        ends = [round(2 + end * across, 1) for end in (low, high)]
        made.append(f'<path d="M{ends[0]} {top + 41}H{ends[1]}M{ends[0]} {top + 38}v6M{ends[1]} {top + 38}v6" stroke="{INK}" stroke-width="1.5" fill="none"/>')
    bottom = len(rows) * line + 14
    made += [_text(2 + share * across, bottom, f"{share:.0%}", anchor) for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))]
    return "\n".join([*made, "</svg>"])


def _opened(id_: str, title: str, says: str, height: int) -> list[str]:
    return [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{id_}-title {id_}-says" font-family="sans-serif">',
        f'<title id="{id_}-title">{escape(title)}</title><desc id="{id_}-says">{escape(says)}</desc>',
    ]


def bars(id_: str, title: str, says: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Return bars, one below the other, each under its name and with its number."""
    high = max((value for _, value, _ in rows), default=1) or 1
    line = 36
    made = _opened(id_, title, says, len(rows) * line + 6)
    for number, (name, value, words) in enumerate(rows):
        top = number * line
        length = round(value / high * (WIDTH - 90), 1)
        made.append(_text(2, top + 13, name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…", "start"))
        made.append(f'<rect x="2" y="{top + 18}" width="{length}" height="11" fill="{BLUE}"/>')
        made.append(_text(length + 9, top + 28, words, "start"))
    return "\n".join([*made, "</svg>"])
