"""Why a request isn't answered with cards, as it is said to the caller: where, never with what."""

from __future__ import annotations

from spineworkup.errors import SpineWorkupError

REASONS = {
    400: "The request is not one of CDS Hooks 2.0",
    404: "There is no such service",
    408: "The request took too long to arrive",
    412: "Not enough of the patient's records was sent to say anything safely",
    413: "The request is too large",
    415: "Only uncompressed JSON is read",
    422: "The records can't be read safely",
    431: "The headers are too large",
    500: "The request could not be evaluated",
    503: "The service can't answer now",
}


class RequestError(SpineWorkupError, ValueError):
    """A request that isn't answered with cards.

    Args:
        status: The HTTP status.
        place: Where in the request, such as `context.patientId`.
        message: What would be right; never a value of the request.
    """

    def __init__(self, status: int, place: str = "", message: str = "") -> None:
        self.status, self.place, self.message = status, place, message
        super().__init__(": ".join(part for part in (place, message or REASONS[status]) if part))
