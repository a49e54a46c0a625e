"""What the defines of an exported library are called; receivers ask for them by these names."""

from __future__ import annotations

from spineworkup.urgency import Urgency

# Of the pathway as a whole.
LOWEST, HIGHEST = "lowest urgency", "highest urgency"
UNDETERMINED, WHAT_IS_UNDETERMINED = "something is undetermined", "what is undetermined"


def code(system: str, id_: str) -> str:
    """Return the name of a code, by which resources are found."""
    return f"{system} {id_}"


def criterion(id_: str) -> str:
    """Return the name of the define of a named criterion: true, false, or null."""
    return f"criterion {id_}"


def rule(id_: str) -> str:
    """Return the name of the define of a rule: true, false, or null."""
    return f"rule {id_}"


def indicated(step: str) -> str:
    """Return the name of the define that decides whether a step's action is kept: true, false, or null."""
    return f"{step} is indicated"


def indicated_as(step: str, tier: Urgency) -> str:
    """Return the name of the define of the indications of one tier: true, false, or null."""
    return f"{step} is indicated: {tier.value}"


def could_be_indicated(step: str) -> str:
    """Return the name of the define that is true where a step is indicated or that is not known."""
    return f"{step} could be indicated"


def lowest_urgency(step: str) -> str:
    """Return the name of the define of the urgency that is certain, as text."""
    return f"{step} lowest urgency"


def highest_urgency(step: str) -> str:
    """Return the name of the define of the urgency that is possible, as text."""
    return f"{step} highest urgency"


def contraindicated(step: str) -> str:
    """Return the name of the define of the absolute contraindications: true, false, or null."""
    return f"{step} is contraindicated"


def not_available(step: str) -> str:
    """Return the name of the define of whether this place can't do a step now: true or false."""
    return f"{step} is not available"


def barred(step: str) -> str:
    """Return the name of the define of whether a step can't be done, for either reason: true, false, or null."""
    return f"{step} is barred"


def recorded(step: str) -> str:
    """Return the name of the define of what was recorded of a step: all states that its Tasks give."""
    return f"{step} recorded states"


def state(step: str) -> str:
    """Return the name of the define of what has happened to a step: one of `STATES`, `none` or `disputed`."""
    return f"{step} state"


def has_result(step: str) -> str:
    """Return the name of the define of whether a step's result is known and adequate: true, false, or null."""
    return f"{step} has its result"


def finished(step: str) -> str:
    """Return the name of the define of whether a step was finished: true or false."""
    return f"{step} is finished"


def status(step: str) -> str:
    """Return the name of the define of where a step stands, as a word of `Status`."""
    return f"{step} status"


def closed(step: str) -> str:
    """Return the name of the define of whether a step asks for nothing more: true or false."""
    return f"{step} is closed"


def clear(step: str) -> str:
    """Return the name of the define of whether a step is due and nothing holds it: true or false."""
    return f"{step} is clear to proceed"


def purpose_indicated(purpose: str) -> str:
    """Return the name of the define of whether any step of a purpose is indicated: true, false, or null."""
    return f"purpose {purpose} is indicated"
