"""Lists of a pathway's steps, findings and rules, with their ids, sources and verification."""

from __future__ import annotations

from collections.abc import Iterable

from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway


def steps_list(pathway: Pathway) -> str:
    """Return every step in the order of work: id, label, pause point, number of rules, weakest verification."""
    rows = [("id", "label", "pause", "rules")]
    for id_ in pathway.in_order:
        step = pathway.steps[id_]
        rows.append((id_, step.label, step.pause, str(len(step.rules))))
    return _table(rows)


def findings_list(pathway: Pathway) -> str:
    """Return every finding by its group: id, label, what it may be, source and verification."""
    rows = [("id", "label", "group", "values", "source", "verification")]
    for finding in sorted(pathway.findings.values(), key=lambda finding: (finding.group, finding.id)):
        cites = "; ".join(map(str, finding.cites))
        values = _values(finding)
        rows.append((finding.id, finding.label, finding.group, values, cites, finding.verification))
    return _table(rows)


def rules_list(pathway: Pathway) -> str:
    """Return every rule in the order of work: id, step, kind, urgency, sources, verification, review date."""
    rows = [("id", "step", "kind", "urgency", "source", "verification", "review by", "says")]
    for step in (pathway.steps[id_] for id_ in pathway.in_order):
        for rule in step.rules:
            urgency = rule.urgency.value if rule.kind == "indication" else ""
            cites = "; ".join(map(str, rule.cites))
            review = rule.review_by.isoformat() if rule.review_by else ""
            rows.append((rule.id, step.id, rule.kind, urgency, cites, rule.verification, review, rule.says))
    return _table(rows)


def _values(finding: Finding) -> str:
    match finding.kind:
        case Kind.BOOLEAN:
            return "present, absent"
        case Kind.CHOICE:
            return ", ".join(finding.options)
        case Kind.NUMBER:
            return "number"
        case Kind.QUANTITY:
            return ", ".join((finding.unit, *finding.also))


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows with their columns in line; the last column runs on."""
    listed = list(rows)
    widths = [max(len(row[column]) for row in listed) for column in range(len(listed[0]))]
    lines = []
    for row in listed:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
