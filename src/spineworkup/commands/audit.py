"""The command that audits the answers of a cohort."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from spineworkup.commands.parsers import Commands
from spineworkup.commands.saying import OK
from spineworkup.errors import MissingExtraError

_NEEDED = ("numpy", "pyarrow", "jinja2")


def add_parsers(commands: Commands) -> None:
    """Add the command that audits the answers of a cohort."""
    words = "report how long things took, by the limits of the rules"
    made = commands.add("audit", run_audit, words, "spineworkup audit answers --to report.html --suppress 5")
    made.add_argument("out", metavar="OUT", type=Path, help="the folder that `spineworkup cohort --with fired,pending,questions` wrote")
    made.add_argument("--to", metavar="REPORT.html", type=Path, required=True, help="the report, one file")
    made.add_argument("--figures", metavar="FOLDER", type=Path, help="its numbers as CSV as well, a file for each figure")
    made.add_argument("--step", metavar="STEP", default="mri_whole_spine", help="whose limits are measured (default: %(default)s)")
    made.add_argument("--suppress", metavar="N", type=int, default=0, help="hide numbers of patients below N, and what would reveal them")


def run_audit(options: argparse.Namespace) -> int:
    """Write the audit of a cohort."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("audit", "numpy, pyarrow and jinja2")
    from spineworkup.audit.report import audit
    from spineworkup.audit.to_csv import write_figures
    from spineworkup.audit.to_html import to_html

    report = audit(options.out, step=options.step, fewest=options.suppress)
    options.to.write_text(to_html(report), "utf-8")
    print(report.title)
    for label, said in report.facts[:2]:
        print(f"{label}: {said}")
    print(f"Written: {options.to}")
    if options.figures is not None:
        print(f"Written: {options.figures}, {write_figures(report, options.figures)} files")
    return OK
