"""What can be wrong inside a value, relative to where the value stands."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from spineworkup.reading.read_yaml import Path


class Fault(ValueError):
    """One thing that is wrong; `path` leads to it from the value being read.

    Args:
        key: The key is meant, not its value.
    """

    def __init__(self, message: str, hint: str = "", path: Path = (), *, key: bool = False) -> None:
        self.message, self.hint, self.path, self.key = message, hint, path, key
        super().__init__(message)


class Faults(ValueError):
    """Several things that are wrong inside one value."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return a suggestion as text; empty where nothing is near.

    >>> did_you_mean("bladder_dysfuncton", ["bladder_dysfunction", "fever"])
    "did you mean 'bladder_dysfunction'?"
    """
    near = get_close_matches(word, list(words), 1, 0.7)
    return f"did you mean {near[0]!r}?" if near else ""
