"""The services that are offered: one for each hook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from spineworkup.cds_hooks.prefetch import templates_of
from spineworkup.pathways import Pathway

_USAGE = (
    "Reads only what is sent as prefetch data, and asks nothing of the FHIR server. A query that is left out, fails or is "
    "not sent to its last page makes what it could have given not known. For clinicians; not a medical device."
)


@frozen
class Service:
    """A service of CDS Hooks."""

    id: str
    hook: str
    title: str
    description: str


_ALL = (
    Service(
        "spine-workup-patient-view",
        "patient-view",
        "Workup of suspected spinal metastases",
        "What published guidance asks for in this patient's workup, how urgently and by when, what speaks against it, and "
        "what has to be asked first.",
    ),
    Service(
        "spine-workup-order-select",
        "order-select",
        "Workup of suspected spinal metastases: orders being chosen",
        "What speaks against the orders that are being chosen, and what is more urgent.",
    ),
    Service(
        "spine-workup-order-sign",
        "order-sign",
        "Workup of suspected spinal metastases: orders being signed",
        "What speaks against the orders that are about to be signed, and what is more urgent.",
    ),
)
SERVICES: Mapping[str, Service] = {service.id: service for service in _ALL}


def discovery(pathway: Pathway) -> dict[str, Any]:
    """Return what the service says of itself to a client that looks for services."""
    prefetch = dict(templates_of(pathway))
    return {
        "services": [
            {
                "hook": service.hook,
                "title": service.title,
                "description": service.description,
                "id": service.id,
                "prefetch": prefetch,
                "usageRequirements": _USAGE,
            }
            for service in SERVICES.values()
        ]
    }
