"""The service in a process of its own, by uvicorn."""

from __future__ import annotations

import uvicorn

from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.limits import MAX_HEAD
from spineworkup.cds_hooks.settings import Settings


def banner(settings: Settings) -> str:
    """Return what whoever starts the service has to know."""
    callers = (
        f"{len(settings.clients)} clients may call, each with a signed token for {settings.public_url}."
        if settings.authenticates
        else "Anybody on this machine may call, without authentication: for trying it, never for patients."
    )
    page = [f"To try it: {settings.public_url}/demo/"] if settings.demo else []
    where = f"CDS Hooks service on {settings.host}, port {settings.port}: {settings.public_url}/cds-services"
    return "\n".join([where, callers, *page, "Not a medical device."])


def run(settings: Settings) -> None:
    """Serve until the process is told to end.

    Raises:
        SpineWorkupError: The service can't be set up.
    """
    uvicorn.Server(config_of(settings)).run()


def config_of(settings: Settings) -> uvicorn.Config:
    """Return how the server is set up: nothing of a request is logged but by the service itself."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
