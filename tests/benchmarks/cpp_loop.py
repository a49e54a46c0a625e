"""The rules as generated C++: what a compiler makes of them, and so about as fast as one core goes.

Two formulas a rule, over the columns of bytes that numpy reads, in blocks that stay in the cache; no nulls, no checks.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spineworkup.pathways import Step
from tests.benchmarks.column_engines import HOUR, NO_MOMENT, empty, parts_of
from tests.benchmarks.dual_rail import Atom, Formula, Group, known
from tests.benchmarks.workload import CHOICES, FINDINGS, HOURS, NUMBERS, Workload, hours_of

BLOCK = 512
COMMAND = ("g++", "-O3", "-march=native", "-shared", "-fPIC", "-std=c++17")


def cpp_loop(work: Workload) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the compiled loop as a function from columns to columns."""
    function = _compiled(source(work))
    names = [*FINDINGS, "clocks.suspicion"]
    answers: dict[str, Any] = {}

    def run(columns: dict[str, Any]) -> dict[str, Any]:
        size = len(columns["clocks.suspicion"])
        # Written over in every run: fresh pages would cost more than the rules.
        if not answers or len(answers[next(iter(answers))]) != size:
            answers.update(empty(work, size))
        given = [columns[name].ctypes.data for name in names] + [answer.ctypes.data for answer in answers.values()]
        function(ctypes.c_int64(size), (ctypes.c_void_p * len(given))(*given))
        return answers

    return run


def _compiled(text: str) -> Any:
    with TemporaryDirectory() as folder:
        path = Path(folder, "loop.cpp")
        path.write_text(text, encoding="utf-8")
        library = path.with_suffix(".so")
        subprocess.run([*COMMAND, str(path), "-o", str(library)], check=True)
        return ctypes.CDLL(str(library)).assess


def source(work: Workload) -> str:
    """Return the source: every question of a finding is asked once a block; then a function for each step."""
    names = [*FINDINGS, "suspicion"]
    pairs = {rule.id: (known(rule.when), known(rule.when, False)) for rule in work.rules}
    asked = {atom: None for pair in pairs.values() for formula in pair for atom in _atoms(formula)}
    atoms = {atom: f"a{number}" for number, atom in enumerate(asked)}
    columns = [_column(_type(name), name, place) for place, name in enumerate(names)]
    answered = [_each(f"{name}[i] = {_question(atom)};") for atom, name in atoms.items()]
    functions = [_function("ask", [*columns, *answered])]
    for number, step in enumerate(work.steps):
        outputs = [_column(_output(part), part, len(names) + 3 * number + n) for n, part in enumerate(parts_of(step))]
        rules = [_rule(rule.id, *(_text(formula, atoms) for formula in pairs[rule.id])) for rule in step.indications]
        functions.append(_function(step.id, [columns[-1], *outputs, *rules, *_step(step)]))
    calls = " ".join(f"{name}(start, at);" for name in ("ask", *(step.id for step in work.steps)))
    # The last block reaches back, so that all are of one size.
    loop = f"for (int64_t next = 0; next < size; next += N) {{ int64_t start = next + N > size ? size - N : next; {calls} }}"
    arrays = [f"static u8 {name}[N];" for name in atoms.values()]
    return "\n".join([_HEAD, *arrays, *functions, f'extern "C" void assess(int64_t size, void **at) {{ {loop} }}'])


_HEAD = f"""
#include <cstdint>
const int N = {BLOCK};
typedef uint8_t u8;
static inline u8 most(u8 a, u8 b) {{ return a > b ? a : b; }}
static inline u8 least(u8 a, u8 b) {{ return a < b ? a : b; }}
"""


def _function(name: str, lines: list[str]) -> str:
    body = "\n  ".join(lines)
    return f"static __attribute__((noinline)) void {name}(int64_t start, void **at) {{\n  {body}\n}}"


def _each(statement: str) -> str:
    return f"for (int i = 0; i < N; i++) {{ {statement} }}"


def _type(name: str) -> str:
    return "int64_t" if name == "suspicion" else "double" if name in NUMBERS else "int8_t"


def _output(name: str) -> str:
    return "int64_t" if name == "due" else "int8_t"


def _column(type_: str, name: str, place: int) -> str:
    return f"{type_} *__restrict {name} = ({type_} *)at[{place}] + start;"


def _atoms(formula: Formula) -> list[Atom]:
    return [atom for part in formula.parts for atom in _atoms(part)] if isinstance(formula, Group) else [formula]


def _question(atom: Atom) -> str:
    value, operand = f"{atom.finding}[i]", atom.operand
    if atom.operator == "is":
        return f"{value} == {int(bool(operand))}"
    if atom.operator != "in":
        return f"{value} {atom.operator} {operand}"
    assert isinstance(operand, tuple)
    return " | ".join(f"({value} == {CHOICES[atom.finding].index(code)})" for code in operand)


def _text(formula: Formula, atoms: dict[Atom, str]) -> str:
    """Return a formula without branches, so that many patients are answered by one instruction."""
    if isinstance(formula, Atom):
        return f"{atoms[formula]}[i]"
    return f"({(' & ' if formula.word == 'and' else ' | ').join(_text(part, atoms) for part in formula.parts)})"


def _rule(id_: str, true: str, false: str) -> str:
    rails = f"alignas(64) u8 {id_}t[N], {id_}u[N];"
    return f"{rails} {_each(f'u8 t = {true}; {id_}t[i] = t; {id_}u[i] = 1 ^ (t | {false});')}"


def _step(step: Step) -> list[str]:
    any_true, any_unknown = (" | ".join(f"{rule.id}{rail}[i]" for rule in step.indications) for rail in "tu")
    ranks = [f"(u8)(({rule.id}t[i] | {rule.id}u[i]) * {rule.urgency.rank})" for rule in step.indications]
    hours = {rail: [f"(u8)({rule.id}{rail}[i] - 1 | {HOURS.index(hours_of(rule))})" for rule in step.indications] for rail in "tu"}
    # Found as bytes, the places in HOURS; then made hours, then added.
    chain = "".join(f"h == {place} ? {hours} : " for place, hours in enumerate(HOURS))
    return [
        _each(f"u8 t = {any_true}, u = {any_unknown}; status[i] = t ? 2 : u;"),
        _each(f"urgency_highest[i] = {_nested('most', ranks)};"),
        "alignas(64) u8 least_of[N]; alignas(64) int16_t hours[N];",
        _each(f"u8 t = {_nested('least', hours['t'])}, u = {_nested('least', hours['u'])}; least_of[i] = t != 255 ? t : u;"),
        _each(f"u8 h = least_of[i]; hours[i] = {chain}-1;"),
        _each(f"due[i] = hours[i] < 0 ? {NO_MOMENT + 1} - 1 : suspicion[i] + hours[i] * {HOUR}LL;"),
    ]


def _nested(function: str, operands: list[str]) -> str:
    return reduce(lambda one, other: f"{function}({one}, {other})", operands)
