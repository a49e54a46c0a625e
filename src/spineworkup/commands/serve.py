"""The command that answers CDS Hooks requests."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from attrs import evolve

from spineworkup.commands.parsers import Commands
from spineworkup.commands.saying import OK, say
from spineworkup.errors import MissingExtraError


def add_parsers(commands: Commands) -> None:
    """Add the command that answers CDS Hooks requests."""
    made = commands.add("serve", run_serve, "answer CDS Hooks requests over HTTP", "spineworkup serve --demo")
    made.add_argument("--config", metavar="FILE", type=Path, help="settings; without them loopback only")
    made.add_argument("--host", metavar="HOST", help="the address to listen at (default: of the settings, else 127.0.0.1)")
    made.add_argument("--port", metavar="N", type=int, help="the port to listen at (default: of the settings, else 8000)")
    made.add_argument("--demo", action="store_true", help="with a page to try it, on this machine only")


def run_serve(options: argparse.Namespace) -> int:
    """Answer CDS Hooks requests until stopped."""
    if find_spec("uvicorn") is None or find_spec("joserfc") is None:
        raise MissingExtraError("cds-hooks", "starlette, uvicorn and joserfc")
    from spineworkup.cds_hooks.read_settings import read_settings
    from spineworkup.cds_hooks.server import banner, run
    from spineworkup.cds_hooks.settings import Settings

    settings = Settings() if options.config is None else read_settings(options.config)
    given = {name: getattr(options, name) for name in ("host", "port") if getattr(options, name) is not None}
    if options.demo:
        given["demo"] = True
    settings = evolve(settings, **given)
    say(banner(settings))
    run(settings)
    return OK
