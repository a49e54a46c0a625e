"""How the service is set up: a placeholder."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from spineworkup.reading.load import DEFAULT


@frozen
class Settings:
    """How the service is set up."""

    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    package: str = DEFAULT
    overlays: tuple[str, ...] = ()
    secret: bytes = field(default=b"placeholder, to be replaced whole", repr=False)
    suggestions: bool = False
    demo: bool = False
    max_body: int = 1_000_000
    max_entries: int = 500
    body_seconds: float = 5.0
    max_waiting: int = 16
    max_connections: int = 64
    audit_file: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
