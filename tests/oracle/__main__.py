"""Compare the engine with the second evaluator: `python -m tests.oracle --count 1000000 --seed 1 --jobs 2`."""

from __future__ import annotations

import argparse
import os
import sys

from tests.oracle.compare import describe, difference, shrink
from tests.oracle.differential import Mismatch, Result, find, run
from tests.oracle.generate import SHIPPED_SHARE

SHOWN = 3
EVERY = 5000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shipped-share", type=float, default=SHIPPED_SHARE)
    options = parser.parse_args()
    result = run(options.count, options.seed, options.jobs, options.shipped_share, show_progress)
    print(file=sys.stderr)
    for mismatch in result.mismatches[:SHOWN]:
        show(options.seed, mismatch, options.shipped_share)
    return report(result)


def show_progress(inputs: int, mismatches: int) -> None:
    if inputs % EVERY == 0:
        print(f"\r{inputs} inputs, {mismatches} mismatches", end="", file=sys.stderr, flush=True)


def show(seed: int, mismatch: Mismatch, shipped_share: float) -> None:
    given = shrink(find(seed, mismatch, shipped_share))
    print(f"block {mismatch.number}, input {mismatch.place}: {mismatch.words}")
    print(f"smallest: {difference(given)}\n{describe(given)}\n")


def report(result: Result) -> int:
    for what, times in sorted(result.seen.items()):
        print(f"{times:10} {what}")
    print(f"{result.inputs} inputs, {len(result.mismatches)} mismatches, {result.inputs / result.seconds:.0f} a second")
    if result.never_seen:
        print(f"never drawn: {', '.join(result.never_seen)}")
    return 1 if result.mismatches or result.never_seen else 0


if __name__ == "__main__":
    sys.exit(main())
