"""The faults: what went wrong elsewhere, how it is put in here, who finds it and who of those that were tried doesn't."""

from __future__ import annotations

from attrs import frozen

from tests.malfunctions.detectors import Detector, Outcome
from tests.malfunctions.world import Injection

# Rows of the failure modes that are known from the literature (A), from bad input (B), and of state and time (C).
ROWS = {
    "A1": "a code changes upstream and a rule goes dead",
    "A2": "a new code comes into use",
    "A3": "a clause is lost in an edit",
    "A4": "a rule is disabled, or was never active",
    "A5": "an upgrade changes what nobody meant to change",
    "A6": "a service fails, and failing looks like nothing found",
    "A7": "a build error: negated, or a set too wide",
    "A8": "a conception without source, case or sign-off",
    "A9": "a rule silently stops firing",
    "A10": "too many alerts",
    "A11": "rules out of date",
    "A12": "not known is read as absent",
    "A13": "units mixed up",
    "A14": "a mass under the code of an amount",
    "A15": "another patient's result",
    "A16": "the clocks change",
    "A17": "a boundary of an age or an interval",
    "A18": "a calculator with a wrong table",
    "A19": "stale guidance",
    "A20": "a dangerous link or suggestion",
    "A21": "only part of the data was read",
    "A22": "a basis that nobody can review",
    "A23": "the expected answer is itself wrong",
    "A24": "what the guideline assumes isn't there",
    "A25": "a place adapts the rules and loosens them",
    "B": "bad input",
    "C": "state and time",
}  # fmt: skip


@frozen
class Fault:
    """One seeded fault.

    Args:
        seed: Its number in the catalogue, such as MR-12; with a letter where a row has several.
        row: The row of `ROWS`.
        what: What is put in, in words.
        where: `rules`, `codes`, `engine`, `units`, `scores`, `clock`, `record`, `overlay`, `cases` or `print`.
        inject: Puts it in.
        found: The detectors that find it, each of which is to be quiet without it.
        missed: Detectors that were tried and don't find it.
    """

    seed: str
    row: str
    what: str
    where: str
    inject: Injection
    found: tuple[Detector, ...]
    missed: tuple[Detector, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """`caught`, `loud` or both; nothing where it is silent."""
        return tuple(sorted({detector.outcome for detector in self.found}))

    @property
    def id(self) -> str:
        return f"{self.seed} {self.what}"


# What can't be put in yet, and why; what stands in for it is in the table.
NOT_HERE = {
    "MR-06": "there is no service that fetches; an error that ends in an empty checklist is MR-09b",
    "MR-09 in a running service": "there is no service; a rule that stops in the engine is MR-09a",
    "MR-15 from a mixed bundle": "records are not imported yet; a result that disagrees is MR-15a",
    "MR-19 on a checklist kept open": "there is no service and no saved workup; old values that are used are MR-19",
    "MR-20 on a card": "there are no cards; markup and links on what is printed are MR-20a to d",
    "MR-21 in a search result": "records are not imported yet; what was not fetched, and half a record, are MR-21a to c",
    "MR-C1, C2, C3, C4, C8": "nothing is saved: no workup, no log, no version to bring up",
    "MR-C10": "a full disk is not simulated; a page is made in memory before it is written",
}
