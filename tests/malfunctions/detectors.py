"""Who could notice a fault: each detector says in a few words what it found, or nothing.

`caught`: a test goes red before anything is released. `loud`: it is said where the rules or the record are used, by a
refusal, by `spineworkup check` or by a notice on the checklist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

from attrs import evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings

from spineworkup.errors import ReadError, SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.proofs.claims import CLAIMS
from spineworkup.proofs.compare import first_difference
from spineworkup.proofs.overlays import overlay_claim
from spineworkup.proofs.prove import prove
from spineworkup.proofs.solving import Undecided
from spineworkup.reading.check_paths import check_path
from spineworkup.reading.read_case import Case
from spineworkup.render.sheet import sheet_for
from spineworkup.testing.case_files import CaseFiles
from spineworkup.testing.cases import differences
from spineworkup.testing.invariants import INVARIANTS, OVERLAY
from spineworkup.testing.kills import Judges, judges_of, red_flags, run
from spineworkup.testing.mutants import mutants
from spineworkup.testing.pairs import moment_of
from spineworkup.testing.patients import InvariantBroken
from tests import test_truth, test_units
from tests.malfunctions import printing, records
from tests.malfunctions.world import SHIPPED, World, shipped
from tests.oracle.compare import difference, evolve_chart
from tests.oracle.generate import block

Outcome = Literal["caught", "loud"]
# Blocks of fifty inputs, so few that the search takes no time and so many that every fault of the engine shows.
BLOCKS = 30
SEED = 2026
EXAMPLES = 40


@frozen
class Detector:
    """Somebody who could notice a fault.

    Args:
        words: As the table of the documentation calls it.
        find: What it finds in a world; empty where it finds nothing.
    """

    words: str
    outcome: Outcome
    find: Callable[[World], str] = field(repr=False)


# Tests.


def _in_the_cases(world: World) -> str:
    """The cases as they were read before the fault, put to the rules and the engine as they are now."""
    moment = moment_of(shipped())
    for name, case in _sound_cases().items():
        chart = evolve_chart(case.chart, findings=world.pathway.findings)
        if found := _differs(evolve(case, chart=chart), world.pathway, moment):
            return f"{name}: {found}"
    return ""


@cache
def _judges() -> Judges:
    return judges_of()


@cache
def _sound_cases() -> dict[str, Case]:
    return dict(_judges().cases)


def _differs(case: Case, pathway: Pathway, moment: Any) -> str:
    try:
        return next(iter(differences(case, pathway, moment)), "")
    except KeyError:
        return "it expects something of a rule or a step that isn't there"


REREAD = (
    "cases/*.yaml",
    "steps/plausible_values.cases.yaml",
    "steps/scores.cases.yaml",
    "steps/old_values.cases.yaml",
)


def _in_the_case_files(world: World) -> str:
    """Case files read anew: what is wrong in the record, its units or the case itself shows here."""
    files, moment = CaseFiles(), moment_of(shipped())
    for pattern in REREAD:
        for file in sorted(world.folder.glob(pattern)):
            for written in files.read(file, file.name):
                # `evolve`: no pathway that was planned by a sound engine.
                if found := _differs(written.case, evolve(written.pathway), moment):
                    return f"{file.name}: {found}"
    return ""


def _second_evaluator(world: World) -> str:
    return next(
        (
            words
            for number in range(1, BLOCKS)
            for one in block(2026, number, 0)
            if (words := difference(one))
        ),
        "",
    )


def _kleene(world: World) -> str:
    wrong = (
        name
        for name, read in test_truth.READINGS.items()
        for left in test_truth.ALL
        for column, right in enumerate((test_truth.T, test_truth.U, test_truth.F))
        if read(test_truth.AllOf(test_truth._leaves(2)), (left, right)) is not test_truth.ALL[left][column]
        or read(test_truth.AnyOf(test_truth._leaves(2)), (left, right)) is not test_truth.ANY[left][column]
        or read(test_truth.Not(test_truth._leaves(1)[0]), (left,)) is not test_truth.NOT[left]
        or any(
            read(test_truth.AtLeast(2, test_truth._leaves(3)), row) is not truth
            for row, truth in test_truth.TWO_OF_THREE.items()
        )
    )
    return next(wrong, "")


def _units(world: World) -> str:
    spelt = test_units.test_spellings_that_people_write.pytestmark[0].args[1]
    wrong = [written for written, unit in spelt if test_units.known_unit(written) != unit]
    for unit, measured, other, number in test_units.MEASURES:
        found = test_units.convert(test_units.Quantity(1, unit), other)
        if (measured, test_units.Decimal(number)) != (test_units.dimension(unit), found):
            wrong.append(unit)
    return ", ".join(wrong)


def _mutants_alive(world: World) -> str:
    """What could go wrong unnoticed in the rules of the steps whose cases were changed, or of one with few rules."""
    changed = _changed_case_files(world)
    judges = _judges()
    steps = [step for step in judges.pathway.steps if f"{step}.cases.yaml" in changed] or [
        "precautions_review"
    ]
    kept = {name: one for name, one in judges.written.items() if not any(file in name for file in changed)}
    report = run(mutants(judges.pathway, steps), Judges(judges.pathway, kept, {"red flags": red_flags}))
    return str(report.alive[0]) if report.alive else ""


def _changed_case_files(world: World) -> set[str]:
    before = {file.name: file.read_bytes() for file in SHIPPED.glob("steps/*.cases.yaml")}
    after = {file.name: file.read_bytes() for file in world.folder.glob("steps/*.cases.yaml")}
    return {name for name, text in before.items() if after.get(name) != text}


# Proofs.


def _comparison(world: World) -> str:
    """What is shown to whoever reviews a change: the first patient whom it concerns."""
    try:
        witness = first_difference(shipped(), world.pathway)
    except Undecided as error:
        return str(error)
    return "" if witness is None else witness.case


def _overlay_claim(world: World) -> str:
    try:
        report = prove(world.overlaid, [overlay_claim(shipped())])
    except Undecided as error:
        return str(error)
    return "; ".join(f"{one.about}: {one.wrong}" for one in report.findings)


# What is said where it is used.


def _check(world: World) -> str:
    return _problems(check_path(world.folder, today=world.today))


def _problems(problems: list[Any]) -> str:
    return "; ".join(problem.message for problem in problems)


def _reading(world: World) -> str:
    return _refusal(lambda: world.pathway)


def _overlaying(world: World) -> str:
    return _refusal(lambda: world.overlaid)


def _recording(world: World) -> str:
    return _refusal(lambda: world.checklist)


def _refusal(use: Callable[[], object]) -> str:
    try:
        use()
    except SpineWorkupError as error:
        return _problems(list(error.problems)) if isinstance(error, ReadError) else str(error)
    return ""


# Those who look at what isn't the engine's or the rules' logic.


def _printed(world: World) -> str:
    return next(printing.what_is_active(), "")


def _register(world: World) -> str:
    return records.unregistered(world.pathway)


def _reviews(world: World) -> str:
    return records.reviewed_too_late(world.pathway)


def _sheet(world: World) -> str:
    return _refusal(lambda: sheet_for(world.checklist))


CASES = Detector("cases", "caught", _in_the_cases)
CASE_FILES = Detector("case files", "caught", _in_the_case_files)
SECOND = Detector("second evaluator", "caught", _second_evaluator)
KLEENE = Detector("truth tables", "caught", _kleene)
UNITS = Detector("unit tables", "caught", _units)
MUTANTS = Detector("rule mutants", "caught", _mutants_alive)
COMPARISON = Detector("`diff` with the last version", "caught", _comparison)
OVERLAY_CLAIM = Detector("proof I-35", "caught", _overlay_claim)
PRINTED = Detector("printed formats", "caught", _printed)
REGISTER = Detector("register", "caught", _register)
REVIEWS = Detector("review within its time", "caught", _reviews)
CHECK = Detector("`check`", "loud", _check)
READING = Detector("rules refused", "loud", _reading)
OVERLAYING = Detector("overlay refused", "loud", _overlaying)
RECORDING = Detector("record refused", "loud", _recording)
SHEET = Detector("sheet refused", "loud", _sheet)


@cache
def proof(id_: str) -> Detector:
    """A claim that is proved of every patient."""
    claim = next(claim for claim in CLAIMS if claim.id == id_)

    def find(world: World) -> str:
        return "; ".join(f"{one.about}: {one.wrong}" for one in prove(world.pathway, [claim]).findings)

    return Detector(f"proof {claim.law}", "caught", find)


@cache
def law(name: str, examples: int = EXAMPLES) -> Detector:
    """An invariant of the kit, tried on so many drawn patients, the same each time."""
    invariant = next(one for one in (*INVARIANTS, OVERLAY) if one.name == name)

    def find(world: World) -> str:
        aged = invariant.number == "I-27"
        pathway = (
            _growing_old(world.pathway) if aged else world.overlaid if invariant is OVERLAY else world.pathway
        )
        base = {"base": shipped()} if invariant is OVERLAY else {}

        # The same patients each time, however this file is written.
        @seed(SEED)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(invariant.drawn(pathway))
        def hold(drawn: Any) -> None:
            invariant.law(pathway, *drawn, **base)

        try:
            hold()
        except InvariantBroken as broken:
            return str(broken).splitlines()[0]
        return ""

    return Detector(f"invariant {invariant.number}", "caught", find)


def _growing_old(pathway: Pathway) -> Pathway:
    """The rules with a limit to the age of every finding: the shipped ones set none, as no source gives one."""
    week = records.WEEK
    return evolve(pathway, findings={id_: evolve(one, max_age=week) for id_, one in pathway.findings.items()})


@cache
def notice(kind: str) -> Detector:
    """A notice on the patient's checklist."""

    def find(world: World) -> str:
        return next((one.text for one in world.checklist.notices if one.kind == kind), "")

    return Detector(f"notice `{kind}`", "loud", find)


@cache
def asked(finding: str) -> Detector:
    """The checklist asks for it."""

    def find(world: World) -> str:
        return next((question.ask for question in world.checklist.questions if question.id == finding), "")

    return Detector("asked again", "loud", find)


@cache
def held(step: str) -> Detector:
    """The step is not clear, what takes over is named, and why."""

    def find(world: World) -> str:
        item = world.checklist.item(step)
        why = [against.text for against in item.against if against.kind == "not_available"]
        return f"{why[0]}: {item.instead}" if why and item.instead and not item.clear_to_proceed else ""

    return Detector("step held, stand-in named", "loud", find)
