"""A chart as the text of a case file: what `reading` reads back as the same chart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from spineworkup.charts import Chart, SignOff, StepEvent
from spineworkup.entries import Entry, Known, WhyUnknown
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Range

# Words that every reader of YAML takes as text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*\Z")
_NOT_TEXT = ("true", "false", "null")
_AT_THE_TOP = ("age_years", "sex")


def to_case(chart: Chart, at: datetime, label: str = "", about: str = "") -> str:
    """Return a chart as a case file that `spineworkup assess` reads: a patient to look at, or to keep as a test.

    What was worked out from other findings is left out: it is worked out again when the case is read.

    >>> from datetime import UTC
    >>> from spineworkup.findings import Kind
    >>> pain = Finding("night_pain", "Pain at night", Kind.BOOLEAN)
    >>> chart = Chart({"night_pain": pain}, {"night_pain": True})
    >>> print(to_case(chart, datetime(2026, 11, 20, 10, tzinfo=UTC), "example-1"), end="")
    case: example-1
    at: 2026-11-20T10:00:00+00:00
    findings:
      night_pain: present

    Raises:
        ChartError: A number is known only to lie between two others, which no case file can say.
    """
    lines = [f"case: {_text(label or chart.case or 'unnamed')}"]
    if about:
        lines.append(f"about: {_text(about)}")
    lines.append(f"at: {at.isoformat()}")
    values = {
        id_: _entry(chart.findings[id_], entry)
        for id_, entry in chart.entries.items()
        if not (isinstance(entry, Known) and entry.calculated)
    }
    top = [id_ for id_ in _AT_THE_TOP if id_ in values]
    lines += [f"{id_}: {values.pop(id_)}" for id_ in top]
    lines += _block("clocks", {name: moment.isoformat() for name, moment in chart.clocks.items()})
    lines += _block("findings", values)
    lines += _block("steps", {id_: _event(event) for id_, event in chart.steps.items()})
    if chart.not_available:
        lines.append(f"not_available: [{', '.join(sorted(chart.not_available))}]")
    lines += _list("sign_offs", map(_sign_off, chart.sign_offs))
    return "\n".join(lines) + "\n"


def _block(key: str, items: Mapping[str, str]) -> list[str]:
    return [f"{key}:", *(f"  {id_}: {text}" for id_, text in items.items())] if items else []


def _list(key: str, items: Iterable[str]) -> list[str]:
    listed = [f"  - {text}" for text in items]
    return [f"{key}:", *listed] if listed else []


def _flow(parts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {text}" for key, text in parts.items()) + "}"


def _text(text: str) -> str:
    plain = _PLAIN.match(text) and text.lower() not in _NOT_TEXT
    return text if plain else json.dumps(text, ensure_ascii=False)


def _entry(finding: Finding, entry: Entry) -> str:
    if not isinstance(entry, Known):
        reason = {} if entry.reason is WhyUnknown.NOT_RECORDED else {"reason": entry.reason.value}
        return _flow({"value": "unknown", **reason}) if reason else "unknown"
    value = _value(finding, entry)
    source = {"source": _text(entry.source)} if entry.source else {}
    moments = [moment for moment in (entry.at, entry.latest) if moment is not None]
    seen = [_flow({"value": value, "at": moment.isoformat(), **source}) for moment in moments]
    if len(seen) > 1:
        return f"[{', '.join(seen)}]"
    return seen[0] if seen else _flow({"value": value, **source}) if source else value


def _value(finding: Finding, entry: Known) -> str:
    match entry.value:
        case bool():
            return "present" if entry.value else "absent"
        case Decimal():
            number = f"{entry.value:f}"
            if entry.reported is not None:
                return _text(f"{entry.reported.value:f} {entry.reported.unit}")
            return _text(f"{number} {finding.unit}") if finding.unit else number
        case Range():
            raise ChartError(finding.id, "a range can't be written in a case: give the items of the score")
        case str():
            return _text(entry.value)


def _event(event: StepEvent) -> str:
    parts = {"state": event.state, "at": event.at.isoformat()}
    parts |= {key: _text(text) for key, text in (("by", event.by), ("reason", event.reason)) if text}
    return _flow(parts)


def _sign_off(sign: SignOff) -> str:
    return _flow({"rule": sign.rule, "by": _text(sign.by), "at": sign.at.isoformat()})
