"""What the tests of the exported plan look at."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]


def actions_of(plan: Resource) -> Iterator[Resource]:
    """Every action, those in groups too."""
    for action in plan["action"]:
        yield action
        yield from actions_of(action) if "action" in action else ()


def steps_of(plan: Resource) -> list[Resource]:
    """The actions that are no groups."""
    return [action for action in actions_of(plan) if "action" not in action]


def asked_defines(plan: Resource) -> list[str]:
    """The names of the defines that a plan asks for."""
    said = [
        one for action in actions_of(plan) for one in (*action["condition"], *action.get("dynamicValue", []))
    ]
    return [one["expression"]["expression"] for one in said]


def elm_in(library: Resource) -> Any:
    """The ELM that a Library carries; ASCII, as some receivers read nothing else."""
    (content,) = library["content"]
    return json.loads(b64decode(content["data"]).decode("ascii"))


def defines_in(library: Resource) -> set[str]:
    """The names of the defines of a Library."""
    return {
        one["name"]
        for one in elm_in(library)["library"]["statements"]["def"]
        if one["type"] == "ExpressionDef"
    }
