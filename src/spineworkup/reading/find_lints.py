"""Everything that reading alone finds in the rules of a pathway; what needs a solver is in `proofs/`."""

from __future__ import annotations

from datetime import date

from spineworkup.pathways import Pathway
from spineworkup.reading.check_bands import band_lints
from spineworkup.reading.check_codes import code_lints
from spineworkup.reading.check_dates import date_lints
from spineworkup.reading.check_use import use_lints
from spineworkup.reading.lints import Lint


def lints_of(pathway: Pathway, today: date | None) -> list[Lint]:
    """Return what was hardly meant in the rules of a pathway: unused, unknown codes, gaps in bands, past review.

    Args:
        pathway: As it was loaded: the place of each lint is that in its files.
        today: The day on which the rules are looked at; None leaves the dates for review unchecked.
    """
    dates = [] if today is None else list(date_lints(pathway, today))
    return [*use_lints(pathway), *code_lints(pathway), *band_lints(pathway), *dates]
