"""What `spineworkup cohort` wrote, as the audit reads it: one step of every patient, and counts over all steps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from attrs import field, frozen
from numpy.typing import NDArray

from spineworkup.charts import CLOCKS
from spineworkup.errors import CohortError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import load_pathway

Texts = NDArray[np.object_]
Times = NDArray[np.datetime64]
Flags = NDArray[np.bool_]
NEEDED = ("fired", "pending", "questions")
_HOW = f"spineworkup cohort IN --to OUT --with {','.join(NEEDED)}"
_RULES = ("id", "version", "hash", "overlays")
_SYNTHETIC = "synthetic-"
_MOMENT = pa.timestamp("us", "UTC")


@frozen(eq=False)
class Answers:
    """The answers of a cohort, as far as an audit of one step needs them. Patients are rows; nobody is left out.

    Args:
        run: What `run.json` says of the run: rules, input, counts.
        synthetic: How many of the patients are made up, by their ids.
        at: The moment at which each was looked at.
        fired: Rule to those for whom it is true; `pending`, for whom it can't be told.
        lacking: For each finding: of how many patients it is asked; for which steps and how urgent it could be.
        overdue: Step to how many are overdue, by what was recorded of it last.
    """

    pathway: Pathway
    run: dict[str, Any]
    step: str
    synthetic: int
    at: Times
    site: Texts
    clocks: dict[str, Times]
    status: Texts
    progress: Texts
    progress_at: Times
    fired: dict[str, Flags]
    pending: dict[str, Flags]
    rejected: Counter[str]
    lacking: Counter[str] = field(factory=Counter)
    reach: Counter[tuple[str, str, str]] = field(factory=Counter)
    overdue: Counter[tuple[str, str]] = field(factory=Counter)

    @property
    def people(self) -> int:
        """How many were assessed."""
        return len(self.at)


def read_answers(out: Path, step: str) -> Answers:
    """Return what a folder of `spineworkup cohort` holds about a step.

    Raises:
        CohortError: It isn't such a folder, or not finished, or lacks what an audit needs; its rules are not those here.
    """
    run = _run(out)
    pathway = _pathway(run)
    parts = [_Part(patients, steps, step) for patients, steps in _tables(out)]
    _check_counts(run, sum(part.patients.num_rows for part in parts))
    whole = _joined([part.patients for part in parts])
    mine = _joined([part.mine for part in parts])
    ids = [rule.id for rule in pathway.steps[step].indications] if step in pathway.steps else []
    return Answers(
        pathway, run, step,
        synthetic=sum(part.synthetic for part in parts),
        at=_times(whole, "at"),
        site=_texts(whole, "site"),
        clocks={clock: _times(whole, f"clocks.{clock}") for clock in CLOCKS},
        status=_texts(mine, "status"),
        progress=_texts(mine, "progress"),
        progress_at=_times(mine, "progress_at"),
        fired=_rules(mine, "fired", ids),
        pending=_rules(mine, "pending", ids),
        rejected=_rejected(out),
        lacking=sum((part.lacking for part in parts), Counter()),
        reach=sum((part.reach for part in parts), Counter()),
        overdue=sum((part.overdue for part in parts), Counter()),
    )  # fmt: skip


def _run(out: Path) -> dict[str, Any]:
    try:
        run = json.loads((out / "run.json").read_bytes())
        counts = run["counts"]
        if counts["in"] != counts["assessed"] + counts["rejected"]:
            raise CohortError("run.json", "the records don't add up: in isn't assessed and rejected together")
        missing = [name for name in NEEDED if name not in run["with"]]
        finished = run["finished"]
        _ = [run["library"], *(run["pathway"][name] for name in _RULES), run["input"]["name"], run["input"]["digest"]]
    except FileNotFoundError:
        raise CohortError(out.name, "holds no answers of a cohort", _HOW) from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, CohortError):
            raise
        raise CohortError("run.json", "can't be read as the receipt of a cohort", _HOW) from None
    if not finished:
        raise CohortError(out.name, "the run isn't finished", "run the same cohort command again")
    if not counts["assessed"]:
        raise CohortError(out.name, "no patient was assessed: there is nothing to audit", "rejects.csv says why")
    if missing:
        raise CohortError(out.name, f"an audit also needs {', '.join(missing)}", _HOW)
    return dict(run)


def _pathway(run: dict[str, Any]) -> Pathway:
    about = run["pathway"]
    pathway = load_pathway(about["id"], about["overlays"])
    if pathway.hash != about["hash"]:
        raise CohortError("run.json", "the answers were made by other rules than those here", "run the cohort again, or audit with that version")
    return pathway


def _check_counts(run: dict[str, Any], found: int) -> None:
    if found != run["counts"]["assessed"]:
        raise CohortError("patients", "not as many patients as run.json says", "run the cohort again")


def _tables(out: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the patients and the steps of each part."""
    if (out / "patients.csv").exists():
        yield _csv(out / "patients.csv"), _csv(out / "steps.csv")
        return
    for file in sorted((out / "patients").glob("part-*.parquet")):
        try:
            yield pq.read_table(file), pq.read_table(out / "steps" / file.name)
        except (OSError, pa.ArrowException):
            raise CohortError(file.name, "can't be read", "run the cohort again") from None


