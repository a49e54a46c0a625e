"""Every rule of the lint fires on a sheet that breaks it, by its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from spineworkup.errors import PrintError
from spineworkup.render.lint import Fault, lint, reading_seconds, refuse
from spineworkup.render.model import Row, Sheet, tier_of
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.urgency import Urgency
from tests.render.example import AT, emergency, example_pathway, pain_only, unsafe_implant

SHEET = sheet_for(emergency())


def with_row(**changes: object) -> Sheet:
    """Return the sheet with its first item changed."""
    first = SHEET.pauses[0]
    row: Row = evolve(first.rows[0], **changes)
    return evolve(SHEET, pauses=(evolve(first, rows=(row, *first.rows[1:])), *SHEET.pauses[1:]))


def with_pause(**changes: object) -> Sheet:
    return evolve(SHEET, pauses=(evolve(SHEET.pauses[0], **changes), *SHEET.pauses[1:]))


ROW = SHEET.pauses[0].rows[0]
HARD: dict[str, Callable[[], Sheet]] = {
    "pause-size": lambda: with_pause(rows=SHEET.pauses[0].rows * 2),
    "pause-mode": lambda: with_pause(mode="THINK"),
    "title-objective": lambda: evolve(SHEET, objective=""),
    "every-page": lambda: evolve(SHEET, running=evolve(SHEET.running, version="")),
    "boxes": lambda: with_row(ticks=ROW.ticks[:2]),
    "one-name-one-box": lambda: with_row(ticks=(ROW.ticks[0],) * 3),
    "unknown-in-order": lambda: evolve(SHEET, unknown=SHEET.unknown[::-1]),
    "urgency-in-words": lambda: with_row(tier=evolve(tier_of(Urgency.IMMEDIATE), words="")),
    "all-visible": lambda: with_row(action="Call\u202enow"),
    "no-step-missing": lambda: with_pause(rows=SHEET.pauses[0].rows[1:]),
}
SOFT: dict[str, Callable[[], Sheet]] = {
    "short-items": lambda: with_row(
        action="Call the coordinator and tell them all that is known and what is not known yet"
    ),
    "verb-first": lambda: with_row(action="The coordinator"),
    "capitals": lambda: with_row(action="Call the COORDINATOR"),
    "reasons-behind": lambda: with_row(action="Call the coordinator because of weakness"),
    "no-item-twice": lambda: with_row(action=SHEET.pauses[0].rows[1].action),
    "reading-time": lambda: with_pause(
        rows=tuple(evolve(row, action="Call " * 60) for row in SHEET.pauses[0].rows)
    ),
}
STEPS = {row.step for pause in SHEET.pauses for row in pause.rows}


def names(faults: tuple[Fault, ...], hard: bool) -> set[str]:
    return {fault.rule for fault in faults if fault.hard is hard}


@pytest.mark.parametrize("rule", HARD)
def test_a_hard_rule_refuses_the_sheet_by_name(rule: str) -> None:
    with pytest.raises(PrintError, match=rule):
        refuse(HARD[rule](), STEPS)


@pytest.mark.parametrize("rule", SOFT)
def test_a_soft_rule_warns_by_name(rule: str) -> None:
    faults = lint(SOFT[rule](), STEPS)
    assert rule in names(faults, hard=False)
    assert names(faults, hard=True) == set()


def test_a_pause_out_of_the_order_of_urgency_warns() -> None:
    blank = blank_sheet(example_pathway(), AT)
    first = evolve(blank.pauses[0], rows=blank.pauses[0].rows[::-1])
    assert "emergencies-first" in names(lint(evolve(blank, pauses=(first, *blank.pauses[1:]))), hard=False)


def test_the_identity_is_missed_on_a_patient_s_sheet() -> None:
    nobody = evolve(SHEET, running=evolve(SHEET.running, identity="", blanks=()))
    assert {str(fault) for fault in lint(nobody, STEPS)} >= {
        "every-page: the patient's identity is missing",
        "every-page: the space for identifiers is missing",
    }


def test_a_step_that_doesn_t_belong_is_named() -> None:
    faults = lint(SHEET, STEPS - {"biopsy"})
    assert "no-step-missing: biopsy isn't a step that belongs here" in map(str, faults)


@pytest.mark.parametrize(
    "sheet", [SHEET, sheet_for(pain_only()), sheet_for(unsafe_implant()), blank_sheet(example_pathway(), AT)]
)
def test_good_sheets_break_no_rule(sheet: Sheet) -> None:
    assert lint(sheet) == ()


def test_reading_a_pause_aloud_takes_at_most_ninety_seconds() -> None:
    assert all(0 < reading_seconds(pause) <= 90 for pause in SHEET.pauses)
