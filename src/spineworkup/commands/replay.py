"""The command that works an answer out again from its receipt."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from attrs import evolve

from spineworkup.checklists import Checklist, Receipt
from spineworkup.commands.cases import checklist_from, is_workup, read_input, workup_from
from spineworkup.commands.parsers import CASE_WORDS, Commands, add_overlays
from spineworkup.commands.saying import OK, PROBLEMS, print_folded
from spineworkup.commands.workups import print_changed, rules_of
from spineworkup.errors import WorkupError
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_json import to_json
from spineworkup.render.to_screen import show_time
from spineworkup.workups.events import Shown
from spineworkup.workups.opening import open_workup
from spineworkup.workups.replay import (
    Apart,
    answers_apart,
    read_receipt,
    receipts_apart,
    record_then,
    shown_then,
)
from spineworkup.workups.workup import Workup


def add_parsers(commands: Commands) -> None:
    """Add the command that works an answer out again."""
    words = "work out an earlier answer again: the same, or what differs"
    made = commands.add("replay", run_replay, words, "spineworkup replay answer.json case.yaml")
    made.add_argument(
        "receipt", metavar="RECEIPT",
        help="the JSON of assess, or only its receipt; or a workup alone: all that was printed of it",
    )  # fmt: skip
    made.add_argument("case", metavar="CASE", nargs="?", help=CASE_WORDS)
    add_overlays(made)


def run_replay(options: argparse.Namespace) -> int:
    """Work an answer out again."""
    raw, name = read_input(options.receipt)
    if options.case is None:
        if not is_workup(raw):
            raise WorkupError("of whom is the receipt? Name the case file or the workup after it")
        return _replay_shown(workup_from(raw, name, options.overlay))
    kept = _read_json(raw, name)
    receipt = read_receipt(kept.get("receipt", kept))
    checklist = _again(receipt, options)
    apart = receipts_apart(receipt, checklist.receipt)
    if "receipt" in kept:
        apart += answers_apart(kept, json.loads(json.dumps(to_json(checklist))))
    return _say(apart, f"the answer of {show_time(receipt.at)}")


def _read_json(raw: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(raw, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError):
        raise WorkupError(f"{name}: not a receipt (no JSON that can be read)") from None
    if type(found) is not dict:
        raise WorkupError(f"{name}: not a receipt (expected a mapping)")
    return found


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _again(receipt: Receipt, options: argparse.Namespace) -> Checklist:
    """Return the checklist of a receipt's moment, with its overlays unless others are named."""
    raw, name = read_input(options.case)
    overlays = options.overlay or list(receipt.overlays)
    if is_workup(raw):
        workup = open_workup(raw, name, load_pathway(DEFAULT, overlays))
        return record_then(workup, receipt.chart_digest, receipt.at).checklist(receipt.at)
    options.at, options.overlay = receipt.at.isoformat(), overlays
    return checklist_from(raw, name, options)


def _replay_shown(workup: Workup) -> int:
    """Work out again every checklist of a workup that was printed or handed over, under the rules of then."""
    rules = {workup.pathway.hash: workup.pathway}
    codes = [OK]
    for place, event in enumerate(workup.events):
        if isinstance(event, Shown):
            if event.hash not in rules and (then := rules_of(evolve(workup, events=workup.events[:place]))):
                rules[then.hash] = then
            codes.append(_again_shown(evolve(workup, pathway=rules.get(event.hash, workup.pathway)), event))
    if len(codes) == 1:
        print("Nothing was printed of it yet")
    return max(codes)


def _again_shown(workup: Workup, shown: Shown) -> int:
    apart, changes = shown_then(workup, shown)
    code = _say(apart, f"{shown.id}, printed for {show_time(shown.of)}", same=not changes)
    print_changed(changes, workup.pathway)
    return code


def _say(apart: Sequence[Apart], what: str, *, same: bool = True) -> int:
    """Print whether an answer is the same, and in what it differs."""
    if not apart and same:
        print(f"Same: {what}")
        return OK
    print(f"Not the same: {what}")
    for one in apart:
        print_folded(f"  {one.place}: was {_words(one.was)}; is {_words(one.now)}")
    return PROBLEMS


def _words(value: object) -> str:
    if value is None:
        return "not there"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
