"""The engines for tables that need nothing of others answer as the specification, and the tables come between their markers."""

from __future__ import annotations

import pytest

from tests.benchmarks import many_patients, one_patient
from tests.benchmarks.cpp_loop import source
from tests.benchmarks.dual_rail import EXPRESSIONS, Atom, Group
from tests.benchmarks.page import PAGE, Table, replaced
from tests.benchmarks.rounds import Spread, in_turn
from tests.benchmarks.shipped import patients as shipped_patients
from tests.benchmarks.workload import AT, CLOCKS, as_dicts, columns, patients, specified, workload

WORK = workload(30, 6)
NUMPY = next(engine for engine in many_patients.ENGINES if engine.name.startswith("numpy"))


@pytest.mark.parametrize("engine", [many_patients.OURS, NUMPY], ids=["ours", "numpy"])
def test_a_table_is_answered_as_the_specification(engine: many_patients.Engine) -> None:
    table = columns(200)
    many_patients.check(engine, WORK, table, engine.prepare(WORK)(engine.form(table)))


def test_a_difference_stops_the_run() -> None:
    table = columns(50)
    found = NUMPY.prepare(WORK)(NUMPY.form(table))
    found["s03.due"][17] += 1
    with pytest.raises(AssertionError, match=r"s03\.due"):
        many_patients.check(NUMPY, WORK, table, found)


def test_so_does_one_of_a_single_patient() -> None:
    wrong = one_patient.Engine("wrong", "", lambda work: lambda patient: patient, lambda _: [])
    with pytest.raises(AssertionError, match="wrong answers otherwise"):
        one_patient.check(WORK, wrong, patients(1))


def test_we_answer_as_the_specification() -> None:
    from spineworkup import Chart, assess
    from tests.benchmarks.ours import answer_of

    for patient in patients(40):
        checklist = assess(WORK.pathway, Chart(WORK.pathway.findings, patient, clocks=CLOCKS), at=AT)
        assert answer_of(checklist, WORK.pathway.steps) == specified(WORK, patient)


def test_rows_and_patients_are_the_same() -> None:
    assert list(as_dicts(columns(30))) == patients(30)


def test_the_loop_has_a_function_for_each_step_and_every_rule() -> None:
    text = source(WORK)
    assert all(f"void {step.id}(" in text for step in WORK.steps)
    assert all(f"{rule.id}t[i] = t" in text for rule in WORK.rules)


def test_formulas_ask_first_whether_a_number_is_known() -> None:
    formula = Group("or", (Atom("b1", "is", False), Atom("c1", "in", ("o1",)), Atom("n1", "<", 15)))
    assert EXPRESSIONS.text(formula) == '(b1 == false or c1 in ["o1"] or (n1 != null and n1 < 15))'


def test_in_turn_compares_with_the_times_before_and_after() -> None:
    times = iter([1.0, 8.0, 3.0, *[1.0, 4.0, 3.0] * 2])
    found = in_turn(lambda _: next(times), {"other": lambda _: next(times)}, rounds=2)
    assert found["other"] == Spread(2.0, 2.0, 2.0)


def test_a_table_goes_between_its_markers_and_nowhere_else() -> None:
    page = "before\n<!-- measured: one -->\nold\n<!-- end: one -->\nafter"
    table = Table(("a", "b"), [("1", str(Spread(0.514, 0.5, 12.3)))])
    assert replaced(page, "one", str(table)) == (
        "before\n<!-- measured: one -->\n| a | b |\n| --- | --- |\n| 1 | 0.51 (0.50–12) |\n<!-- end: one -->\nafter"
    )
    with pytest.raises(ValueError, match="no markers for 'two'"):
        replaced(page, "two", "")


def test_the_page_has_a_place_for_every_part() -> None:
    from tests.benchmarks.__main__ import PARTS

    page = PAGE.read_text(encoding="utf-8")
    assert all(replaced(page, part, "new") != page for part in PARTS)


def test_shipped_patients_are_read_without_a_word() -> None:
    from spineworkup import Chart, load_pathway
    from spineworkup.entries import Unknown, WhyUnknown

    pathway = load_pathway()
    for patient in shipped_patients(pathway, 20):
        entries = Chart(pathway.findings, patient).entries.values()
        assert not [entry for entry in entries if isinstance(entry, Unknown) and entry.reason is not WhyUnknown.NOT_RECORDED]
