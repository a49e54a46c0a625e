"""The expression that composes a pathway from steps: the same operators as in Python, written as YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_, rshift
from typing import Any

from spineworkup.criteria import Criterion
from spineworkup.pathways import Pathway, Step
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.read_yaml import Path

_JOINS: dict[str, Callable[[Pathway, Pathway], Pathway]] = {
    "side_by_side": or_,
    "then": rshift,
    "otherwise": Pathway.otherwise,
}


def compose(data: Any, steps: Mapping[str, Step], criterion: Callable[[Any], Criterion]) -> Pathway:
    """Return the pathway that an expression says: a step id, or one of then, side_by_side, otherwise and when.

    Raises:
        Faults: Everything that is wrong with it.
    """
    faults: list[Fault] = []
    pathway = _compose(data, steps, criterion, (), faults)
    if faults:
        raise Faults(faults)
    return pathway


def _compose(
    data: Any,
    steps: Mapping[str, Step],
    criterion: Callable[[Any], Criterion],
    path: Path,
    faults: list[Fault],
) -> Pathway:
    if isinstance(data, str):
        if data in steps:
            return Pathway.of(steps[data])
        faults.append(Fault(f"unknown step {data!r}", did_you_mean(data, steps), path))
        return Pathway()
    if not isinstance(data, dict) or len(data) != 1:
        faults.append(Fault("expected a step, or one of then, side_by_side, otherwise and when", "", path))
        return Pathway()
    ((word, inside),) = data.items()
    here = (*path, word)
    if word == "when":
        return _guarded(inside, steps, criterion, here, faults)
    if word not in _JOINS or not isinstance(inside, list) or not inside:
        known = word in _JOINS
        message = f"`{word}` needs a list of steps" if known else f"unknown word {word!r}"
        faults.append(Fault(message, "" if known else did_you_mean(word, [*_JOINS, "when"]), here, key=True))
        return Pathway()
    return reduce(
        _JOINS[word], [_compose(one, steps, criterion, (*here, n), faults) for n, one in enumerate(inside)]
    )


def _guarded(
    inside: Any,
    steps: Mapping[str, Step],
    criterion: Callable[[Any], Criterion],
    path: Path,
    faults: list[Fault],
) -> Pathway:
    if not isinstance(inside, dict) or set(inside) != {"criterion", "do"}:
        faults.append(Fault("`when` needs `criterion` and `do`", "", path, key=True))
        return Pathway()
    pathway = _compose(inside["do"], steps, criterion, (*path, "do"), faults)
    try:
        return pathway.when(criterion(inside["criterion"]))
    except Faults as error:
        faults += [Fault(f.message, f.hint, (*path, "criterion", *f.path), key=f.key) for f in error.faults]
        return pathway
