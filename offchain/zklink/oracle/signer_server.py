"""The signer as a process of its own: structs in, signatures out, over a Unix socket or a loopback port.

| request (bearer token) | answer |
|---|---|
| `GET /v1/signer` | address, deploymentId, mustListen |
| `GET /v1/ready` | 200, or 503 with the reason |
| `POST /v1/attest`, `/v1/abort`, `/v1/rotate` | 200 {sig}; 409 {rule, error} refused; 422 {field, error} malformed |
| `POST /v1/accounted` | {accounted} |
| `POST /v1/listened` | 204; 409 {rule, error} too early (S7) |
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from zklink.oracle.codec import abort_from_json, message_from_json, rotate_from_json
from zklink.oracle.errors import InvalidSignatureMessage, ProtectionDatabaseError, SigningRefused
from zklink.oracle.server import SHUTDOWN_SECONDS
from zklink.oracle.signer import Signer
from zklink.oracle.signer_address import SignerAddress
from zklink.protocol.types import address_to_hex
from zklink.wire import parse_json

log = structlog.get_logger("oracle.signer")
MAX_BODY_BYTES = 4096
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SignerServer:
    """Flow: token, size, JSON, fields; then the signer recomputes the digest and asks the protection database."""

    def __init__(self, signer: Signer, token: str) -> None:
        self._signer, self._token = signer, token
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/v1/signer", self.get_signer),
                web.get("/v1/ready", self.get_ready),
                web.post("/v1/attest", self.post_attest),
                web.post("/v1/abort", self.post_abort),
                web.post("/v1/rotate", self.post_rotate),
                web.post("/v1/accounted", self.post_accounted),
                web.post("/v1/listened", self.post_listened),
            ]
        )
        return app

    async def run(self, address: SignerAddress, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises OSError when the address is taken."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            if address.socket is not None:
                await self._listen_unix(address.socket)
            else:
                await web.TCPSite(self._runner, address.host, address.port).start()
            log.info("signer_listening", at=str(address), signer=address_to_hex(self._signer.address))
            await stop.wait()
        finally:
            await self._runner.cleanup()
            self._signer.close()

    async def _listen_unix(self, path: Path) -> None:
        assert self._runner is not None
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # the database's lock says that nobody else serves it
        mask = os.umask(0o177)
        try:
            await web.UnixSite(self._runner, path).start()
        finally:
            os.umask(mask)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return web.json_response({"error": "token is missing or wrong"}, status=401)
        try:
            return await handler(request)
        except InvalidSignatureMessage as error:
            return web.json_response({"error": str(error), "field": error.field}, status=422)
        except SigningRefused as error:
            log.error("refused_to_sign", rule=error.rule, reason=error.reason)
            return web.json_response({"error": error.reason, "rule": error.rule}, status=409)
        except web.HTTPException as error:
            return web.json_response({"error": error.reason}, status=error.status)

    async def get_signer(self, request: web.Request) -> web.Response:
        """Who signs."""
        status = self._signer.status()
        return web.json_response(
            {"address": address_to_hex(status.address), "deploymentId": f"0x{status.deployment_id:064x}",
             "mustListen": status.must_listen}
        )  # fmt: skip

    async def get_ready(self, request: web.Request) -> web.Response:
        """Whether a signature could be recorded now."""
        try:
            self._signer.check_ready()
        except ProtectionDatabaseError as error:
            return web.json_response({"error": str(error)}, status=503)
        return web.json_response({"ready": True})

    async def post_attest(self, request: web.Request) -> web.Response:
        """Sign an AttestV1."""
        return _signature(self._signer.attest(message_from_json(await _body(request))).signature)

    async def post_abort(self, request: web.Request) -> web.Response:
        """Sign an AbortV1."""
        return _signature(self._signer.abort(abort_from_json(await _body(request))))

    async def post_rotate(self, request: web.Request) -> web.Response:
        """Sign a RotateV1."""
        return _signature(self._signer.rotate(rotate_from_json(await _body(request))))

    async def post_accounted(self, request: web.Request) -> web.Response:
        """Whether a signature of this key needs no explanation."""
        return web.json_response({"accounted": self._signer.accounted(message_from_json(await _body(request)))})

    async def post_listened(self, request: web.Request) -> web.Response:
        """The node heard nobody else use the key."""
        self._signer.listened()
        return web.Response(status=204)


async def _body(request: web.Request) -> Any:
    try:
        return parse_json(await request.read())
    except ValueError as error:
        raise InvalidSignatureMessage("body", f"is not JSON: {str(error)[:80]}") from None


def _signature(signature: bytes) -> web.Response:
    return web.json_response({"sig": "0x" + signature.hex()})
