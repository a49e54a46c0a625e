"""Workups in a folder: a file for each case, named after it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from string import ascii_lowercase, digits
from urllib.parse import unquote

from attrs import frozen

from spineworkup.errors import KeepingError, WorkupError
from spineworkup.pathways import Pathway
from spineworkup.workups.files import load, save, told
from spineworkup.workups.workup import Workup

# Capitals are written as codes: some file systems take `A.json` and `a.json` for one.
_PLAIN = frozenset((ascii_lowercase + digits + "-_").encode())
# What Windows takes for a device, with any ending.
_DEVICE = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
_LONGEST = 200
_ENDING = ".json"


@frozen
class FolderStore:
    """Workups in a folder that is there already, a file for each case.

    Messages name the folder and never a file in it, whose name says the case.

    Args:
        folder: Where the files are; nothing else may lie there that ends in `.json`.
    """

    folder: Path

    def load(self, case: str, pathway: Pathway | None = None) -> Workup:
        """Return the workup of a case; the arguments and errors are those of `load_workup`."""
        workup = load(self._file(case), self._place, pathway)
        if workup.case != case:
            raise WorkupError(f"{self._place}: its file holds the workup of another case (was it renamed?)")
        return workup

    def save(self, workup: Workup, *, expected_revision: int) -> Workup:
        """Save the workup of its case; the arguments and errors are those of `save_workup`."""
        return save(workup, self._file(workup.case), self._place, expected_revision)

    def cases(self) -> tuple[str, ...]:
        """Return the cases that have a workup here, in order.

        Raises:
            KeepingError: There is no such folder, or a file in it whose case can't be told from its name.
        """
        with told(f"{self.folder}: can't be read"):
            names = [name for name in os.listdir(self.folder) if name.endswith(_ENDING)]
        cases = {name: unquote(name.removesuffix(_ENDING)) for name in names}
        foreign = sum(name != _coded(case) + _ENDING for name, case in cases.items())
        if foreign:
            raise KeepingError(f"{self.folder}: {foreign} files end in {_ENDING} and aren't named as files of cases are: move them away")
        return tuple(sorted(cases.values()))

    @property
    def _place(self) -> str:
        return f"{self.folder}: the workup of this case"

    def _file(self, case: str) -> Path:
        return self.folder / file_name(case)


def file_name(case: str) -> str:
    """Return the name of the file of a case: letters, digits, - and _ as they are, anything else as its code.

    >>> file_name("example-1"), file_name("Ward 3/12")
    ('example-1.json', '%57ard%203%2f12.json')

    Raises:
        WorkupError: It is empty, or too long for the name of a file.
    """
    name = _coded(case)
    if not 0 < len(name) <= _LONGEST:
        raise WorkupError(f"case: expected a name of 1 to {_LONGEST} letters (capitals and signs count three times)")
    return name + _ENDING


def _coded(case: str) -> str:
    raw = case.encode(errors="replace")
    name = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in raw)
    return f"%{raw[0]:02x}{name[1:]}" if _DEVICE.fullmatch(name) else name
