"""Criteria and urgencies of any pathway as narwhals expressions, which run on Polars, DuckDB, Spark and Dask alike.

The other way to answer many patients: no deadlines, no stand-ins, nothing done or waiting, only what the rules say.
"""

from __future__ import annotations

from functools import reduce
from operator import add, and_, ge, gt, le, lt, or_
from typing import Any

import narwhals as nw

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.pathways import Pathway, Step

_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge}


def urgencies(pathway: Pathway, frame: Any) -> Any:
    """Return of every step the lowest and the highest rank of urgency."""
    rules = {rule.id: expression(rule.when).alias(rule.id) for step in pathway.steps.values() for rule in step.indications}
    ends = [one for step in pathway.steps.values() if step.indications for one in _ends(step)]
    return nw.from_native(frame).with_columns(*rules.values()).select(*ends).to_native()


def _ends(step: Step) -> list[Any]:
    by_rank = sorted(step.indications, key=lambda rule: rule.urgency.rank)
    lowest = highest = nw.lit(0)
    for rule in by_rank:
        rank = nw.lit(rule.urgency.rank)
        lowest = nw.when(nw.col(rule.id)).then(rank).otherwise(lowest)
        highest = nw.when(~nw.col(rule.id)).then(highest).otherwise(rank)
    return [lowest.alias(f"{step.id}.urgency_lowest"), highest.alias(f"{step.id}.urgency_highest")]


def expression(criterion: Criterion) -> Any:
    """Return a criterion as an expression; null is "not known"."""
    match criterion:
        case Present(finding):
            return nw.col(finding)
        case IsOneOf(finding, codes):
            return reduce(or_, [nw.col(finding) == code for code in codes])
        case Compare(finding, comparator, threshold):
            return _COMPARE[comparator.value](nw.col(finding), float(threshold))
        case Not(operand):
            return ~expression(operand)
        case AllOf(operands):
            return reduce(and_, map(expression, operands)) if operands else nw.lit(True)
        case AnyOf(operands):
            return reduce(or_, map(expression, operands)) if operands else nw.lit(False)
        case AtLeast(count, operands):
            return _at_least(count, [expression(operand) for operand in operands])


def _at_least(count: int, parts: list[Any]) -> Any:
    true = reduce(add, [nw.when(part).then(nw.lit(1)).otherwise(nw.lit(0)) for part in parts])
    possible = reduce(add, [nw.when(~part).then(nw.lit(0)).otherwise(nw.lit(1)) for part in parts])
    return nw.when(true >= count).then(nw.lit(True)).otherwise(nw.when(possible < count).then(nw.lit(False)))
