"""What nothing works out and somebody has to vouch for: a second record of it, so that a slip in the first one shows.

The register has a line for every code of a finding or an order, for every molar mass, for every option that no rule
names, and for every rule that is said to have been read in its source itself. `python -m tests.malfunctions register` prints it as the rules are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from spineworkup.criteria import IsOneOf, leaves
from spineworkup.findings import Coding
from spineworkup.pathways import Pathway, Rule
from spineworkup.urgency import Urgency

REGISTER = Path(__file__).with_name("register.txt")
WEEK, YEAR = timedelta(days=7), timedelta(days=366)


def register_of(pathway: Pathway) -> list[str]:
    """Return the register as the rules are."""
    return sorted(
        [*_codes(pathway), *_molar_masses(pathway), *_idle_options(pathway), *_read_in_the_source(pathway)]
    )


def unregistered(pathway: Pathway) -> str:
    """Return the first line in which the rules and the register differ."""
    differ = set(register_of(pathway)) ^ set(REGISTER.read_text().splitlines())
    return min(differ, default="")


def reviewed_too_late(pathway: Pathway) -> str:
    """Return the first rule that nobody is to look at within two years of the revision, or an emergency's within one."""
    late = (rule.id for rule in pathway.rules.values() if _is_too_late(rule, pathway))
    return next(late, "")


def _codes(pathway: Pathway) -> Iterator[str]:
    coded: list[tuple[str, Iterable[Coding]]] = [(one.id, one.codes) for one in pathway.findings.values()]
    coded += [(step.id, step.orders) for step in pathway.steps.values()]
    yield from (f"code {id_} {coding.system} {coding.code}" for id_, codings in coded for coding in codings)


def _molar_masses(pathway: Pathway) -> Iterator[str]:
    for finding in pathway.findings.values():
        if finding.molar_mass is not None:
            yield f"molar mass {finding.id} {finding.molar_mass} g/mol"


def _idle_options(pathway: Pathway) -> Iterator[str]:
    named = {
        (leaf.finding, code)
        for step in pathway.steps.values()
        for criterion in step.criteria
        for leaf in leaves(criterion)
        if isinstance(leaf, IsOneOf)
        for code in leaf.codes
    }
    for finding in pathway.findings.values():
        yield from (
            f"in no rule {finding.id} {code}" for code in finding.options if (finding.id, code) not in named
        )


def _read_in_the_source(pathway: Pathway) -> Iterator[str]:
    yield from (f"read {rule.id}" for rule in pathway.rules.values() if rule.verification == "primary")


def _is_too_late(rule: Rule, pathway: Pathway) -> bool:
    assert pathway.revised is not None
    years = 1 if rule.urgency is Urgency.IMMEDIATE else 2
    return rule.review_by is None or rule.review_by > pathway.revised + years * YEAR
