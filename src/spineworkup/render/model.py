"""The printed sheet as data: everything that any format prints, in the order in which it is read.

All four formats are made from these classes and from nothing else, so they can't say different things.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, fields, frozen, has

from spineworkup.urgency import Urgency

# Shape and words carry the urgency; colour never does so alone.
MARKS = {
    Urgency.IMMEDIATE: "▲",
    Urgency.SAME_DAY: "◆",
    Urgency.WITHIN_A_WEEK: "●",
    Urgency.ROUTINE: "○",
    Urgency.NONE: "-",
}


class Title:
    """The headings, the same in every format."""

    CHANGED = "Changed since the last printout"
    ENTERED = "Entered since then"
    UNKNOWN = "Unknown when printed"
    ALL_UNKNOWN = "Everything unknown when printed"
    RECORDS = "Findings to record"
    DETAILS = "Reasons, step by step"
    SCORES = "Scores"
    HANDOVER = "Hand-over: what each treatment option needs"
    NOT_INDICATED = "Steps not indicated"
    NOTICES = "Notices"
    SOURCES = "Sources"
    USE = "Intended use"
    WHY, AGAINST, ASK, NOTES = "Why", "Against", "To ask", "Notes"
    NO_CHOICE = "No option is chosen here; the list says what the workup has to bring."
    NOTHING_KNOWN = "On a blank sheet nothing is known yet. What could not be found out:"
    NONE_UNKNOWN = "Nothing that a rule reads is unknown."


READ_DO, DO_CONFIRM = "READ-DO", "DO-CONFIRM"
MODE_WORDS = {
    READ_DO: "read, then do",
    DO_CONFIRM: "do, then confirm",
}
MAX_ITEMS = 9


@frozen
class Tier:
    """An urgency as a shape and in words; `value` is its id."""

    value: str
    mark: str
    words: str

    @property
    def short(self) -> str:
        """The words before the colon."""
        return self.words.partition(":")[0]

    @property
    def is_none(self) -> bool:
        """Whether it asks for nothing."""
        return self.value == Urgency.NONE.value


@frozen
class Blank:
    """A box to tick or a space to write in. There is no way to print it filled in.

    Args:
        id: Unique on the sheet, except for spaces that say the same on every page.
        label: What it is for, complete in itself: what a screen reader says.
        short: What is printed beside it.
        kind: `tick` or `text`.
    """

    id: str
    label: str
    short: str
    kind: str = "text"


@frozen
class Identifier:
    """Who the sheet is about: a value that is known, or a space for it."""

    label: str
    value: str = ""
    blank: Blank | None = None


@frozen
class Banner:
    """The urgency of the whole: what is certain, and what it could still reach."""

    tier: Tier
    could: Tier | None
    words: str


@frozen
class Remark:
    """A few words beside an item: `ask first`, `instead`, `hold`, `after`, `see`."""

    kind: str
    text: str


@frozen
class Row:
    """One item of a pause.

    Args:
        code: A short check code for entering the sheet later; the same for every sheet of this pathway version.
        status: Where it stands and by when; empty on a blank sheet.
        tier: The urgency that is certain.
        could: What the urgency could still reach; None when it is settled.
        undecided: Whether it applies can't be told before something is asked.
    """

    code: str
    step: str
    action: str
    status: str
    tier: Tier
    could: Tier | None
    remarks: tuple[Remark, ...]
    ticks: tuple[Blank, ...]
    spaces: tuple[Blank, ...]
    undecided: bool = False

    @property
    def urgencies(self) -> tuple[tuple[str, Tier], ...]:
        """What is printed of its urgency: words before a shape, and the tier."""
        certain = () if self.tier.is_none else (("", self.tier),)
        before = "ask: may be" if self.undecided else "may be" if self.status else "up to"
        return certain if self.could is None else (*certain, (before, self.could))


@frozen
class PauseBlock:
    """A pause point with at most nine items."""

    letter: str
    title: str
    objective: str
    mode: str
    mode_words: str
    rows: tuple[Row, ...]


@frozen
class Unknown:
    """Something that was not known when the sheet was printed."""

    label: str
    ask: str
    tier: Tier
    steps: str
    due: str
    answer: Blank


@frozen
class Ref:
    """A numbered source, and the place in it where one is confirmed."""

    number: int
    at: str = ""

    @property
    def words(self) -> str:
        """As it is printed."""
        return f"[{self.number}] {self.at}".strip()


@frozen
class Statement:
    """One sentence with what it rests on.

    Args:
        lead: What kind of statement it is, in a few words.
        facts: The patient's facts that it uses, each in words.
        verification: How far it was checked, in words; empty where nothing is cited.
    """

    lead: str
    text: str
    facts: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = ()
    verification: str = ""


@frozen
class Entry:
    """A finding to record: boxes or a space, and what is on record already."""

    label: str
    blanks: tuple[Blank, ...]
    unit: str = ""
    recorded: str = ""


@frozen
class PartBlock:
    """A part of an examination or of a panel."""

    label: str
    done: Blank
    entries: tuple[Entry, ...]
    refs: tuple[Ref, ...] = ()
    verification: str = ""


@frozen
class Record:
    """The findings that a step records."""

    code: str
    label: str
    parts: tuple[PartBlock, ...]


@frozen
class Detail:
    """What stands behind one step: why, what against it, what to ask."""

    code: str
    label: str
    owner: str
    status: str
    why: tuple[Statement, ...]
    against: tuple[Statement, ...]
    questions: tuple[str, ...]
    notes: tuple[Statement, ...]


@frozen
class ScoreLine:
    """A score: its interval, the bands that are possible, what is missing."""

    label: str
    value: str
    bands: str
    missing: tuple[str, ...]
    refs: tuple[Ref, ...]
    verification: str


@frozen
class NeedLine:
    """What a treatment option needs from the workup, and whether it is there."""

    label: str
    there: str
    blank: Blank


@frozen
class OptionBlock:
    """A treatment option; none is ever chosen."""

    label: str
    page: str
    needs: tuple[NeedLine, ...]
    notes: tuple[str, ...]
    refs: tuple[Ref, ...]
    verification: str


@frozen
class NotIndicated:
    """A step that isn't on the front page, and why."""

    code: str
    label: str
    reason: str


