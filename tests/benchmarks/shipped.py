"""Patients for the shipped pathway, drawn from a seed: of every finding seven in ten are known."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from spineworkup import Chart
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from tests.benchmarks.workload import CLOCKS


def patients(pathway: Pathway, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return patients as a caller holds them: numbers as a Decimal, quantities as text with their unit."""
    chance = random.Random(seed)
    findings = pathway.findings.values()
    return [{f.id: _drawn(f, chance) for f in findings if chance.random() < 0.7} for _ in range(count)]


def charts(pathway: Pathway, count: int, seed: int = 1) -> list[Chart]:
    """Return the same patients as charts."""
    return [Chart(pathway.findings, values, clocks=CLOCKS) for values in patients(pathway, count, seed)]


def _drawn(finding: Finding, chance: random.Random) -> Any:
    if finding.kind is Kind.BOOLEAN:
        return chance.random() < 0.3
    if finding.kind is Kind.CHOICE:
        return chance.choice(list(finding.options))
    low, high = finding.low or Decimal(0), finding.high or Decimal(10)
    number = low + (high - low) * Decimal(chance.randint(0, 100)) / 100
    return f"{number:f} {finding.unit}" if finding.kind is Kind.QUANTITY else number
