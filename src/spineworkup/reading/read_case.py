"""From a case file to a chart. No message repeats what the file says of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from spineworkup.charts import CLOCKS, STATES, Chart, SignOff, StepEvent
from spineworkup.entries import Observation, Unknown, WhyUnknown
from spineworkup.errors import CaseError, ChartError, Problem, TimeError
from spineworkup.moments import read_time
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.find_packages import OVERLAYS, names, rules_root
from spineworkup.reading.read_yaml import MAX_PROBLEMS, Document, Path, read_yaml

# Findings that stand at the top of a case file.
TOP_FINDINGS = ("age_years", "sex")
_KEYS = ("case", *TOP_FINDINGS, "clocks", "findings", "steps", "not_available", "sign_offs")
# What a case file may say of itself: where it comes from, when it is assessed, what is expected.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_ABOUT = ("about", "source", "at", "overlays", "expect")


@frozen
class Case:
    """A case file that has been read.

    Args:
        at: The moment at which it is to be assessed, if the file names one.
        expect: What the file expects of its checklist; used by tests of rules only.
        warnings: What was read but can't be used as it stands, such as an implausible value that the file itself
            expects no notice of.
    """

    label: str
    chart: Chart = field(repr=False)
    at: datetime | None = None
    about: str = ""
    source: str = ""
    expect: Any = None
    warnings: tuple[Problem, ...] = ()


def _expected_notices(expect: Any) -> frozenset[str]:
    """Return the notices that a case expects; what it says wrongly is for its test to say."""
    notices = expect.get("notices") if type(expect) is dict else None
    return frozenset(word for word in notices if type(word) is str) if type(notices) is list else frozenset()


def case_document(raw: bytes | str, file: str) -> Document:
    """Return a case file as plain data with positions.

    Raises:
        CaseError: It isn't the YAML or JSON of a case file.
    """
    document, problems = read_yaml(raw, file, private=True)
    if not problems and type(document.data) is not dict:
        problems = [document.problem((), "expected a mapping with keys such as case, clocks and findings")]
    if problems:
        raise CaseError(problems)
    return document


def overlays_of(document: Document) -> tuple[str, ...]:
    """Return the overlays that a case file asks for."""
    named = document.data.get("overlays", [])
    # A path of a rule author's own is for the command line: a file about a patient doesn't choose what is read.
    if type(named) is not list or not all(type(name) is str and _NAME.match(name) for name in named):
        raise CaseError([document.problem(("overlays",), "expected a list of names")])
    known = names(rules_root() / OVERLAYS, "overlay.yaml") if named else []
    unknown = [
        document.problem(("overlays", place), "unknown overlay", did_you_mean(name, known))
        for place, name in enumerate(named)
        if name not in known
    ]
    if unknown:
        raise CaseError(unknown[:MAX_PROBLEMS])
    return tuple(named)


def read_case(document: Document, pathway: Pathway) -> Case:
    """Return the case that a document holds.

    Raises:
        CaseError: Anything is wrong; it lists everything with its place, and repeats no value.
    """
    reader = _Reader(document, pathway)
    case = reader.case(document.data, ())
    if reader.problems:
        raise CaseError(reader.problems)
    return case


def read_cases(document: Document, pathway: Pathway) -> list[Case]:
    """Return the cases of a file that holds a list of them.

    Raises:
        CaseError: As `read_case`.
    """
    reader = _Reader(document, pathway)
    if type(document.data) is not list:
        raise CaseError([document.problem((), "expected a list of cases")])
    cases = [reader.case(data, (number,)) for number, data in enumerate(document.data)]
    if reader.problems:
        raise CaseError(reader.problems)
    return cases


@define
class _Reader:
    document: Document
    pathway: Pathway
    problems: list[Problem] = field(factory=list)
    warnings: list[Problem] = field(factory=list)
    expected: frozenset[str] = frozenset()

    def fault(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        self.problems.append(self.document.problem(path, message, hint, key=key))
        if len(self.problems) >= MAX_PROBLEMS:
            raise CaseError(self.problems)

    def case(self, data: Any, path: Path) -> Case:
        self.warnings = []
        if type(data) is not dict:
            self.fault(path, "expected a mapping with keys such as case, clocks and findings")
            data = {}
        self.expected = _expected_notices(data.get("expect"))
        for key in data:
            if key not in (*_KEYS, *_ABOUT):
                self.unknown_key(key, (*_KEYS, *_ABOUT), "key", (*path, key))
        label = self.text(data, "case", path)
        chart = self.chart(data, path, label)
        at = self.time(data["at"], (*path, "at")) if "at" in data else None
        about, source = self.text(data, "about", path), self.text(data, "source", path)
        return Case(label, chart, at, about, source, data.get("expect"), tuple(self.warnings))

    def chart(self, data: Mapping[str, Any], path: Path, label: str) -> Chart:
        values = {id_: data[id_] for id_ in TOP_FINDINGS if id_ in data}
        entries = self.values(values, path)
        findings = self.mapping(data, "findings", path)
        for id_ in TOP_FINDINGS:
            if id_ in values and id_ in findings:
                self.fault((*path, "findings", id_), "given twice: at the top and under findings", key=True)
        entries |= self.values(findings, (*path, "findings"))
        clocks = self.clocks(self.mapping(data, "clocks", path), (*path, "clocks"))
        steps = self.steps(self.mapping(data, "steps", path), (*path, "steps"))
        missing = self.not_available(data, path)
        signed = self.sign_offs(data.get("sign_offs", []), (*path, "sign_offs"))
        return Chart(
            self.pathway.findings,
            entries,
            clocks=clocks,
            steps=steps,
            not_available=missing,
            sign_offs=signed,
            case=label,
        )

    def text(self, data: Mapping[str, Any], key: str, path: Path) -> str:
        value = data.get(key, "")
        # A label such as 12 is text to whoever wrote it.
        if type(value) is int:
            return str(value)
        if type(value) is not str or len(value) > 5000:
            self.fault((*path, key), "expected text")
            return ""
        return value

    def mapping(self, data: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
        value = data.get(key, {})
        if type(value) is not dict:
            self.fault((*path, key), "expected a mapping")
            return {}
        return dict(value)

    def unknown_key(self, key: str, known: Iterable[str], what: str, path: Path) -> None:
        """Note an unknown key; it is repeated only where it is plainly a known word with a slip in it."""
        near = did_you_mean(key, known)
        self.fault(path, f"unknown {what} {key!r}" if near else f"unknown {what}", near, key=True)

    def values(self, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for id_, raw in values.items():
            if id_ not in self.pathway.findings:
                self.unknown_key(id_, self.pathway.findings, "finding", (*path, id_))
                continue
            observations = self.observations(raw, (*path, id_))
            try:
                entry = Chart(self.pathway.findings, {id_: observations}).entry(id_)
            except ChartError as error:
                self.fault((*path, id_), f"{id_}: {error.message}", error.hint)
                continue
            if isinstance(entry, Unknown) and entry.reason is WhyUnknown.IMPLAUSIBLE:
                finding = self.pathway.findings[id_]
                message = f"{id_}: an implausible value is not used: it counts as not known"
                hint = f"check the value and its unit; plausible is {finding.low} to {finding.high} {finding.unit}"
                problem = self.document.problem((*path, id_), message, hint.rstrip(), kind="warning")
                # A case that tries an implausible value, and says so, isn't a slip.
                self.warnings += [] if f"implausible {id_}" in self.expected else [problem]
            entries[id_] = observations
        return entries

    def observations(self, raw: Any, path: Path) -> Any:
        if type(raw) is list:
            return [self.observation(one, (*path, number)) for number, one in enumerate(raw)]
        return self.observation(raw, path)

    def observation(self, raw: Any, path: Path) -> Observation:
        if type(raw) is not dict:
            return Observation(raw)
        for key in raw:
            if key not in ("value", "at", "source", "reason"):
                self.unknown_key(key, ("value", "at", "source", "reason"), "key", (*path, key))
        if "value" not in raw:
            self.fault(path, "missing key 'value'")
        at = self.time(raw["at"], (*path, "at")) if "at" in raw else None
        reason = WhyUnknown.NOT_RECORDED
        if "reason" in raw:
            words = [word.value for word in WhyUnknown]
            if raw["reason"] in words:
                reason = WhyUnknown(raw["reason"])
            else:
                self.fault((*path, "reason"), f"expected one of {', '.join(words)}")
        return Observation(raw.get("value"), at, self.text(raw, "source", path), reason)

    def time(self, raw: Any, path: Path) -> datetime | None:
        try:
            return read_time(raw)
        except TimeError as error:
            self.fault(path, str(error))
            return None

    def clocks(self, data: Mapping[str, Any], path: Path) -> dict[str, datetime]:
        clocks = {}
        for name, raw in data.items():
            if name not in CLOCKS:
                self.unknown_key(name, CLOCKS, "clock", (*path, name))
            elif (moment := self.time(raw, (*path, name))) is not None:
                clocks[name] = moment
        return clocks

    def steps(self, data: Mapping[str, Any], path: Path) -> dict[str, StepEvent]:
        steps = {}
        for id_, raw in data.items():
            here = (*path, id_)
            if id_ not in self.pathway.steps:
                self.unknown_key(id_, self.pathway.steps, "step", here)
            elif type(raw) is not dict:
                self.fault(
                    here,
                    "expected `state` and `at`",
                    "such as {state: requested, at: 2026-11-20T10:00:00+00:00}",
                )
            elif (event := self.event(raw, here)) is not None:
                steps[id_] = event
        return steps

    def event(self, raw: Mapping[str, Any], path: Path) -> StepEvent | None:
        before = len(self.problems)
        for key in raw:
            if key not in ("state", "at", "by", "reason"):
                self.unknown_key(key, ("state", "at", "by", "reason"), "key", (*path, key))
        state = raw.get("state")
        if state not in STATES:
            self.fault((*path, "state"), f"expected one of {', '.join(STATES)}")
        if "at" not in raw:
            self.fault(path, "missing key 'at'")
        at = self.time(raw.get("at"), (*path, "at")) if "at" in raw else None
        by, reason = self.text(raw, "by", path), self.text(raw, "reason", path)
        if state == "declined" and not (by and reason):
            self.fault(path, "a declined step needs `reason` and `by`", "the role that decided it")
        if len(self.problems) > before or at is None:
            return None
        return StepEvent(str(state), at, by, reason)

    def not_available(self, data: Mapping[str, Any], path: Path) -> list[str]:
        named = data.get("not_available", [])
        here = (*path, "not_available")
        if type(named) is not list or not all(type(name) is str for name in named):
            self.fault(here, "expected a list of steps")
            return []
        for number, name in enumerate(named):
            if name not in self.pathway.steps:
                self.unknown_key(name, self.pathway.steps, "step", (*here, number))
        return [name for name in named if name in self.pathway.steps]

    def sign_offs(self, data: Any, path: Path) -> list[SignOff]:
        if type(data) is not list:
            self.fault(path, "expected a list")
            return []
        signed = []
        for number, raw in enumerate(data):
            here = (*path, number)
            if type(raw) is not dict or set(raw) != {"rule", "by", "at"}:
                self.fault(here, "expected the keys rule, by and at")
                continue
            if type(raw["rule"]) is not str or raw["rule"] not in self.pathway.rules:
                self.unknown_key(str(raw["rule"]), self.pathway.rules, "rule", (*here, "rule"))
                continue
            at = self.time(raw["at"], (*here, "at"))
            if at is not None:
                signed.append(SignOff(raw["rule"], self.text(raw, "by", here), at))
        return signed
