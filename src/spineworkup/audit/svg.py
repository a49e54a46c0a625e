"""Plots as SVG of our own: a frame with two axes, and in it points, lines, bands and bars.

What differs by colour differs by shape or by dashes too. A picture is elements, which the template of the page writes and
escapes; no text here is ever markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, log10

from attrs import define, field, frozen

WIDTH, TOP, RIGHT, LEFT, BOTTOM = 400, 14, 14, 56, 52
_LINE = 19
# Of a longer name the table has the rest.
_LONGEST = 50
INK, GREY, PALE, BLUE, RUST = "#14181c", "#4a525a", "#c9ced3", "#0b4f8a", "#9a3d00"
Point = tuple[float, float]
Stroke = dict[str, str | float]


@frozen
class Element:
    """An element of a picture: its attributes, and its text or the elements in it."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""
    inside: tuple[Element, ...] = ()


def element(tag: str, text: str = "", inside: Iterable[Element] = (), stroke: Stroke | None = None, **attributes: str | float) -> Element:
    """Return an element; in the names of attributes `_` stands for `-`.

    >>> element("line", x1=0, stroke_width=1.25)
    Element(tag='line', attributes=(('x1', '0'), ('stroke-width', '1.2')), text='', inside=())
    """
    given = attributes if stroke is None else {**attributes, **stroke}
    written = tuple((name.replace("_", "-"), value if isinstance(value, str) else _number(value)) for name, value in given.items())
    return Element(tag, written, text, tuple(inside))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


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
    drawn: list[Element] = field(factory=list)
    legend: list[tuple[Element, str]] = field(factory=list)

    def at(self, x: float, y: float) -> Point:
        """Return where a point of the axes lies in the picture."""
        across = LEFT + self.x.share(x) * (WIDTH - LEFT - RIGHT)
        return across, self.height - BOTTOM - self.y.share(y) * (self.height - TOP - BOTTOM)

    def line(self, points: Iterable[Point], colour: str = BLUE, dashes: str = "", width: float = 1.8) -> None:
        """Draw a line through points."""
        self.drawn.append(element("polyline", points=self._path(points), fill="none", stroke=_stroke(colour, dashes, width)))

    def band(self, low: Sequence[Point], high: Sequence[Point]) -> None:
        """Shade what lies between two lines."""
        self.drawn.append(element("polygon", points=self._path([*high, *reversed(low)]), fill=BLUE, fill_opacity="0.14"))

    def mark(self, x: float, y: float, shape: str = "circle", colour: str = BLUE) -> None:
        """Draw a point."""
        self.drawn.append(_mark(*self.at(x, y), shape, colour))

    def word(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        """Write beside a point."""
        across, down = self.at(x, y)
        left = across + (7 if anchor == "start" else -7)
        # With a white edge, so that lines behind it don't cross it out.
        edge = _stroke("#fff", width=3)
        self.drawn.append(element("text", text, x=left, y=down - 6, text_anchor=anchor, font_size=11, fill=INK, stroke=edge, paint_order="stroke"))

    def key(self, shape: str, words: str, colour: str = BLUE) -> None:
        """Say below the plot what a mark means."""
        self.legend.append((_mark(LEFT, 0, shape, colour), words))

    def key_line(self, words: str, colour: str = BLUE, dashes: str = "", width: float = 1.8) -> None:
        """Say below the plot what a line means."""
        self.legend.append((element("line", x1=LEFT - 12, x2=LEFT + 12, y1=0, y2=0, stroke=_stroke(colour, dashes, width)), words))

    def key_band(self, words: str) -> None:
        """Say below the plot what the shading means."""
        self.legend.append((element("rect", x=LEFT - 12, y=-6, width=24, height=12, fill=BLUE, fill_opacity="0.14", stroke=_stroke(BLUE)), words))

    def svg(self) -> Element:
        """Return the picture, with its title and what it shows for those who don't see it."""
        keys = (
            element("g", inside=(mark, _text(LEFT + 20, 4, words)), transform=f"translate(0 {self.height + 4 + number * _LINE})")
            for number, (mark, words) in enumerate(self.legend)
        )
        return _picture(self.id, self.title, self.says, self.height + len(self.legend) * _LINE + 6, [*self._axes(), *self.drawn, *keys])

    def _path(self, points: Iterable[Point]) -> str:
        return " ".join(f"{_number(x)},{_number(y)}" for x, y in (self.at(*point) for point in points))

    def _axes(self) -> list[Element]:
        left, right, bottom = LEFT, WIDTH - RIGHT, self.height - BOTTOM
        made = []
        for value, words in self.y.ticks:
            _, down = self.at(self.x.low, value)
            made += [element("line", x1=left, x2=right, y1=down, y2=down, stroke=_stroke(PALE, width=1)), _text(left - 6, down + 4, words, "end")]
        for value, words in self.x.ticks:
            across, _ = self.at(value, self.y.low)
            made += [element("line", x1=across, x2=across, y1=bottom, y2=bottom + 5, stroke=_stroke(GREY, width=1)), _text(across, bottom + 19, words, "middle")]
        made.append(element("line", x1=left, x2=right, y1=bottom, y2=bottom, stroke=_stroke(GREY, width=1)))
        made.append(_text((left + right) / 2, self.height - 12, self.x.label, "middle"))
        made.append(element("g", inside=(_text(0, 0, self.y.label, "middle"),), transform=f"translate(13 {(TOP + bottom) / 2}) rotate(-90)"))
        return made


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


def spans(id_: str, title: str, says: str, rows: Sequence[tuple[str, float, float, Point]]) -> Element:
    """Return for each name a bar up to what is sure, a hollow one up to what is possible, and the interval of what is sure."""
    line, across = 52, WIDTH - 4
    made: list[Element] = []
    for number, (name, sure, possible, (low, high)) in enumerate(rows):
        top, left, right = number * line, 2 + low * across, 2 + high * across
        made.append(_text(2, top + 14, name))
        made.append(element("rect", x=2, y=top + 20, width=possible * across, height=16, fill="#fff", stroke=_stroke(BLUE, "4 3", 1.5)))
        made.append(element("rect", x=2, y=top + 20, width=sure * across, height=16, fill=BLUE))
        ends = f"M{_number(left)} {top + 41}H{_number(right)}M{_number(left)} {top + 38}v6M{_number(right)} {top + 38}v6"
        made.append(element("path", d=ends, fill="none", stroke=_stroke(INK, "", 1.5)))
    ticks = ((0, "start"), (0.5, "middle"), (1, "end"))
    made += [_text(2 + share * across, len(rows) * line + 14, f"{share:.0%}", anchor) for share, anchor in ticks]
    return _picture(id_, title, says, len(rows) * line + 30, made)


def bars(id_: str, title: str, says: str, rows: Sequence[tuple[str, float, str]]) -> Element:
    """Return bars, one below the other, each under its name and with its number."""
    high = max((value for _, value, _ in rows), default=1) or 1
    line = 36
    made: list[Element] = []
    for number, (name, value, words) in enumerate(rows):
        top, length = number * line, value / high * (WIDTH - 90)
        made.append(_text(2, top + 13, name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"))
        made.append(element("rect", x=2, y=top + 18, width=length, height=11, fill=BLUE))
        made.append(_text(length + 9, top + 28, words))
    return _picture(id_, title, says, len(rows) * line + 6, made)


def _picture(id_: str, title: str, says: str, height: int, drawn: Iterable[Element]) -> Element:
    told = (element("title", title, id=f"{id_}-title"), element("desc", says, id=f"{id_}-says"))
    labelled = f"{id_}-title {id_}-says"
    return element(
        "svg", inside=(*told, *drawn), viewBox=f"0 0 {WIDTH} {height}", role="img", aria_labelledby=labelled, font_family="sans-serif"
    )


def _text(x: float, y: float, words: str, anchor: str = "start", size: int = 13) -> Element:
    return element("text", words, x=x, y=y, text_anchor=anchor, font_size=size, fill=INK)


def _mark(x: float, y: float, shape: str, colour: str) -> Element:
    match shape:
        case "diamond":
            return element("path", d=f"M{_number(x)} {_number(y - 6.5)}l6.5 6.5l-6.5 6.5l-6.5 -6.5Z", fill=colour)
        case "square":
            return element("rect", x=x - 4.5, y=y - 4.5, width=9, height=9, fill="#fff", stroke=_stroke(colour, "", 2))
        case _:
            return element("circle", cx=x, cy=y, r=4, fill=colour)


def _stroke(colour: str, dashes: str = "", width: float = 1) -> Stroke:
    drawn: Stroke = {"stroke": colour, "stroke_width": width}
    return {**drawn, "stroke_dasharray": dashes} if dashes else drawn
