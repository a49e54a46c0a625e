"""Two versions of a pathway, held against each other for every patient: who is treated differently, the smallest of each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import z3
from attrs import field, frozen

from spineworkup.assessment import assess
from spineworkup.pathways import Pathway
from spineworkup.proofs.answers import Answer, answer_of
from spineworkup.proofs.aspects import Aspect, any_difference, aspects
from spineworkup.proofs.found_charts import AT
from spineworkup.proofs.patients import Patient
from spineworkup.proofs.solving import Undecided, is_possible, solver_for
from spineworkup.proofs.witnesses import Witness, replayed, smallest, witness_of
from spineworkup.translate.to_z3 import Formula

# How a finding is read, as far as the formulas don't say it: two versions that differ in it can't be compared.
_READING = ("kind", "unit", "molar_mass", "low", "high", "red_flag", "max_age", "derived")


@frozen
class Difference:
    """A kind of patient whom two versions treat differently, and the smallest such patient.

    Args:
        aspect: `step` (only one version has it), `status`, `urgency`, `due`, `clear`, `instead`, `against` or `reasons`.
        before: What the old version says of the patient.
        after: What the new one says.
    """

    step: str
    label: str
    aspect: str
    before: str
    after: str
    witness: Witness = field(repr=False)


@frozen
class Pair:
    """Two versions asked about the same patient."""

    old: Answer
    new: Answer

    @cached_property
    def given(self) -> list[Formula]:
        """What holds of a patient whom both can read."""
        return [*self.old.patient.can_be, *self.new.patient.can_be]

    @property
    def shared(self) -> list[str]:
        """The steps that both have."""
        return [id_ for id_ in self.new.steps if id_ in self.old.steps]

    def witness(self, solver: z3.Solver, label: str) -> tuple[Witness, Witness] | None:
        """Return the smallest patient that a solver allows, as the old and as the new version read them.

        Raises:
            Undecided: The solver gave up, or the engine says something else of the patient than the formulas.
        """
        if not is_possible(solver):
            return None
        model = smallest(solver, [self.new.patient, self.old.patient])
        apart = replayed([self.old, self.new], model)
        if apart:
            raise Undecided(f"the engine says something else than the formulas: {'; '.join(apart)}")
        return witness_of(self.old.patient, model, label), witness_of(self.new.patient, model, label)


def pair(old: Pathway, new: Pathway) -> Pair:
    """Return two versions with one patient before both.

    Raises:
        Undecided: A finding that both have is read in another way: its unit, its plausible values, how long it counts.
    """
    apart = read_differently(old, new)
    if apart:
        raise Undecided(f"not compared, as the two versions read it in different ways: {', '.join(apart)}")
    # The same name: the two share every unknown.
    return Pair(answer_of(old, Patient("patient", old)), answer_of(new, Patient("patient", new)))


def read_differently(old: Pathway, new: Pathway) -> list[str]:
    """Return the findings that both versions have and that are read in another way."""
    pairs = [(id_, old.findings[id_], new.findings[id_]) for id_ in sorted(old.findings.keys() & new.findings.keys())]
    return [id_ for id_, one, other in pairs if any(getattr(one, key) != getattr(other, key) for key in _READING)]


def first_difference(old: Pathway, new: Pathway) -> Witness | None:
    """Return a patient whom two versions treat differently in anything; None where it is proved that there is none.

    For a rule author: None means that the change changes nothing for anybody. Compared are status, urgency, due time,
    clearance, what takes over, reasons with their sources, and what speaks against; not the wording of steps and notes,
    and not what comes of the times of findings but by the words of their rules.

    Raises:
        Undecided: As `pair`; or the solver gave up.
    """
    both = pair(old, new)
    solver = solver_for(both.given)
    if set(old.steps) == set(new.steps):
        solver.add(any_difference(both.old, both.new))
    found = both.witness(solver, "differs")
    return None if found is None else found[1]


def differences(old: Pathway, new: Pathway) -> list[Difference]:
    """Return every kind of patient whom two versions treat differently, each with the smallest such patient.

    A kind is a step, with what is said of it before and after. Where a coarser thing differs, the finer isn't listed.

    Raises:
        Undecided: As `first_difference`.
    """
    both = pair(old, new)
    found = [*_only_in_one(both), *(one for id_ in both.shared for one in _kinds(both, id_))]
    return sorted(found, key=lambda one: (_ORDER.index(one.aspect), one.step, one.before, one.after))


_ORDER = ("step", "status", "urgency", "due", "clear", "instead", "against", "reasons")


def _only_in_one(both: Pair) -> Iterator[Difference]:
    """A step that only one version has is shown to everybody."""
    found = both.witness(solver_for(both.given), "anybody")
    assert found is not None
    for answer, words in ((both.old, ("there", "not there")), (both.new, ("not there", "there"))):
        for id_ in sorted(answer.steps.keys() - set(both.shared)):
            yield Difference(id_, answer.pathway.steps[id_].label, "step", *words, found[1])


def _kinds(both: Pair, step: str) -> Iterator[Difference]:
    solver = solver_for(both.given)
    for aspect in aspects(both.old.steps[step], both.new.steps[step]):
        solver.push()
        solver.add(aspect.differs)
        yield from _kinds_of(both, step, aspect, solver)
        solver.pop()
        if not aspect.detail:
            # From here on only what differs although the coarser is the same.
            solver.add(z3.Not(aspect.differs))


def _kinds_of(both: Pair, step: str, aspect: Aspect, solver: z3.Solver) -> Iterator[Difference]:
    label = "_".join(filter(None, [step, aspect.name, aspect.detail]))
    while (found := both.witness(solver, label)) is not None:
        before, after = (
            assess(answer.pathway, witness.chart, at=AT).item(step)
            for answer, witness in zip((both.old, both.new), found, strict=True)
        )
        yield Difference(step, before.step.label, aspect.name, aspect.say(before), aspect.say(after), found[1])
        same_again = z3.And(aspect.same(both.old.steps[step], before), aspect.same(both.new.steps[step], after))
        solver.add(z3.Not(same_again))

