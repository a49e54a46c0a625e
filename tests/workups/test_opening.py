"""From what was kept to a workup with its rules."""

import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.errors import DamagedError, WorkupError
from spineworkup.workups.events import RulesAdopted, Withdrawn
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.opening import open_workup
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, PATHWAY, hour, recorded, started

US = load_pathway(overlays=["us"])


def kept(*events):
    return to_bytes("example-1", events)


def test_it_is_opened_with_the_rules_that_it_adopted_last():
    workup = recorded(("fever", "present", 1)).adopt(US, at=hour(2), by=FIRST)
    opened = open_workup(to_bytes(workup.case, workup.events), "kept")

    assert workup.events == opened.events and US.hash == opened.pathway.hash


def test_other_rules_may_be_given():
    assert US is open_workup(to_bytes("x", started().events), "kept", US).pathway


def adopting(**more):
    return evolve(started().events[0], **more)


@pytest.mark.parametrize(
    ("events", "error", "says"),
    [
        ((), DamagedError, "which rules"),
        (started().events[1:], DamagedError, "which rules"),
        ((*started().events, Withdrawn(at=hour(1), by=FIRST, event="e1", reason="r")), DamagedError, "event 3: event: a withdrawal names"),
        ((adopting(package="another"),), WorkupError, r"its rules \(another\) can't be read"),
        ((adopting(overlays=("elsewhere",)),), WorkupError, r"its rules \(metastatic_spine\+elsewhere\) can't be read"),
        ((adopting(package="../../rules"),), WorkupError, "something else than a name"),
        ((adopting(overlays=("/etc/overlay",)),), WorkupError, "something else than a name"),
    ],
)  # fmt: skip
def test_refused(events, error, says):
    with pytest.raises(error, match=f"^ward/kept.json: .*{says}"):
        open_workup(kept(*events), "ward/kept.json")


def test_the_adopted_rules_are_an_event():
    assert isinstance(adopting(), RulesAdopted) and PATHWAY.hash == adopting().hash
