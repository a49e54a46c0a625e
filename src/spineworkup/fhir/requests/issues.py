"""What is wrong with a record or with an order, and what speaks against a step, as DetectedIssues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.checklists import ChecklistItem, Notice
from spineworkup.fhir.bundles import Entry
from spineworkup.fhir.datatypes import Resource, concept, local_coding, moment, reference, subject
from spineworkup.fhir.requests.answers import Answer
from spineworkup.fhir.requests.words import against_words, source_words
from spineworkup.fhir.systems import NOTICES, RULES
from spineworkup.reasons import Against
from spineworkup.truth import Truth

# Notices about the rules, or only to know: no fault of the record or of an order.
NO_ISSUE = ("derived", "waiver", "waiver_expired", "past_review", "place", "differs", "contact", "closed")
_SEVERITY = {"absolute": "high", "relative": "moderate"}


def contraindication_issues(
    answer: Answer, item: ChecklistItem, requests: Iterable[Entry]
) -> Iterator[Entry]:
    """Yield what speaks against a step and would hold it, known or not known, signed off or not."""
    implicated = [reference(url) for url, _ in requests]
    for against in item.against:
        if against.kind in _SEVERITY:
            issue = {
                **_issue(
                    answer, against_words(against), _SEVERITY[against.kind], against.truth is Truth.TRUE
                ),
                "code": concept(f"Contraindication: {item.step.label}", local_coding(RULES, against.rule)),
                **({"implicated": implicated} if implicated else {}),
                **_evidence(answer, source_words(against.cites, against.verification), against.facts),
                **_mitigation(answer, against),
            }
            yield answer.address("against", item.step.id, against.rule), issue


def notice_issues(answer: Answer) -> Iterator[Entry]:
    """Yield what the notices say of the record and of what was ordered; a notice about a red flag is the graver one."""
    for number, notice in enumerate(answer.checklist.notices):
        if notice.kind not in NO_ISSUE:
            kind = notice.kind.replace("_", " ")
            issue = {
                **_issue(answer, notice.text, _severity(answer, notice)),
                "code": concept(kind, local_coding(NOTICES, notice.kind, kind)),
                **_evidence(answer, "", [notice.finding] if notice.finding else []),
            }
            yield answer.address("notice", str(number)), issue


def _issue(answer: Answer, detail: str, severity: str, certain: bool = True) -> Resource:
    return {
        "resourceType": "DetectedIssue",
        "status": "final" if certain else "preliminary",
        "severity": severity,
        "patient": subject(answer.patient),
        "identifiedDateTime": moment(answer.checklist.at),
        "detail": detail,
    }


def _severity(answer: Answer, notice: Notice) -> str:
    finding = answer.checklist.chart.findings.get(notice.finding)
    grave = notice.kind == "requested_against_rules" or (finding is not None and finding.red_flag)
    return "high" if grave else "moderate"


def _evidence(answer: Answer, source: str, findings: Iterable[str]) -> Resource:
    observed = answer.observed(findings)
    evidence = {
        **({"code": [concept(source)]} if source else {}),
        **({"detail": observed} if observed else {}),
    }
    return {"evidence": [evidence]} if evidence else {}


def _mitigation(answer: Answer, against: Against) -> Resource:
    """Return who cleared a contraindication, and when."""
    if not against.signed_off:
        return {}
    first = min(sign.at for sign in answer.checklist.chart.sign_offs if sign.rule == against.rule)
    return {"mitigation": [{"action": concept(f"Cleared by: {against.sign_off}"), "date": moment(first)}]}
