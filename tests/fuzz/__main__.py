"""Fuzz a target: `python -m tests.fuzz case_file --runs 1000000`; guided by coverage, which needs atheris, or not: `--plain`."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

OK, FOUND, NOT_INSTALLED = 0, 1, 2
CRASHERS = Path(__file__).parent / "crashers"
NAMES = ("rules_yaml", "overlay", "case_file", "notation", "quantity_and_time", "print_case", "cds_request", "cds_token")
# A single input may need this much, whatever else the process holds; seconds by the clock, as a last resort.
MEGABYTES, SECONDS = 256, 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz one target; return 0, 1 (something was found) or 2 (there is no fuzzer)."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz one target.")
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--runs", type=int, default=100_000, metavar="N", help="so many executions")
    parser.add_argument("--seconds", type=int, default=0, metavar="S", help="no longer than that")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="repeats a run; 0 draws one")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="keeps what was found interesting, for the next run")
    parser.add_argument("--plain", action="store_true", help="small changes by chance, without atheris")
    options = parser.parse_args(arguments)
    if options.plain:
        from tests.fuzz.plain import fuzz

        return fuzz(options.target, options.runs, options.seconds, options.seed, CRASHERS)
    if find_spec("atheris") is None:
        print("atheris isn't installed: `pip install -r requirements/soak.txt`", file=sys.stderr)
        return NOT_INSTALLED
    with tempfile.TemporaryDirectory() as folder:
        return _fuzz(options, Path(folder))


def _fuzz(options: argparse.Namespace, folder: Path) -> int:
    corpus, report, log = options.corpus or folder / "corpus", folder / "slowest", folder / "log"
    _write_inputs(options.target, corpus)
    started = time.monotonic()
    with log.open("wb") as file:
        done = subprocess.run(_command(options, corpus, report), stdout=file, stderr=file, check=False)
    told = log.read_text(encoding="utf-8", errors="replace")
    runs = _number(r"number_of_executed_units: *(\d+)", told)
    slowest = report.read_text(encoding="utf-8") if report.exists() else "?"
    print(
        f"{options.target}: {runs} executions, {runs / (time.monotonic() - started):.0f}/s, slowest {slowest} ms, "
        f"peak {_number(r'peak_rss_mb: *([0-9]+)', told)} MB, coverage {_number(r'.*cov: ([0-9]+)', told)}, "
        f"{'something was found' if done.returncode else 'nothing was found'}"
    )
    if done.returncode:
        print(told[-4000:])
    return FOUND if done.returncode else OK


def _write_inputs(target: str, corpus: Path) -> None:
    from tests.fuzz.targets import TARGETS

    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(TARGETS[target].inputs()):
        (corpus / f"seed-{number:04d}").write_bytes(data)


def _command(options: argparse.Namespace, corpus: Path, report: Path) -> list[str]:
    crashers = CRASHERS / options.target
    crashers.mkdir(parents=True, exist_ok=True)
    return [
        sys.executable, "-m", "tests.fuzz.worker", options.target, str(report), str(corpus), f"-runs={options.runs}",
        f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-artifact_prefix={crashers}/", "-max_len=4096",
        f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS}", "-print_final_stats=1", "-report_slow_units=60",
    ]  # fmt: skip


def _number(pattern: str, text: str) -> int:
    found = re.findall(pattern, text, re.DOTALL)
    return int(found[-1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
