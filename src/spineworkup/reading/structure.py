"""From plain data to typed rules, strictly: the only place that touches cattrs.

No coercion, no extra keys, and every fault with the path that leads to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_args, get_origin

from attrs import evolve, fields, frozen
from cattrs import ClassValidationError, ForbiddenExtraKeysError
from cattrs import Converter as Converter
from cattrs.errors import AttributeValidationNote
from cattrs.gen import make_dict_structure_fn, override

from spineworkup.criteria import Criterion, NamedCriterion
from spineworkup.derived import DERIVED
from spineworkup.errors import UnitError
from spineworkup.findings import Coding, Derivation, Finding, Kind
from spineworkup.pathways import (
    Need,
    Note,
    Part,
    Pause,
    Prerequisite,
    Purpose,
    Rule,
    Step,
    TreatmentOption,
    Waiver,
)
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary, parse
from spineworkup.reading.read_yaml import Path
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row, Score
from spineworkup.sources import Citation, Source
from spineworkup.units import known_unit
from spineworkup.urgency import Urgency

T = TypeVar("T")

_DURATION = re.compile(r"([0-9]{1,5}) (min|h|d)\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
# What a key of a file is called in the classes, where a key would be a word of Python.
_KEYS = {"start": "from", "parts": "items"}


def structure(data: Any, kind: type[T], converter: Converter) -> T:
    """Return plain data as an object.

    Raises:
        Faults: Everything that is wrong with it.
    """
    if type(data) is not dict:
        raise Faults([Fault("expected a mapping of keys and values")])
    try:
        return converter.structure(data, kind)
    except ClassValidationError as error:
        raise Faults(_faults(error, ())) from None
    except (Fault, Faults) as error:
        raise Faults(_own(error, ())) from None


def make_converter(vocabulary: Vocabulary) -> Converter:
    """Return a converter whose criteria may speak of the vocabulary."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    hook = converter.register_structure_hook
    hook(str, _text)
    hook(int, _whole)
    hook(bool, _yes_or_no)
    hook(Decimal, _decimal)
    hook(timedelta, _duration)
    hook(date, _day)
    hook(Urgency, _tier)
    hook(Kind, _kind)
    converter.register_structure_hook_func(
        lambda kind: kind in (Criterion, Criterion | None), lambda data, _: parse(data, vocabulary)
    )
    converter.register_structure_hook_func(_is_literal, _one_of)
    converter.register_structure_hook_func(_is_list_like, _list(converter))
    converter.register_structure_hook_func(_is_map_like, _map(converter))
    hook(Finding, _finding(converter))
    hook(Score, _score(converter))
    for kind in (Source, Coding, Note, Pause, Purpose, TreatmentOption, Waiver, NamedCriterion):
        hook(kind, _mapping(converter, kind))
    refer = _References(vocabulary)
    hook(Citation, _mapping(converter, Citation, refer.citation))
    hook(Prerequisite, _mapping(converter, Prerequisite, refer.prerequisite))
    hook(Part, _mapping(converter, Part, refer.findings("findings")))
    hook(Need, _mapping(converter, Need, refer.findings("findings")))
    hook(Rule, _rule(converter))
    hook(Step, _step(converter, refer))
    return converter


def _text(data: Any, _: Any) -> str:
    if type(data) is not str:
        raise Fault("expected text", "put it in quotes" if isinstance(data, int | Decimal) else "")
    return data


def _whole(data: Any, _: Any) -> int:
    if type(data) is not int:
        raise Fault("expected a whole number")
    return data


def _yes_or_no(data: Any, _: Any) -> bool:
    if type(data) is not bool:
        raise Fault("expected true or false")
    return data


