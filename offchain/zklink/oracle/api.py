"""Public HTTP API of one node. Cheap checks first: rate, size, JSON, fields, window, member, signature."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from zklink.oracle.codec import set_to_json, signed_from_json, signed_to_json
from zklink.oracle.errors import EquivocationFound, InvalidSignatureMessage
from zklink.oracle.limits import RateLimiter
from zklink.oracle.metrics import Metrics
from zklink.oracle.pool import SignaturePool
from zklink.oracle.state import NodeState
from zklink.oracle.store import Store
from zklink.protocol.errors import FieldError
from zklink.protocol.types import address_from_hex
from zklink.wire import parse_json

MAX_BODY_BYTES = 4096
MAX_LISTED = 500
LOOP_LAG_SECONDS = 1.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """Handlers over the pool, the store and the node's state."""

    def __init__(
        self, pool: SignaturePool, store: Store, state: NodeState, metrics: Metrics, limiter: RateLimiter
    ) -> None:
        self._pool, self._store, self._state, self._metrics, self._limiter = pool, store, state, metrics, limiter

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._limit, _errors_as_json])
        app.add_routes(
            [
                web.post("/v1/signatures", self.post_signature),
                web.get("/v1/signatures", self.get_signatures),
                web.get("/v1/bundles/latest", self.get_latest_bundle),
                web.get("/v1/bundles/{generation}/{number}", self.get_bundle),
                web.get("/v1/observations/{number}", self.get_observation),
                web.get("/v1/set/{epoch}", self.get_set),
                web.get("/v1/evidence", self.get_evidence),
                web.get("/livez", self.get_livez),
                web.get("/readyz", self.get_readyz),
                web.get("/healthz", self.get_healthz),
                web.get("/metrics", self.get_metrics),
            ]
        )
        return app

    @web.middleware
    async def _limit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._limiter.allow(request.remote or "", time.monotonic()):
            return web.json_response({"error": "too many requests"}, status=429, headers={"Retry-After": "1"})
        return await handler(request)

    async def post_signature(self, request: web.Request) -> web.Response:
        """202 stored or known, 409 conflict (with what was stored first), 413 too large, 422 invalid."""
        raw = await request.read()
        try:
            body = parse_json(raw)
        except ValueError as error:
            raise InvalidSignatureMessage("body", f"is not JSON: {str(error)[:80]}") from None
        item = signed_from_json(body)
        try:
            accepted = self._pool.accept(item)
        except EquivocationFound as conflict:
            self._metrics.conflicts.labels(conflict.signer).inc()
            self._metrics.signatures.labels("peer", "conflict").inc()
            return web.json_response({"error": str(conflict), "stored": conflict.stored}, status=409)
        self._metrics.signatures.labels("peer", accepted.value).inc()
        return web.json_response({"accepted": accepted.value}, status=202)

    async def get_signatures(self, request: web.Request) -> web.Response:
        """Signatures, newest first; optional `generation`, `block`, `signer`, `since` (a block number)."""
        query = request.query
        items = self._store.newest(
            generation=_optional_number(query, "generation"),
            block=_optional_number(query, "block"),
            signer=_optional_address(query, "signer"),
            since=_optional_number(query, "since") or 0,
            limit=MAX_LISTED,
        )
        return web.json_response({"signatures": [signed_to_json(item) for item in items]})

    async def get_latest_bundle(self, request: web.Request) -> web.Response:
        """The bundle with the highest number."""
        found = self._pool.latest_bundle()
        if found is None:
            raise web.HTTPNotFound(reason="no number has a quorum yet")
        return web.json_response(found.to_json())

    async def get_bundle(self, request: web.Request) -> web.Response:
        """The bundle of one generation and number."""
        found = self._pool.bundle(_number(request, "generation"), _number(request, "number"))
        if found is None:
            raise web.HTTPNotFound(reason="no quorum for this number")
        return web.json_response(found.to_json())

    async def get_observation(self, request: web.Request) -> web.Response:
        """What this node saw when it signed a number."""
        found = self._store.observation(_number(request, "number"))
        if found is None:
            raise web.HTTPNotFound(reason="this node keeps no observation of this number")
        return web.json_response(found)

    async def get_set(self, request: web.Request) -> web.Response:
        """Member set of an epoch."""
        members = self._pool.members
        if _number(request, "epoch") != members.epoch:
            raise web.HTTPNotFound(reason=f"only epoch {members.epoch} is known")
        return web.json_response(set_to_json(members))

    async def get_evidence(self, request: web.Request) -> web.Response:
        """Conflicting messages seen, for ever."""
        return web.json_response({"evidence": self._store.evidence()})

    async def get_livez(self, request: web.Request) -> web.Response:
        """200 while the event loop keeps up."""
        ok = self._state.loop_lag < LOOP_LAG_SECONDS
        return web.json_response({"live": ok, "loopLagSeconds": round(self._state.loop_lag, 3)}, status=_status(ok))

    async def get_readyz(self, request: web.Request) -> web.Response:
        """200 when this node would sign."""
        problems = self._state.problems()
        return web.json_response({"ready": not problems, "problems": problems}, status=_status(not problems))

    async def get_healthz(self, request: web.Request) -> web.Response:
        """Everything, always 200."""
        return web.json_response(self._state.to_json())

    async def get_metrics(self, request: web.Request) -> web.Response:
        """Prometheus."""
        return web.Response(body=self._metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except InvalidSignatureMessage as error:
        return web.json_response({"error": str(error), "field": error.field}, status=422)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)


def _status(ok: bool) -> int:
    return 200 if ok else 503


def _parse(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise InvalidSignatureMessage(name, "must be a decimal number below 10^18")
    return int(text)


def _number(request: web.Request, name: str) -> int:
    return _parse(name, request.match_info[name])


def _optional_number(query: Any, name: str) -> int | None:
    return _parse(name, query[name]) if name in query else None


def _optional_address(query: Any, name: str) -> int | None:
    if name not in query:
        return None
    try:
        return address_from_hex(name, query[name])
    except FieldError as error:
        raise InvalidSignatureMessage(name, error.reason) from error
