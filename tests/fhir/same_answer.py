"""What two checklists must have in common to be the same answer about a patient, however the chart came about."""

from __future__ import annotations

from typing import Any

from spineworkup.checklists import Checklist, ChecklistItem
from tests.strategies import NOON as NOON


def answer_of(checklist: Checklist) -> dict[str, Any]:
    """Return the answer as plain values: every item with its reasons and questions, the urgency, the scores, the hand-over."""
    return {
        "urgency": checklist.urgency,
        "items": {item.step.id: _item(item) for item in checklist.items},
        "questions": [(q.id, q.could_reach, q.steps, q.due) for q in checklist.questions],
        "scores": {id_: (s.lowest, s.highest, s.bands, s.missing) for id_, s in checklist.scores.items()},
        "handover": [(h.option.id, [there for _, there in h.needs]) for h in checklist.handover],
        "notices": sorted((n.kind, n.finding) for n in checklist.notices),
    }


def _item(item: ChecklistItem) -> tuple[Any, ...]:
    reasons = [(reason.rule, reason.truth, dict(reason.facts)) for reason in item.reasons]
    against = [(one.rule, one.kind, one.truth, one.signed_off) for one in item.against]
    standing = (item.status, item.urgency, item.due, item.overdue, item.clear_to_proceed, item.instead, item.progress)
    return (*standing, reasons, against, item.questions)
