"""What a rule author reads when a case doesn't get what it expects. No value of the case is repeated."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from spineworkup.checklists import Checklist
from spineworkup.reading.find_packages import package_folder
from spineworkup.reading.load import DEFAULT
from spineworkup.testing.case_files import WrittenCase
from spineworkup.testing.cases import Difference
from spineworkup.testing.pairs import moment_of
from spineworkup.truth import Truth

_HOLDS = {Truth.TRUE: "holds", Truth.FALSE: "does not hold", Truth.UNKNOWN: "is not known"}


def failure_text(written: WrittenCase, found: Iterable[Difference], checklist: Checklist) -> str:
    """Return what was expected and what came, why, and how to look further."""
    lines = [f"{written.document.file}:{written.line}: {written.case.label}"]
    for step, differences in groupby(sorted(found, key=_step), key=_step):
        for one in differences:
            lines.append(f"  line {written.line_of('expect', *one.path)}: {one.text}")
            lines += [f"    the rule says: {checklist.pathway.rules[id_].says}" for id_ in _rule(one)]
        lines += [f"    {line}" for line in (*_why(step, checklist), *_how(written, step))]
    return "\n".join(lines)


def _step(difference: Difference) -> str:
    return difference.step


def _rule(difference: Difference) -> list[str]:
    word, id_ = difference.path
    return [str(id_)] if word == "rules" else []


def _why(step: str, checklist: Checklist) -> Iterator[str]:
    if not step:
        return
    item = checklist.item(step)
    yield f"{item.step.label}: {item.status.words.lower()}, {item.urgency.words.lower()}"
    if item.reasons:
        reason = item.reasons[0]
        yield f"why: {reason.rule} {_HOLDS[reason.truth]}: {reason.text}"
    yield from (f"against: {against.text}" for against in item.against[:1])


def _how(written: WrittenCase, step: str) -> Iterator[str]:
    """Yield the command that shows more; there is none for rules that the command line doesn't read."""
    if not _is_shipped(written.rules.package):
        return
    file = written.document.file
    if written.keys:
        yield f"to see more, save the case on its own as case.yaml (a case in {Path(file).name} stands in a list):"
        file = "case.yaml"
    words = ["spineworkup", "explain" if step else "assess", file, *([step] if step else [])]
    if written.is_beside_overlay:
        words += ["--overlay", f"{Path(written.document.file).parent.parent.as_posix()}/"]
    if written.case.at is None:
        words += ["--at", moment_of(written.pathway).isoformat()]
    yield shlex.join(words)


def _is_shipped(package: str) -> bool:
    return Path(str(package_folder(package))).resolve() == Path(str(package_folder(DEFAULT))).resolve()
