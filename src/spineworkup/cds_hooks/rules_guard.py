"""The rules are those that were meant: nobody changed them, and nobody put back an older version."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.cds_hooks.settings import Settings, SettingsError
from spineworkup.errors import Problem
from spineworkup.pathways import Pathway
from spineworkup.sources import Position


def check_rules(settings: Settings, pathway: Pathway) -> None:
    """Refuse to serve by other rules than the settings say.

    Args:
        settings: What they say.
        pathway: The rules as they were read, overlays included.

    Raises:
        SettingsError: The rules are others, or older, or don't have a step that is said not to be available.
    """
    problems = [Problem(Position("settings"), message, hint) for message, hint in _wrong(settings, pathway)]
    if problems:
        raise SettingsError(problems)


def _wrong(settings: Settings, pathway: Pathway) -> Iterator[tuple[str, str]]:
    if settings.rules_hash not in ("", pathway.hash):
        yield "rules_hash: the rules are not those that were meant", "restore them, or review what changed and pin the new hash"
    if settings.minimum_version and _numbers(pathway.version) < _numbers(settings.minimum_version):
        yield "minimum_version: the rules are older", f"they are of version {pathway.version}"
    named = set(settings.not_available)
    named.update(*(one.not_available for client in settings.clients for one in client.tenants.values()))
    for step in sorted(named - pathway.steps.keys()):
        yield f"not_available: the rules have no step {step!r}", "its id, as `spineworkup steps` lists them"


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version so that 1.10 comes after 1.9, and 1.0 is 1."""
    numbers = [int(part) for part in version.split(".") if part.isascii() and part.isdigit()]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
