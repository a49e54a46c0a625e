"""What the rules say of a step is worked out once and shared; see also tests/test_properties.py."""

from datetime import UTC, datetime

import pytest

from spineworkup import outcomes as module
from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.criteria import Present
from spineworkup.findings import Finding, Kind
from spineworkup.logic.lanes import RULES
from spineworkup.pathways import Pathway, Step
from tests.strategies import rule

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = [f"f{number}" for number in range(3 * RULES)]
FINDINGS = [Finding(name, name, Kind.BOOLEAN) for name in NAMES]


def pathway(rules: int) -> Pathway:
    step = Step("s", "S", indications=tuple(rule(f"r{n}", Present(name)) for n, name in enumerate(NAMES[:rules])))
    return Pathway.of(step, findings=FINDINGS)


def patients(rules: int):
    """Every step has each answer in turn: one rule true, one not known, the rest false."""
    for true in range(rules):
        for unknown in range(rules):
            yield {name: n == true for n, name in enumerate(NAMES[:rules]) if n != unknown}


@pytest.mark.parametrize("rules", [2, RULES, RULES + 1, 3 * RULES])
@pytest.mark.parametrize("most", [0, 3, 4096])
def test_the_rules_that_are_true_are_named_however_many_are_kept(rules, most, monkeypatch):
    monkeypatch.setattr(module, "MOST_OUTCOMES", most)
    small = pathway(rules)
    for values in patients(rules):
        [outcome] = assess(small, Chart(small.findings, values), at=AT).outcomes

        assert tuple(f"r{n}" for n, name in enumerate(NAMES[:rules]) if values.get(name)) == outcome.fired
        assert tuple(f"r{n}" for n, name in enumerate(NAMES[:rules]) if name not in values) == outcome.pending


def test_two_patients_alike_share_what_the_rules_say():
    small = pathway(2)
    one, other = (assess(small, Chart(small.findings, {"f0": True, "f9": on}), at=AT) for on in (True, False))

    assert one.outcomes[0] is other.outcomes[0]
    assert one != other
    assert one != "a checklist"
    assert one.items[0] == other.items[0] != "an item"
