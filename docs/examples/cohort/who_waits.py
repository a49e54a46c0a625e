"""Name the patients who wait for an MRI that is overdue, the longest first: who_waits.py OUT."""

import sys

import pyarrow.compute as pc
import pyarrow.dataset as ds


def main(answers: str) -> None:
    waits = (pc.field("step") == "mri_whole_spine") & pc.field("overdue")
    found = ds.dataset(f"{answers}/steps").to_table(["patient", "due"], filter=waits).sort_by("due")
    print(f"{found.num_rows} wait for an MRI that is overdue")
    for row in found.to_pylist():
        print(row["patient"], row["due"].isoformat())


if __name__ == "__main__":
    main(*sys.argv[1:])
