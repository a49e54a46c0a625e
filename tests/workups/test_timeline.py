"""What was done against when it was due; what is next across workups."""


from attrs import evolve

from spineworkup import Status, Urgency
from spineworkup.workups.agenda import agenda
from spineworkup.workups.timeline import timeline_of
from spineworkup.workups.wording import event_words
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, PATHWAY, hour, recorded
from tests.workups.test_workup import everything

MRI = "mri_whole_spine"
COMPRESSION = recorded(("cancer_history", "current", 1), ("limb_weakness", "present", 1), ("implant_mri_status", "none", 1))


def spells(workup, at, step=MRI):
    return [deadline for deadline in timeline_of(workup, hour(at)).deadlines if deadline.step == step]


def test_an_open_step_is_late_once_its_time_is_over():
    due = COMPRESSION.checklist(hour(2)).item(MRI).due
    (before,), (after,) = spells(COMPRESSION, 2), spells(COMPRESSION, 72)

    assert (hour(1), due, None, None) == (before.since, before.due, before.done, before.late)
    assert (hour(72) - due, Status.DUE) == (after.late, after.status)
    assert Urgency.SAME_DAY <= after.urgency


def finished(at, workup=COMPRESSION):
    """Return a workup in which the scan was done and read at that hour, with a result."""
    workup = workup.record("mri_result", "metastasis", at=hour(at), by="radiologist").record("mri_extent", "whole_spine", at=hour(at), by="radiologist")
    return workup.step(MRI, "acted_on", at=hour(at), by=FIRST)


def test_what_was_done_in_time_and_what_was_done_late():
    due = COMPRESSION.checklist(hour(2)).item(MRI).due
    (early,), (late,) = spells(finished(5), 50), spells(finished(40), 50)

    assert (hour(5), None, Status.DONE) == (early.done, early.late, early.status)
    assert (hour(40), hour(40) - due) == (late.done, late.late)
    assert None is spells(finished((due - hour(0)).total_seconds() / 3600), 50)[0].late


def test_a_step_that_is_asked_for_again_has_another_time():
    again = finished(5).record("neurology_progressing", "present", at=hour(30), by=FIRST)

    first, *more = spells(again, 31)

    assert hour(5) == first.done
    assert [] == more or (hour(30), None) == (more[0].since, more[0].done)


def test_a_step_that_is_no_longer_asked_for_has_no_end():
    declined = COMPRESSION.step(MRI, "declined", reason="r", at=hour(3), by=FIRST)
    (spell,) = spells(declined, 50)

    assert (Status.DECLINED, None, None) == (spell.status, spell.done, spell.late)


def test_a_step_is_done_when_its_result_is_there_though_nobody_recorded_the_step():
    found = COMPRESSION.record("creatinine", "80 umol/L", at=hour(2), by="laboratory")
    steps = {d.step: d for d in timeline_of(found, hour(50)).deadlines}

    assert all(d.done is None or d.done <= hour(50) for d in steps.values())


def test_nothing_is_left_out_of_the_rows():
    workup = everything()
    timeline = timeline_of(workup, hour(50))

    assert sorted(event.id for event in workup.events) == sorted(row.event for row in timeline.rows)
    assert [*timeline.rows] == sorted(timeline.rows, key=lambda row: (row.at, row.entered))
    assert "example-1" == timeline.case and hour(50) == timeline.at


def test_what_was_corrected_or_withdrawn_is_marked():
    rows = {row.event: row for row in timeline_of(everything(), hour(50)).rows}
    marked = [rows[event.id].words for event in everything().events if not rows[event.id].counts]

    assert 2 == len(marked) and marked[0].startswith("Fever: present") and "declined" in marked[1]


def test_at_an_earlier_moment_only_what_had_been_entered():
    assert {row.entered for row in timeline_of(everything(), hour(1)).rows} <= {hour(0), hour(1)}


WORDS = [
    "Goes by the rules metastatic_spine", "The clock suspicion started", "present", "Age: 67", "Fever: present, which is a change",
    "Corrected: Fever: absent (was Fever: present; heard wrongly)", "MRI of the whole spine: declined (the patient's wish)",
    "Withdrawn: MRI of the whole spine: declined (the patient's wish) (another patient)",
    "MRI of the whole spine can't be done here now (maintenance)", "Overridden by the consultant: ", "Note: Ms Doe", "A checklist was printed",
    "Goes by the rules metastatic_spine+us",
]  # fmt: skip


def test_words():
    workup = everything()
    by_id = {event.id: event for event in workup.events}
    said = [event_words(event, workup.pathway, by_id) for event in workup.events]

    assert [] == [(word, words) for word, words in zip(WORDS, said, strict=True) if word not in words]


def test_words_of_what_these_rules_dont_know():
    workup = recorded(("bone_scan_result", "positive", 1), ("calcium_total", "2.95 mmol/L", 1), ("walking_status", "unaided", 1), ("fever", "unknown", 1))
    workup = workup.step("bone_scan", "requested", at=hour(1), by=FIRST).availability("bone_scan", True, at=hour(1), by=FIRST)
    rule = next(id_ for id_, rule in PATHWAY.rules.items() if rule.kind == "relative")
    workup = workup.override(rule, reason="r", at=hour(1), by=FIRST)
    little = PATHWAY.only("safety_net_advice")
    fewer = evolve(
        little,
        findings={id_: f for id_, f in PATHWAY.findings.items() if id_ != "bone_scan_result"} | {"walking_status": PATHWAY.findings["fever"]},
    )
    said = [event_words(event, fewer, {}) for event in workup.events[2:]]

    assert ["bone_scan_result: positive", "Total calcium: 2.95 mmol/L", "Fever: unaided", "Fever: unknown"] == said[:4]
    assert ["bone_scan: requested", "bone_scan can be done here again", f"Overridden by the {FIRST}: {rule} (r)"] == said[4:]


# Across workups


def test_the_overdue_come_first_then_by_time():
    calm = evolve(recorded(("cancer_history", "past", 1), ("back_pain", "present", 1)), case="calm")
    entries = agenda([("a.json", calm), ("b.json", COMPRESSION)], hour(30))
    overdue = [entry.overdue for entry in entries]
    times = [entry.due for entry in entries if entry.due is not None]

    assert any(overdue) and overdue == sorted(overdue, reverse=True)
    assert times == sorted(times) and {"a.json", "b.json"} == {entry.place for entry in entries}
    assert all(entry.status in (Status.DUE, Status.WAITING, Status.UNDETERMINED) for entry in entries)
    assert {calm.events[0].id, COMPRESSION.events[0].id} == {entry.workup for entry in entries}


def test_what_cant_be_told_is_as_urgent_as_it_could_be():
    entry = next(e for e in agenda([("", recorded())], hour(1)) if e.step == MRI)

    assert (Status.UNDETERMINED, Urgency.NONE) != (entry.status, entry.urgency)


def test_what_is_closed_comes_last_where_it_is_asked_for():
    entries = agenda([("", finished(5))], hour(6), closed=True)
    statuses = [entry.status for entry in entries]

    assert Status.DONE in statuses and Status.DONE not in statuses[: statuses.index(Status.DONE)]
    assert all(s in (Status.DONE, Status.DECLINED, Status.CONTRAINDICATED) for s in statuses[statuses.index(Status.DONE) :])