@frozen
class NoticeLine:
    """Something to know about the input or the rules: a conflict, a stale value, a waiver."""

    kind: str
    text: str


@frozen
class ChangeLine:
    """A step that stands otherwise than on an earlier checklist: how it stood, how it stands, and because of what."""

    code: str
    label: str
    mark: str
    was: str
    now: str
    because: str

    @property
    def head(self) -> str:
        """The step, and whether it has become more urgent."""
        return f"{self.code} {self.label}".strip() + (f" ({self.mark})" if self.mark else "")

    @property
    def said(self) -> tuple[str, ...]:
        """What is printed under it."""
        return f"was: {self.was}", f"now: {self.now}", f"because {self.because}"


@frozen
class ChangedBlock:
    """What stands otherwise than on the last printout: a line for the front page, and behind it each step.

    Args:
        events: What was entered since then and has to do with it; a line names them by their numbers, from 1.
    """

    front: str
    events: tuple[str, ...]
    lines: tuple[ChangeLine, ...]


@frozen
class SourceLine:
    """A numbered source."""

    number: int
    title: str
    publisher: str
    date: str
    url: str
    status: str
    note: str
    verification: str


@frozen
class Running:
    """What stands on every page."""

    identity: str
    blanks: tuple[Blank, ...]
    pathway: str
    version: str
    hash: str
    site: str
    revised: str
    review_by: str
    printed: str
    at: str
    zone: str
    questions: int
    unconfirmed: int
    cited: int
    use: str

    @property
    def lines(self) -> tuple[str, str, str]:
        """The footer of every page."""
        return (
            f"{self.pathway}, version {self.version}, {self.hash}{self.site}. Revised {self.revised}. "
            f"Review by {self.review_by}.",
            f"As known at {self.at}. Printed {self.printed}. Times are {self.zone}. "
            f"Open questions: {self.questions}. "
            f"Sources not confirmed: {self.unconfirmed} of {self.cited}.",
            self.use,
        )


@frozen
class Sheet:
    """A printable checklist, blank or for a patient."""

    title: str
    objective: str
    is_blank: bool
    identifiers: tuple[Identifier, ...]
    banner: Banner | None
    pauses: tuple[PauseBlock, ...]
    unknown: tuple[Unknown, ...]
    unknown_spaces: tuple[Blank, ...]
    summary: tuple[NoticeLine, ...]
    records: tuple[Record, ...]
    details: tuple[Detail, ...]
    scores: tuple[ScoreLine, ...]
    handover: tuple[OptionBlock, ...]
    not_indicated: tuple[NotIndicated, ...]
    notices: tuple[NoticeLine, ...]
    sources: tuple[SourceLine, ...]
    intended_use: str
    legend: tuple[str, ...]
    receipt: str
    running: Running
    changed: ChangedBlock | None = None
    front_unknown: int = field(default=5)

    @property
    def top_unknown(self) -> tuple[Unknown, ...]:
        """The unknowns of the front page: those that could reach most."""
        return self.unknown[: self.front_unknown]


def tier_of(urgency: Urgency) -> Tier:
    """Return an urgency as it is printed.

    >>> tier_of(Urgency.SAME_DAY)
    Tier(value='same_day', mark='◆', words='Same day: within 24 hours')
    """
    return Tier(urgency.value, MARKS[urgency], urgency.words)


def attributes(part: object) -> Iterator[tuple[str, object]]:
    """Yield the attributes of a part of a sheet; none of a plain value."""
    kind = type(part)
    if has(kind):
        yield from ((attribute.name, getattr(part, attribute.name)) for attribute in fields(kind))


def texts(part: object, path: str = "sheet") -> Iterator[tuple[str, str]]:
    """Give every text of a sheet with its place, such as `sheet.pauses[0].title`."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, tuple):
        for number, one in enumerate(part):
            yield from texts(one, f"{path}[{number}]")
    else:
        for name, value in attributes(part):
            yield from texts(value, f"{path}.{name}")


def blanks(part: object) -> Iterator[Blank]:
    """Give every box and space of a sheet."""
    if isinstance(part, Blank):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from blanks(one)
    else:
        for _, value in attributes(part):
            yield from blanks(value)
