"""The engine and the second evaluator agree on every part of every checklist.

By default on a few thousand inputs; SPINEWORKUP_DIFFERENTIAL says on how many. `python -m tests.oracle` runs millions.
"""

from __future__ import annotations

import os

from tests.oracle.differential import run

COUNT = int(os.environ.get("SPINEWORKUP_DIFFERENTIAL", "6000"))


def test_the_engine_agrees_with_the_second_evaluator():
    result = run(COUNT, seed=2026, jobs=os.cpu_count() or 1)
    assert [] == result.mismatches[:3]
    assert [] == result.never_seen
    assert result.inputs >= COUNT
