"""Many made-up patients, assessed in every way, and 0 differences: `python -m tests.cohort.campaign --patients 100000 --spark`.

By columns (`assess_batch`), by the second evaluator (`tests/oracle`), which shares no code with the library, and on
demand one by one and on Spark. Records with errors have to be rejected everywhere, for the same reason.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache, partial
from multiprocessing import get_context

import pyarrow as pa
from attrs import define, field

from spineworkup import load_pathway
from spineworkup.synthetic.cohort import synthesize
from spineworkup.synthetic.mistakes import MISTAKES, Mistake
from spineworkup.synthetic.plan import Plan
from tests.cohort.three_ways import MUST_BE_SEEN, Compared, compared

ERRORS = 0.03
# Where there may be several observations of a finding, everybody's is written so, and read one by one.
AT_ONCE = tuple(mistake for mistake in MISTAKES if mistake != "conflict")
# A table of its own for each task; small enough that all processes end at about the same time.
ROWS = 2048
SHOWN = 10
Task = tuple[int, pa.RecordBatch]


@define
class Campaign:
    """What has come of it so far."""

    records: int = 0
    differences: list[str] = field(factory=list)
    seen: Counter[str] = field(factory=Counter)

    def add(self, found: Compared, records: int) -> None:
        """Count a table in."""
        self.records += records
        self.differences += found.differences
        self.seen += found.seen


def tables(plan: Plan, mistakes: Collection[Mistake] = AT_ONCE) -> Iterator[Task]:
    """Yield the patients of a plan, table by table, each with the number of its first row."""
    first = 0
    for made in synthesize(plan, mistakes):
        for start in range(0, made.batch.num_rows, ROWS):
            yield first + start, made.batch.slice(start, ROWS)
        first += made.batch.num_rows


# Once in each process.
pathway = cache(load_pathway)


def run_table(task: Task, one_by_one: bool) -> tuple[int, Compared]:
    first, table = task
    return table.num_rows, compared(pathway(), table, first, one_by_one=one_by_one)


def run(plan: Plan, jobs: int, *, one_by_one: bool) -> Campaign:
    """Compare the patients of a plan with what the second evaluator says of them."""
    campaign, started = Campaign(), time.monotonic()
    with get_context("spawn").Pool(jobs) as pool:
        for records, found in pool.imap_unordered(partial(run_table, one_by_one=one_by_one), tables(plan)):
            campaign.add(found, records)
            left = (time.monotonic() - started) / campaign.records * (plan.patients - campaign.records)
            say(f"{campaign.records} records, {len(campaign.differences)} differences, {left / 60:.0f} min left")
    return campaign


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cohort.campaign", description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=ERRORS, help="the share of records with an error")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--one-by-one", action="store_true", help="every part of every checklist too, twice the time")
    parser.add_argument("--spark", action="store_true", help="on Spark too: a task for each file, and its own rows")
    options = parser.parse_args()
    plan = Plan(pathway(), options.patients, options.seed, errors=options.errors)
    started = time.monotonic()
    campaign = run(plan, options.jobs, one_by_one=options.one_by_one)
    if options.spark:
        from tests.cohort.campaign_on_spark import differences

        campaign.differences += differences(plan, options.jobs, say)
    return report(campaign, options.spark, time.monotonic() - started)


def report(campaign: Campaign, spark: bool, seconds: float) -> int:
    """Print what came of it, and return the exit code."""
    for difference in campaign.differences[:SHOWN]:
        print(difference)
    print(", ".join(f"{count} {what}" for what, count in campaign.seen.most_common()))
    ways = "by columns, by the second evaluator" + (" and on Spark" if spark else "")
    print(f"{campaign.records} records {ways}: {len(campaign.differences)} differences; {seconds / 60:.1f} min")
    never = [what for what in MUST_BE_SEEN if not campaign.seen[what]]
    if never:
        print(f"never came up: {', '.join(never)}")
    return 1 if campaign.differences or never else 0


if __name__ == "__main__":
    sys.exit(main())
