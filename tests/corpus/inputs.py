"""The corpus: bad inputs by class, made from tables. Nothing here is read; `test_corpus.py` does that."""

from __future__ import annotations

from tests.corpus import bad_cases, bad_rules, bad_yaml
from tests.corpus.bad import Bad

CLASSES: dict[str, list[Bad]] = {**bad_yaml.CLASSES, **bad_cases.CLASSES, **bad_rules.CLASSES}
# Of these every one is read, and its value counts as not known.
UNKNOWN = bad_cases.UNKNOWNS.keys()
