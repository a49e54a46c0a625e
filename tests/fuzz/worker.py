"""One run of the fuzzer in a process of its own, as libFuzzer ends the process that it runs in.

    python -m tests.fuzz.worker TARGET REPORT OPTION...
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

# What takes ten times as long as all the rest is done for some of the inputs only.
ONE_IN = {"rules_yaml": 16, "case_file": 8, "print_case": 64, "cds_request": 16}


def main(arguments: list[str]) -> None:
    """Instrument the library, then run one target until libFuzzer has had enough."""
    import atheris

    name, report, *options = arguments
    with atheris.instrument_imports(include=["spineworkup"]):
        from tests.fuzz import judge, mutate, quick
        from tests.fuzz.targets import TARGETS
    target, words = TARGETS[name], TARGETS[name].words()
    target.one_in = ONE_IN.get(name, 1)  # type: ignore[attr-defined]
    slowest = 0.0

    def one(data: bytes) -> None:
        nonlocal slowest
        taken = judge.timed(target.run, data)
        if taken > slowest:
            slowest = taken
            Path(report).write_text(f"{slowest * 1000:.0f}", encoding="utf-8")

    def change(data: bytes, limit: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.3:
            return atheris.Mutate(data, limit)
        return mutate.mutate(data, chance, words)[:limit]

    with quick.small_and_quick():
        atheris.Setup([sys.argv[0], *options], one, custom_mutator=change)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
