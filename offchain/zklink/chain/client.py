"""JSON-RPC client of one chain: deadlines, retries with jitter, fail-over, chain-id check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from eth_abi.abi import decode
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from web3 import AsyncHTTPProvider
from web3.types import RPCEndpoint

from zklink.chain.errors import CallReverted, ChainUnavailable, FinalityBroken, RpcError, WrongChain

BUSY = -32005  # "limit exceeded": the endpoint asks us to come back later
ERROR_STRING = bytes.fromhex("08c379a0")  # selector of Error(string)


@dataclass(frozen=True, slots=True)
class Finality:
    """When a block counts as final: `finalized` (tag, plus `depth` blocks), `depth` (below latest) or `instant`."""

    policy: Literal["finalized", "depth", "instant"] = "finalized"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class BlockRef:
    """Header of one block; hashes are 0x hex, `timestamp` in seconds, `base_fee` in wei per gas (0 before EIP-1559)."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    base_fee: int = 0


At = int | str | BlockRef  # number, tag ("latest", "finalized", ...) or a pinned block
_Transient = (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError, OSError)


class _Busy(Exception):
    """An answer that asks for a retry."""


class ChainClient:
    """One chain behind one or more endpoints.

    1. `start` refuses an endpoint that serves another chain.
    2. `request` tries the endpoints in turn, waits with full jitter between rounds and gives up with ChainUnavailable.
    3. Reverts and other answers of a healthy endpoint are never retried.
    """

    def __init__(
        self,
        chain: int,
        evm_chain_id: int,
        urls: Sequence[str],
        finality: Finality | None = None,
        *,
        deadline: float = 10.0,
        attempts: int = 5,
    ) -> None:
        if not urls:
            raise ValueError(f"chain {chain}: rpc is empty")
        self.chain, self.evm_chain_id, self.finality = chain, evm_chain_id, finality or Finality()
        self._deadline, self._attempts, self._turn = deadline, attempts, 0
        timeout = aiohttp.ClientTimeout(total=deadline)
        self._providers = [
            AsyncHTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
            for url in urls
        ]
        self.healthy = False

    async def start(self) -> None:
        """Check every endpoint's chain id; raises WrongChain, or ChainUnavailable when none answers."""
        seen, cause = 0, None
        for provider in self._providers:
            try:
                found = int(await self._ask(provider, "eth_chainId", []), 16)
            except (*_Transient, _Busy) as error:
                cause = error
                continue
            if found != self.evm_chain_id:
                raise WrongChain(self.chain, self.evm_chain_id, found)
            seen += 1
        if not seen:
            raise ChainUnavailable(self.chain, "eth_chainId", cause)
        self.healthy = True

    async def close(self) -> None:
        """Close every connection."""
        for provider in self._providers:
            await provider.disconnect()

    async def request(self, method: str, params: list[Any]) -> Any:
        """Result of one JSON-RPC request; raises RpcError, CallReverted or ChainUnavailable."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(multiplier=0.2, max=5),
            retry=retry_if_exception_type((*_Transient, _Busy)),
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    provider = self._providers[self._turn % len(self._providers)]
                    try:
                        result = await self._ask(provider, method, params)
                    except (*_Transient, _Busy):
                        self._turn += 1
                        raise
                    self.healthy = True
                    return result
        except (*_Transient, _Busy) as error:
            self.healthy = False
            raise ChainUnavailable(self.chain, method, error) from error
        raise ChainUnavailable(self.chain, method, None)

    async def _ask(self, provider: AsyncHTTPProvider, method: str, params: list[Any]) -> Any:
        # shielded: web3 keeps its session lock for ever when a request is cancelled while it waits for that lock;
        # the request ends by itself at its own deadline
        asking = asyncio.ensure_future(provider.make_request(RPCEndpoint(method), params))
        asking.add_done_callback(_retrieve)
        async with asyncio.timeout(self._deadline):
            answer: dict[str, Any] = dict(await asyncio.shield(asking))
        error = answer.get("error")
        if error is None:
            return answer.get("result")
        if not isinstance(error, dict):
            raise RpcError(self.chain, method, 0, str(error))
        code, message, data = int(error.get("code", 0)), str(error.get("message", "")), error.get("data")
        if code == BUSY:
            raise _Busy(message)
        if code == 3 or "revert" in message.lower():
            raise CallReverted(self.chain, method, code, message, data, revert_reason(data) or message)
        raise RpcError(self.chain, method, code, message, data)

    # ---- blocks

    async def block(self, at: At = "latest") -> BlockRef:
        """Header of a block; raises RpcError when the chain does not have it."""
        if isinstance(at, BlockRef):
            return at
        raw = await self.request("eth_getBlockByNumber", [_tag(at), False])
        if raw is None:
            raise RpcError(self.chain, "eth_getBlockByNumber", 0, f"block {at} not found")
        return BlockRef(
            int(raw["number"], 16), raw["hash"], raw["parentHash"], int(raw["timestamp"], 16),
            int(raw.get("baseFeePerGas") or "0x0", 16),
        )  # fmt: skip

    async def final_block(self) -> BlockRef:
        """Newest block that counts as final under this chain's policy (genesis while the chain is younger)."""
        policy, depth = self.finality.policy, self.finality.depth
        head = await self.block("finalized" if policy == "finalized" else "latest")
        return head if depth == 0 or policy == "instant" else await self.block(max(0, head.number - depth))

    async def check_connected(self, accepted: BlockRef) -> None:
        """Raises FinalityBroken when a block once accepted as final is no longer canonical."""
        now = await self.block(accepted.number)
        if now.hash != accepted.hash:
            raise FinalityBroken(self.chain, accepted.number, accepted.hash, now.hash)

    # ---- reads

    async def call(self, to: str, data: bytes, at: At = "latest", sender: str | None = None, value: int = 0) -> bytes:
        """eth_call; a BlockRef pins the block by hash (EIP-1898), so a reorganised block cannot answer."""
        tx = {"to": to, "data": "0x" + data.hex()}
        if sender:
            tx["from"] = sender
        if value:
            tx["value"] = hex(value)
        return bytes.fromhex(str(await self.request("eth_call", [tx, _place(at)]))[2:])

    async def code(self, address: str, at: At = "latest") -> bytes:
        """Runtime code of an address, empty when there is none."""
        return bytes.fromhex(str(await self.request("eth_getCode", [address, _place(at)]))[2:])

    async def balance(self, address: str, at: At = "latest") -> int:
        """Native balance in wei."""
        return int(await self.request("eth_getBalance", [address, _place(at)]), 16)

    async def nonce(self, address: str, at: At = "latest") -> int:
        """Number of transactions of an account; `at="pending"` counts the node's pool too."""
        return int(await self.request("eth_getTransactionCount", [address, _place(at)]), 16)

    async def logs(
        self, address: str, topics: Sequence[str | Sequence[str] | None], first: int, last: int
    ) -> list[dict[str, Any]]:
        """Logs of `address` in blocks first..last, in order."""
        query = {"address": address, "topics": list(topics), "fromBlock": hex(first), "toBlock": hex(last)}
        found = await self.request("eth_getLogs", [query])
        return sorted(found, key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16)))

    async def transaction(self, tx_hash: str) -> dict[str, Any] | None:
        """A transaction by hash, None when unknown."""
        result: dict[str, Any] | None = await self.request("eth_getTransactionByHash", [tx_hash])
        return result

    async def receipt(self, tx_hash: str) -> dict[str, Any] | None:
        """A receipt by transaction hash, None while the transaction is not in a block."""
        result: dict[str, Any] | None = await self.request("eth_getTransactionReceipt", [tx_hash])
        return result


def _retrieve(asked: asyncio.Future[Any]) -> None:
    """Nobody may be left who wants the error of an abandoned request."""
    if not asked.cancelled():
        asked.exception()


def _tag(at: int | str) -> str:
    return hex(at) if isinstance(at, int) else at


def _place(at: At) -> Any:
    return {"blockHash": at.hash, "requireCanonical": True} if isinstance(at, BlockRef) else _tag(at)


def revert_reason(data: object) -> str:
    """The text of Error(string), else the raw bytes in hex, else an empty string."""
    if isinstance(data, dict):
        data = data.get("data")
    if not isinstance(data, str) or not data.startswith("0x"):
        return ""
    try:
        raw = bytes.fromhex(data[2:])
        return str(decode(["string"], raw[4:])[0]) if raw[:4] == ERROR_STRING else (data if raw else "")
    except Exception:
        return data
