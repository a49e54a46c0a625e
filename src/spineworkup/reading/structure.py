"""From plain data to typed rules, strictly: the only place that touches cattrs.

No coercion, no extra keys, and every fault with the path that leads to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_args, get_origin

import cattrs
from attrs import evolve, fields
from cattrs import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError
from cattrs import Converter as Converter
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from spineworkup.criteria import Criterion, NamedCriterion
from spineworkup.derived import DERIVED
from spineworkup.errors import UnitError
from spineworkup.findings import Coding, Derivation, Finding, Kind
from spineworkup.pathways import Note, Part, Pause, Prerequisite, Purpose, Rule, Step, TreatmentOption, Waiver
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary, parse
from spineworkup.reading.read_yaml import Path
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row, Score
from spineworkup.sources import Citation, Source
from spineworkup.units import known_unit
from spineworkup.urgency import Urgency

T = TypeVar("T")

_DURATION = re.compile(r"([0-9]{1,5}) (min|h|d)\Z")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
# What a key of a file is called in the classes, where a key would be a word of Python.
_KEYS = {"start": "from", "parts": "items"}


def structure(data: Any, kind: type[T], converter: Converter) -> T:
    """Return plain data as an object.

    Raises:
        Faults: Everything that is wrong with it.
    """
    try:
        return converter.structure(data, kind)
    except (ClassValidationError, IterableValidationError) as error:
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
    hook(Citation, _citation(converter, vocabulary))
    for kind in (Source, Coding, Note, Part, Prerequisite, Pause, Purpose, TreatmentOption, Waiver):
        hook(kind, _mapping(converter, kind))
    hook(NamedCriterion, _mapping(converter, NamedCriterion))
    rule = _rule(converter)
    hook(Rule, rule)
    hook(Step, _step(converter, rule))
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
        except (ClassValidationError, IterableValidationError, Fault, Faults) as error:
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
        if isinstance(data, str) and len(data) == 10:
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


def _citation(converter: Converter, vocabulary: Vocabulary) -> Callable[[Any, Any], Citation]:
    hook = _mapping(converter, Citation)

    def citation(data: Any, kind: Any) -> Citation:
        made = hook(data, kind)
        source = vocabulary.sources.get(made.source)
        if source is None:
            raise Fault(
                f"unknown source {made.source!r}", did_you_mean(made.source, vocabulary.sources), ("source",)
            )
        if source.status == "withdrawn":
            raise Fault(f"the source {made.source!r} is withdrawn", "cite what replaced it", ("source",))
        return made

    return citation


def _mapping(converter: Converter, cls: type[T], **overrides: Any) -> Callable[[Any, Any], T]:
    """Return a hook for a class that insists on a mapping (cattrs itself would take anything that has keys)."""
    inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **overrides)

    def hook(data: Any, _: Any) -> T:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        made: T = inner(data, cls)
        return made

    return hook


def _rule(converter: Converter) -> Callable[[Any, Any], Rule]:
    hook = _mapping(converter, Rule, start=override(rename="from"), kind=override(omit=True))

    def rule(data: Any, kind: Any) -> Rule:
        made = hook(data, kind)
        faults = []
        if made.start and made.within is None:
            faults.append(Fault("`from` needs `within`", "", ("from",), key=True))
        if made.within is not None and not made.start:
            faults.append(Fault("`within` needs `from`", "the clock that starts it", ("within",), key=True))
        if not made.cites:
            faults.append(Fault("a rule needs `cites`", "the source and the place in it"))
        if made.review_by is None:
            faults.append(Fault("a rule needs `review_by`", "a date"))
        if faults:
            raise Faults(faults)
        return made

    return rule


def _step(converter: Converter, rule: Callable[[Any, Any], Rule]) -> Callable[[Any, Any], Step]:
    contraindication = _contraindication(rule)

    def listed(data: Any, _: Any) -> tuple[Rule, ...]:
        return tuple(_each(lambda one: contraindication(one, Rule), _items(data)))

    hook = _mapping(
        converter, Step, parts=override(rename="items"), contraindications=override(struct_hook=listed)
    )

    def step(data: Any, kind: Any) -> Step:
        made = hook(data, kind)
        return evolve(made, cautions=tuple(evolve(rule, kind="caution") for rule in made.cautions))

    return step


def _contraindication(rule: Callable[[Any, Any], Rule]) -> Callable[[Any, Any], Rule]:
    def contraindication(data: Any, kind: Any) -> Rule:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        absolute = data.get("absolute")
        if type(absolute) is not bool:
            raise Fault("a contraindication needs `absolute`", "true or false", ("absolute",))
        made = rule({key: value for key, value in data.items() if key != "absolute"}, kind)
        if not absolute and not made.sign_off:
            raise Fault("a relative contraindication needs `sign_off`", "the role that may clear it")
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
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
        made = hook({key: value for key, value in data.items() if key != "plausible"}, kind)
        low, high = _plausible(data["plausible"]) if "plausible" in data else (None, None)
        return evolve(made, low=low, high=high, **_units(made))

    return finding


def _plausible(data: Any) -> tuple[Decimal, Decimal]:
    if type(data) is not dict or set(data) != {"low", "high"}:
        raise Fault("expected `low` and `high`", "plausible: {low: 0.5, high: 6.0}", ("plausible",))
    low, high = _decimal(data["low"], None), _decimal(data["high"], None)
    if low > high:
        raise Fault("`low` is above `high`", "", ("plausible",))
    return low, high


def _units(made: Finding) -> dict[str, Any]:
    faults = []
    if (made.kind is Kind.QUANTITY) != bool(made.unit):
        faults.append(Fault("a quantity has a `unit`, nothing else has", "", ("kind",)))
    if (made.kind is Kind.CHOICE) != bool(made.options):
        faults.append(Fault("a choice has `options`, nothing else has", "", ("kind",)))
    units: list[str] = []
    for place, unit in enumerate((made.unit, *made.also)):
        try:
            units.append(known_unit(unit) if unit else "")
        except UnitError:
            faults.append(
                Fault(f"unknown unit {unit!r}", "", ("unit",) if place == 0 else ("also", place - 1))
            )
    if faults:
        raise Faults(faults)
    return {"unit": units[0], "also": tuple(units[1:])}


def _score(converter: Converter) -> Callable[[Any, Any], Score]:
    tables: dict[str, Callable[[Mapping[str, Any]], Additive | Grade | Bands]] = {
        "additive": _additive,
        "grade": lambda data: Grade(_text(data["of"], None), _option_bands(data["bands"])),
        "bands": lambda data: Bands(_text(data["of"], None), _tables(data["bands"])),
    }
    hook = _mapping(converter, Score, table=override(struct_hook=lambda table, _: table))

    def score(data: Any, kind: Any) -> Score:
        if type(data) is not dict:
            raise Fault("expected a mapping of keys and values")
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
    return low, high


def _option_bands(data: Any) -> tuple[OptionsBand, ...]:
    return tuple(
        OptionsBand(_text(row["band"], None), tuple(_text(o, None) for o in row["options"])) for row in data
    )


def _tables(data: Any) -> dict[str, tuple[Row, ...]]:
    tables = {known_unit(unit): tuple(_row(row) for row in rows) for unit, rows in data.items()}
    for rows in tables.values():
        if any(row.above is None and row.at_least is None for row in rows[:-1]) or rows[-1].above is not None:
            raise Fault(
                "the last row, and only that, takes the rest",
                "leave `above` and `from` away there",
                ("bands",),
            )
    return tables


def _row(data: Any) -> Row:
    above = None if "above" not in data else _decimal(data["above"], None)
    at_least = None if "from" not in data else _decimal(data["from"], None)
    if set(data) - {"band", "above", "from"}:
        raise Fault("a row has `band` and `above` or `from`", "", ("bands",))
    return Row(_text(data["band"], None), above, at_least)


def _faults(error: BaseException, path: Path) -> list[Fault]:
    """Return every fault in what cattrs raises, with the path that its notes spell."""
    if isinstance(error, ClassValidationError | IterableValidationError):
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
    if isinstance(error, Faults):
        return [Fault(f.message, f.hint, path + f.path, key=f.key) for f in error.faults]
    if isinstance(error, Fault):
        return [Fault(error.message, error.hint, path + error.path, key=error.key)]
    return [Fault("can't be read", _short(error), path)]


def _short(error: BaseException) -> str:
    return (
        "expected a list"
        if isinstance(error, TypeError | cattrs.StructureHandlerNotFoundError)
        else str(error)[:200]
    )


def _step_of(error: BaseException) -> Path:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (_KEYS.get(note.name, note.name),)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()
