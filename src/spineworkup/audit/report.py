"""The audit of a cohort: what it is of, what its numbers are, and what can't be concluded from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spineworkup.about import library_version
from spineworkup.audit.answers import Answers, read_answers
from spineworkup.audit.counted import Counted, counted
from spineworkup.audit.figures import Report
from spineworkup.audit.of_cohort import at_a_glance, missing, overdue, rejected
from spineworkup.audit.of_standard import section_of
from spineworkup.audit.outcomes import MONTH_UNKNOWN, measured
from spineworkup.audit.standards import Standard, standards_of
from spineworkup.errors import CohortError
from spineworkup.sources import VERIFICATION_WORDS

DEFAULT_STEP = "mri_whole_spine"
_LIMITS = (
    "Whether anybody was harmed, or was better off: only times are measured.",
    "What was true and not recorded. A step that isn't recorded as performed counts as not performed.",
    "What was known at the time: findings are taken as they stand at the moment of the assessment, also those that came after the clock started.",
    "When a step was performed, where the record says only that it was reported or acted on.",
    "Which place is better: places differ in their patients, and in what they record.",
    "What causes a change: a signal says that chance alone seldom looks so.",
)


def audit(out: Path, *, step: str = DEFAULT_STEP, fewest: int = 0) -> Report:
    """Return the audit of a folder that `spineworkup cohort` wrote.

    Args:
        out: Made with `--with fired,pending,questions`.
        step: Whose time limits are measured; the limits are those of the rules.
        fewest: Numbers of patients below it are hidden, and what would reveal them; 0 hides none.

    Raises:
        CohortError: The folder can't be used, or the step has no time limit.
    """
    if not 0 <= fewest <= 1000:
        raise CohortError("--suppress", "expected a number from 0 to 1000")
    answers = read_answers(out, step)
    standards = standards_of(answers.pathway, step)
    counts = [counted(measured(answers, standard, standards), fewest) for standard in standards]
    sections = (
        at_a_glance(answers, counts),
        *(section_of(one) for one in counts),
        missing(answers, fewest),
        overdue(answers, fewest),
        rejected(answers, fewest),
    )
    title = f"Audit: {answers.pathway.steps[step].label}"
    return Report(title, _facts(answers, counts, fewest), _warnings(answers, standards), _LIMITS, sections, _footer(answers))


def _facts(answers: Answers, counts: Sequence[Counted], fewest: int) -> tuple[tuple[str, str], ...]:
    run = answers.run
    rules, records = run["pathway"], run["counts"]
    overlays = ", ".join(rules["overlays"]) or "none"
    return (
        ("Data", _data(answers)),
        ("Records", f"{records['in']:,} in = {records['assessed']:,} assessed + {records['rejected']:,} rejected"),
        ("Input", f"{run['input']['name']}, {run['input']['digest']}"),
        ("Looked at", _between(answers.at.astype("datetime64[m]"))),
        ("Clocks started", _months(counts)),
        ("Rules", f"{rules['id']} {rules['version']}, overlays: {overlays}, {rules['hash']}"),
        ("How far the rules of this step were checked", _checked(answers)),
        ("Library", f"spineworkup {run['library']} assessed, {library_version()} audited"),
        ("Small numbers", f"below {fewest} hidden, and what would reveal them" if fewest else "not hidden"),
    )


def _data(answers: Answers) -> str:
    if not answers.synthetic:
        return "no id says that patients are made up: take them as real"
    if answers.synthetic == answers.people:
        return "SYNTHETIC: every patient is made up"
    return f"MIXED: {answers.synthetic:,} of {answers.people:,} patients are made up"


def _between(moments: np.ndarray) -> str:
    if not len(moments):
        return "nobody"
    first, last = (str(end).replace("T", " ") for end in (moments.min(), moments.max()))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"


def _months(counts: Sequence[Counted]) -> str:
    names = sorted({name for one in counts for _, name in one.months if name != MONTH_UNKNOWN})
    return f"{names[0]} to {names[-1]}" if names else "not known"


def _checked(answers: Answers) -> str:
    found = Counter(rule.verification for rule in answers.pathway.steps[answers.step].rules)
    return "; ".join(f"{count} {VERIFICATION_WORDS[mark]}" for mark, count in sorted(found.items()))


def _warnings(answers: Answers, standards: Sequence[Standard]) -> tuple[str, ...]:
    warnings = []
    if answers.synthetic:
        warnings.append("Made-up patients: their rates were chosen to exercise software. Nothing here says anything about patients or hospitals.")
    if weak := [standard for standard in standards if standard.verification != "primary"]:
        words = "; ".join(f"{standard.words}: {VERIFICATION_WORDS[standard.verification]}" for standard in weak)
        warnings.append(f"Limits whose rules have not been confirmed against their primary source: {words}.")
    warnings.append("The shares count from the start of the clock. Everything that isn't known counts as not known, never as in time.")
    return tuple(warnings)


def _footer(answers: Answers) -> tuple[str, ...]:
    rules = answers.run["pathway"]
    return (
        f"Rules {rules['id']} {rules['version']}, {rules['hash'][:19]}; {_data(answers)}.",
        "A reference library for people who build and test clinical software. Not a medical device.",
    )
