"""The share in time site by site: a funnel plot, as a ranking would mislead."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.audit.counted import ALL, Counted, Place
from spineworkup.audit.figures import Column, Figure, Interval, Table, Value
from spineworkup.audit.rows import AT_LEAST, COUNTS, SHARES, row_of
from spineworkup.audit.shares import funnel_limit
from spineworkup.audit.standards import hours_in_words
from spineworkup.audit.svg import BLUE, GREY, INK, RUST, Element, Plot, numbers_axis, shares_axis

_PROBABILITIES = (0.001, 0.025, 0.975, 0.999)
_FUNNEL = tuple(Column(f"{name} limits", "share", ends=True) for name in ("95%", "99.8%"))


def by_site(counted: Counted) -> Figure:
    """Return the shares of the sites, as a funnel plot."""
    standard = counted.of.standard
    title = f"In time, by site: within {hours_in_words(standard.hours)}"
    columns = (Column("site"), Column("asked for", "count"), *COUNTS, *SHARES, *_FUNNEL)
    whole = counted.shares(ALL)
    target = None if whole is None else whole.at_least.value
    rows = [(*row_of(counted, place), *_funnel_values(counted, place, target)) for place in (*counted.sites, ALL)]
    says = (
        AT_LEAST,
        "Funnel plot: the limits show how far places of each size lie apart by chance alone, if all had the share of all together; binomial, interpolated "
        "(Spiegelhalter 2005, Stat Med 24:1185). Of many places some lie beyond the 95% limits by chance. Places differ in their patients and in what they record: this is no ranking.",
    )
    id_ = f"sites-{standard.id}"
    sites = [(place[1], found.counted, found.at_least.value) for place in counted.sites if (found := counted.shares(place)) is not None and found.at_least.value is not None]
    plot = _funnel_plot(id_, title, sites, target) if sites and target is not None else None
    return Figure(id_, title, says, Table(columns, tuple(rows)), plot, _site_notes(sites, target))


def _funnel_values(counted: Counted, place: Place, target: float | None) -> tuple[Value, ...]:
    shares = counted.shares(place)
    if place == ALL or target is None or shares is None or not shares.counted:
        return (None,) * len(_FUNNEL)
    low3, low2, high2, high3 = (funnel_limit(target, shares.counted, probability) for probability in _PROBABILITIES)
    return Interval(low2, high2), Interval(low3, high3)


def _beyond(target: float, size: int, share: float) -> str:
    low3, low2, high2, high3 = (funnel_limit(target, size, probability) for probability in _PROBABILITIES)
    return "99.8%" if not low3 <= share <= high3 else "95%" if not low2 <= share <= high2 else ""


def _site_notes(sites: Sequence[tuple[str, int, float]], target: float | None) -> tuple[str, ...]:
    if target is None or not sites:
        return ("No site has a share that is shown.",)
    beyond = [(name, limit) for name, size, share in sites if (limit := _beyond(target, size, share))]
    return tuple(f"Beyond the {limit} limits: {name}." for name, limit in beyond) or ("No site lies beyond the 95% limits.",)


def _funnel_plot(id_: str, title: str, sites: Sequence[tuple[str, int, float]], target: float) -> Element:
    says = f"A point for each of {len(sites)} sites: its number of patients and its share in time. {' '.join(_site_notes(sites, target))}"
    plot = Plot(title, says, numbers_axis(max(size for _, size, _ in sites) * 1.1, "patients counted"), shares_axis("in time, at least"), id_)
    every = max(round(plot.x.high / 100), 1)
    sizes = range(1, round(plot.x.high) + 1, every)
    for probability, dashes in zip(_PROBABILITIES, ("2 3", "6 4", "6 4", "2 3"), strict=True):
        plot.line([(size, funnel_limit(target, size, probability)) for size in sizes], GREY, dashes, 1.3)
    plot.line([(0, target), (plot.x.high, target)], INK, width=1.3)
    named: dict[tuple[int, float], list[str]] = {}
    for name, size, share in sites:
        beyond = _beyond(target, size, share)
        plot.mark(size, share, *(("diamond", RUST) if beyond else ("circle", BLUE)))
        if beyond:
            named.setdefault((size, share), []).append(name)
    for (size, share), names in named.items():
        plot.word(size, share, ", ".join(names), "end" if size > plot.x.high / 2 else "start")
    plot.key("circle", "a site")
    plot.key("diamond", "a site beyond the 95% limits, with its name", RUST)
    plot.key_line("all sites together", INK, width=1.3)
    plot.key_line("95% limits", GREY, "6 4", 1.3)
    plot.key_line("99.8% limits", GREY, "2 3", 1.3)
    return plot.svg()
