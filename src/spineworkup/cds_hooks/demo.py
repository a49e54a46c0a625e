"""A page to try the service with: tick findings, watch the checklist change. For demonstrations, never for patients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from spineworkup.fhir.to_questionnaire import to_questionnaire
from spineworkup.fhir.write_json import write_resource
from spineworkup.pathways import Pathway

_FOLDER = Path(__file__).with_suffix("")
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# Every name is a route of its own: no part of an address ever becomes part of a path.
_FILES = ("index.html", "demo.css", "demo.js", "form.js", "controls.js", "service.js", "cards.js", "markdown.js", "icon.svg")

HEADERS: Mapping[str, str] = {
    # No script but ours, and none of ours can make markup out of text.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


def demo_routes(pathway: Pathway) -> list[Route]:
    """Return the routes of the page: its files, and the questions that it asks, which are the pathway's.

    The page itself is a client like any other: it sends `patient-view` requests to the service beside it.

    >>> from spineworkup import load_pathway
    >>> [route.path for route in demo_routes(load_pathway())][:3]
    ['/demo', '/demo/', '/demo/demo.css']
    """
    page, *others = _FILES
    questionnaire = write_resource(to_questionnaire(pathway)).encode()
    return [
        Route("/demo", _redirect),
        _constant("/demo/", (_FOLDER / page).read_bytes(), _KINDS[".html"]),
        *(_constant(f"/demo/{name}", (_FOLDER / name).read_bytes(), _kind(name)) for name in others),
        _constant("/demo/questionnaire", questionnaire, "application/fhir+json"),
    ]


def _kind(name: str) -> str:
    return _KINDS[Path(name).suffix]


def _constant(path: str, content: bytes, kind: str) -> Route:
    async def answer(request: Request) -> Response:
        return Response(content, media_type=kind, headers=HEADERS)

    return Route(path, answer)


async def _redirect(request: Request) -> Response:
    # Relative, so that the page also works below a prefix of a proxy, and nothing of the request is repeated.
    return RedirectResponse("demo/", headers=HEADERS)
