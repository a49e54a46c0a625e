"""Settings from a file: strict YAML, everything that is wrong at once with its place, and no value of it repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

from attrs import fields

from spineworkup.cds_hooks.settings import Client, Settings, SettingsError, Tenant
from spineworkup.errors import Problem
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.read_yaml import Document, read_yaml
from spineworkup.reading.scalars import text
from spineworkup.reading.structure import Converter, make_converter, structure
from spineworkup.sources import Position

MAX_BYTES = 1_000_000
# Of a key or a word that is wrong nothing is repeated: it may be a secret in the wrong place.
_TELLING = ("unknown key", "unknown word")


def read_settings(path: str | Path) -> Settings:
    """Return the settings that stand in a file.

    Paths in it (`keys_file`, `secret_file`, `audit_file`, and rules or overlays with a `/`) are seen from its folder.

    Raises:
        SettingsError: The file or one that it names can't be read, or can't be used; it lists everything with its place.
    """
    file = Path(path)
    document, problems = read_yaml(_bytes_of(file), file.name, private=True)
    if problems:
        raise SettingsError(problems)
    if type(document.data) is not dict:
        raise SettingsError([document.problem((), "expected a mapping of keys and values")])
    values, faults = _values(document.data, file.parent)
    if not faults and not any(document.data.get(name) for name in ("clients", "insecure_dev", "demo")):
        faults = [Fault("nobody may call", "name `clients`, or set `insecure_dev: true` for this machine only")]
    return _settings(values, faults, document)


def _settings(values: Mapping[str, Any], faults: list[Fault], document: Document) -> Settings:
    """Return settings, or raise what is wrong with the values together with what was found before."""
    try:
        settings = Settings(**values)
    except SettingsError as error:
        # What couldn't be read is its own fault, not that of what depends on it.
        faults = [*faults, *(fault for fault in error.faults if not faults or fault.path[0] in values)]
    if faults:
        raise SettingsError(_problem(fault, document) for fault in faults)
    return settings


def _values(data: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Return what could be read, by the names of the settings, and what is wrong with the rest."""
    readers = _readers(folder)
    values, faults = {}, []
    for key, written in data.items():
        if key not in readers:
            faults.append(Fault("unknown key", did_you_mean(key, readers), (key,), key=True))
            continue
        try:
            values[key.removesuffix("_file") if key == "secret_file" else key] = readers[key](written)
        except Faults as error:
            faults += [Fault(one.message, one.hint, (key, *one.path), key=one.key) for one in error.faults]
        except Fault as error:
            faults.append(Fault(error.message, error.hint, (key, *error.path), key=error.key))
    return values, faults


def _readers(folder: Path) -> dict[str, Callable[[Any], Any]]:
    """Return how each key is read."""
    converter = _converter(folder)
    kinds = get_type_hints(Settings)

    def reader(kind: Any) -> Callable[[Any], Any]:
        return lambda written: converter.structure(written, kind)

    found = {one.name: reader(kinds[one.name]) for one in fields(Settings) if one.name not in ("secret", "package", "overlays")}
    found["secret_file"] = lambda written: _bytes_at(written, folder)
    found["package"] = lambda written: _rules_at(text(written, str), folder)
    found["overlays"] = lambda written: tuple(
        _rules_at(name, folder) for name in converter.structure(written, tuple[str, ...])
    )
    return found


def _converter(folder: Path) -> Converter:
    inner, outer = make_converter(Vocabulary()), make_converter(Vocabulary())
    inner.register_structure_hook(Tenant, lambda data, _: structure(data, Tenant, make_converter(Vocabulary())))
    # Keys have members of their own, which are checked with the settings.
    inner.register_structure_hook_func(lambda kind: kind == tuple[Mapping[str, Any], ...], lambda data, _: data)
    outer.register_structure_hook(Client, lambda data, _: structure(_with_keys(data, folder), Client, inner))
    outer.register_structure_hook(float, _number)
    outer.register_structure_hook(Path | None, lambda data, _: folder / text(data, str))
    return outer


def _number(data: Any, _: Any) -> float:
    if type(data) is int or type(data) is Decimal:
        return float(data)
    raise Fault("expected a number")


def _with_keys(data: Any, folder: Path) -> Any:
    """Return a client with its keys in it, whether they stand beside it or in a file of their own."""
    if type(data) is not dict:
        return data
    if ("keys" in data) == ("keys_file" in data):
        raise Fault("a client needs either `keys` or `keys_file`", "a JSON Web Key Set")
    rest = {name: value for name, value in data.items() if name not in ("keys", "keys_file")}
    if "keys" in data:
        return {**rest, "keys": _key_set(data["keys"], "keys")}
    document, problems = read_yaml(_bytes_at(data["keys_file"], folder, "keys_file"), "", private=True)
    if problems:
        raise Fault("the file isn't JSON", f"line {problems[0].position.line} of it", ("keys_file",))
    return {**rest, "keys": _key_set(document.data, "keys_file")}


def _key_set(data: Any, key: str) -> tuple[Mapping[str, Any], ...]:
    keys = data.get("keys") if type(data) is dict else None
    if type(keys) is not list or not all(type(one) is dict for one in keys):
        raise Fault("expected a JSON Web Key Set", '{"keys": [...]}', (key,))
    return tuple(keys)


def _rules_at(name: str, folder: Path) -> str:
    """Return the name of rules: one of the library's as it stands, a path as seen from the file."""
    return str(folder / name) if "/" in name else name


def _bytes_at(written: Any, folder: Path, *path: str) -> bytes:
    try:
        return _bytes_of(folder / text(written, str))
    except (Fault, SettingsError):
        raise Fault("no file that can be read", "seen from the folder of the settings", path) from None


def _bytes_of(file: Path) -> bytes:
    """Return what a file holds; a folder, a device or something without an end isn't read."""
    try:
        if not file.is_file():
            raise OSError
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise OSError
        return raw
    except (OSError, ValueError):
        raise SettingsError([Problem(Position("settings"), "no file that can be read")]) from None


def _problem(fault: Fault, document: Document) -> Problem:
    message = next((told for told in _TELLING if fault.message.startswith(told)), fault.message)
    return document.problem(fault.path, message, fault.hint, key=fault.key)
