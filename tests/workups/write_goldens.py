"""Workups of this release, and how each step stood on their checklists: to be read by every later version.

    python -m tests.workups.write_goldens                 writes those of this version, once, before it is released
    python -m tests.workups.write_goldens --differences   writes down what other rules than then make of them

A golden is never altered. What stands in `differences.txt` is for whoever reviews a change of rules: these patients would
be treated differently.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spineworkup import load_pathway
from spineworkup.about import library_version
from spineworkup.workups.files import load_workup
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.standings import NOT_INDICATED, Standing, read_standing, standings_of
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, NINE, hour, recorded, started
from tests.workups.samples import full

GOLDENS = Path(__file__).parent / "goldens"
SUMS, DIFFERENCES = GOLDENS / "SHA256SUMS", GOLDENS / "differences.txt"
STANDINGS = ".standings.json"


def new_goldens() -> dict[str, Workup]:
    """What is kept of this release: each kind of event, and some patients."""
    emergency = recorded(
        ("cancer_history", "current", 0), ("back_pain", "present", 0), ("limb_weakness", "present", 0.5), ("numbness", "present", 0.5),
        workup=started("emergency"),
    )  # fmt: skip
    american = Workup.start(load_pathway(overlays=["us"]), "american", at=NINE, by=FIRST)
    return {
        "every_kind": full("every kind: Ä/ö, 北"),
        "begun": started("begun"),
        "emergency": emergency.step("mri_whole_spine", "requested", at=hour(1), by=FIRST),
        "quiet": recorded(("cancer_history", "current", 0), ("back_pain", "absent", 0), workup=started("quiet")),
        "changed": recorded(
            ("limb_weakness", "absent", 0), ("limb_weakness", "present", 30, {"changed": True}), workup=started("changed")
        ),
        "american": recorded(("cancer_history", "current", 0), ("back_pain", "present", 1), workup=american),
    }


def moments(workup: Workup) -> tuple[datetime, ...]:
    """When the checklist is compared: when all had been entered, and three days later."""
    last = max(event.at for event in workup.events)
    return last, last + timedelta(days=3)


def recorded_standings(file: Path) -> tuple[str, dict[datetime, dict[str, Standing]]]:
    """The hash of the rules of then, and how each step stood at each moment."""
    raw: dict[str, Any] = json.loads(file.with_suffix(STANDINGS).read_text(encoding="utf-8"))
    at = {datetime.fromisoformat(at): {step: read_standing(one) for step, one in found.items()} for at, found in raw["at"].items()}
    return raw["rules"], at


def files() -> list[Path]:
    """The workups of all releases."""
    return sorted(file for file in GOLDENS.glob("*/*.json") if not file.name.endswith(STANDINGS))


def differences(file: Path, workup: Workup) -> Iterator[str]:
    """What stands otherwise on the checklists of a golden than it did when that was written."""
    _, then = recorded_standings(file)
    for at, before in then.items():
        now = standings_of(workup.checklist(at))
        for step in sorted({*before, *now}):
            pair = (before.get(step, NOT_INDICATED), now.get(step, NOT_INDICATED))
            if pair[0] != pair[1]:
                was, is_now = (json.dumps(standing.plain, sort_keys=True) for standing in pair)
                yield f"{file.parent.name}/{file.stem} at {at.isoformat()}: {step}: {was} -> {is_now}"


def sums() -> str:
    """The hashes of all goldens, as `sha256sum` writes them."""
    found = sorted(GOLDENS.glob("*/*.json"))
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(GOLDENS).as_posix()}\n" for file in found)


def _write(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, workup in new_goldens().items():
        (folder / f"{name}.json").write_bytes(to_bytes(workup.case, workup.events))
        at = {
            moment.isoformat(): {id_: found.plain for id_, found in standings_of(workup.checklist(moment)).items()}
            for moment in moments(workup)
        }
        text = json.dumps({"rules": workup.pathway.hash, "at": at}, indent=1, sort_keys=True, ensure_ascii=False)
        (folder / f"{name}{STANDINGS}").write_text(text + "\n", encoding="utf-8")
    SUMS.write_text(sums(), encoding="utf-8")


def main() -> int:
    if sys.argv[1:] == ["--differences"]:
        DIFFERENCES.write_text("".join(f"{line}\n" for file in files() for line in differences(file, load_workup(file))), encoding="utf-8")
        return 0
    folder = GOLDENS / library_version()
    if folder.exists():
        print(f"{folder} is there already, and a golden is never altered")
        return 1
    _write(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
