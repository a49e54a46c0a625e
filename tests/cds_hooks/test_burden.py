"""How often the service interrupts: over patients made up in many ways, the half of them once at most, and nobody thrice."""

from collections import Counter

from hypothesis import Phase, given, settings

from spineworkup import assess
from spineworkup.cds_hooks.triage import Indicator, plan_cards
from spineworkup.testing.strategies import charts
from tests.cds_hooks.world import NOON, PATHWAY, shipped


def interruptions(checklist):
    return sum(card.indicator is Indicator.critical for card in plan_cards(checklist))


def percentile(counts, share):
    listed = sorted(counts.elements())
    return listed[min(len(listed) - 1, int(share * len(listed)))]


def test_interruptions_are_few():
    """Drawn patients are far sicker than those of any ward, so these are bounds and no forecast."""
    of_cases = Counter(interruptions(case.checklist) for case in shipped(everything=True))
    of_drawn: Counter[int] = Counter()

    @given(chart=charts(PATHWAY))
    @settings(max_examples=300, phases=[Phase.generate], database=None)
    def draw(chart):
        of_drawn[interruptions(assess(PATHWAY, chart, at=NOON))] += 1

    draw()
    for counts in (of_cases, of_drawn):
        assert counts.total() >= 300
        assert percentile(counts, 0.5) <= 1, counts
        assert percentile(counts, 0.95) <= 2, counts
        assert max(counts) <= 2


def test_nobody_gets_two_cards_about_one_thing():
    for case in shipped(everything=True):
        planned = plan_cards(case.checklist)
        groups = [card.group.id if card.group else "" for card in planned]
        assert len(set(groups)) == len(groups)
        assert len(planned) <= 8
