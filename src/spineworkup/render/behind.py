"""The pages behind: reasons, what is against, findings to record, scores, hand-over, numbered sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spineworkup.charts import Chart
from spineworkup.checklists import ChecklistItem, Handover
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Note, Part, Pathway, Rule, Step, TreatmentOption
from spineworkup.reasons import Against, Reason
from spineworkup.render.front import codes_of, status_words
from spineworkup.render.model import (
    Blank,
    Detail,
    Entry,
    NeedLine,
    OptionBlock,
    PartBlock,
    Record,
    Ref,
    ScoreLine,
    SourceLine,
    Statement,
    tier_of,
)
from spineworkup.render.wording import (
    AGAINST,
    UNCONFIRMED,
    VERIFICATION,
    duration,
    joined,
    sentence,
    unit_words,
)
from spineworkup.scores import Bands, Score, ScoreResult
from spineworkup.sources import Citation, Source, Verification
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

_TRUTH = {Truth.TRUE: "Applies", Truth.UNKNOWN: "Could apply", Truth.FALSE: "Does not apply"}
_RULES_AGAINST = ("absolute", "relative", "caution")
_START = {
    "suspicion": "suspicion",
    "request": "the request",
    "decision_to_treat": "the decision to treat",
    "onset": "onset",
}


class Behind:
    """Builds the pages behind and numbers the sources in the order in which they are first cited."""

    def __init__(self, pathway: Pathway, chart: Chart | None, asks: Mapping[str, str] | None = None) -> None:
        self.pathway, self.chart, self._asks = pathway, chart, asks or {}
        self.codes: Mapping[str, str] = codes_of(pathway)
        self._numbers: dict[str, int] = {}
        self._unconfirmed: set[str] = set()

    def refs(self, cites: Iterable[Citation], verification: Verification) -> tuple[Ref, ...]:
        """Return citations as numbers, and note which sources they leave unconfirmed."""
        numbered = []
        for cite in cites:
            number = self._numbers.setdefault(cite.source, len(self._numbers) + 1)
            numbered.append(Ref(number, cite.at))
            if verification != "primary":
                self._unconfirmed.add(cite.source)
        return tuple(numbered)

    def counts(self) -> tuple[int, int]:
        """Return how many of the cited sources aren't confirmed, and how many are cited."""
        return len(self._unconfirmed), len(self._numbers)

    def sources(self) -> tuple[SourceLine, ...]:
        """Return the numbered list; call it last."""
        known = self.pathway.sources
        return tuple(
            self._source(number, known.get(id_, Source(id_, id_))) for id_, number in self._numbers.items()
        )

    def _source(self, number: int, source: Source) -> SourceLine:
        mark = (
            f"In part or whole {UNCONFIRMED}"
            if source.id in self._unconfirmed
            else "Read in the primary source"
        )
        status = "" if source.status == "current" else source.status
        return SourceLine(
            number, source.title, source.publisher, source.date, source.url, status, source.note, mark
        )

    # ---- steps

    def detail(self, item: ChecklistItem) -> Detail:
        """Return what stands behind one item of a patient's checklist."""
        against = [one for one in item.against if one.truth is not Truth.FALSE]
        return Detail(
            code=self.codes[item.step.id],
            label=item.step.label,
            owner=item.step.owner,
            status=_standing(item),
            why=tuple(self._reason(reason) for reason in item.reasons),
            against=tuple(self._against(one) for one in against),
            questions=tuple(self._question(id_) for id_ in item.questions),
            notes=tuple(self._note(note) for note in item.notes),
        )

    def blank_detail(self, step: Step) -> Detail:
        """Return what stands behind one step of a blank sheet: every rule."""
        return Detail(
            code=self.codes[step.id],
            label=step.label,
            owner=step.owner,
            status="",
            why=tuple(self._rule(rule) for rule in step.indications),
            against=tuple(self._rule(rule) for rule in (*step.contraindications, *step.cautions)),
            questions=tuple(self._question(id_) for id_ in step.checks),
            notes=tuple(self._note(note) for note in step.notes),
        )

    def _rule(self, rule: Rule) -> Statement:
        refs = self.refs(rule.cites, rule.verification)
        return Statement(_lead(rule), sentence(rule.says), (), refs, VERIFICATION[rule.verification])

    def _reason(self, reason: Reason) -> Statement:
        rule = self.pathway.rules.get(reason.rule)
        terms = f"; {_lead(rule)}" if rule else ""
        refs = self.refs(reason.cites, reason.verification)
        facts = self._facts(reason.facts)
        return Statement(
            _TRUTH[reason.truth] + terms,
            sentence(reason.text),
            facts,
            refs,
            VERIFICATION[reason.verification],
        )

    def _against(self, against: Against) -> Statement:
        lead = AGAINST[against.kind]
        if against.kind in _RULES_AGAINST:
            lead += f", {_TRUTH[against.truth].lower()}"
        if against.sign_off:
            signed = "signed off" if against.signed_off else "not signed off"
            lead += f"; {against.sign_off}: {signed}"
        refs = self.refs(against.cites, against.verification)
        mark = VERIFICATION[against.verification] if against.kind in _RULES_AGAINST else ""
        return Statement(lead, sentence(against.text), self._facts(against.facts), refs, mark)

    def _note(self, note: Note) -> Statement:
        mark = VERIFICATION[note.verification] if note.cites else ""
        return Statement("Note", sentence(note.text), (), self.refs(note.cites, note.verification), mark)

    def _facts(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(f"{self._label(id_)}: {text}" for id_, text in facts.items())

    def _question(self, id_: str) -> str:
        finding = self.pathway.findings.get(id_)
        return self._asks.get(id_) or (id_ if finding is None else finding.label)

    def _label(self, id_: str) -> str:
        finding = self.pathway.findings.get(id_)
        return id_ if finding is None else finding.label

    # ---- findings to record

    def records(self, steps: Iterable[Step]) -> tuple[Record, ...]:
        """Return the findings that the steps record, in the order of work."""
        place = {id_: number for number, id_ in enumerate(self.pathway.in_order)}
        records = []
        for step in sorted(steps, key=lambda step: place[step.id]):
            parts = [self._part(step, part) for part in step.parts]
            recorded = {id_ for part in step.parts for id_ in part.findings}
            results = tuple(id_ for id_ in step.produces if id_ not in recorded)
            if results:
                parts.append(self._part(step, Part("result", "Result", results)))
            if parts:
                records.append(Record(self.codes[step.id], step.label, tuple(parts)))
        return tuple(records)

    def _part(self, step: Step, part: Part) -> PartBlock:
        about = f"{self.codes[step.id]} {part.label}"
        findings = [self.pathway.findings[id_] for id_ in part.findings if id_ in self.pathway.findings]
        return PartBlock(
            part.label,
            Blank(f"{step.id}-{part.id}", f"{about}: examined or asked", "done", "tick"),
            tuple(self._entry(f"{step.id}-{part.id}", about, finding) for finding in findings),
            self.refs(part.cites, part.verification),
            VERIFICATION[part.verification] if part.cites else "",
        )

    def _entry(self, prefix: str, about: str, finding: Finding) -> Entry:
        answers = _answers(f"{prefix}-{finding.id}", about, finding)
        return Entry(finding.label, answers, unit_words(finding.unit), self._known(finding))

    def _known(self, finding: Finding) -> str:
        value = self.chart.facts.get(finding.id) if self.chart else None
        if value is None:
            return ""
        shown = finding.show(value)
        return shown.replace(finding.unit, unit_words(finding.unit)) if finding.unit else shown

    # ---- scores and hand-over

    def score(self, result: ScoreResult) -> ScoreLine:
        """Return a score's interval and the bands that it touches."""
        low, high = result.lowest, result.highest
        value = "not known" if low is None else str(low) if low == high else f"{low} to {high}"
        missing = tuple(self._label(id_) for id_ in result.missing)
        return self._score_line(result.score, value, joined(list(result.bands), " or "), missing)

    def blank_score(self, score: Score) -> ScoreLine:
        """Return a score with all of its items still to be found out."""
        table = score.table
        rows = next(iter(table.tables.values())) if isinstance(table, Bands) else table.bands
        bands = [row.band for row in rows]
        return self._score_line(
            score, "", joined(bands, " or "), tuple(self._label(id_) for id_ in score.inputs)
        )

    def _score_line(self, score: Score, value: str, bands: str, missing: tuple[str, ...]) -> ScoreLine:
        refs = self.refs(score.cites, score.verification)
        return ScoreLine(score.label, value, bands, missing, refs, VERIFICATION[score.verification])

    def handover(self, options: Iterable[Handover]) -> tuple[OptionBlock, ...]:
        """Return the treatment options with what is there and what is missing."""
        return tuple(
            self._option(
                one.option, [(need.label, "there" if there else "missing") for need, there in one.needs]
            )
            for one in options
        )

    def blank_handover(self) -> tuple[OptionBlock, ...]:
        """Return the treatment options with what they need."""
        options = self.pathway.options.values()
        return tuple(self._option(option, [(need.label, "") for need in option.needs]) for option in options)

    def _option(self, option: TreatmentOption, needs: list[tuple[str, str]]) -> OptionBlock:
        lines = tuple(
            NeedLine(
                label,
                there,
                Blank(f"{option.id}-need-{n}", f"{option.label}, {label}: handed over", "", "tick"),
            )
            for n, (label, there) in enumerate(needs, 1)
        )
        refs = self.refs(option.cites, option.verification)
        mark = VERIFICATION[option.verification] if option.cites else ""
        return OptionBlock(option.label, option.page, lines, option.notes, refs, mark)


def _standing(item: ChecklistItem) -> str:
    """Return the status, the urgency and whether it may go ahead."""
    urgency = item.urgency
    certain = "" if urgency.lowest is Urgency.NONE else f" {urgency.lowest.words}."
    could = "" if urgency.is_settled else f" Could reach: {urgency.highest.words}."
    clear = " Clear to proceed." if item.clear_to_proceed else ""
    return f"{status_words(item)}.{certain}{could}{clear}"


def _lead(rule: Rule) -> str:
    """Return the terms of a rule: what kind, how soon, how strongly."""
    if rule.kind != "indication":
        return AGAINST[rule.kind] + (f": {rule.sign_off}" if rule.sign_off else "")
    within = ""
    if rule.within is not None:
        since = f" of {_START.get(rule.start, rule.start)}" if rule.start else ""
        within = f", {'at once' if not rule.within else 'within ' + duration(rule.within)}{since if rule.within else ''}"
    strength = f" ({rule.strength})" if rule.strength else ""
    return f"{tier_of(rule.urgency).short}{within}{strength}"


def _answers(id_: str, about: str, finding: Finding) -> tuple[Blank, ...]:
    label = f"{about}, {finding.label}"
    if finding.kind is Kind.BOOLEAN:
        options = {"present": "present", "absent": "absent"}
    elif finding.kind is Kind.CHOICE:
        options = dict(finding.options)
    else:
        unit = f" in {unit_words(finding.unit)}" if finding.unit else ""
        return (Blank(id_, f"{label}{unit}", ""),)
    return tuple(
        Blank(f"{id_}-{option}", f"{label}: {words}", words, "tick") for option, words in options.items()
    )