def _csv(file: Path) -> pa.Table:
    convert = pyarrow.csv.ConvertOptions(strings_can_be_null=True, null_values=[""], column_types={"overdue": pa.bool_(), "patient": pa.string()})
    try:
        return pyarrow.csv.read_csv(file, convert_options=convert, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
    except (OSError, pa.ArrowException):
        raise CohortError(file.name, "can't be read", "run the cohort again") from None


@frozen(init=False, eq=False)
class _Part:
    """One part: its patients, the rows of one step, and counts over all steps."""

    patients: pa.Table
    mine: pa.Table
    synthetic: int
    lacking: Counter[str]
    reach: Counter[tuple[str, str, str]]
    overdue: Counter[tuple[str, str]]

    def __init__(self, patients: pa.Table, steps: pa.Table, step: str) -> None:
        mine = steps.filter(pc.equal(_plain(steps["step"]), step))
        if _plain(mine["patient"]).combine_chunks() != _plain(patients["patient"]).combine_chunks():
            raise CohortError("steps", "not a row of the step for each patient, in the order of the patients", "run the cohort again")
        self.__attrs_init__(
            patients.drop_columns(["questions"]),
            mine,
            _synthetic(patients),
            _counted([_lists(patients, "questions")]),
            _reach(steps),
            _overdue(steps),
        )


def _synthetic(patients: pa.Table) -> int:
    ids = _plain(patients["patient"]).cast(pa.string())
    return int(pc.sum(pc.match_substring_regex(ids, f"^(Patient/)?{_SYNTHETIC}")).as_py() or 0)


def _reach(steps: pa.Table) -> Counter[tuple[str, str, str]]:
    """Count for which steps each finding is asked, and how urgent these could become by it."""
    asked = _lists(steps, "questions")
    rows = pc.list_parent_indices(asked)
    low, high = (_plain(steps[f"urgency_{end}"]).take(rows) for end in ("lowest", "highest"))
    return _counted([pc.list_flatten(asked), _plain(steps["step"]).take(rows), pc.if_else(pc.equal(low, high), "", high)])


def _overdue(steps: pa.Table) -> Counter[tuple[str, str]]:
    late = steps.filter(steps["overdue"])
    return _counted([_plain(late["step"]), pc.fill_null(_plain(late["progress"]), "")])


def _counted(columns: list[Any]) -> Counter[Any]:
    """Count the combinations of columns; of one column its values, or the elements of its lists."""
    arrays = [pc.list_flatten(column) if pa.types.is_list(column.type) else column for column in columns]
    table = pa.table(arrays, names=[str(number) for number in range(len(arrays))])
    groups = table.group_by(table.column_names).aggregate([([], "count_all")])
    *keys, counts = (groups[name].to_pylist() for name in (*table.column_names, "count_all"))
    found = keys[0] if len(keys) == 1 else zip(*keys, strict=True)
    return Counter(dict(zip(found, counts, strict=True)))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _lists(table: pa.Table, name: str) -> pa.Array:
    """Return a column of lists; in CSV their elements stand in a text."""
    column = table[name]
    if not pa.types.is_list(column.type):
        column = pc.split_pattern(pc.cast(column, pa.string()), "; ")
    return column.combine_chunks()


def _joined(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([_undictionary(table) for table in tables], promote_options="permissive") if tables else pa.table({})


def _undictionary(table: pa.Table) -> pa.Table:
    return pa.table({name: _plain(table[name]) for name in table.column_names})


def _times(table: pa.Table, name: str) -> Times:
    if name not in table.column_names:
        return np.full(table.num_rows, np.datetime64("NaT", "us"))
    times: Times = table[name].cast(_MOMENT).to_numpy().astype("datetime64[us]")
    return times


def _texts(table: pa.Table, name: str) -> Texts:
    """Return texts, empty where there is none."""
    if name not in table.column_names:
        return np.full(table.num_rows, "", object)
    return np.array(pc.fill_null(table[name].cast(pa.string()), "").to_pylist(), object)


def _rules(table: pa.Table, name: str, ids: list[str]) -> dict[str, Flags]:
    lists = _lists(table, name)
    rows, found = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    return {id_: _marked(table.num_rows, rows[pc.equal(found, id_).to_numpy(zero_copy_only=False)]) for id_ in ids}


def _marked(size: int, rows: NDArray[np.int64]) -> Flags:
    marked = np.zeros(size, bool)
    marked[rows] = True
    return marked


def _rejected(out: Path) -> Counter[str]:
    """Count the rejected records by column and problem; whose they are isn't looked at."""
    file = out / "rejects.csv"
    if not file.exists() or not file.stat().st_size:
        return Counter()
    table = _csv(file)
    join: Callable[..., Any] = pc.binary_join_element_wise
    texts = [pc.fill_null(table[name].cast(pa.string()), "") for name in ("column", "problem")]
    return Counter(join(*texts, ": ").to_pylist())
