"""Print the table of faults, or what the register of codes ought to hold: `python -m tests.malfunctions [register]`."""

from __future__ import annotations

import sys

from tests.malfunctions.records import register_of
from tests.malfunctions.table import table
from tests.malfunctions.world import shipped

if __name__ == "__main__":
    print("\n".join(register_of(shipped())) if sys.argv[1:] == ["register"] else table())
