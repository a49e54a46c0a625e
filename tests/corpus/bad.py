"""One bad input, and the whole files that bad pieces are put into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from tests.fuzz.judge import CANARY
from tests.small_package import FILES, OVERLAY


@frozen
class Bad:
    """An input that has to be refused, or to count as not known.

    Args:
        name: Tells it from the others of its class.
        kind: `case`, `expect`, `overlay`, `line` (a criterion), `overlay name`, or the file of the small package that it is.
        raw: What it holds.
        says: What the message has to say, or the reason why a value is not known.
    """

    name: str
    kind: str
    raw: str | bytes
    says: str


CASE = f"""\
case: {CANARY}
at: 2026-11-20T13:00:00+01:00
age_years: 63
sex: male
clocks: {{suspicion: 2026-11-20T09:00:00+00:00}}
findings: {{limb_weakness: {{value: present, at: 2026-11-20T08:00:00+00:00, source: {CANARY}, reason: stale}}, calcium_total: 2.95 mmol/L}}
steps: {{mri_whole_spine: {{state: declined, at: 2026-11-20T10:00:00+00:00, by: GP, reason: {CANARY}}}}}
not_available: [ct_spine]
"""
RULES = "steps/mri.yaml"


def everywhere(name: str, text: str | bytes, says: str) -> Iterator[Bad]:
    """Yield an input that is wrong as YAML, as each kind of file that is read from outside."""
    for kind in ("case", RULES, "overlay"):
        yield Bad(f"{name} as {kind}", kind, text, says)


def in_case(text: str, says: str, name: str = "") -> Bad:
    """Return a case that says nothing else."""
    return Bad(name or text[:60], "case", text + "\n", says)


def in_rules(file: str, old: str, new: str, says: str) -> Bad:
    """Return a file of the small package with one place changed."""
    text = FILES[file]
    assert text.count(old) == 1, (file, old)
    return Bad(f"{file}: {new.strip()[:60]}", file, text.replace(old, new), says)


def in_overlay(text: str, says: str) -> Bad:
    """Return an overlay of the small package that says no more than this."""
    return Bad(text.strip()[:70], "overlay", OVERLAY + text + "\n", says)


def finding(id_: str, value: str, says: str) -> Bad:
    """Return a case of one finding."""
    return in_case(f"findings:\n  {id_}: {value}", says, f"{id_}: {value[:40]}")


def flat(groups: Iterable[Iterable[Bad]]) -> list[Bad]:
    """Return what several groups hold."""
    return [bad for group in groups for bad in group]
