"""The command that assesses many patients at once."""

from __future__ import annotations

import argparse
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spineworkup.commands.bar import Bar
from spineworkup.commands.cases import now, time_of
from spineworkup.commands.parsers import Commands, add_moment, add_overlays
from spineworkup.commands.saying import OK, PROBLEMS, print_folded, say
from spineworkup.errors import MissingExtraError, SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.urgency import Urgency

if TYPE_CHECKING:
    from spineworkup.cohort.receipt import RunReceipt

More = Literal["fired", "pending", "questions", "reasons"]
MORE: tuple[More, ...] = ("fired", "pending", "questions", "reasons")
_MOST = 10


def add_parsers(commands: Commands) -> None:
    """Add the command that assesses many patients."""
    words = "assess every patient of a file, or of a folder of files"
    made = commands.add("cohort", run_cohort, words, "spineworkup cohort patients.parquet --to answers")
    made.add_argument(
        "file", metavar="IN", type=Path,
        help="Parquet, Arrow or CSV, a row a patient or a row a finding; a folder of such files, or of FHIR NDJSON",
    )  # fmt: skip
    made.add_argument("--to", metavar="OUT", type=Path, required=True, help="the folder of the answers")
    add_moment(made)
    add_overlays(made)
    made.add_argument("--format", choices=("parquet", "csv"), default="parquet", help="of the answers (default: %(default)s)")
    made.add_argument("--with", dest="more", metavar="WHAT", default="", help=f"what to add, with commas: {', '.join(MORE)}")
    made.add_argument("--keep", metavar="COLUMN", action="append", default=[], help="pass a column through")
    made.add_argument("--again", action="store_true", help="start anew, over what an earlier run left in OUT")


def run_cohort(options: argparse.Namespace) -> int:
    """Assess many patients; say what they come to."""
    if find_spec("pyarrow") is None or find_spec("numpy") is None:
        raise MissingExtraError("cohort", "numpy and pyarrow")
    pathway = load_pathway(DEFAULT, options.overlay)
    receipt = _assess(pathway, options)
    for line in summary(receipt, pathway):
        print_folded(line)
    print(f"Written: {options.to}")
    return PROBLEMS if receipt.rejected else OK


def _assess(pathway: Pathway, options: argparse.Namespace) -> RunReceipt:
    from spineworkup.cohort.receipt import Options, moment_of
    from spineworkup.cohort.run import assess_files

    # A run goes on at the moment at which it began.
    begun = None if options.again else moment_of(options.to)
    at = time_of("--at", options.at) or begun or now()
    bar = Bar()
    with _stopped_cleanly():
        try:
            how = Options(at, _more(options.more), tuple(options.keep), options.format)
            return assess_files(pathway, options.file, options.to, how, again=options.again, progress=bar)
        finally:
            bar.end()


def _more(text: str) -> tuple[More, ...]:
    words = {word.strip() for word in text.split(",")} - {""}
    if not words <= set(MORE):
        raise SpineWorkupError(f"--with: expected some of {', '.join(MORE)}, with commas")
    return tuple(word for word in MORE if word in words)


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """Take a polite end of the process as Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        say("the same command goes on where this stopped")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def summary(receipt: RunReceipt, pathway: Pathway) -> Iterator[str]:
    """Yield what a run comes to, line by line."""
    tally = receipt.tally
    yield f"{receipt.records:,} records: {receipt.assessed:,} assessed, {receipt.rejected:,} rejected"
    yield from _counted("Rejected, in rejects.csv", tally.get("problems", Counter()))
    if resources := tally.get("resources"):
        yield f"FHIR resources: {', '.join(f'{count:,} {outcome}' for outcome, count in resources.items())}"
    yield f"{'Urgency':28}{'certain':>10}{'possible':>10}"
    for urgency in sorted(Urgency, key=lambda one: -one.rank):
        certain, possible = (tally.get(name, Counter())[urgency.value] for name in ("certain", "possible"))
        yield f"  {urgency.words:26}{certain:>10,}{possible:>10,}"
    overdue = Counter({pathway.steps[step].label: count for step, count in tally.get("overdue", Counter()).items()})
    yield from _counted("Overdue steps", overdue)
    asks = {id_: finding.ask or finding.label for id_, finding in pathway.findings.items()}
    questions = Counter({asks.get(id_, id_): count for id_, count in tally.get("questions", Counter()).items()})
    yield from _counted("Asked most", questions)


def _counted(title: str, counts: Counter[str]) -> Iterator[str]:
    if counts:
        yield f"{title}:"
    for words, count in counts.most_common(_MOST):
        yield f"{count:>10,}  {words}"
    if len(counts) > _MOST:
        yield f"{'':>10}  and {len(counts) - _MOST} more kinds"
