"""The command that answers CDS Hooks requests."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from attrs import evolve

from spineworkup.commands.saying import OK, say
from spineworkup.errors import MissingExtraError


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
