"""aiohttp in front of the dispatcher: POST /, WebSocket /ws, health and metrics."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from zklink.sequencer import errors
from zklink.sequencer.api.events import TOPICS, EventHub, Listener
from zklink.sequencer.api.limits import RateLimit
from zklink.sequencer.api.rpc import Dispatcher, Method, Methods, Param, as_choice, failure
from zklink.sequencer.errors import ApiError

log = structlog.get_logger(__name__)
MAX_BODY = 1 << 20
READ_SECONDS = 10
HEARTBEAT_SECONDS = 30


class Server:
    """Builds the web application; `ready` gives problems by name, empty when all is well."""

    def __init__(
        self,
        methods: Methods,
        hub: EventHub,
        limit: RateLimit,
        metrics: CollectorRegistry,
        ready: Callable[[], dict[str, str]],
        max_connections: int = 1_000,
    ) -> None:
        self._methods, self._dispatcher, self._hub, self._limit = methods, Dispatcher(methods), hub, limit
        self._metrics, self._ready, self._max_connections = metrics, ready, max_connections
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """Routes and limits."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post("/", self.post)
        app.router.add_get("/ws", self.socket)
        app.router.add_get("/livez", self.livez)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.metrics)
        app.on_shutdown.append(self._close_sockets)
        return app

    async def post(self, request: web.Request) -> web.StreamResponse:
        """One JSON-RPC message."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _reply(
                failure(None, ApiError(errors.NOT_A_REQUEST, f"is longer than {MAX_BODY} bytes", "body")), 413
            )
        except TimeoutError:
            return _reply(_bad_body("did not arrive in time"), 408)
        answer = await self._dispatcher.handle(raw, lambda cost: self._limit.allow(request.remote or "", cost))
        if answer is None:
            return web.Response(status=204)
        refused = isinstance(answer, dict) and answer.get("error", {}).get("code") == errors.TOO_MANY
        return _reply(answer, 429 if refused else 200)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The same methods, and `subscribe` / `unsubscribe` to topics."""
        if len(self._sockets) >= self._max_connections:
            return web.Response(status=503, text="too many connections")
        socket = web.WebSocketResponse(max_msg_size=MAX_BODY, heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        self._sockets.add(socket)
        listener = Listener()
        self._hub.join(listener)
        pump = asyncio.create_task(self._pump(socket, listener))
        try:
            await self._converse(request, socket, listener)
        finally:
            pump.cancel()
            self._hub.leave(listener)
            self._sockets.discard(socket)
        return socket

    async def _converse(self, request: web.Request, socket: web.WebSocketResponse, listener: Listener) -> None:
        dispatcher = Dispatcher({**self._methods, **self._subscriptions(listener)})
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            answer = await dispatcher.handle(message.data, lambda cost: self._limit.allow(request.remote or "", cost))
            if answer is not None:
                await _send(socket, answer)

    def _subscriptions(self, listener: Listener) -> Methods:
        async def subscribe(topic: str) -> int:
            listener.topics.add(topic)
            return self._hub.next_offset

        async def unsubscribe(topic: str) -> bool:
            known = topic in listener.topics
            listener.topics.discard(topic)
            return known

        topic = (Param("topic", as_choice(*TOPICS)),)
        return {"subscribe": Method(subscribe, topic), "unsubscribe": Method(unsubscribe, topic)}

    async def _pump(self, socket: web.WebSocketResponse, listener: Listener) -> None:
        while not socket.closed:
            event = await listener.queue.get()
            if listener.overrun:
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too slow, ask getWebSocketEvents")
                return
            await _send(socket, {"jsonrpc": "2.0", "method": "event", "params": event.to_json()})

    async def _close_sockets(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"shutting down")

    async def livez(self, _: web.Request) -> web.Response:
        """The event loop answers."""
        return web.json_response({"alive": True})

    async def readyz(self, _: web.Request) -> web.Response:
        """200 when nothing is wrong, else 503 with the problems."""
        problems = self._ready()
        return web.json_response({"ready": not problems, "problems": problems}, status=503 if problems else 200)

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus text."""
        return web.Response(body=generate_latest(self._metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _reply(answer: Any, status: int = 200) -> web.Response:
    return web.json_response(answer, status=status)


def _bad_body(reason: str) -> dict[str, Any]:
    return failure(None, ApiError(errors.NOT_A_REQUEST, reason, "body"))


async def _send(socket: web.WebSocketResponse, answer: Any) -> None:
    with contextlib.suppress(ConnectionError):  # gone; the read loop ends by itself
        await socket.send_str(json.dumps(answer))
