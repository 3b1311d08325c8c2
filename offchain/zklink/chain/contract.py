"""ABI coding shared by the wrappers: encode a call, decode its answer, decode a log."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from eth_abi.abi import decode
from eth_utils.abi import abi_to_signature, get_abi_output_types
from web3 import Web3
from web3._utils.events import get_event_data
from web3.contract import Contract

from zklink.chain.client import At, BlockRef, ChainClient
from zklink.chain.errors import NoContract

_offline = Web3()


def load_abi(name: str) -> list[dict[str, Any]]:
    """ABI of a contract of this repository, as `tools/abi.py` wrote it."""
    text = resources.files("zklink.chain").joinpath("abi", f"{name}.json").read_text()
    entries: list[dict[str, Any]] = json.loads(text)
    return entries


class ContractReader:
    """One deployed contract: reads at any block, encodes calls for the sender, decodes its events."""

    NAME = ""

    def __init__(self, client: ChainClient, address: str) -> None:
        self.client, self.address = client, Web3.to_checksum_address(address)
        self.abi = load_abi(self.NAME)
        self._codec: Contract = _offline.eth.contract(address=self.address, abi=self.abi)
        self._functions = {e["name"]: e for e in self.abi if e["type"] == "function"}
        self._events = {e["name"]: e for e in self.abi if e["type"] == "event"}

    async def check_deployed(self) -> None:
        """Raises NoContract when the address holds no code."""
        if not await self.client.code(self.address):
            raise NoContract(self.client.chain, self.NAME, self.address)

    def encode(self, function: str, *args: Any) -> bytes:
        """Calldata of a function call."""
        return bytes.fromhex(self._codec.encode_abi(function, args=list(args))[2:])

    def decode_call(self, data: bytes) -> tuple[str, dict[str, Any]]:
        """Function name and arguments by name of calldata. Raises ValueError for a function this contract has not."""
        function, arguments = self._codec.decode_function_input(data)
        return function.fn_name, dict(arguments)

    async def read(self, function: str, *args: Any, at: At = "latest") -> Any:
        """Answer of a view; a tuple when it has several outputs."""
        raw = await self.client.call(self.address, self.encode(function, *args), at)
        values = decode(get_abi_output_types(self._functions[function]), raw)  # type: ignore[arg-type]
        return values[0] if len(values) == 1 else values

    def topic(self, event: str) -> str:
        """First topic of an event."""
        return "0x" + Web3.keccak(text=abi_to_signature(self._events[event])).hex().removeprefix("0x")  # type: ignore[arg-type]

    def decode_log(self, event: str, log: dict[str, Any]) -> dict[str, Any]:
        """Arguments of one raw log by name."""
        found = get_event_data(_offline.codec, self._events[event], _log(log))  # type: ignore[arg-type]
        return dict(found["args"])

    async def events(self, event: str, first: int, last: int, *indexed: str | None) -> list[dict[str, Any]]:
        """Decoded events of blocks first..last; each has its arguments plus `_block`, `_hash`, `_tx`, `_index`."""
        logs = await self.client.logs(self.address, [self.topic(event), *indexed], first, last)
        return [
            self.decode_log(event, log)
            | {
                "_block": int(log["blockNumber"], 16),
                "_hash": log["blockHash"],
                "_tx": log["transactionHash"],
                "_index": int(log["logIndex"], 16),
            }
            for log in logs
        ]


def _log(log: dict[str, Any]) -> dict[str, Any]:
    """A raw JSON log in the types web3's decoder wants."""
    return {
        "address": Web3.to_checksum_address(log["address"]),
        "topics": [bytes.fromhex(t[2:]) for t in log["topics"]],
        "data": bytes.fromhex(log["data"][2:]),
        "blockNumber": int(log["blockNumber"], 16),
        "blockHash": bytes.fromhex(log["blockHash"][2:]),
        "transactionHash": bytes.fromhex(log["transactionHash"][2:]),
        "transactionIndex": int(log["transactionIndex"], 16),
        "logIndex": int(log["logIndex"], 16),
    }


__all__ = ["At", "BlockRef", "ContractReader", "load_abi"]
