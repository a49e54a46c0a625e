"""run.json: of which patients, by which rules and how a run was made, and how far it is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from spineworkup.about import library_version
from spineworkup.cohort.answers import More
from spineworkup.cohort.files import ROWS, Input
from spineworkup.cohort.parts import written
from spineworkup.cohort.tally import Tally
from spineworkup.errors import CohortError
from spineworkup.moments import read_time
from spineworkup.pathways import Pathway

FILE = "run.json"
Format = Literal["parquet", "csv"]


@frozen
class Options:
    """How a cohort is assessed.

    Args:
        at: The moment of the patients that have none of their own.
        more: What to add for every step.
        keep: Columns that are passed through.
        rows: About so many patients in a part.
    """

    at: datetime
    more: tuple[More, ...] = ()
    keep: tuple[str, ...] = ()
    format: Format = "parquet"
    rows: int = ROWS


@frozen
class RunReceipt:
    """What a run is of, and how far it is.

    Args:
        about: The library, the rules, the input and the options: what has to be the same to go on.
        parts: How many parts are written.
        records: How many records were read.
        finished: Whether that is all.
    """

    about: dict[str, Any]
    parts: int = 0
    records: int = 0
    assessed: int = 0
    rejected: int = 0
    finished: bool = False
    tally: Tally = field(factory=dict)


def about(pathway: Pathway, source: Input, name: str, options: Options) -> dict[str, Any]:
    """Return what a run is of, as it stands in its receipt."""
    rules = {"id": pathway.id, "version": pathway.version, "hash": pathway.hash, "overlays": list(pathway.overlays)}
    read = {"name": name, "files": len(source.files), "bytes": sum(file.stat().st_size for file in source.files), "digest": _digest(source.files)}
    how = {"at": options.at.isoformat(), "with": sorted(options.more), "keep": list(options.keep)}
    return {"library": library_version(), "pathway": rules, "input": read, **how, "format": options.format, "rows": options.rows}


def _digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of what the files hold, in their order."""
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            found.update(hashlib.file_digest(opened, "sha256").digest())
    return f"sha256:{found.hexdigest()}"


def apart(kept: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return in what two runs differ."""
    return [words for key, words in _WORDS.items() if kept.get(key) != wanted[key]]


_WORDS = {
    "library": "the version of the library",
    "pathway": "the rules",
    "input": "the input",
    "at": "the moment (--at)",
    "with": "what is added (--with)",
    "keep": "the columns kept (--keep)",
    "format": "the format (--format)",
    "rows": "the size of a part",
}


def moment_of(out: Path) -> datetime | None:
    """Return the moment of the run that a folder holds, if it holds one: a run goes on at the moment at which it began."""
    kept = load(out)
    return None if kept is None else read_time(kept.about["at"])


def load(out: Path) -> RunReceipt | None:
    """Return the receipt of a folder; None where there is none.

    Raises:
        CohortError: It can't be read.
    """
    file = out / FILE
    if not file.exists():
        return None
    try:
        data = json.loads(file.read_bytes())
        counts = data.pop("counts")
        state = {name: data.pop(name) for name in ("parts", "finished")}
        kinds = {name: Counter(found) for name, found in data.pop("tally").items()}
        read_time(data["at"])
        return RunReceipt(data, state["parts"], counts["in"], counts["assessed"], counts["rejected"], state["finished"], kinds)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CohortError(str(file), "not the receipt of a run", "--again starts anew") from None


def save(receipt: RunReceipt, out: Path) -> None:
    """Write a receipt in the place of the one before."""
    counts = {"in": receipt.records, "assessed": receipt.assessed, "rejected": receipt.rejected}
    tally = {name: dict(sorted(counter.items(), key=_most_first)) for name, counter in receipt.tally.items()}
    data = {**receipt.about, "counts": counts, "parts": receipt.parts, "finished": receipt.finished, "tally": tally}
    with written(out / FILE) as opened:
        opened.write(json.dumps(data, indent=2, ensure_ascii=False).encode() + b"\n")


def _most_first(count: tuple[str, int]) -> tuple[int, str]:
    return -count[1], count[0]
