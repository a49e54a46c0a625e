"""Faults in the engine: in its logic, its time, its units and what it prints."""

from __future__ import annotations

from decimal import Decimal

from tests.malfunctions import engine
from tests.malfunctions.detectors import CASE_FILES, CASES, KLEENE, PRINTED, SECOND, SHEET, UNITS, law
from tests.malfunctions.faults import Fault
from tests.malfunctions.world import in_engine, in_table

LOGIC, READING = "spineworkup.logic", "spineworkup.readings.Reading"


def unknown(what: str, function: str, *others: object, broken: engine.Sound = engine.no_for_unknown) -> Fault:
    """What is not known is read as no in one function."""
    return Fault("MR-12", "A12", what, "engine", in_engine(f"spineworkup.{function}", broken), *others)


IN_ENGINE = (
    unknown("Not known is no in all of", "truth.all_of", (KLEENE, CASES, SECOND)),
    unknown("Not known is no in any of", "truth.any_of", (KLEENE, CASES, SECOND)),
    unknown("Not known is no in at least", "truth.at_least", (KLEENE,), (CASES,)),
    unknown("Not known is no in not", "truth.not_", (KLEENE, CASES, SECOND), broken=engine.yes_for_unknown),
    unknown("Not known is no among the terms of a criterion", "logic.planes._READ", (KLEENE, CASES, SECOND), broken=engine.no_in_the_middle),
    Fault("MR-26c", "A8", "Whether a check was answered is not looked at in what patients share", "engine",
          in_engine(f"{LOGIC}.planes.Planes.bits", engine.nothing_asked), (SECOND,), (CASES,)),
    Fault("MR-26d", "A8", "What is recorded of a step is not looked at, as patients share what the rules say", "engine",
          in_engine("spineworkup.outcomes.touched_steps", engine.nobody_touched), (CASES, SECOND)),
    unknown("Not known is no wherever a reason is looked for", "logic.evaluate.evaluate", (KLEENE, CASES, SECOND)),
    unknown("Between two ends of a score is no", "logic.evaluate.compare", (CASES, SECOND)),
    Fault("MR-12", "A12", "A sign that nobody recorded is absent", "engine",
          in_engine("spineworkup.as_read.read_chart", engine.absent_by_default), (CASES, SECOND), (law("not_known_is_not_absent"),)),
    Fault("MR-12", "A12", "The highest urgency comes from the rules that are true", "engine",
          in_engine(f"{READING}.interval", engine.only_what_is_certain), (CASES, SECOND, law("learning_more_narrows_the_urgency"))),
    Fault("MR-12", "A12", "A missing item of a score gives no points", "scores",
          in_engine("spineworkup.scores._points", engine.missing_items_count_nothing), (CASES, SECOND)),
    Fault("MR-09a", "A9", "The last rule of every step is no longer evaluated", "engine",
          in_engine(f"{LOGIC}.plan._planned", engine.last_rule_stopped), (CASES, SECOND)),
    Fault("MR-09b", "A6", "An error while the checklist is made ends in one without steps", "engine",
          in_engine("spineworkup.assessment.assess", engine.empty_on_error), (CASES, SECOND)),
    Fault("MR-10", "A10", "A step has two items", "engine",
          in_engine("spineworkup.logic.plan.plan", engine.one_step_twice), (SECOND, SHEET), (CASES,)),
    Fault("MR-16a", "A16", "A deadline is set by the clock on the wall", "clock",
          in_engine(f"{READING}.deadline", engine.by_the_wall_clock), (law("shifting_all_times_shifts_every_deadline"),), (CASES,)),
    Fault("MR-16b", "A16", "A moment keeps its zone, and hours are added to it there", "clock",
          in_engine("spineworkup.moments.aware", engine.zone_kept), (law("the_zone_changes_nothing", 150), SECOND), (CASES,)),
    Fault("MR-16c", "A16", "A deadline counts from the moment of asking", "clock",
          in_engine(f"{READING}.deadline", engine.from_now), (CASES, SECOND, law("shifting_all_times_shifts_every_deadline"))),
    Fault("MR-C7a", "C", "The clock of the machine is read in place of the moment asked about", "clock",
          in_engine("spineworkup.assessment.aware", engine.machine_clock), (law("assessing_touches_nothing_else"),)),
    Fault("MR-C7b", "C", "What is said to happen later has happened", "clock",
          in_engine(f"{READING}.event", engine.future_counts), (SECOND,), (CASES,)),
    Fault("MR-C9", "C", "What was worked out for the first patient is used for the next", "engine",
          in_engine(f"{LOGIC}.plan.Plan.state", engine.first_patient_remembered), (CASES, SECOND)),
    Fault("MR-17d", "A17", "A number at a threshold lies above it, in the compiled form", "engine",
          in_engine(f"{LOGIC}.planes.bisect_left", engine.as_if_beyond), (CASES, SECOND, law("a_threshold_is_exact"))),
    Fault("MR-17e", "A17", "A number at a threshold lies below it, in the compiled form", "engine",
          in_engine(f"{LOGIC}.planes.bisect_right", engine.as_if_before), (CASES, SECOND)),
    Fault("MR-19", "A19", "A value is used however old it is", "engine",
          in_engine("spineworkup.as_read._fresh", engine.never_stale), (SECOND, law("what_is_stale_is_not_known")), (CASES,)),
    Fault("MR-15b", "A15", "Of observations that disagree the last one wins", "engine",
          in_engine("spineworkup.entries._agree", engine.last_wins), (law("a_conflict_is_not_known"),), (CASE_FILES,)),
    Fault("MR-21b", "A21", "That something was not fetched isn't said", "engine",
          in_engine("spineworkup.notices._chart_notices", engine.nothing_said), (SECOND, CASES)),
    Fault("MR-22a", "A22", "The last reason of a step is dropped", "engine",
          in_engine("spineworkup.reasons.reasons_of", engine.one_less), (SECOND, law("reasons_are_enough"), CASES)),
    Fault("MR-22b", "A22", "A reason is given without its source", "engine",
          in_engine("spineworkup.reasons._reason", engine.without_citation), (CASES,), (law("what_is_to_be_done_is_complete"),)),
    Fault("MR-22c", "A22", "The last question is not asked", "engine",
          in_engine("spineworkup.reasons.asks_of", engine.one_less), (SECOND, CASES)),
    Fault("MR-24c", "A24", "Nothing takes over from a step that can't be done", "engine",
          in_engine(f"{READING}.instead", engine.no_stand_in), (CASES, SECOND)),
    Fault("MR-24d", "A24", "That a step is not available is not looked at", "engine",
          in_engine(f"{READING}.barred", engine.always_available), (SECOND, CASES)),
    Fault("MR-24e", "A24", "A contraindicated step bars nothing", "engine",
          in_engine(f"{READING}.barred", engine.contraindication_overlooked), (CASES, SECOND)),
    Fault("MR-26a", "A8", "Anybody's sign-off counts", "engine",
          in_engine(f"{READING}.is_signed_off", engine.any_role), (SECOND,), (CASES,)),
    Fault("MR-26b", "A21", "That a step was declined is forgotten", "engine",
          in_engine(f"{READING}.event", engine.declined_forgotten), (SECOND,), (CASES,)),
    Fault("MR-13a", "A13", "A factor of conversion is ten times too large", "units",
          in_table("spineworkup.units._UNITS", "mg/dL", ("mass concentration", Decimal("0.1"))), (UNITS, CASE_FILES)),
    Fault("MR-13b", "A13", "A spelling of one unit is read as another", "units",
          in_table("spineworkup.units._SPELLINGS", "mcmol/L", "mmol/L"), (UNITS,), (CASE_FILES,)),
    Fault("MR-20a", "A20", "A page escapes nothing", "print",
          in_engine("spineworkup.render.to_html._environment", engine.unescaped), (PRINTED,)),
    Fault("MR-20b", "A20", "Markdown escapes nothing", "print",
          in_engine("spineworkup.render.to_markdown.escape", engine.as_given), (PRINTED,)),
    Fault("MR-20c", "A20", "Any address may be a link", "print",
          in_engine("spineworkup.render.visible.safe_link", engine.as_given), (PRINTED,)),
    Fault("MR-20d", "A20", "What turns a text around is printed as it is", "print",
          in_engine("spineworkup.render.visible.visible", engine.as_given), (PRINTED,)),
)  # fmt: skip
