"""In what the answers of two versions about one step can differ, coarse first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import z3
from attrs import evolve, field, frozen

from spineworkup.checklists import ChecklistItem
from spineworkup.pathways import ONSET, Rule
from spineworkup.proofs.answers import STATUSES, TIERS, Answer, StepAnswer
from spineworkup.translate.to_z3 import Formula, Rails, both, either
from spineworkup.urgency import Urgency

HOUR = timedelta(hours=1)
NEVER = z3.BoolVal(False)
ALWAYS = z3.BoolVal(True)
NOT_SHOWN = Rails(NEVER, NEVER)


@frozen
class Aspect:
    """Something in which two versions can differ about a step.

    Args:
        name: `status`, `urgency`, `due`, `clear`, `instead`, `against` or `reasons`.
        differs: When they do.
        say: What a checklist says of it, in words.
        same: When a version says the same as a checklist's item does; kinds of patients are told apart by it.
        detail: The rule, of reasons and of what speaks against.
    """

    name: str
    differs: Formula
    say: Callable[[ChecklistItem], str] = field(repr=False)
    same: Callable[[StepAnswer, ChecklistItem], Formula] = field(repr=False)
    detail: str = ""


def aspects(old: StepAnswer, new: StepAnswer) -> Iterator[Aspect]:
    """Yield in what two versions can differ about a step; what is shown of a rule comes last, rule by rule."""
    statuses = [old.statuses[name] != new.statuses[name] for name in STATUSES]
    yield Aspect("status", either(statuses), lambda item: item.status.words, _same_status)
    yield Aspect("urgency", _rungs_differ(old, new), lambda item: item.urgency.words, _same_urgency)
    time_differs = z3.And(old.due.exists, new.due.exists, old.due.at != new.due.at)
    yield Aspect("due", z3.Or(old.due.exists != new.due.exists, time_differs), _say_due, _any)
    yield Aspect("clear", old.clear != new.clear, _say_clear, lambda said, item: said.clear == item.clear_to_proceed)
    others = sorted({*old.instead, *new.instead})
    instead = [old.instead.get(id_, NEVER) != new.instead.get(id_, NEVER) for id_ in others]
    yield Aspect("instead", either(instead), lambda item: item.instead or "nothing", _same_instead)
    yield from _against(old, new)
    yield from _reasons(old, new)


def _any(said: StepAnswer, item: ChecklistItem) -> Formula:
    return ALWAYS


def _same_status(said: StepAnswer, item: ChecklistItem) -> Formula:
    return said.statuses[item.status.value]


def _same_urgency(said: StepAnswer, item: ChecklistItem) -> Formula:
    lowest = [said.lowest[tier] == (item.urgency.lowest >= tier) for tier in TIERS]
    return both(lowest + [said.highest[tier] == (item.urgency.highest >= tier) for tier in TIERS])


def _same_instead(said: StepAnswer, item: ChecklistItem) -> Formula:
    return both([chosen == (id_ == item.instead) for id_, chosen in said.instead.items()])


def _rungs_differ(old: StepAnswer, new: StepAnswer) -> Formula:
    rungs = [old.lowest[tier] != new.lowest[tier] for tier in TIERS]
    return either(rungs + [old.highest[tier] != new.highest[tier] for tier in TIERS])


def _say_due(item: ChecklistItem) -> str:
    return "no time" if item.due is None else f"by {item.due:%Y-%m-%d %H:%M}"


def _say_clear(item: ChecklistItem) -> str:
    return "clear to proceed" if item.clear_to_proceed else "not clear to proceed"


def _reasons(old: StepAnswer, new: StepAnswer) -> Iterator[Aspect]:
    mine = {(one.rule.id, one.in_place_of): one for one in old.asked}
    yours = {(one.rule.id, one.in_place_of): one for one in new.asked}
    for key in sorted({*mine, *yours}):
        shown = (old.reasons.get(key, NOT_SHOWN), new.reasons.get(key, NOT_SHOWN))
        rules = [one.rule for one in (mine.get(key), yours.get(key)) if one is not None]
        yield Aspect("reasons", _differ(shown, rules), _say_reason(key[0], _reworded(rules)), _any, key[0])


def _differ(shown: tuple[Rails, Rails], rules: list[Rule]) -> Formula:
    """Whether a rule is shown in one version and not in the other, or in both with other words."""
    a, b = shown
    if _reworded(rules):
        return z3.Or(a.true, a.false, b.true, b.false)
    return z3.Or(a.true != b.true, a.false != b.false)


def _reworded(rules: Sequence[Rule]) -> bool:
    return len(rules) == 2 and _words(rules[0]) != _words(rules[1])


def _words(rule: Rule) -> Rule:
    """What is shown of a rule; what it asks for, how urgently and by when is compared by what it does.

    But for a time that counts from when the rule became true: findings have no times here.
    """
    same: dict[str, Any] = {"when": None, "urgency": Urgency.NONE, "review_by": None, "holds_unknown": True}
    if rule.start != ONSET:
        same |= {"within": None, "start": ""}
    return evolve(rule, **same)


def _say_reason(rule: str, in_full: bool) -> Callable[[ChecklistItem], str]:
    def say(item: ChecklistItem) -> str:
        more = _particulars(item, rule) if in_full else ""
        found = [f"{one.rule}: {one.text} ({one.truth.value}{more})" for one in item.reasons if one.rule == rule]
        return "; ".join(found) or "no such reason"

    return say


def _particulars(item: ChecklistItem, rule: str) -> str:
    """What stands beside the words of a rule: two versions may say the same and cite something else."""
    about = item.reading.plan.pathway.rules[rule]
    kind = "" if about.kind == "indication" else about.kind
    onset = about.within if about.start == ONSET else None
    time = "" if onset is None else f"within {onset / HOUR:g} h of becoming true"
    role = f"to be cleared by {about.sign_off}" if about.sign_off else ""
    return "".join(f"; {part}" for part in (kind, role, time, about.strength, *about.cites, about.verification) if part)


def _against(old: StepAnswer, new: StepAnswer) -> Iterator[Aspect]:
    mine = {rule.id: rule for rule in (*old.step.contraindications, *old.step.cautions)}
    yours = {rule.id: rule for rule in (*new.step.contraindications, *new.step.cautions)}
    for id_ in sorted({*mine, *yours}):
        shown = (old.speaks.get(id_, NOT_SHOWN), new.speaks.get(id_, NOT_SHOWN))
        rules = [rules[id_] for rules in (mine, yours) if id_ in rules]
        yield Aspect("against", _differ(shown, rules), _say_against(id_, _reworded(rules)), _any, id_)
    for id_ in sorted({*old.waits_for, *new.waits_for}):
        waits = [z3.And(z3.Not(a.closed), a.waits_for.get(id_, NEVER)) for a in (old, new)]
        yield Aspect("against", waits[0] != waits[1], _say_against(id_), _any, id_)
    for id_ in sorted(set(old.step.checks) ^ set(new.step.checks)):
        holder = old if id_ in old.step.checks else new
        yield Aspect("against", z3.Not(holder.closed), _say_against(id_), _any, id_)


def _say_against(id_: str, in_full: bool = False) -> Callable[[ChecklistItem], str]:
    def say(item: ChecklistItem) -> str:
        more = f" ({_particulars(item, id_)[2:]})" if in_full else ""
        found = [f"{one.rule}: {one.text}{more}" for one in item.against if one.rule == id_]
        return "; ".join(found) or f"nothing of {id_}"

    return say


def any_difference(old: Answer, new: Answer) -> Formula:
    """Whether two versions differ in anything about any step that both have."""
    shared = [id_ for id_ in new.steps if id_ in old.steps]
    return either([one.differs for id_ in shared for one in aspects(old.steps[id_], new.steps[id_])])
