"""Records of one patient that lie anywhere in the input, brought together in bounded memory.

They are spread over temporary files by a hash of the patient, which are then read one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa

PART_BYTES = 64_000_000
# Each part is an open file while the input is read; most systems allow a process 1024.
MAX_PARTS = 256
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


def parts_for(size: int) -> int:
    """Return over how many files an input of so many bytes is spread."""
    return min(1 + size // PART_BYTES, MAX_PARTS)


def spread(batches: Iterable[pa.RecordBatch], schema: pa.Schema, folder: Path, parts: int) -> list[Path]:
    """Write the rows of batches into files, all rows of one patient into the same, in the order in which they came.

    Args:
        batches: With the columns `patient`, text or null, and `record`, a number.
        folder: Where the files are made.
    """
    files = [folder / f"{number:03}.arrow" for number in range(parts)]
    with ExitStack() as opened:
        writers = [opened.enter_context(pa.ipc.new_stream(str(file), schema, options=_COMPRESSED)) for file in files]
        for batch in batches:
            for number, rows in _split(batch, parts):
                writers[number].write_batch(rows)
    return files


def _split(batch: pa.RecordBatch, parts: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    if parts == 1 or not batch.num_rows:
        yield 0, batch
        return
    patients = batch.column("patient").dictionary_encode()
    # The same in every run, which Python's own hash is not.
    part_of = np.array([0, *(crc32(name.encode()) % parts for name in patients.dictionary.to_pylist())])
    # Whose patient isn't known may be many.
    codes = patients.indices.fill_null(-1).to_numpy()
    part = np.where(codes < 0, batch.column("record").to_numpy() % parts, part_of[codes + 1])
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.arange(parts + 1))
    ordered = batch.take(pa.array(order))
    for number in np.unique(part):
        yield int(number), ordered.slice(ends[number], ends[number + 1] - ends[number])


def gathered(files: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    """Yield what each file holds, and remove it."""
    for file in files:
        with pa.ipc.open_stream(str(file)) as reader:
            table = reader.read_all().combine_chunks()
        file.unlink()
        yield table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema=table.schema)
