"""From plain data to typed rules, strictly: the only place that touches cattrs.

No coercion, no extra keys, and every fault with the path that leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_origin

from attrs import evolve, fields
from cattrs import ClassValidationError, ForbiddenExtraKeysError
from cattrs import Converter as Converter
from cattrs.errors import AttributeValidationNote
from cattrs.gen import make_dict_structure_fn, override

from spineworkup.criteria import Criterion, NamedCriterion
from spineworkup.derived import DERIVED
from spineworkup.errors import PathwayError
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
from spineworkup.place import ClosedHours, Contact, Difference, Place
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary, parse
from spineworkup.reading.read_yaml import Path
from spineworkup.reading.references import Check, References, plausible, rule_faults, unit_faults
from spineworkup.reading.scalars import (
    clock_time,
    day,
    decimal,
    duration,
    kind_of,
    one_of,
    text,
    tier,
    whole,
    yes_or_no,
)
from spineworkup.reading.score_tables import score_table
from spineworkup.scores import Score
from spineworkup.sources import Citation, Source
from spineworkup.units import known_unit
from spineworkup.urgency import Urgency

T = TypeVar("T")

# What a key of a file is called in the classes, where a key would be a word of Python.
_KEYS = {"start": "from", "parts": "items", "closes": "from", "opens": "to"}


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
    hook(str, text)
    hook(int, whole)
    hook(bool, yes_or_no)
    hook(Decimal, decimal)
    hook(timedelta, duration)
    hook(date, day)
    hook(time, clock_time)
    hook(Urgency, tier)
    hook(Kind, kind_of)
    converter.register_structure_hook_func(
        lambda kind: kind in (Criterion, Criterion | None), lambda data, _: parse(data, vocabulary)
    )
    converter.register_structure_hook_func(_is_literal, one_of)
    converter.register_structure_hook_func(_is_list_like, _list(converter))
    converter.register_structure_hook_func(_is_map_like, _map(converter))
    hook(Finding, _finding(converter))
    hook(Score, _score(converter))
    for kind in (Source, Coding, Note, Pause, Purpose, TreatmentOption, Waiver, NamedCriterion, Difference, Contact):
        hook(kind, _mapping(converter, kind))
    refer = References(vocabulary)
    hook(Citation, _mapping(converter, Citation, refer.citation))
    hook(Prerequisite, _mapping(converter, Prerequisite, refer.prerequisite))
    hook(Part, _mapping(converter, Part, refer.findings("findings")))
    hook(Need, _mapping(converter, Need, refer.findings("findings")))
    since, until, later = override(rename="from"), override(rename="to"), override(omit=True)
    hook(ClosedHours, _mapping(converter, ClosedHours, closes=since, opens=until))
    hook(Place, _mapping(converter, Place, overlay=later, adapts=later))
    hook(Rule, _rule(converter))
    hook(Step, _step(converter, refer))
    return converter


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


def _rule(converter: Converter) -> Callable[[Any, Any], Rule]:
    return _mapping(converter, Rule, rule_faults, start=override(rename="from"), kind=override(omit=True))


def _step(converter: Converter, refer: References) -> Callable[[Any, Any], Step]:
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
        takes = DERIVED[made.by].takes
        if len(made.inputs) != len(takes):
            raise Fault(f"expected {len(takes)} inputs", ", ".join(takes), ("inputs",))
        return made

    converter.register_structure_hook(Derivation, derived)

    def finding(data: Any, kind: Any) -> Finding:
        rest = {key: value for key, value in data.items() if key != "plausible"}
        low, high, faults = plausible(data.get("plausible", {"low": None, "high": None}))
        made = _together([*faults, *unit_faults(data)], lambda: hook(rest, kind))
        units = [known_unit(unit) if unit else "" for unit in (made.unit, *made.also)]
        return evolve(made, low=low, high=high, unit=units[0], also=tuple(units[1:]))

    return finding


def _score(converter: Converter) -> Callable[[Any, Any], Score]:
    hook = _mapping(converter, Score, table=override(struct_hook=lambda table, _: table))

    def score(data: Any, kind: Any) -> Score:
        table, keys = score_table(data)
        rest = {key: value for key, value in data.items() if key not in keys}
        return hook({**rest, "table": table}, kind)

    return score


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
    if isinstance(error, PathwayError):
        return [Fault(str(error))]
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
