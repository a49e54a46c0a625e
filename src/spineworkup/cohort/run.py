"""A run over files of many patients: written part by part, and gone on with where it was stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import evolve, frozen

from spineworkup.cohort.batch import REJECTS, assess_batch
from spineworkup.cohort.chunks import Chunk, rejects_batch
from spineworkup.cohort.files import ASSESSING, open_input
from spineworkup.cohort.parts import join, write_csv, write_parquet
from spineworkup.cohort.receipt import FILE, Options, RunReceipt, about, apart, load, save
from spineworkup.cohort.tally import added, tally
from spineworkup.cohort.to_long import of_patients, to_long
from spineworkup.errors import CohortError
from spineworkup.pathways import Pathway
from spineworkup.workups.locks import locked

# What is being done, how much of it is done from 0 to 1, and how many records that is.
Progress = Callable[[str, float, int], None]
TABLES = ("patients", "steps")
_WORK, _LOCK = ".work", ".lock"
_OURS = (*TABLES, "patients.csv", "steps.csv", "rejects.csv", _WORK, _LOCK, FILE)


def assess_files(
    pathway: Pathway,
    source: Path,
    out: Path,
    options: Options,
    *,
    again: bool = False,
    progress: Progress = lambda words, done, records: None,
) -> RunReceipt:
    """Assess the patients of files; write the answers into a folder, and return the receipt.

    Stopped at any point, it goes on with the same call where it was.

    Args:
        source: A file or a folder; see `read_batches`.
        out: The folder, made where it isn't there.
        again: Whether to start anew over what another run left there.

    Raises:
        CohortError: The input can't be read; the folder holds something else, or a run of other patients, rules or options.
        ChartError: A column is not known or has the wrong type.
    """
    read = open_input(source, pathway, keep=options.keep, at=options.at)
    wanted = RunReceipt(about(pathway, read, source.name, options))
    with _in_folder(out):
        receipt = _begun(out, wanted, again)
        run = _Run(pathway, out, evolve(options, keep=read.keep))
        if not receipt.finished:
            with TemporaryDirectory(dir=out / _WORK) as folder:
                chunks = read.chunks(Path(folder), options.rows, lambda words, done: progress(words, done, 0))
                receipt = run.go_on(chunks, receipt, progress)
            receipt = run.finish(receipt)
        shutil.rmtree(out / _WORK, ignore_errors=True)
    return receipt


@contextmanager
def _in_folder(out: Path) -> Iterator[None]:
    """Hold a folder, made where it isn't there: one run at a time. What the system refuses is said without a file of ours."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not (out / FILE).exists() and any(one.name not in _OURS for one in out.iterdir()):
            raise CohortError(str(out), "holds something else", "name a new folder")
        with locked(out / _LOCK, str(out)):
            yield
    except OSError as error:
        why = (error.strerror or "the system refused").lower()
        raise CohortError(str(out), f"can't be written ({why})", "the same command goes on where it stopped") from None


def _begun(out: Path, wanted: RunReceipt, again: bool) -> RunReceipt:
    """Return how far a run is: the one that the folder holds, or a new one."""
    kept = None if again else load(out)
    if kept is not None and (otherwise := apart(kept.about, wanted.about)):
        raise CohortError(str(out), f"holds a run that differs in {', '.join(otherwise)}", "--again starts anew")
    if kept is None:
        _clear(out)
        save(wanted, out)
    # What a run left that was killed.
    for folder in (out / _WORK).glob("tmp*"):
        shutil.rmtree(folder)
    (out / _WORK).mkdir(exist_ok=True)
    return kept or wanted


def _clear(out: Path) -> None:
    """Remove what another run left, the receipt first: without it nothing that is left is taken for a part."""
    for name in (FILE, *(name for name in _OURS if name != _LOCK)):
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        else:
            (out / name).unlink(missing_ok=True)


@frozen
class _Run:
    pathway: Pathway
    out: Path
    options: Options

    def go_on(self, chunks: Iterator[Chunk], receipt: RunReceipt, progress: Progress) -> RunReceipt:
        """Assess the chunks that are not done yet."""
        for number, chunk in enumerate(chunks):
            if number >= receipt.parts:
                receipt = self._part(chunk, receipt)
                save(receipt, self.out)
            progress(ASSESSING, chunk.done, receipt.records)
        return receipt

    def _part(self, chunk: Chunk, receipt: RunReceipt) -> RunReceipt:
        """Assess a chunk, write its part, and return the receipt with its counts."""
        options = self.options
        assessed = assess_batch(self.pathway, chunk.rows, at=options.at, more=options.more, keep=options.keep)
        rejects = _numbered(assessed.rejects, chunk)
        records = chunk.rows.num_rows + len(chunk.rejects)
        _check(records, assessed.results.num_rows + rejects.num_rows)
        tables = {"patients": of_patients(assessed.results), "steps": to_long(assessed.results)}
        for name, table in tables.items():
            self._write(name, table, receipt.parts)
        write_csv(rejects, self._joined_part("rejects", receipt.parts), names=receipt.parts == 0)
        return evolve(
            receipt,
            parts=receipt.parts + 1,
            records=receipt.records + records,
            assessed=receipt.assessed + assessed.results.num_rows,
            rejected=receipt.rejected + rejects.num_rows,
            tally=added(receipt.tally, tally(assessed.results, rejects)),
        )

    def _write(self, name: str, table: pa.RecordBatch, part: int) -> None:
        if self.options.format == "csv":
            write_csv(table, self._joined_part(name, part), names=part == 0)
        else:
            (self.out / name).mkdir(exist_ok=True)
            write_parquet(table, self.out / name / f"part-{part:05}.parquet")

    def _joined_part(self, name: str, part: int) -> Path:
        return self.out / _WORK / f"{name}-{part:05}.csv"

    def finish(self, receipt: RunReceipt) -> RunReceipt:
        """Join what is one file in the end, check that nothing is lost, and say that the run is finished."""
        is_csv = self.options.format == "csv"
        for name in (*TABLES, "rejects") if is_csv else ("rejects",):
            join([self._joined_part(name, part) for part in range(receipt.parts)], self.out / f"{name}.csv")
        _check(receipt.records, receipt.assessed + receipt.rejected)
        if not is_csv:
            _check(receipt.assessed, _rows(self.out / "patients"))
            _check(receipt.assessed * len(self.pathway.steps), _rows(self.out / "steps"))
        receipt = evolve(receipt, finished=True)
        save(receipt, self.out)
        return receipt


def _numbered(rejects: pa.RecordBatch, chunk: Chunk) -> pa.RecordBatch:
    """Return the rejects of a chunk, each with its number in the input."""
    numbers = pa.array(chunk.records[rejects.column("record").to_numpy()], pa.int64())
    found = rejects.set_column(0, REJECTS.field("record"), numbers)
    return pa.concat_batches([rejects_batch(chunk.rejects), found]).sort_by("record")


def _rows(folder: Path) -> int:
    return sum(pq.read_metadata(file).num_rows for file in folder.glob("part-*.parquet"))


def _check(wanted: int, found: int) -> None:
    if wanted != found:
        raise CohortError("", f"{wanted} records expected, {found} found: nothing of this run can be trusted", "--again starts anew")
