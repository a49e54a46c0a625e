"""Whether an overlay fits what it is laid over: its base, its jurisdiction, and that it weakens nothing unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spineworkup.findings import Finding
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.reading.overlay import OverlayHead
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document


def check_fits(
    base: Pathway, before: Pathway, heads: Sequence[OverlayHead], overlay: Document, problems: Problems
) -> None:
    """Note where the last of some overlays was written for another base, or for another jurisdiction.

    Args:
        base: The package without overlays.
        before: The package with all overlays but the last.
        heads: What the overlays say of themselves.
        overlay: The last of them.
        problems: Where what is wrong is noted.
    """
    *others, head = heads
    if head.requires_base and not {base.version, base.hash} & set(head.requires_base):
        says = f"the overlay {head.overlay!r} was not written for this base: version {base.version!r}, {base.hash}"
        problems.add(overlay, ("requires_base",), says, "review it against this base, then add the version here")
    for other in others:
        if other.profile != head.profile:
            says = f"{_of(head)} and {_of(other)} are of two jurisdictions"
            problems.add(overlay, ("profile",), says, "one at a time")
            return
    if head.stands_on and head.stands_on != before.profile:
        says = f"{_of(head)} stands on the profile {head.stands_on!r}, not on {before.profile!r}"
        problems.add(overlay, ("stands_on",), says, "lay it over an overlay of that profile")


def _of(head: OverlayHead) -> str:
    return f"the overlay {head.overlay!r} (profile {head.profile!r})"


def check_not_weakened(
    base: Pathway, overlaid: Pathway, head: OverlayHead, overlay: Document, problems: Problems
) -> None:
    """Note each safety-critical step that an overlay weakens without a waiver, and each red flag that it reads otherwise."""
    waived = {waiver.step for waiver in head.waivers}
    for number, waiver in enumerate(head.waivers):
        if waiver.step not in base.steps:
            problems.add(overlay, ("waivers", number, "step"), f"unknown step {waiver.step!r}")
    for step in base.steps.values():
        if step.safety_critical and step.id not in waived:
            for what in _weaker(step, overlaid.steps[step.id]):
                problems.add(
                    overlay, (), f"weakens the safety-critical step {step.id!r}: {what}", "needs a waiver"
                )
    for flag in base.findings.values():
        if flag.red_flag and _is_read_otherwise(flag, overlaid.findings.get(flag.id)):
            problems.add(overlay, (), f"changes how the red flag {flag.id!r} is read", "no overlay may")


def _is_read_otherwise(flag: Finding, now: Finding | None) -> bool:
    """Whether the same record of a red flag could be known under one and not under the other, or say something else."""
    keys = ("kind", "unit", "molar_mass", "low", "high", "red_flag", "max_age", "derived")
    return any(getattr(flag, key) != getattr(now, key) for key in keys)


def _weaker(base: Step, now: Step) -> Iterator[str]:
    """Yield what is weaker in a step than it was; every change that isn't plainly tighter counts."""
    rules = {rule.id: rule for rule in now.indications}
    for rule in base.indications:
        if rule.id not in rules:
            yield f"the indication {rule.id!r} is gone"
        elif _looser(rule, rules[rule.id]):
            yield f"the indication {rule.id!r} is less urgent, later, or asks for something else"
    against = {rule.id: rule for rule in now.contraindications}
    for rule in base.contraindications:
        if rule.id not in against or _bars_otherwise(rule, against[rule.id]):
            yield f"the contraindication {rule.id!r} is gone or changed"
    new = {rule.id for rule in now.contraindications} - {rule.id for rule in base.contraindications}
    if new:
        yield f"it has new contraindications: {', '.join(sorted(new))}"
    if set(base.checks) - set(now.checks):
        yield f"checks are gone: {', '.join(sorted(set(base.checks) - set(now.checks)))}"
    if set(now.prerequisites) - set(base.prerequisites):
        yield "it has new prerequisites"
    if not now.safety_critical:
        yield "it is no longer safety-critical"
    if (now.done_when, now.produces) != (base.done_when, base.produces):
        yield "when it counts as done is changed"
    if now.action != base.action:
        yield "what it says to do is changed"
    if now.pause != base.pause:
        yield "it stands at another pause point"


def _bars_otherwise(was: Rule, now: Rule) -> bool:
    """Whether a contraindication bars other people, or is cleared by somebody else."""
    return any(getattr(was, key) != getattr(now, key) for key in ("when", "kind", "sign_off", "holds_unknown"))


def _looser(was: Rule, now: Rule) -> bool:
    if now.when != was.when or now.urgency < was.urgency:
        return True
    if was.within is None:
        return False
    return now.within is None or now.within > was.within or now.start != was.start
