"""Fuzzing without a fuzzer: small changes by chance to what a target begins with; several times as fast, and blind to what it reaches."""

from __future__ import annotations

import hashlib
import random
import resource
import time
from pathlib import Path

from tests.fuzz import judge, quick
from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS
from tests.fuzz.worker import ONE_IN

EVERY = 10_000


def fuzz(name: str, runs: int, seconds: int, seed: int, crashers: Path) -> int:
    """Run a target so many times, or for so long; return 0, or 1 when something was found, which is kept."""
    target, chance = TARGETS[name], random.Random(seed or None)
    target.one_in = ONE_IN.get(name, 1)  # type: ignore[attr-defined]
    inputs, words, started, slowest = target.inputs(), target.words(), time.monotonic(), 0.0
    with quick.small_and_quick():
        for number in range(1, runs + 1):
            data = mutate(chance.choice(inputs), chance, words)
            try:
                slowest = max(slowest, judge.timed(target.run, data))
            except Exception as error:  # whatever it is, it was found
                print(f"{name}: execution {number}: {type(error).__name__}: {error}; kept in {_keep(data, crashers / name)}")
                return 1
            if number % EVERY == 0 or number == runs or 0 < seconds < time.monotonic() - started:
                _tell(name, number, time.monotonic() - started, slowest)
            if 0 < seconds < time.monotonic() - started:
                break
    return 0


def _keep(data: bytes, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"crash-{hashlib.sha1(data).hexdigest()}"
    file.write_bytes(data)
    return file


def _tell(name: str, number: int, taken: float, slowest: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {number} executions, {number / taken:.0f}/s, slowest {slowest * 1000:.0f} ms, peak {peak} MB, nothing was found", flush=True)
