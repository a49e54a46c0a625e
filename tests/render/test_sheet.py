"""What a sheet holds, for a patient and blank."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve

from spineworkup.checklists import Checklist
from spineworkup.errors import PrintError, TimeError
from spineworkup.pathways import Pathway, Pause, Rule, Step
from spineworkup.reading.load import load_pathway
from spineworkup.readings import Status
from spineworkup.render.model import MARKS, Sheet, blanks, texts
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.urgency import Urgency
from tests.render.example import AT, WAIVER, emergency, example_pathway, pain_only, unsafe_implant

CASES = {"emergency": emergency, "pain only": pain_only, "unsafe implant": unsafe_implant}


@pytest.fixture(params=CASES)
def checklist(request: pytest.FixtureRequest) -> Checklist:
    return CASES[request.param]()


def rows(sheet: Sheet) -> dict[str, object]:
    return {row.step: row for pause in sheet.pauses for row in pause.rows}


def test_no_step_that_is_not_ruled_out_is_missing(checklist: Checklist) -> None:
    shown = set(rows(sheet_for(checklist)))
    assert shown == {item.step.id for item in checklist.items if item.status is not Status.NOT_INDICATED}


def test_steps_not_indicated_stand_behind_with_their_reason(checklist: Checklist) -> None:
    sheet = sheet_for(checklist)
    quiet = [item.step.label for item in checklist.items if item.status is Status.NOT_INDICATED]
    assert sorted(one.label for one in sheet.not_indicated) == sorted(quiet)
    assert all(one.reason for one in sheet.not_indicated)


def test_every_step_of_the_pathway_is_on_the_blank_sheet() -> None:
    assert set(rows(blank_sheet(example_pathway(), AT))) == set(example_pathway().steps)


def test_every_question_is_listed_those_that_could_reach_most_first(checklist: Checklist) -> None:
    sheet = sheet_for(checklist)
    assert [one.label for one in sheet.unknown] == [question.label for question in checklist.questions]
    ranks = [Urgency(one.tier.value).rank for one in sheet.unknown]
    assert ranks == sorted(ranks, reverse=True)
    assert sheet.top_unknown == sheet.unknown[:5]


def test_every_item_has_three_boxes_a_time_and_initials(checklist: Checklist) -> None:
    for pause in sheet_for(checklist).pauses:
        for row in pause.rows:
            assert [blank.short for blank in row.ticks] == ["asked", "done", "seen"]
            assert [blank.short for blank in row.spaces] == ["Time", "Initials"]


def test_every_box_has_its_own_name_and_label(checklist: Checklist) -> None:
    for sheet in (sheet_for(checklist), blank_sheet(example_pathway(), AT)):
        shared = {blank.id for blank in sheet.running.blanks}
        ids = [blank.id for blank in blanks(sheet) if blank.id not in shared]
        assert len(ids) == len(set(ids))
        assert all(blank.label for blank in blanks(sheet))


def test_each_tier_has_a_shape_of_its_own() -> None:
    assert len(set(MARKS.values())) == len(Urgency)


def test_the_most_urgent_stands_first_and_what_is_done_last() -> None:
    first = sheet_for(emergency()).pauses[0]
    assert next(row.step for row in first.rows) == "contact_mscc_coordinator"
    assert [row.step for row in first.rows][-1] == "analgesia"


def test_codes_don_t_depend_on_the_patient(checklist: Checklist) -> None:
    blank = {row.step: row.code for pause in blank_sheet(example_pathway(), AT).pauses for row in pause.rows}
    for pause in sheet_for(checklist).pauses:
        assert all(blank[row.step] == row.code for row in pause.rows)


@pytest.mark.parametrize(
    ("case", "step", "kind", "words"),
    [
        (unsafe_implant, "mri_whole_spine", "instead", "request CT of the spine"),
        (emergency, "mri_whole_spine", "ask first", "MRI safety of implants"),
        (emergency, "biopsy", "after", "bleeding screen"),
        (emergency, "ct_staging", "hold", "until consultant radiologist signs off"),
    ],
)
def test_remarks(case: object, step: str, kind: str, words: str) -> None:
    sheet = sheet_for(case())  # type: ignore[operator]
    row = next(row for pause in sheet.pauses for row in pause.rows if row.step == step)
    assert (kind, words) in [(remark.kind, remark.text) for remark in row.remarks]


def test_a_step_that_is_not_available_says_so() -> None:
    from tests.render.example import checklist_of

    checklist = checklist_of({"limb_weakness": "present"}, not_available=["mri_whole_spine", "ct_spine"])
    row = next(r for pause in sheet_for(checklist).pauses for r in pause.rows if r.step == "mri_whole_spine")
    assert ("hold", "not available here now") in [(remark.kind, remark.text) for remark in row.remarks]


def test_times_are_in_the_zone_of_the_checklist_and_the_zone_is_named() -> None:
    sheet = sheet_for(emergency())
    row = next(r for pause in sheet.pauses for r in pause.rows if r.step == "mri_whole_spine")
    assert row.status == "Due by 21 Nov 09:00"
    assert "UTC+00:00" in sheet.running.lines[1]


def test_the_date_printed_is_given_or_the_checklist_s_own() -> None:
    assert sheet_for(emergency()).running.printed == "20 Nov 2026 10:00"
    later = datetime(2026, 11, 21, 7, 30, tzinfo=timezone(timedelta(hours=1)))
    assert sheet_for(emergency(), printed=later).running.printed == "21 Nov 2026 06:30"


def test_every_page_names_the_pathway_its_version_and_hash_and_what_is_open() -> None:
    running = sheet_for(emergency()).running
    first, second, third = running.lines
    assert "version 0.1.0" in first and f"hash {example_pathway().hash[7:19]}" in first
    assert "Revised 1 Nov 2026" in first and "Review by 1 Nov 2027" in first
    assert "Open questions: 5" in second and "Sources not confirmed: 3 of 3" in second
    assert "not a medical device" in third
    assert running.identity == "Case example-1, 67 years, male"


def test_a_waiver_is_named_on_the_front_and_explained_behind() -> None:
    sheet = blank_sheet(example_pathway(waivers=(WAIVER,)), AT)
    assert [notice.kind for notice in sheet.summary] == ["Waived safety rule"]
    assert "example reason" in sheet.notices[0].text and "H-1" in sheet.notices[0].text


def test_sources_are_numbered_once_in_the_order_of_citing() -> None:
    sheet = sheet_for(emergency())
    assert [source.number for source in sheet.sources] == [1, 2, 3]
    cited = {ref.number for _, ref in _refs(sheet)}
    assert cited == {1, 2, 3}


def _refs(part: object) -> list[tuple[str, object]]:
    from spineworkup.render.model import Ref, attributes

    if isinstance(part, Ref):
        return [("", part)]
    if isinstance(part, tuple):
        return [found for one in part for found in _refs(one)]
    return [found for _, value in attributes(part) for found in _refs(value)]


def test_a_pause_of_more_than_nine_is_refused_by_name() -> None:
    crowded = {f"s{n}": Step(f"s{n}", f"Step {n}", f"Ask {n}", pause="first") for n in range(10)}
    pathway = Pathway(
        id="crowded", title="Crowded", pauses=(Pause("first", "First", "x", "READ-DO"),), steps=crowded
    )
    with pytest.raises(PrintError, match="pause-size: First has 10 items"):
        blank_sheet(pathway, AT)


def test_steps_without_a_pause_are_never_left_out() -> None:
    steps = {
        f"s{n}": Step(
            f"s{n}", f"Step {n}", indications=(Rule(f"r{n}", example_pathway().rules["mri_pain"].when, "x"),)
        )
        for n in range(12)
    }
    sheet = blank_sheet(
        Pathway(id="loose", title="Loose", steps=steps, findings=example_pathway().findings), AT
    )
    assert [len(pause.rows) for pause in sheet.pauses] == [9, 3]
    assert len(set(rows(sheet))) == 12


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TimeError):
        blank_sheet(example_pathway(), datetime(2026, 11, 20))


def test_half_a_character_is_refused_and_the_message_doesn_t_repeat_the_text() -> None:
    with pytest.raises(PrintError, match=r"sheet\.identifiers\[0\]\.value: .*surrogate") as raised:
        sheet_for(emergency("Jane \ud800"))
    assert "Jane" not in str(raised.value)


def test_the_same_checklist_gives_the_same_sheet() -> None:
    assert sheet_for(emergency()) == sheet_for(emergency())
    assert sheet_for(emergency()) != sheet_for(pain_only())


def test_no_text_of_the_sheet_is_unseen() -> None:
    sheet = sheet_for(emergency("a\u202eb\x00c"))
    assert "a⟨U+202E⟩b⟨U+0000⟩c" in dict(texts(sheet))["sheet.identifiers[0].value"]


def test_the_shipped_pathway_prints_blank() -> None:
    pathway = load_pathway()
    sheet = blank_sheet(pathway, datetime(2026, 11, 24, tzinfo=UTC))
    assert set(rows(sheet)) == set(pathway.steps)
    assert all(len(pause.rows) <= 9 for pause in sheet.pauses)


def test_evolving_a_sheet_can_t_tick_a_box() -> None:
    blank = next(blanks(sheet_for(emergency())))
    with pytest.raises(TypeError):
        evolve(blank, ticked=True)  # type: ignore[call-arg]
