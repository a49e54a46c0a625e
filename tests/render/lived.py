"""A made-up workup with everything that a page of it has to show: late, overdue, corrected, withdrawn, declined."""

from __future__ import annotations

from datetime import UTC, datetime

from spineworkup.pathways import Pathway
from spineworkup.render.listing import Listing
from spineworkup.render.model import Sheet
from spineworkup.render.sheet import sheet_for
from spineworkup.render.to_agenda import agenda_listing
from spineworkup.render.to_timeline import timeline_listing
from spineworkup.workups.agenda import agenda
from spineworkup.workups.events import FindingRecorded
from spineworkup.workups.timeline import timeline_of
from spineworkup.workups.workup import Workup
from tests.render.example import example_pathway


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


LATER = at(14)


def lived(case: str = "example-1", pathway: Pathway | None = None) -> Workup:
    """Pain at nine, a printout at half past, weakness at twenty to eleven, and what was done then."""
    first, nurse, registrar = ({"by": by} for by in ("first clinician", "ward nurse", "registrar"))
    workup = Workup.start(pathway or example_pathway(), case, at=at(9), **first)
    workup = workup.start_clock("suspicion", at=at(9), **first)
    workup = workup.record("night_pain", "present", at=at(9, 5), when=at(8), origin="referral letter", **first)
    workup = workup.record("calcium_adjusted", "2.40 mmol/L", at=at(9, 20), **first)
    workup = workup.show(at(9, 30), **first)
    workup = workup.record("limb_weakness", "present", at=at(10, 40), changed=True, **nurse)
    workup = workup.correct(
        recorded(workup, "calcium_adjusted"), "3.40 mmol/L", reason="typed wrongly", at=at(10, 50), **registrar
    )
    workup = workup.step("contact_mscc_coordinator", "performed", at=at(11), **registrar)
    workup = workup.note("Their sister can be reached in the evening", at=at(11, 1), **registrar)
    workup = workup.step("mri_whole_spine", "requested", at=at(11, 30), **registrar)
    workup = workup.step("blood_tests", "declined", at=at(11, 40), reason="no more needles", **registrar)
    return workup.withdraw(
        recorded(workup, "night_pain"), reason="entered for another patient", at=at(11, 45), **registrar
    )


def printed_again() -> Sheet:
    """The checklist of later, with what changed since the printout."""
    workup = lived()
    return sheet_for(workup.checklist(LATER), workup.changes_since_shown(LATER))


def timeline(case: str = "example-1") -> Listing:
    return timeline_listing(timeline_of(lived(case), LATER))


def ward(case: str = "example-1", beds: int = 2) -> Listing:
    workups = [(f"ward/{bed}.json", lived(case if bed == 1 else f"example-{bed}")) for bed in range(1, beds + 1)]
    return agenda_listing(agenda(workups, LATER), LATER)


def recorded(workup: Workup, finding: str) -> str:
    """Return the event that recorded a finding."""
    found = [one.id for one in workup.events if isinstance(one, FindingRecorded) and one.finding == finding]
    return found[-1]
