"""The diagnostic workup of a suspected metastatic spinal tumour, as checklist steps that software can embed."""

from spineworkup.assessment import assess
from spineworkup.charts import Chart, Observation, SignOff, StepEvent, WhyUnknown
from spineworkup.checklists import Checklist, ChecklistItem, Status
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, IsOneOf, Not, Present
from spineworkup.errors import SpineWorkupError
from spineworkup.findings import Finding, Quantity
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.reading.load import load_pathway
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency, UrgencyInterval

__all__ = [
    "AllOf",
    "AnyOf",
    "AtLeast",
    "Chart",
    "Checklist",
    "ChecklistItem",
    "Compare",
    "Finding",
    "IsOneOf",
    "Not",
    "Observation",
    "Pathway",
    "Present",
    "Quantity",
    "Rule",
    "SignOff",
    "SpineWorkupError",
    "Status",
    "Step",
    "StepEvent",
    "Truth",
    "Urgency",
    "UrgencyInterval",
    "WhyUnknown",
    "assess",
    "load_pathway",
]
