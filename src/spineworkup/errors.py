"""Every exception that leaves the library.

A message says what is wrong, where, and what would be right. It never holds a patient's value.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from spineworkup.sources import Position


class SpineWorkupError(Exception):
    """The base of everything that the library raises on purpose."""


@frozen
class Problem:
    """One thing that is wrong in a file.

    Args:
        position: Where, as file:line:column.
        message: What is wrong, in one line.
        hint: What would be right; may be empty.
        excerpt: The line with carets; empty for patients' files, whose values are never repeated.
        kind: `error` or `warning`.
    """

    position: Position
    message: str
    hint: str = ""
    excerpt: str = field(default="", eq=False)
    kind: str = "error"

    def __str__(self) -> str:
        first = f"{self.position}: {self.message}" + (f" ({self.hint})" if self.hint else "")
        return f"{first}\n{self.excerpt}" if self.excerpt else first


class ReadError(SpineWorkupError, ValueError):
    """Something that was read is wrong; `problems` holds all of it, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.position, problem.message)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RuleError(ReadError):
    """A rule package or an overlay is wrong."""


class CaseError(ReadError):
    """A case file is wrong."""


class ChartError(SpineWorkupError, ValueError):
    """A value that a chart can't hold: an unknown finding, a wrong type, a missing or wrong unit.

    Args:
        finding: The id of the finding, or what else was being set.
        message: What is wrong; never the value itself.
    """

    def __init__(self, finding: str, message: str, hint: str = "") -> None:
        self.finding, self.message, self.hint = finding, message, hint
        super().__init__(f"{finding}: {message}" + (f" ({hint})" if hint else ""))


class FhirError(SpineWorkupError, ValueError):
    """A FHIR resource that can't be read at all, or must not be: two patients, not JSON, too large.

    Args:
        place: Where, such as `entry[3].resource.subject`; empty for the whole.
        message: What is wrong; never a value of the resource.
    """

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        self.place, self.message, self.hint = place, message, hint
        super().__init__((f"{place}: " if place else "") + message + (f" ({hint})" if hint else ""))


class CohortError(SpineWorkupError, ValueError):
    """A file of many patients, or a column of it, that can't be used at all: no record of it is assessed.

    Args:
        place: The file or the column; empty for the whole.
        message: What is wrong; never a value of a patient.
    """

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        self.place, self.message, self.hint = place, message, hint
        super().__init__((f"{place}: " if place else "") + message + (f" ({hint})" if hint else ""))


class WorkupError(SpineWorkupError, ValueError):
    """An event that can't stand in the record: about nothing that is there, or without what it has to say."""


class DamagedError(WorkupError):
    """A kept workup that isn't as it was written: cut off, altered, or half of another.

    Args:
        message: What is wrong and where; never what the record says.
        good: How many events are as they were written.
    """

    def __init__(self, message: str, good: int) -> None:
        self.good = good
        super().__init__(message)


class NewerError(WorkupError):
    """A workup that a newer version of the library wrote: nothing of it is read, as what is new would be lost."""


class KeepingError(WorkupError):
    """A workup that can't be loaded or saved now: no such file, no right to it, no room, somebody else at it."""


class ClashError(WorkupError):
    """Two people changed the same thing at the same time: somebody has to look at both.

    Args:
        about: What both changed, such as `finding limb_weakness`.
        theirs: The ids of the events that were kept first.
        mine: The ids of the events that were not kept.
    """

    def __init__(self, about: Iterable[str], theirs: Iterable[str], mine: Iterable[str]) -> None:
        self.about, self.theirs, self.mine = tuple(about), tuple(theirs), tuple(mine)
        super().__init__(
            f"changed by somebody else in the meantime: {', '.join(self.about)}"
            f" (theirs: {', '.join(self.theirs)}; yours, not kept: {', '.join(self.mine)}); look at both, then enter yours again"
        )


class PathwayError(SpineWorkupError, ValueError):
    """Pathways that don't fit together: two definitions of one id, a circle in the order of work, a missing step."""


class TimeError(SpineWorkupError, ValueError):
    """A time without a time zone, or one that can't be read."""


class UnitError(SpineWorkupError, ValueError):
    """A unit that isn't known or doesn't fit the finding."""


class NotationError(SpineWorkupError, ValueError):
    """A line that can't be read as a criterion."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message + (f" ({hint})" if hint else ""))


class PrintError(SpineWorkupError, ValueError):
    """A text that can't be printed in the format asked for."""


class MissingExtraError(SpineWorkupError, ImportError):
    """An optional part of the library isn't installed."""

    def __init__(self, extra: str, package: str) -> None:
        self.extra, self.package = extra, package
        super().__init__(f"this needs {package}: install the extra with `pip install 'spineworkup[{extra}]'`")
