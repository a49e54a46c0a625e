"""From older forms of a kept event to the newest, a step for each.

A form that was released once is read for ever: a migration is never taken out, and tests keep a file of every release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

# What is written, and the newest form that is read.
SCHEMA = 1

Migration = Callable[[dict[str, Any]], dict[str, Any]]

# The number of a form to what makes an event of the form before it into one of it. The first form has none before it.
MIGRATIONS: Mapping[int, Migration] = {}
