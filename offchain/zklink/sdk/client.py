"""JSON-RPC 2.0 client of the sequencer's public API, over HTTP or WebSocket (chosen by the URL's scheme)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from zklink.protocol.ops import Operation, op_to_json
from zklink.sdk.errors import ApiError, ApiUnreachable, InputError

MAX_ANSWER_BYTES = 16 * 1024 * 1024


class Client:
    """One connection to the API; use as `async with Client(url) as client`.

    Raises ApiUnreachable when nothing answers in time, ApiError for a JSON-RPC error.
    """

    def __init__(self, url: str, deadline: float = 15.0) -> None:
        if not url.startswith(("http://", "https://", "ws://", "wss://")):
            raise InputError("api", f"{url!r} must start with http://, https://, ws:// or wss://")
        self.url = url
        self._socket_url = url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/ws"
        self._deadline = deadline
        self._ids = itertools.count(1)
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._deadline))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket:
            await self._socket.close()
        if self._session:
            await self._session.close()

    async def call(self, method: str, *params: Any) -> Any:
        """Result of one method."""
        request_id = next(self._ids)
        body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": list(params)}
        send = self._over_socket if self.url.startswith("ws") else self._over_http
        try:
            async with asyncio.timeout(self._deadline):
                answer = await send(request_id, body)
        except TimeoutError as error:
            raise ApiUnreachable(self.url, f"no answer in {self._deadline:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ApiUnreachable(self.url, str(error) or type(error).__name__) from error
        return _result(self.url, method, request_id, answer)

    async def _over_http(self, request_id: int, body: dict[str, Any]) -> Any:
        assert self._session is not None, "use the client in `async with`"
        async with self._session.post(self.url, json=body) as response:
            raw = b""
            async for chunk in response.content.iter_any():
                raw += chunk
                if len(raw) > MAX_ANSWER_BYTES:
                    raise ApiUnreachable(self.url, f"answer is longer than {MAX_ANSWER_BYTES} bytes")
        try:
            return json.loads(raw)
        except ValueError as error:
            raise ApiUnreachable(self.url, f"status {response.status}, not JSON") from error

    async def _over_socket(self, request_id: int, body: dict[str, Any]) -> Any:
        assert self._session is not None, "use the client in `async with`"
        if self._socket is None or self._socket.closed:
            self._socket = await self._session.ws_connect(self._socket_url, max_msg_size=MAX_ANSWER_BYTES, heartbeat=30)
            self._reader = asyncio.create_task(self._read(self._socket))
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = future
        try:
            await self._socket.send_json(body)
            return await future
        finally:
            self._waiting.pop(request_id, None)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            with contextlib.suppress(ValueError, AttributeError):  # pushes carry no id
                answer = json.loads(message.data)
                future = self._waiting.get(answer.get("id"))
                if future and not future.done():
                    future.set_result(answer)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(aiohttp.ClientConnectionError("connection closed"))

    # methods of the API

    async def deployment(self) -> Any:
        """getDeployment"""
        return await self.call("getDeployment")

    async def chains(self) -> Any:
        """getSupportChains"""
        return await self.call("getSupportChains")

    async def tokens(self) -> Any:
        """getSupportTokens"""
        return await self.call("getSupportTokens")

    async def latest_block(self) -> Any:
        """getLatestBlockNumber"""
        return await self.call("getLatestBlockNumber")

    async def block(self, number: int, with_transactions: bool = True) -> Any:
        """getBlockByNumber"""
        return await self.call("getBlockByNumber", number, with_transactions, False)

    async def block_on_chain(self, number: int) -> Any:
        """getBlockOnChainByNumber"""
        return await self.call("getBlockOnChainByNumber", number)

    async def account(self, id_or_address: int | str) -> Any:
        """getAccount; raises ApiError 201 when there is none."""
        return await self.call("getAccount", id_or_address)

    async def balances(self, account: int, sub_account: int | None = None) -> Any:
        """getAccountBalances"""
        return await self.call("getAccountBalances", account, *([] if sub_account is None else [sub_account]))

    async def transaction(self, tx_hash: str) -> Any:
        """getTransactionByHash"""
        return await self.call("getTransactionByHash", tx_hash, False)

    async def send(self, op: Operation, layer1_signature: str | None = None) -> str:
        """sendTransaction; the hash to follow. `layer1_signature`: 65 bytes hex for a key change."""
        extra = [] if layer1_signature is None else [layer1_signature]
        return str(await self.call("sendTransaction", op_to_json(op), *extra))


def _result(url: str, method: str, request_id: int, answer: Any) -> Any:
    if not isinstance(answer, dict) or answer.get("id") != request_id:
        raise ApiUnreachable(url, "the answer is not JSON-RPC 2.0")
    error = answer.get("error")
    if isinstance(error, dict):
        raise ApiError(method, int(error.get("code", 0)), str(error.get("message", "")), error.get("data"))
    if error is not None or "result" not in answer:
        raise ApiUnreachable(url, "the answer has neither result nor error")
    return answer["result"]
