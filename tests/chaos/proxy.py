"""A JSON-RPC proxy on loopback that can misbehave in ways real endpoints do. Also used in front of peers (`dead`)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import ClientError, ClientSession, web
from web3 import Web3

from zklink.protocol.hashing import u256

SLOW_SECONDS = 2.0
COUNTERS = "0x" + Web3.keccak(text="counters()")[:4].hex()
SYNC_HASH = "0x" + Web3.keccak(text="sync_hash(uint256)")[:4].hex()
STORED = "0x" + Web3.keccak(text="stored_hash(uint256)")[:4].hex()
LIES = {
    COUNTERS: "0x" + b"".join(u256(99) for _ in range(4)).hex(),
    SYNC_HASH: "0x" + u256(4242).hex(),
    STORED: "0x" + u256(4343).hex(),
}
MODES = (
    "honest", "lying_state", "lying_header", "slow", "dead", "forked", "busy", "truncated", "wrong_id", "stale",
    "mixed",
)  # fmt: skip
CONTRADICTING = frozenset(("lying_header", "forked"))
"""Modes that a quorum must not consist of: without a light client nobody can tell q identical lies from the truth."""


class Proxy:
    """One endpoint; `mode` may change at any time."""

    def __init__(self, upstream: str) -> None:
        self.upstream, self.mode, self.url = upstream, "honest", ""
        self.requests = 0
        self._head: int | None = None
        self._last: Any = None
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._session = ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close."""
        if self._runner and self._session:
            await self._session.close()
            await self._runner.cleanup()

    async def misbehave(self, mode: str) -> None:
        """From now on. A stale endpoint stays at the head it has now."""
        if mode == "stale":
            answer = await self._forward({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []})
            self._head = int(answer["result"], 16)
        self.mode = mode

    async def _forward(self, body: Any, path: str = "/", query: str = "", method: str = "POST") -> Any:
        assert self._session is not None
        url = self.upstream + path.rstrip("/") + (f"?{query}" if query else "")
        async with self._session.request(method, url, json=body) as answer:
            return await answer.json()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        mode = self.mode
        if mode == "dead":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if mode == "busy":
            return web.Response(status=429, text="too many requests")
        if mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        body = await request.json() if request.can_read_body else None
        if mode == "stale":
            body = self._as_of(body)
        if mode == "mixed" and self.requests % 2:
            body = _unpinned(body)
        try:
            answer = await self._forward(body, request.path, request.query_string, request.method)
        except ClientError:
            return web.Response(status=502)
        return self._spoil(mode, body, answer)

    def _spoil(self, mode: str, body: Any, answer: Any) -> web.StreamResponse:
        if mode == "lying_state" and body["method"] == "eth_call":
            answer["result"] = LIES.get(body["params"][0]["data"][:10], answer.get("result"))
        if mode in CONTRADICTING and body["method"].startswith("eth_getBlockBy") and answer.get("result"):
            answer["result"] = _other_header(answer["result"], whole=mode == "forked")
        if mode == "wrong_id":
            answer, self._last = self._last or answer, answer
            answer = answer | {"id": int(body["id"]) + 7}
        text = json.dumps(answer)
        return web.Response(
            text=text[: len(text) // 2] if mode == "truncated" else text, content_type="application/json"
        )

    def _as_of(self, body: Any) -> Any:
        if body["method"] == "eth_getBlockByNumber" and self._head is not None:
            tag = body["params"][0]
            height = self._head - 2 if tag == "finalized" else self._head if tag == "latest" else int(tag, 16)
            return body | {"params": [hex(max(0, min(height, self._head))), *body["params"][1:]]}
        return body


def _other_header(header: dict[str, Any], whole: bool) -> dict[str, Any]:
    """Another hash; `whole`: of another parent too. All liars tell the same."""
    told = dict(header)
    told["hash"] = "0x" + Web3.keccak(bytes.fromhex(header["hash"][2:])).hex().removeprefix("0x")
    if whole:
        told["parentHash"] = "0x" + Web3.keccak(bytes.fromhex(header["parentHash"][2:])).hex().removeprefix("0x")
    return told


def _unpinned(body: Any) -> Any:
    """The same question about another block than the one it was pinned to."""
    params = ["latest" if isinstance(p, dict) and "blockHash" in p else p for p in body.get("params", [])]
    return body | {"params": params}
