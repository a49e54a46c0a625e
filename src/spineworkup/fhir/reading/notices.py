"""What there is to say about an import to whoever reads the checklist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from spineworkup.checklists import Notice
from spineworkup.fhir.fetched import Source, SourceState
from spineworkup.fhir.reading.observations import OF_ANOTHER
from spineworkup.fhir.reading.references import NOT_THE_PATIENT
from spineworkup.fhir.reading.settled_chart import NO_CLOCK
from spineworkup.fhir.reading.statements import Said
from spineworkup.fhir.reading.unusable import MODIFIED, NOT_OPENED, OTHER_RULES
from spineworkup.fhir.report import ReportLine

_SOURCE_WORDS = {
    SourceState.NOT_FETCHED: "was not fetched",
    SourceState.FAILED: "could not be fetched",
    SourceState.INCOMPLETE: "was not read to its end",
}
_TOLD = (MODIFIED, OTHER_RULES, NOT_THE_PATIENT, OF_ANOTHER, NO_CLOCK, NOT_OPENED)


def summary_notices(lines: Sequence[ReportLine], said: Sequence[Said]) -> Iterator[Notice]:
    """Yield one notice for each kind of record of which some were not used for a reason that a reader must know."""
    unmapped = Counter(line.resource_type for line in lines if line.outcome == "unmapped")
    for type_, count in unmapped.items():
        yield Notice("unmapped_records", f"{type_}: {count} with a code that is not known here, not used")
    told = Counter((line.resource_type, line.why) for line in lines if line.outcome == "ignored" and line.why in _TOLD)
    for (type_, why), count in told.items():
        yield Notice("unusable_records", f"{type_}: {count} not used, since {why}")
    if called := sum(one.is_called_otherwise for one in said):
        yield Notice("called_otherwise", f"Records that call a code by another name than here: {called}; was the right code sent?")


def source_notices(sources: Iterable[Source]) -> Iterator[Notice]:
    """Yield a notice for each query that wasn't answered in full."""
    for source in sources:
        if source.state in _SOURCE_WORDS:
            what = f"The query {source.name}" if source.name else "What was given"
            yield Notice(f"source_{source.state.value}", f"{what} {_SOURCE_WORDS[source.state]}: what it lacks is not known")


def sorted_notices(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return each notice once, in an order of its own: that of the records changes nothing."""
    return tuple(sorted(set(notices), key=lambda notice: (notice.kind, notice.finding, notice.text)))