def _decimal(data: Any, _: Any) -> Decimal:
    if type(data) is int or type(data) is Decimal:
        return Decimal(data)
    raise Fault("expected a number")


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_list_like(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is tuple and kind.__args__[-1] is Ellipsis


def _is_map_like(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is Mapping


def _list(converter: Converter) -> Callable[[Any, Any], tuple[Any, ...]]:
    """Return a hook for lists; text has a length too, and must not become a list of letters."""

    def hook(data: Any, kind: Any) -> tuple[Any, ...]:
        inside = kind.__args__[0]
        return tuple(_each(lambda one: converter.structure(one, inside), _items(data)))

    return hook


def _map(converter: Converter) -> Callable[[Any, Any], dict[str, Any]]:
    def hook(data: Any, kind: Any) -> dict[str, Any]:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        inside = kind.__args__[1]
        return dict(
            zip(data, _each(lambda one: converter.structure(one, inside), list(data.items())), strict=True)
        )

    return hook


def _items(data: Any) -> list[tuple[int, Any]]:
    if type(data) is not list:
        raise Fault("expected a list", "[...] or lines that begin with -")
    return list(enumerate(data))


def _each(make: Callable[[Any], T], items: Sequence[tuple[str | int, Any]]) -> list[T]:
    """Return what is made of each item; the faults of all of them come together."""
    made, faults = [], []
    for key, value in items:
        try:
            made.append(make(value))
        except (ClassValidationError, Fault, Faults) as error:
            faults += _faults(error, (key,))
    if faults:
        raise Faults(faults)
    return made


def _duration(data: Any, _: Any) -> timedelta:
    match = _DURATION.match(data) if isinstance(data, str) else None
    if match is None:
        raise Fault("expected a duration", "such as 24 h, 7 d or 30 min")
    return timedelta(minutes=int(match[1]) * _MINUTES[match[2]])


def _day(data: Any, _: Any) -> date:
    try:
        if isinstance(data, str) and _DAY.match(data):
            return date.fromisoformat(data)
    except ValueError:
        pass
    raise Fault("expected a date", "such as 2027-05-24")


def _tier(data: Any, _: Any) -> Urgency:
    return Urgency(_word(data, [tier.value for tier in Urgency if tier is not Urgency.NONE], "urgency"))


def _kind(data: Any, _: Any) -> Kind:
    return Kind(_word(data, [kind.value for kind in Kind], "kind"))


def _word(data: Any, words: list[str] | tuple[str, ...], what: str) -> str:
    if isinstance(data, str) and data in words:
        return data
    shown = f" {data!r}" if isinstance(data, str) else ""
    hint = did_you_mean(data, words) if isinstance(data, str) else ""
    raise Fault(f"unknown {what}{shown}", hint or f"one of {', '.join(words)}")


def _one_of(data: Any, kind: Any) -> str:
    return _word(data, tuple(word for word in get_args(kind) if word), "word")


Check = Callable[[Mapping[str, Any]], list[Fault]]


@frozen
class _References:
    """Checks that what a file names is there."""

    words: Vocabulary

    def citation(self, data: Mapping[str, Any]) -> list[Fault]:
        faults = _unknown("source", data.get("source"), self.words.sources, ("source",))
        source = self.words.sources.get(str(data.get("source")))
        if source is not None and source.status == "withdrawn":
            faults.append(
                Fault(f"the source {source.id!r} is withdrawn", "cite what replaced it", ("source",))
            )
        return faults

    def prerequisite(self, data: Mapping[str, Any]) -> list[Fault]:
        return _unknown("step", data.get("step"), self.words.steps, ("step",))

    def findings(self, *keys: str) -> Check:
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
        found = self.findings("checks", "produces")(data)
        return found + _unknown("pause", data.get("pause"), self.words.pauses, ("pause",))


def _unknown(what: str, word: Any, known: Collection[str], path: Path) -> list[Fault]:
    """Return a fault for a word that names nothing; what isn't text at all is somebody else's to say."""
    if not isinstance(word, str) or word in known:
        return []
    return [Fault(f"unknown {what} {word!r}", did_you_mean(word, known), path)]


def _mapping(
    converter: Converter, cls: type[T], check: Check | None = None, **overrides: Any
) -> Callable[[Any, Any], T]:
    """Return a hook for a class that insists on a mapping (cattrs itself would take anything that has keys).

    Args:
        converter: For what is inside.
        cls: The class to make.
        check: What else has to hold of the mapping; its faults come together with all others.
        overrides: As cattrs takes them.
    """
    inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **overrides)

    def hook(data: Any, _: Any) -> T:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        return _together(check(data) if check else [], lambda: inner(data, cls))

    return hook


def _together(faults: list[Fault], make: Callable[[], T]) -> T:
    """Return what `make` makes, or raise its faults together with those that were found before."""
    try:
        made = make()
    except (ClassValidationError, Fault, Faults) as error:
        raise Faults([*faults, *_faults(error, ())]) from None
    if faults:
        raise Faults(faults)
    return made


def _rule_faults(data: Mapping[str, Any]) -> list[Fault]:
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


def _rule(converter: Converter) -> Callable[[Any, Any], Rule]:
    return _mapping(converter, Rule, _rule_faults, start=override(rename="from"), kind=override(omit=True))


def _step(converter: Converter, refer: _References) -> Callable[[Any, Any], Step]:
    contraindication = _contraindication(_rule(converter))

    def listed(data: Any, _: Any) -> tuple[Rule, ...]:
        return tuple(_each(contraindication, _items(data)))

    hook = _mapping(
        converter,
        Step,
        refer.step,
        parts=override(rename="items"),
        contraindications=override(struct_hook=listed),
    )

    def step(data: Any, kind: Any) -> Step:
        made = hook(data, kind)
        return evolve(made, cautions=tuple(evolve(rule, kind="caution") for rule in made.cautions))

    return step


def _contraindication(rule: Callable[[Any, Any], Rule]) -> Callable[[Any], Rule]:
    def contraindication(data: Any) -> Rule:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        absolute = data.get("absolute")
        faults = []
        if type(absolute) is not bool:
            faults.append(Fault("a contraindication needs `absolute`", "true or false", ("absolute",)))
        if absolute is False and "sign_off" not in data:
            faults.append(Fault("a relative contraindication needs `sign_off`", "the role that may clear it"))
        rest = {key: value for key, value in data.items() if key != "absolute"}
        made = _together(faults, lambda: rule(rest, Rule))
        return evolve(made, kind="absolute" if absolute else "relative")

    return contraindication


def _finding(converter: Converter) -> Callable[[Any, Any], Finding]:
    hook = _mapping(converter, Finding, low=override(omit=True), high=override(omit=True))
    derivation = _mapping(converter, Derivation)

    def derived(data: Any, kind: Any) -> Derivation:
        made = derivation(data, kind)
        if made.by not in DERIVED:
            raise Fault(f"unknown derivation {made.by!r}", f"one of {', '.join(DERIVED)}", ("by",))
        return made

    converter.register_structure_hook(Derivation, derived)

    def finding(data: Any, kind: Any) -> Finding:
        rest = {key: value for key, value in data.items() if key != "plausible"}
        low, high, faults = _plausible(data.get("plausible", {"low": None, "high": None}))
        made = _together([*faults, *_unit_faults(data)], lambda: hook(rest, kind))
        units = [known_unit(unit) if unit else "" for unit in (made.unit, *made.also)]
        return evolve(made, low=low, high=high, unit=units[0], also=tuple(units[1:]))

    return finding


def _plausible(data: Any) -> tuple[Decimal | None, Decimal | None, list[Fault]]:
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


def _unit_faults(data: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if (data.get("kind") == "quantity") != bool(data.get("unit")):
        faults.append(Fault("a quantity has a `unit`, nothing else has", "", ("kind",)))
    if (data.get("kind") == "choice") != bool(data.get("options")):
        faults.append(Fault("a choice has `options`, nothing else has", "", ("kind",)))
    if isinstance(data.get("options"), dict) and "unknown" in data["options"]:
        hint = "not known is an answer for every finding, and never an option"
        faults.append(Fault("an option can't be called 'unknown'", hint, ("options", "unknown"), key=True))
    also = data.get("also")
    places: list[tuple[Path, Any]] = [(("unit",), data.get("unit"))]
    places += [(("also", number), unit) for number, unit in enumerate(also if isinstance(also, list) else [])]
    return faults + [fault for path, unit in places for fault in _unknown_unit(unit, path)]


def _unknown_unit(unit: Any, path: Path) -> list[Fault]:
    if not isinstance(unit, str) or not unit:
        return []
    try:
        known_unit(unit)
    except UnitError:
        return [Fault(f"unknown unit {unit!r}", "", path)]
    return []


def _score(converter: Converter) -> Callable[[Any, Any], Score]:
    tables: dict[str, Callable[[Mapping[str, Any]], Additive | Grade | Bands]] = {
        "additive": _additive,
        "grade": lambda data: Grade(_text(data["of"], None), _option_bands(data["bands"])),
        "bands": lambda data: Bands(_text(data["of"], None), _tables(data["bands"])),
    }
    hook = _mapping(converter, Score, table=override(struct_hook=lambda table, _: table))

    def score(data: Any, kind: Any) -> Score:
        word = _word(data.get("kind"), tuple(tables), "kind")
        own = ("kind", "items", "bands") if word == "additive" else ("kind", "of", "bands")
        for key in own:
            if key not in data:
                raise Fault(f"missing key {key!r}")
        try:
            table = tables[word](data)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, Fault | Faults):
                raise
            raise Fault("the table of the score can't be read", "see docs/authoring.md") from None
        rest = {key: value for key, value in data.items() if key not in own}
        return hook({**rest, "table": table}, kind)

    return score


def _additive(data: Mapping[str, Any]) -> Additive:
    items = {
        finding: {option: _points(points) for option, points in options.items()}
        for finding, options in data["items"].items()
    }
    bands = [
        PointsBand(_text(row["band"], None), _whole(row["from"], None), _whole(row["to"], None))
        for row in data["bands"]
    ]
    return Additive(items, tuple(bands))


def _points(data: Any) -> tuple[int, int]:
    if type(data) is int:
        return data, data
    low, high = (_whole(one, None) for one in data)
    if low > high:
        raise Fault("the fewest points come first", "[2, 3]", ("items",))
    return low, high


def _option_bands(data: Any) -> tuple[OptionsBand, ...]:
    return tuple(
        OptionsBand(_text(row["band"], None), tuple(_text(o, None) for o in row["options"])) for row in data
    )


def _tables(data: Any) -> dict[str, tuple[Row, ...]]:
    tables = {known_unit(unit): tuple(_row(row) for row in rows) for unit, rows in data.items()}
    for rows in tables.values():
        rest = [row.above is None and row.at_least is None for row in rows]
        if rest != [False] * (len(rest) - 1) + [True]:
            raise Fault(
                "the last row, and only that, takes the rest",
                "leave `above` and `from` away there",
                ("bands",),
            )
    return tables


def _row(data: Any) -> Row:
    above = None if "above" not in data else _decimal(data["above"], None)
    at_least = None if "from" not in data else _decimal(data["from"], None)
    if set(data) - {"band", "above", "from"} or {"above", "from"} <= set(data):
        raise Fault("a row has `band` and `above` or `from`", "", ("bands",))
    return Row(_text(data["band"], None), above, at_least)


def _faults(error: BaseException, path: Path) -> list[Fault]:
    """Return every fault in what cattrs raises, with the path that its notes spell."""
    if isinstance(error, ClassValidationError):
        found: list[Fault] = []
        for child in error.exceptions:
            found += _faults(child, path + _step_of(child))
        return found
    if isinstance(error, ForbiddenExtraKeysError):
        known = [_KEYS.get(f.name, f.name) for f in fields(error.cl)]
        return [
            Fault(f"unknown key {key!r}", did_you_mean(key, known), (*path, key), key=True)
            for key in sorted(error.extra_fields)
        ]
    if isinstance(error, KeyError):
        return [Fault(f"missing key {str(path[-1]) if path else ''!r}", "", path[:-1])]
    return _own(error, path)


def _own(error: BaseException, path: Path) -> list[Fault]:
    # Every value goes through a hook of ours, and those raise nothing else.
    assert isinstance(error, Fault | Faults)
    faults = error.faults if isinstance(error, Faults) else (error,)
    return [Fault(f.message, f.hint, path + f.path, key=f.key) for f in faults]


def _step_of(error: BaseException) -> Path:
    notes = [note for note in getattr(error, "__notes__", ()) if isinstance(note, AttributeValidationNote)]
    return tuple(_KEYS.get(note.name, note.name) for note in notes)
