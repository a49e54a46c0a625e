"""The figures of a whole cohort: all limits at a glance, what was missing, what is overdue, what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from spineworkup.audit.answers import Answers
from spineworkup.audit.counted import ALL, Counted
from spineworkup.audit.figures import Column, Figure, Interval, Section, Table, Value, show
from spineworkup.audit.rows import AT_LEAST, COUNTS, SHARES, row_of
from spineworkup.audit.small_numbers import HIDDEN, Hidden, Sum, suppressed
from spineworkup.audit.svg import Element, bars, spans
from spineworkup.urgency import Urgency

# So many findings and steps have a bar; all are in the table.
_BARS = 12
_MOST_STEPS = 3
_HAPPENED = {"nothing recorded": ("",), "requested or scheduled": ("requested", "scheduled"), "performed or reported, not acted on": ("performed", "reported")}
_ELSE = "inadequate, cancelled or declined"
_MEDIANS = (Column("median hours", "hours"), Column("95% interval of the median", "hours", ends=True))


def at_a_glance(answers: Answers, counted: Sequence[Counted]) -> Section:
    """Return all limits of the step, a row each."""
    columns = (Column("limit"), Column("asked for", "count"), *COUNTS, *SHARES, *_MEDIANS, Column("can't be told whether asked for", "count"))
    rows = tuple(_limit_row(one) for one in counted)
    says = (
        f"Full bars: at least; dashed: at most; the line below is the 95% interval of the share at least. {AT_LEAST}",
        "Can't be told: no rule with a time is true, and this one could be, as findings are missing. They are in no share; what is missing is listed below.",
    )
    title = "In time, by each limit of the rules"
    notes = tuple(_in_words(one) for one in counted)
    glance = Figure("at-a-glance", title, says, Table(columns, rows), _glance_plot(title, counted, notes), notes)
    return Section("glance", "At a glance", (), (glance,))


def _limit_row(counted: Counted) -> tuple[Value, ...]:
    curve = counted.curve()
    median: tuple[Value, ...] = (HIDDEN,) * 2 if curve is None else (curve.median, Interval(*curve.median_interval))
    could_be = _one_shown(int(counted.of.open_question.sum()), len(counted.of.asked), counted.fewest)
    return (counted.of.standard.words, *row_of(counted, ALL)[1:], *median, could_be)


def _in_words(counted: Counted) -> str:
    """Return what matters of a limit in one sentence."""
    words, shares, curve = counted.of.standard.words, counted.shares(ALL), counted.curve()
    if shares is None or shares.at_least.value is None or shares.at_most.value is None:
        return f"{words[0].upper()}{words[1:]}: not shown."
    low, high = shares.at_least.interval
    median = f"; median {show(curve.median, 'hours')} hours" if curve is not None and curve.median is not None else ""
    return (
        f"{words[0].upper()}{words[1:]}: at least {show(shares.at_least.value, 'share')} (95% interval {show(low, 'share')} to {show(high, 'share')}), "
        f"at most {show(shares.at_most.value, 'share')}, of {shares.counted:,} patients{median}."
    )


def _glance_plot(title: str, counted: Sequence[Counted], notes: Sequence[str]) -> Element | None:
    """Draw for each limit what is sure and what is possible."""
    shown = [(one.of.standard.words, shares) for one in counted if (shares := one.shares(ALL)) is not None and shares.counted]
    if not shown:
        return None
    return spans("at-a-glance", title, " ".join(notes), [(words, shares.at_least.value or 0, shares.at_most.value or 0, shares.at_least.interval) for words, shares in shown])


def _one_shown(number: int, of: int, fewest: int) -> int | Hidden:
    """Return one number of a known whole, hidden where it or the rest is small."""
    return suppressed({"part": number, "rest": of - number, "all": of}, [Sum("all", ("part", "rest"))], fewest).get("part")


def missing(answers: Answers, fewest: int) -> Section:
    """Return what is asked of how many patients, and what the answers could change: for the step, and for all steps."""
    label = answers.pathway.steps[answers.step].label
    for_step = Counter({finding: sum(steps.values()) for finding, steps in _asked(answers, answers.step).items()})
    says = (
        "Only what could still change an answer is counted: not recorded, or not usable (too old, conflicting, implausible). The urgency is the highest that a step could reach by "
        "the answer, where that is more than is certain now.",
    )
    figures = (
        _missing(answers, "missing-for-the-step", f"Findings that aren't known and would matter for {label}", says, for_step, answers.step, fewest),
        _missing(answers, "missing", "Findings that aren't known and would matter for any step", says, answers.lacking, "", fewest),
    )
    return Section("missing-data", "What was missing, and what it would change", (), figures)


def _missing(answers: Answers, id_: str, title: str, says: tuple[str, ...], asked: Counter[str], step: str, fewest: int) -> Figure:
    steps = _asked(answers, step)
    tiers = _tiers(answers, step)
    columns = (Column("finding"), Column("patients", "count"), Column("of all", "share"), Column("could make it" if step else "could make a step"), Column("asked most for"))
    rows = []
    for finding, number in _ordered(asked):
        shown = _one_shown(number, answers.people, fewest)
        share = shown / answers.people if isinstance(shown, int) else HIDDEN
        rows.append((_label(answers, finding), shown, share, tiers[finding].words if finding in tiers else "no more urgent", _steps_in_words(answers, steps[finding])))
    told = [(str(row[0]), float(row[1]), f"{row[1]:,}") for row in rows if isinstance(row[1], int)][:_BARS]
    plot = bars(id_, title, f"Bars of the {len(told)} findings that are asked of the most patients.", told) if told else None
    # Of one step it needn't be said for which it is asked.
    wide = len(columns) - bool(step)
    return Figure(id_, title, says, Table(columns[:wide], tuple(row[:wide] for row in rows)), plot)


def _asked(answers: Answers, only: str) -> dict[str, Counter[str]]:
    """Return for each finding how many patients are asked for which steps."""
    found: dict[str, Counter[str]] = {}
    for (finding, step, _), number in answers.reach.items():
        if only in ("", step):
            found.setdefault(finding, Counter())[step] += number
    return found


def _tiers(answers: Answers, only: str) -> dict[str, Urgency]:
    """Return for each finding the highest urgency that it could give a step."""
    found: dict[str, Urgency] = {}
    for finding, step, urgency in answers.reach:
        if urgency and only in ("", step):
            found[finding] = max(found.get(finding, Urgency.NONE), Urgency(urgency))
    return found


def _steps_in_words(answers: Answers, steps: Counter[str]) -> str:
    labels = ", ".join(answers.pathway.steps[step].label for step, _ in _ordered(steps)[:_MOST_STEPS])
    return labels + (f" and {len(steps) - _MOST_STEPS} more" if len(steps) > _MOST_STEPS else "")


def _label(answers: Answers, asked: str) -> str:
    """Return how something that is asked is called: a finding, its time, or the start of a clock."""
    if asked.startswith("clocks."):
        return f"When: {asked.removeprefix('clocks.').replace('_', ' ')}"
    id_, _, time = asked.partition(".")
    label = answers.pathway.findings[id_].label if id_ in answers.pathway.findings else asked
    return f"Since when: {label}" if time == "at" else label


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return counts, the most first, and of equal ones by name: the same in every run."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def overdue(answers: Answers, fewest: int) -> Section:
    """Return the steps that are overdue, by what was recorded of them last."""
    title = "Steps that are overdue at the moment of the assessment"
    steps = Counter[str]()
    for (step, _), number in answers.overdue.items():
        steps[step] += number
    rows = [_overdue_row(answers, step, number, fewest) for step, number in _ordered(steps)]
    shown = [(str(row[0]), float(row[1]), f"{row[1]:,}") for row in rows if isinstance(row[1], int)][:_BARS]
    says = (
        "By the checklist's own due times: a step is done when its result is acted on, so that one that was performed and not acted on is overdue too. Where a finding came after the "
        "clock started, the checklist counts from it; the shares above count from the clock alone.",
    )
    columns = (Column("step"), Column("overdue", "count"), *(Column(words, "count") for words in (*_HAPPENED, _ELSE)))
    plot = bars("overdue", title, f"Bars of the {len(shown)} steps that are overdue for the most patients.", shown) if shown else None
    return Section("overdue-steps", "Overdue now", (), (Figure("overdue", title, says, Table(columns, tuple(rows)), plot),))


def _overdue_row(answers: Answers, step: str, number: int, fewest: int) -> tuple[Value, ...]:
    numbers: dict[Hashable, int] = {words: sum(answers.overdue[step, state] for state in states) for words, states in _HAPPENED.items()}
    numbers |= {_ELSE: number - sum(numbers.values()), "all": number}
    counts = suppressed(numbers, [Sum("all", (*_HAPPENED, _ELSE))], fewest)
    return (answers.pathway.steps[step].label, counts.get("all"), *(counts.get(words) for words in (*_HAPPENED, _ELSE)))


def rejected(answers: Answers, fewest: int) -> Section:
    """Return why records were rejected."""
    says = ("None of these is in any number above. What is wrong is said by its column; the records themselves are named in rejects.csv.",)
    numbers: dict[Hashable, int] = {problem: count for problem, count in answers.rejected.items()}
    numbers[""] = sum(answers.rejected.values())
    several = suppressed(numbers, [Sum("", tuple(answers.rejected))], fewest)
    rows = tuple((problem, several.get(problem)) for problem, _ in _ordered(answers.rejected))
    table = Table((Column("column and problem"), Column("records", "count")), rows)
    figure = Figure("rejected", "Records that could not be read", says, table, notes=() if rows else ("None.",))
    return Section("rejected-records", "Rejected records", (), (figure,))
