"""The commands that enter what happened into a workup."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from spineworkup.charts import CLOCKS, STATES
from spineworkup.commands.cases import moment, time_of
from spineworkup.commands.conflicts import refuse_conflicts
from spineworkup.commands.parsers import Commands
from spineworkup.commands.saying import check_id
from spineworkup.commands.workups import add_writer, enter, keep, opened
from spineworkup.errors import WorkupError
from spineworkup.workups.workup import Workup

_WAYS_OUT = (
    "The patient has changed: --changed. The earlier one was wrong: `spineworkup correct`. "
    "Both stand, and it counts as not known: --both"
)


def add_parsers(commands: Commands) -> None:
    """Add the commands that enter something into a workup."""
    made = add_writer(commands, "record", run_record, "record findings", "limb_weakness=present")
    made.add_argument("values", nargs="+", metavar="FINDING=VALUE", help="as in a case file, such as calcium_total='2.95 mmol/L'")
    _add_when(made, "it was seen")
    made.add_argument("--origin", default="", metavar="TEXT", help="where it comes from, such as 'referral letter'")
    differing = made.add_mutually_exclusive_group()
    differing.add_argument("--changed", action="store_true", help="the patient has changed: what was seen before holds no more")
    differing.add_argument("--both", action="store_true", help="keep it beside what contradicts it: it then counts as not known")

    made = add_writer(commands, "correct", run_correct, "say what a finding should have been", "e1f2 absent --reason 'other side'")
    made.add_argument("event", metavar="EVENT", help="the event that was wrong (`spineworkup timeline` lists them)")
    made.add_argument("value", metavar="VALUE")
    _add_reason(made)
    _add_when(made, "it was seen")

    made = add_writer(commands, "withdraw", run_withdraw, "say that an event was entered in error", "e1f2 --reason 'other patient'")
    made.add_argument("event", metavar="EVENT", help="the event (`spineworkup timeline` lists them)")
    _add_reason(made)

    made = add_writer(commands, "clock", run_clock, "say when a clock started", "suspicion")
    made.add_argument("clock", choices=CLOCKS, metavar="NAME", help=", ".join(CLOCKS))
    _add_when(made, "it started")

    made = add_writer(commands, "step", run_step, "record what happened to a step", "mri_whole_spine requested")
    made.add_argument("step", metavar="STEP", help="`spineworkup steps` lists them")
    made.add_argument("state", choices=STATES, metavar="STATE", help=", ".join(STATES))
    made.add_argument("--reason", default="", metavar="TEXT", help="why; needed for declined")
    _add_when(made, "it happened")

    made = add_writer(commands, "available", run_available, "say whether a step can be done here", "mri_whole_spine no")
    made.add_argument("step", metavar="STEP", help="`spineworkup steps` lists them")
    made.add_argument("available", choices=("yes", "no"))
    made.add_argument("--reason", default="", metavar="TEXT", help="why")

    made = add_writer(commands, "override", run_override, "go past a rule, and say why", "mri_implant --reason TEXT")
    made.add_argument("rule", metavar="RULE", help="`spineworkup rules` lists them")
    _add_reason(made)

    made = add_writer(commands, "note", run_note, "add words for the next reader", "'Family informed'")
    made.add_argument("text", metavar="TEXT")


def _add_when(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--when", metavar="T", help=f"when {what} (default: the moment of --at)")


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")


def run_record(options: argparse.Namespace) -> int:
    """Record findings, all of them or none."""
    before, at = opened(options), moment(options.at)
    after, when = before, time_of("--when", options.when)
    pairs = [_pair(text, before) for text in options.values]
    for finding, value in pairs:
        after = after.record(
            finding, value, at=at, by=options.by, origin=options.origin, when=when, changed=options.changed
        )
    if not options.both:
        refuse_conflicts(before, after, [finding for finding, _ in pairs], at, _WAYS_OUT)
    return keep(Path(options.file), before, after, at)


def _pair(text: str, workup: Workup) -> tuple[str, str]:
    finding, equals, value = text.partition("=")
    if not equals:
        raise WorkupError("expected FINDING=VALUE, such as limb_weakness=present")
    check_id("finding", finding, workup.pathway.findings)
    return finding, value


def run_correct(options: argparse.Namespace) -> int:
    """Correct a finding that was recorded wrongly."""
    when = time_of("--when", options.when)

    def add(workup: Workup, at: datetime) -> Workup:
        return workup.correct(options.event, options.value, reason=options.reason, at=at, by=options.by, when=when)

    return enter(options, add)


def run_withdraw(options: argparse.Namespace) -> int:
    """Withdraw an event."""
    return enter(options, lambda workup, at: workup.withdraw(options.event, reason=options.reason, at=at, by=options.by))


def run_clock(options: argparse.Namespace) -> int:
    """Say when a clock started."""
    when = time_of("--when", options.when)
    return enter(options, lambda workup, at: workup.start_clock(options.clock, at=at, by=options.by, when=when))


def run_step(options: argparse.Namespace) -> int:
    """Record what happened to a step."""
    when = time_of("--when", options.when)

    def add(workup: Workup, at: datetime) -> Workup:
        check_id("step", options.step, workup.pathway.steps)
        return workup.step(options.step, options.state, at=at, by=options.by, reason=options.reason, when=when)

    return enter(options, add)


def run_available(options: argparse.Namespace) -> int:
    """Say whether a step can be done here now."""
    available = options.available == "yes"

    def add(workup: Workup, at: datetime) -> Workup:
        check_id("step", options.step, workup.pathway.steps)
        return workup.availability(options.step, available, at=at, by=options.by, reason=options.reason)

    return enter(options, add)


def run_override(options: argparse.Namespace) -> int:
    """Go past a rule that speaks against a step."""

    def add(workup: Workup, at: datetime) -> Workup:
        check_id("rule", options.rule, workup.pathway.rules)
        return workup.override(options.rule, reason=options.reason, at=at, by=options.by)

    return enter(options, add)


def run_note(options: argparse.Namespace) -> int:
    """Add a note."""
    return enter(options, lambda workup, at: workup.note(options.text, at=at, by=options.by))
