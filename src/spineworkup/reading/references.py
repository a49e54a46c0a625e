"""What has to hold of a mapping besides the types of its values: what it names is there, what belongs together is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from spineworkup.errors import UnitError
from spineworkup.findings import OTHER_STATUSES
from spineworkup.reading.faults import Fault, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.read_yaml import Path
from spineworkup.units import known_unit

Check = Callable[[Mapping[str, Any]], list[Fault]]


@frozen
class References:
    """Checks that what a file names is there."""

    words: Vocabulary

    def citation(self, data: Mapping[str, Any]) -> list[Fault]:
        """Return a fault for a source that is unknown or withdrawn."""
        faults = _unknown("source", data.get("source"), self.words.sources, ("source",))
        source = self.words.sources.get(str(data.get("source")))
        if source is not None and source.status == "withdrawn":
            faults.append(
                Fault(f"the source {source.id!r} is withdrawn", "cite what replaced it", ("source",))
            )
        return faults

    def prerequisite(self, data: Mapping[str, Any]) -> list[Fault]:
        """Return a fault for an unknown step."""
        return _unknown("step", data.get("step"), self.words.steps, ("step",))

    def findings(self, *keys: str) -> Check:
        """Return a check of the findings that some keys list."""

        def check(data: Mapping[str, Any]) -> list[Fault]:
            lists = {key: data[key] for key in keys if isinstance(data.get(key), list)}
            return [
                fault
                for key, listed in lists.items()
                for number, finding in enumerate(listed)
                for fault in _unknown("finding", finding, self.words.findings, (key, number))
            ]

        return check

    def step(self, data: Mapping[str, Any]) -> list[Fault]:
        """Return a fault for each unknown finding or pause."""
        found = self.findings("checks", "produces")(data) + _without_urgency(data.get("indications"))
        return found + _unknown("pause", data.get("pause"), self.words.pauses, ("pause",))


def _without_urgency(indications: Any) -> list[Fault]:
    """Return a fault for each indication without a tier: one left out must never be read as routine."""
    rules = indications if isinstance(indications, list) else []
    return [
        Fault("an indication needs `urgency`", "its tier, such as routine", ("indications", number))
        for number, rule in enumerate(rules)
        if isinstance(rule, dict) and "urgency" not in rule
    ]


def _unknown(what: str, word: Any, known: Collection[str], path: Path, *, key: bool = False) -> list[Fault]:
    """Return a fault for a word that names nothing; what isn't text at all is somebody else's to say."""
    if not isinstance(word, str) or word in known:
        return []
    return [Fault(f"unknown {what} {word!r}", did_you_mean(word, known), path, key=key)]


def rule_faults(data: Mapping[str, Any]) -> list[Fault]:
    """Return what a rule lacks."""
    faults = []
    if "from" in data and "within" not in data:
        faults.append(Fault("`from` needs `within`", "", ("from",), key=True))
    if "within" in data and "from" not in data:
        faults.append(Fault("`within` needs `from`", "the clock that starts it", ("within",), key=True))
    if not data.get("cites"):
        faults.append(Fault("a rule needs `cites`", "the source and the place in it"))
    if "review_by" not in data:
        faults.append(Fault("a rule needs `review_by`", "a date"))
    return faults


def plausible(data: Any) -> tuple[Decimal | None, Decimal | None, list[Fault]]:
    """Return the ends of a plausible range, and what is wrong with it."""
    hint = "plausible: {low: 0.5, high: 6.0}"
    if type(data) is not dict or set(data) != {"low", "high"}:
        return None, None, [Fault("expected `low` and `high`", hint, ("plausible",))]
    low, high = data["low"], data["high"]
    if low is None and high is None:
        return None, None, []
    if any(type(end) not in (int, Decimal) for end in (low, high)):
        return None, None, [Fault("expected numbers for `low` and `high`", hint, ("plausible",))]
    if low > high:
        return None, None, [Fault("`low` is above `high`", "", ("plausible",))]
    return Decimal(low), Decimal(high), []


def unit_faults(data: Mapping[str, Any]) -> list[Fault]:
    """Return what doesn't fit between the kind of a finding, its options and its units."""
    faults = []
    if (data.get("kind") == "quantity") != bool(data.get("unit")):
        faults.append(Fault("a quantity has a `unit`, nothing else has", "", ("kind",)))
    if (data.get("kind") == "choice") != bool(data.get("options")):
        faults.append(Fault("a choice has `options`, nothing else has", "", ("kind",)))
    faults += option_faults(data)
    mass = data.get("molar_mass")
    if isinstance(mass, int | Decimal) and mass <= 0:
        faults.append(Fault("expected a number above 0", "in g/mol", ("molar_mass",)))
    also = data.get("also")
    places: list[tuple[Path, Any]] = [(("unit",), data.get("unit"))]
    places += [(("also", number), unit) for number, unit in enumerate(also if isinstance(also, list) else [])]
    return faults + [fault for path, unit in places for fault in _unknown_unit(unit, path)]


def option_faults(data: Mapping[str, Any]) -> list[Fault]:
    """Return what doesn't fit between the options of a finding and the codes and statuses that say them."""
    options, codes, statuses = (_mapped(data, key) for key in ("options", "option_codes", "status_options"))
    faults = []
    if "unknown" in options:
        hint = "not known is an answer for every finding, and never an option"
        faults.append(Fault("an option can't be called 'unknown'", hint, ("options", "unknown"), key=True))
    for option in codes:
        faults += _unknown("option", option, options, ("option_codes", option), key=True)
    for status, option in statuses.items():
        faults += _unknown("status", status, OTHER_STATUSES, ("status_options", status), key=True)
        faults += _unknown("option", option, options, ("status_options", status))
    return faults


def _mapped(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return what stands under a key; what isn't a mapping is found fault with elsewhere."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _unknown_unit(unit: Any, path: Path) -> list[Fault]:
    if not isinstance(unit, str) or not unit:
        return []
    try:
        known_unit(unit)
    except UnitError:
        return [Fault(f"unknown unit {unit!r}", "", path)]
    return []
