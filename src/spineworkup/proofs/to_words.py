"""What was proved, or what differs, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import indent

from spineworkup.charts import Chart
from spineworkup.proofs.compare import Difference
from spineworkup.proofs.prove import Finding, Report, Result
from spineworkup.proofs.witnesses import Witness

# A longer patient is told in words; the case file is written with `--to`.
SHORT = 14
_ASPECTS = {
    "step": "Steps that only one has",
    "status": "Where a step stands",
    "urgency": "How urgent it is",
    "due": "By when",
    "clear": "Whether it may proceed",
    "instead": "What takes over",
    "against": "What speaks against it",
    "reasons": "Why",
}
_OUTCOMES = {
    "failed": "DOES NOT HOLD",
    "undecided": "NOT DECIDED, which counts as a failure",
    "not_replayed": "NOT TRUSTED: the engine says something else of this patient than the formulas",
}


def report_words(report: Report) -> str:
    """Return what was proved of a pathway, claim by claim, and a patient for whatever does not hold."""
    pathway = report.pathway
    name = " + ".join([pathway.id, *pathway.overlays])
    lines = [f"{name} {pathway.version} ({pathway.hash[:19]}): {_questions(report.asked)} in {report.seconds:.1f} s"]
    lines += [line for result in report.results for line in _claim(result)]
    count = len(report.findings)
    lines.append(f"{count} of these {'does' if count == 1 else 'do'} not hold" if count else "All of it holds for every patient")
    return "\n".join(lines)


def _questions(count: int) -> str:
    return f"{count or 'no'} question{'' if count == 1 else 's'}"


def _claim(result: Result) -> Iterator[str]:
    mark = "FAILED" if result.findings else "proved" if result.asked else "------"
    yield f"  {mark}  {result.claim.words} ({result.claim.id}, {result.claim.law}; {_questions(result.asked)})"
    for finding in result.findings:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"    {_OUTCOMES[finding.outcome]}: {finding.about}: {finding.wrong}"
    if finding.detail:
        yield f"      {finding.detail}"
    for witness in finding.witnesses:
        yield indent(witness.case.rstrip(), "      ")


def differences_words(differences: Sequence[Difference], old: str, new: str) -> str:
    """Return which kinds of patient two versions treat differently, with the smallest of each."""
    if not differences:
        return f"No patient is treated differently by {old} and {new}"
    count = len(differences)
    kinds = "1 kind of patient is" if count == 1 else f"{count} kinds of patient are"
    lines = [f"{kinds} treated differently: {old} -> {new}"]
    for aspect, listed in groupby(differences, key=lambda one: one.aspect):
        lines += ["", f"{_ASPECTS[aspect]}:"]
        lines += [line for one in listed for line in _difference(one)]
    return "\n".join(lines)


def _difference(one: Difference) -> Iterator[str]:
    yield f"  {one.label} ({one.step}): {one.before} -> {one.after}"
    yield f"    for example: {patient_words(one.witness)}"
    if one.witness.case.count("\n") <= SHORT:
        yield indent(one.witness.case.rstrip(), "      ")


def patient_words(witness: Witness) -> str:
    """Return a generated patient in words: what is known, and how much is known to be absent."""
    chart, findings = witness.chart, witness.chart.findings
    absent = [id_ for id_, value in chart.facts.items() if value is False]
    known = [f"{findings[id_].label}: {findings[id_].show(value)}" for id_, value in chart.facts.items() if value is not False]
    if len(absent) <= 3:
        known += [f"{findings[id_].label}: absent" for id_ in absent]
    else:
        known.append(f"{len(absent)} findings absent")
    return "; ".join([*known, *_happened(chart)]) or "anybody, before anything is known"


def _happened(chart: Chart) -> Iterable[str]:
    yield from (f"{step} {event.state}" for step, event in chart.steps.items())
    yield from (f"{step} not available here" for step in sorted(chart.not_available))
    yield from (f"{sign.rule} signed off" for sign in chart.sign_offs)
    yield from (f"{name.replace('_', ' ')} {moment:%Y-%m-%d %H:%M}" for name, moment in chart.clocks.items())
