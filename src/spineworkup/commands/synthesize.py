"""The command that makes patients up."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from spineworkup.commands.parsers import Commands, add_overlays
from spineworkup.commands.saying import OK
from spineworkup.errors import MissingExtraError
from spineworkup.moments import read_time
from spineworkup.reading.load import DEFAULT, load_pathway

FORMATS = ("parquet", "csv", "arrow", "long", "ndjson")


def add_parsers(commands: Commands) -> None:
    """Add the command that makes patients up."""
    made = commands.add(
        "synthesize", run_synthesize, "make patients up, to try software with", "spineworkup synthesize 1000 --to synthetic-1000.parquet"
    )
    made.add_argument("patients", metavar="N", type=int, help="how many patients")
    made.add_argument("--to", metavar="FILE", type=Path, required=True, help="a file, or for FHIR a folder; 'synthetic' is in its name")
    made.add_argument("--format", choices=FORMATS, help="default: by the ending of FILE; ndjson is a FHIR bulk export")
    made.add_argument("--seed", metavar="S", type=int, default=1, help="the same seed gives the same bytes (default: 1)")
    made.add_argument("--from", dest="start", metavar="T", default="2025-01-01T00:00:00+00:00", help="when the first come (default: the start of 2025)")
    made.add_argument("--months", metavar="M", type=int, default=12, help="for how long they come (default: 12)")
    made.add_argument("--sites", metavar="K", type=int, default=8, help="at how many places (default: 8)")
    made.add_argument("--missing", metavar="R", type=float, default=0.15, help="share of findings that weren't recorded (default: 0.15)")
    made.add_argument("--other-units", metavar="R", type=float, default=0.2, help="share of quantities in another unit (default: 0.2)")
    made.add_argument("--errors", metavar="R", type=float, default=0.0, help="share of patients with an error in the record (default: 0)")
    add_overlays(made)


def run_synthesize(options: argparse.Namespace) -> int:
    """Write made-up patients into a file."""
    if find_spec("numpy") is None or find_spec("pyarrow") is None:
        raise MissingExtraError("cohort", "numpy and pyarrow")
    from spineworkup.synthetic.plan import Plan
    from spineworkup.synthetic.to_files import write_cohort

    plan = Plan(
        load_pathway(DEFAULT, options.overlay), options.patients, seed=options.seed, start=read_time(_moment(options.start)),
        months=options.months, sites=options.sites, missing=options.missing, other_units=options.other_units, errors=options.errors,
    )  # fmt: skip
    errors = write_cohort(plan, options.to, options.format, _progress(options.patients))
    print(f"{options.patients} made-up patients are in {options.to}")
    if plan.errors:
        print(f"{errors} of them have an error, listed in {options.to}.errors.csv")
    print("Their rates are made up too: they say nothing about patients.")
    return OK


def _moment(text: str) -> str:
    """Return a date alone as the midnight with which it begins."""
    return text if "T" in text or " " in text else f"{text}T00:00:00+00:00"


def _progress(patients: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {patients} patients", end="" if done < patients else "\n", file=sys.stderr, flush=True)

    return show
