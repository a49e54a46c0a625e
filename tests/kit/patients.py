"""What the tests of the kit share: small findings of every kind, a score of them, and pathways over both."""

from datetime import timedelta
from decimal import Decimal

from attrs import evolve

from spineworkup.findings import Finding, Kind
from spineworkup.scores import Additive, PointsBand, Score
from spineworkup.testing.random_pathways import pathways
from tests.strategies import NODES as NODES
from tests.strategies import nodes_of as nodes_of


def _boolean(id_, **more):
    return Finding(id_, id_.title(), Kind.BOOLEAN, **more)


def _choice(id_, *options):
    return Finding(id_, id_.title(), Kind.CHOICE, options={option: option.title() for option in options})


LISTED = (
    _boolean("fever", max_age=timedelta(days=3)),
    _boolean("night_pain"),
    _boolean("weakness", red_flag=True, max_age=timedelta(days=3)),
    _boolean("numbness", red_flag=True),
    _choice("history", "none", "past", "current"),
    _choice("site", "rigid", "mobile"),
    Finding("power", "Power", Kind.NUMBER, low=Decimal(0), high=Decimal(5)),
    Finding("crp", "CRP", Kind.QUANTITY, unit="mg/L", also=("mg/dL",), max_age=timedelta(days=2)),
    Finding("pain_total", "Total of the pain score", Kind.NUMBER),
)
FINDINGS = {finding.id: finding for finding in LISTED}
ITEMS = {"history": {"none": (0, 0), "past": (1, 2), "current": (3, 3)}, "site": {"rigid": (0, 0), "mobile": (3, 3)}}
PAIN = Score("pain", "Pain score", Additive(ITEMS, (PointsBand("low", 0, 2), PointsBand("high", 3, 6))))

small_pathways = pathways(FINDINGS).map(lambda pathway: evolve(pathway, scores={"pain": PAIN}))
