"""The diagnostic workup of a suspected metastatic spinal tumour, as checklist steps that software can embed.

The front door, nothing else. A name is loaded when it is first used, so that a program that embeds the library starts
as fast as without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spineworkup.assessment import assess as assess
    from spineworkup.assessment import reassess as reassess
    from spineworkup.charts import Chart as Chart
    from spineworkup.charts import SignOff as SignOff
    from spineworkup.charts import StepEvent as StepEvent
    from spineworkup.checklists import Checklist as Checklist
    from spineworkup.checklists import ChecklistItem as ChecklistItem
    from spineworkup.criteria import AllOf as AllOf
    from spineworkup.criteria import AnyOf as AnyOf
    from spineworkup.criteria import AtLeast as AtLeast
    from spineworkup.criteria import Compare as Compare
    from spineworkup.criteria import IsOneOf as IsOneOf
    from spineworkup.criteria import Not as Not
    from spineworkup.criteria import Present as Present
    from spineworkup.entries import Observation as Observation
    from spineworkup.entries import WhyUnknown as WhyUnknown
    from spineworkup.errors import SpineWorkupError as SpineWorkupError
    from spineworkup.findings import Finding as Finding
    from spineworkup.findings import Quantity as Quantity
    from spineworkup.pathways import Pathway as Pathway
    from spineworkup.pathways import Rule as Rule
    from spineworkup.pathways import Step as Step
    from spineworkup.reading.load import load_pathway as load_pathway
    from spineworkup.readings import Status as Status
    from spineworkup.truth import Truth as Truth
    from spineworkup.urgency import Urgency as Urgency
    from spineworkup.urgency import UrgencyInterval as UrgencyInterval
    from spineworkup.workups.files import load_workup as load_workup
    from spineworkup.workups.files import save_workup as save_workup
    from spineworkup.workups.workup import Workup as Workup

_HOMES = {
    "assessment": ["assess", "reassess"],
    "charts": ["Chart", "SignOff", "StepEvent"],
    "checklists": ["Checklist", "ChecklistItem"],
    "criteria": ["AllOf", "AnyOf", "AtLeast", "Compare", "IsOneOf", "Not", "Present"],
    "entries": ["Observation", "WhyUnknown"],
    "errors": ["SpineWorkupError"],
    "findings": ["Finding", "Quantity"],
    "pathways": ["Pathway", "Rule", "Step"],
    "readings": ["Status"],
    "reading.load": ["load_pathway"],
    "truth": ["Truth"],
    "urgency": ["Urgency", "UrgencyInterval"],
    "workups.files": ["load_workup", "save_workup"],
    "workups.workup": ["Workup"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

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
    "Workup",
    "assess",
    "load_pathway",
    "load_workup",
    "reassess",
    "save_workup",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'spineworkup' has no attribute {name!r}")
    value = getattr(import_module(f"spineworkup.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *_HOME_OF]
