"""What has changed: two standings that differ never read the same, and every step has its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spineworkup.readings import Status
from spineworkup.render.sheet import sheet_for
from spineworkup.render.to_changes import changed_block, changes_text, standing_words
from spineworkup.urgency import INTERVALS
from spineworkup.workups.changes import Changes
from spineworkup.workups.standings import Standing
from tests.render.changed import squeezed
from tests.render.example import example_pathway
from tests.render.lived import LATER, at, lived, printed_again

PATHWAY = example_pathway()
WORKUP = lived()
FOUND = WORKUP.changes_since_shown(LATER)
assert FOUND is not None
CHANGES: Changes = FOUND
# Often within one minute: there too they must not read the same.
TIMES = st.integers(0, 90).map(lambda seconds: at(12) + timedelta(seconds=seconds))
STANDINGS = st.builds(
    Standing, st.sampled_from(Status), st.sampled_from([*INTERVALS.values()]), st.none() | TIMES, st.booleans(),
    st.sampled_from([None, "ct_spine", "mri_whole_spine", "unheard_of"]),
)  # fmt: skip


@given(STANDINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_standings_that_differ_read_differently(one: Standing, data: st.DataObject) -> None:
    drawn = data.draw(STANDINGS)
    name = data.draw(st.sampled_from(["status", "urgency", "due", "clear_to_proceed", "instead"]))
    other = evolve(one, **{name: getattr(drawn, name)})
    assume(one != other)
    zone = at(12).tzinfo
    assert standing_words(one, other, PATHWAY, zone) != standing_words(other, one, PATHWAY, zone)


def test_every_change_is_said_with_its_reason() -> None:
    text = changes_text(CHANGES, PATHWAY)
    assert text.count("was:") == text.count("now:") == text.count("because") == len(CHANGES.steps) > 5
    assert all(change.label in text for change in CHANGES.steps)
    assert "(more urgent)" in text and "Corrected: Calcium, adjusted: 3.40 mmol/L" in text


def test_the_lines_keep_the_width_of_the_terminal() -> None:
    assert max(len(line) for line in changes_text(CHANGES, PATHWAY, 60).splitlines()) <= 60


@pytest.mark.parametrize(
    ("events", "rules_changed", "words"),
    [
        (False, False, "time has passed"),
        (False, True, "the rules changed, or time has passed"),
        (True, False, "of entry 1"),
        (True, True, "of entry 1, and the rules changed"),
    ],
)
def test_the_reason_of_a_change(events: bool, rules_changed: bool, words: str) -> None:
    change = next(change for change in CHANGES.steps if len(change.because) == 1)
    change = change if events else evolve(change, because=())
    changes = evolve(CHANGES, steps=(change,), rules_changed=rules_changed)
    assert changed_block(changes, PATHWAY, {}).lines[0].because == words


def test_what_is_entered_right_after_a_printout_is_a_reason() -> None:
    workup = lived().show(at(12), by="registrar").record("bladder_dysfunction", "present", at=at(12, 3), by="nurse")
    changes = workup.changes_since_shown(at(12, 4))
    assert changes is not None and [event.at for event in changes.events] == [at(12), at(12, 3)]


def test_that_nothing_changed_is_said() -> None:
    unchanged = evolve(CHANGES, steps=())
    assert changes_text(unchanged, PATHWAY).endswith("no step stands otherwise")
    sheet = sheet_for(WORKUP.checklist(LATER), unchanged)
    assert sheet.changed is not None
    assert sheet.changed.front == "of 20 Nov 2026 09:30: no step stands otherwise"


def test_a_first_printout_says_nothing_of_changes() -> None:
    assert sheet_for(WORKUP.checklist(LATER)).changed is None


def test_the_front_names_the_steps_that_are_more_urgent_and_no_finished_one() -> None:
    changed = printed_again().changed
    assert changed is not None
    urgent = {line.code for line in changed.lines if line.mark}
    assert changed.front == f"of 20 Nov 2026 09:30: 13 steps; more urgent: {', '.join(line.code for line in changed.lines if line.mark)}"
    assert urgent and not urgent & {line.code for line in changed.lines if line.now.startswith(("Done", "Declined"))}


def test_the_front_stays_one_page() -> None:
    pytest.importorskip("typst", reason="the extra `pdf` isn't installed")
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    import io

    from spineworkup.render.to_pdf import to_pdf

    first, second, *_ = pypdf.PdfReader(io.BytesIO(to_pdf(printed_again()))).pages
    assert "Nothing is ticked in print" in first.extract_text()
    assert squeezed(second.extract_text()).count("becauseof") == 13
