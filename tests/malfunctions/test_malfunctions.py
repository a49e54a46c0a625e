"""Every fault that is known from elsewhere, put in here, is noticed: none is silent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.malfunctions.detectors import Detector
from tests.malfunctions.faults import NOT_HERE, ROWS
from tests.malfunctions.table import FAULTS, table
from tests.malfunctions.world import World

PAGE = Path(__file__).parents[2] / "docs" / "malfunctions.md"


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """What a detector finds where nothing is wrong; asked once of each."""

    @cache
    def find(detector: Detector) -> str:
        return detector.find(World(tmp_path_factory.mktemp("sound")))

    return find


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
def test_a_fault_is_noticed(fault, quiet, tmp_path):
    """By all that are said to notice it, who say nothing without it; and by none of those that are said not to."""
    tried = (*fault.found, *fault.missed)
    assert ["" for _ in tried] == [quiet(detector) for detector in tried]
    found = {}
    for number, detector in enumerate(tried):
        room = tmp_path / str(number)
        room.mkdir()
        # Each detector gets the fault anew: nothing that another one worked out is left.
        with pytest.MonkeyPatch.context() as patch:
            found[detector] = detector.find(fault.inject(World(room), patch))

    assert dict.fromkeys(fault.found, True) | dict.fromkeys(fault.missed, False) == {
        d: bool(f) for d, f in found.items()
    }


def test_none_is_silent():
    assert [] == [fault.id for fault in FAULTS if not fault.found]


def test_every_seed_is_here_or_is_said_not_to_be():
    seeds = {fault.seed[:5] for fault in FAULTS} | NOT_HERE.keys()

    assert [] == [seed for seed in (f"MR-{number:02}" for number in range(1, 25)) if seed not in seeds]
    assert len(FAULTS) >= 24
    assert len(FAULTS) == len({fault.id for fault in FAULTS})
    assert {fault.row for fault in FAULTS} <= ROWS.keys()


def test_the_documentation_shows_the_table_as_it_is():
    assert table() in PAGE.read_text(encoding="utf-8")
