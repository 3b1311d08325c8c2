"""aiohttp in front of the dispatcher: POST /, WebSocket /ws; health and metrics are added by the wiring."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

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
    """Adds the API to a web application."""

    def __init__(
        self,
        methods: Methods,
        hub: EventHub,
        limit: RateLimit,
        max_connections: int = 1_000,
    ) -> None:
        self._methods, self._dispatcher, self._hub, self._limit = methods, Dispatcher(methods), hub, limit
        self._max_connections = max_connections
        self._sockets: set[web.WebSocketResponse] = set()

    def install(self, app: web.Application) -> None:
        """Routes of the API."""
        app.router.add_post("/", self.post)
        app.router.add_get("/ws", self.socket)
        app.on_shutdown.append(self._close_sockets)

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


def _reply(answer: Any, status: int = 200) -> web.Response:
    return web.json_response(answer, status=status)


def _bad_body(reason: str) -> dict[str, Any]:
    return failure(None, ApiError(errors.NOT_A_REQUEST, reason, "body"))


async def _send(socket: web.WebSocketResponse, answer: Any) -> None:
    with contextlib.suppress(ConnectionError):  # gone; the read loop ends by itself
        await socket.send_str(json.dumps(answer))
