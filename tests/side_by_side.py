"""All tests as two runs at a time, each on a core of its own: `make test`.

Lines are counted in one of them. The other has tests that meet no line of the bound on coverage (Makefile) that the first
doesn't, as counting takes longer than they do; so many that both take as long.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

TESTS = Path(__file__).parent
APART = [str(TESTS / name) for name in ("cds_hooks", "conformance", "fhir", "fuzz", "malfunctions", "render")]
COUNTED = ["--cov", "--cov-report=", *(f"--ignore={folder}" for folder in APART)]


def main() -> int:
    """Run both, print one after the other, and both closing lines last."""
    with TemporaryFile("w+", encoding="utf-8") as kept:
        apart = started(APART, kept)
        here = started(COUNTED, subprocess.PIPE)
        assert here.stdout
        lines = [said(line) for line in here.stdout]
        codes = [here.wait(), apart.wait()]
        kept.seek(0)
        more = [said(line) for line in kept]
    print(*lines[-1:], *more[-1:], sep="", end="")
    return max(codes)


def started(arguments: list[str], into: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "pytest", *arguments]
    return subprocess.Popen(command, stdout=into, stderr=subprocess.STDOUT, text=True)  # type: ignore[call-overload]


def said(line: str) -> str:
    print(line, end="", flush=True)
    return line


if __name__ == "__main__":
    sys.exit(main())
