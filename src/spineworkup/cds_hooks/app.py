"""The service as an ASGI application: its doors, and what happens behind each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import frozen
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spineworkup.cds_hooks.answers import answer, checklist_of
from spineworkup.cds_hooks.audit import Audit
from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.clock import now
from spineworkup.cds_hooks.demo import demo_routes
from spineworkup.cds_hooks.doors import inside, outside
from spineworkup.cds_hooks.edge import HANDLERS, Edge, line_of, reply
from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.feedback import read_feedback
from spineworkup.cds_hooks.from_request import read_request
from spineworkup.cds_hooks.limits import Gate, check_kind, read_body
from spineworkup.cds_hooks.logs import Log
from spineworkup.cds_hooks.replay import MemoryStore, TokenStore
from spineworkup.cds_hooks.rules_guard import check_rules
from spineworkup.cds_hooks.sentinels import Watch, sentinels_of
from spineworkup.cds_hooks.services import SERVICES, Service, discovery
from spineworkup.cds_hooks.settings import Settings
from spineworkup.cds_hooks.tokens import Caller, Doorkeeper
from spineworkup.pathways import Pathway
from spineworkup.reading.load import load_pathway

Clock = Callable[[], datetime]
# Whoever asks often whether the service is ready doesn't make it work for it each time.
READY_EVERY = timedelta(seconds=30)


def create_app(
    settings: Settings, *, clock: Clock = now, log: Log | None = None, store: TokenStore | None = None
) -> Starlette:
    """Return the service.

    Args:
        settings: How it is set up.
        clock: What tells the time.
        log: Where lines go; standard output where nothing is said.
        store: Remembers the tokens that were used; this process alone where nothing is said.

    Raises:
        SpineWorkupError: The rules can't be read, aren't those that were meant, or a sentinel is missing.
    """
    pathway = load_pathway(settings.package, settings.overlays)
    check_rules(settings, pathway)
    log = Log(sys.stdout) if log is None else log
    store = MemoryStore(settings.max_tokens) if store is None else store
    desk = Desk(
        settings,
        pathway,
        clock,
        Doorkeeper(settings, store),
        Gate(settings.max_waiting),
        Watch(pathway, sentinels_of(settings.package, pathway)),
        None if settings.audit_file is None else Audit(settings.audit_file, settings.secret),
    )
    desk.watch.is_well(clock())
    app = Starlette(
        routes=[*_routes(desk), *(demo_routes(pathway) if settings.demo else [])],
        middleware=[
            *outside(settings),
            Middleware(Edge, log=log, clock=clock, bundle=pathway.hash),
            *inside(settings),
        ],
        exception_handlers=HANDLERS,
    )
    # Starlette would lead a caller on to an address made from what the caller says the host is.
    app.router.redirect_slashes = False
    return app


@frozen
class Desk:
    """What the doors lead to."""

    settings: Settings
    pathway: Pathway
    clock: Clock
    doorkeeper: Doorkeeper
    gate: Gate
    watch: Watch
    audit: Audit | None

    async def discover(self, request: Request) -> Response:
        """Say which services there are."""
        at = self.clock()
        self._admit(request, at)
        self._must_be_well(at)
        line_of(request).outcome = "discovery"
        return reply(200, discovery(self.pathway))

    async def call(self, request: Request) -> Response:
        """Answer a hook with cards."""
        service = _service(request)
        if self.gate.is_full:
            raise RequestError(503)
        caller = self._admit(request, self.clock())
        check_kind(request)
        body = await read_body(request, self.settings.max_body, self.settings.body_seconds)
        async with self.gate.turn():
            try:
                return self._answer(request, service, caller, body)
            except RequestError as error:
                self._keep(caller, service, body, outcome=f"refused_{error.status}", cards=())
                raise

    def _answer(self, request: Request, service: Service, caller: Caller, body: bytes) -> Response:
        at = self.clock()
        self._must_be_well(at)
        asked = read_request(body, service.hook, self.pathway, self.settings.max_entries)
        not_available = self.settings.not_available_to(caller.iss, caller.tenant)
        checklist = checklist_of(asked, self.pathway, at, not_available)
        found = answer(asked, checklist, self._issuer(caller), suggestions=self.settings.suggestions)
        line = line_of(request)
        line.rules, line.outcome = found.rules, "cards"
        self._keep(caller, service, body, outcome="cards", cards=found.cards)
        return reply(200, found.body)

    async def hear(self, request: Request) -> Response:
        """Hear what became of cards: it is logged, and changes nothing."""
        service = _service(request)
        caller = self._admit(request, self.clock())
        check_kind(request)
        body = await read_body(request, self.settings.max_body, self.settings.body_seconds)
        heard = read_feedback(body, self._issuer(caller))
        for one in heard:
            words = "_".join(word for word in (one.outcome, one.reason) if word)
            self._keep(caller, service, body, outcome=words, cards=(one.card,))
        line_of(request).outcome = "feedback"
        return reply(200, {"heard": len(heard)})

    async def health(self, request: Request) -> Response:
        """Say that the process is alive."""
        line_of(request).outcome = "live"
        return reply(200, {"status": "live"})

    async def ready(self, request: Request) -> Response:
        """Say whether the service would answer: after asking about patients whose answers are known."""
        if not self.watch.is_well(self.clock(), READY_EVERY):
            raise RequestError(503)
        line_of(request).outcome = "ready"
        return reply(200, {"status": "ready"})

    def _issuer(self, caller: Caller) -> Issuer:
        return Issuer(self.settings.secret, caller.iss, caller.tenant)

    def _keep(self, caller: Caller, service: Service, body: bytes, *, outcome: str, cards: tuple[str, ...]) -> None:
        """Add to the record of answers, where one is kept."""
        if self.audit is not None:
            said = {"iss": caller.iss, "tenant": caller.tenant, "service": service.id, "bundle": self.pathway.hash}
            self.audit.add(self.clock(), body, **said, outcome=outcome, cards=list(cards))

    def _admit(self, request: Request, at: datetime) -> Caller:
        caller = self.doorkeeper.admit(request.headers, request.url.path, at)
        line = line_of(request)
        line.iss, line.tenant, line.jti = caller.iss, caller.tenant, caller.jti_hash
        return caller

    def _must_be_well(self, at: datetime) -> None:
        if not self.watch.is_well(at):
            raise RequestError(503)


def _routes(desk: Desk) -> list[Route]:
    return [
        Route("/cds-services", desk.discover, methods=["GET"]),
        Route("/cds-services/{service}", desk.call, methods=["POST"]),
        Route("/cds-services/{service}/feedback", desk.hear, methods=["POST"]),
        Route("/health", desk.health, methods=["GET"]),
        Route("/ready", desk.ready, methods=["GET"]),
    ]


def _service(request: Request) -> Service:
    service = SERVICES.get(request.path_params["service"])
    if service is None:
        raise RequestError(404)
    line_of(request).service = service.id
    return service
