"""A local chain spoken to by bare JSON-RPC over one connection: for tests of thousands of transactions."""

from __future__ import annotations

import http.client
import json
from typing import Any

from eth_abi import decode, encode
from eth_utils import abi_to_signature, keccak

from tests.support.anvil import Anvil
from tests.support.vyper_build import artifact

GAS = 6_000_000


class Reverted(Exception):
    """Raised when a call or a transaction reverts. reason: text of the contract, or what the node says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Chain:
    """One connection to a node whose accounts are unlocked."""

    def __init__(self, node: Anvil) -> None:
        host, port = node.url.removeprefix("http://").split(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)
        self.accounts: list[str] = self.rpc("eth_accounts")

    def rpc(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        if "error" in answer:
            raise Reverted(_reason(answer["error"]))
        return answer["result"]

    def deploy(self, path: str, *args: Any, sender: str | None = None) -> Contract:
        """Deploy contracts/<path>."""
        built = artifact(f"contracts/{path}")
        inputs = next((e["inputs"] for e in built["abi"] if e["type"] == "constructor"), [])
        data = built["bytecode"] + encode([i["type"] for i in inputs], list(args)).hex()
        receipt = self.transact({"from": sender or self.accounts[0], "data": data})
        return Contract(self, receipt["contractAddress"], built["abi"])

    def transact(self, tx: dict[str, Any]) -> dict[str, Any]:
        """Receipt of a mined transaction; raises Reverted with the contract's reason."""
        tx = {"gas": hex(GAS), "gasPrice": "0x0", **tx}
        digest = self.rpc("eth_sendTransaction", tx)
        receipt: dict[str, Any] | None = None
        while receipt is None:
            receipt = self.rpc("eth_getTransactionReceipt", digest)
        if receipt["status"] != "0x1":
            self.rpc("eth_call", tx, "latest")
            raise Reverted("no reason")
        return receipt

    def at(self, timestamp: int) -> None:
        """Time of the next block, s."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)


class Contract:
    """contract.name(*args, sender=...): a transaction; contract.call("name", *args): decoded answer."""

    def __init__(self, chain: Chain, address: str, abi: list[dict[str, Any]]) -> None:
        self.chain, self.address, self.abi = chain, address, abi
        self.functions = {(e["name"], len(e["inputs"])): e for e in abi if e["type"] == "function"}

    def data(self, name: str, *args: Any) -> str:
        entry = self.functions[name, len(args)]
        return "0x" + keccak(text=abi_to_signature(entry))[:4].hex() + encode(_types(entry["inputs"]), args).hex()

    def call(self, name: str, *args: Any, sender: str | None = None) -> Any:
        tx = {"to": self.address, "data": self.data(name, *args), "gas": hex(GAS), "gasPrice": "0x0"}
        answer = self.chain.rpc("eth_call", tx | ({"from": sender} if sender else {}), "latest")
        values = decode(_types(self.functions[name, len(args)]["outputs"]), bytes.fromhex(answer[2:]))
        return values[0] if len(values) == 1 else values

    def __getattr__(self, name: str) -> Any:
        def send(*args: Any, sender: str | None = None) -> dict[str, Any]:
            data = self.data(name, *args)
            return self.chain.transact(
                {"from": sender or self.chain.accounts[0], "to": self.address, "data": data}
            )

        return send


def _types(fields: list[dict[str, Any]]) -> list[str]:
    return [_type(field) for field in fields]


def _type(field: dict[str, Any]) -> str:
    if not field["type"].startswith("tuple"):
        return str(field["type"])
    return f"({','.join(_types(field['components']))}){field['type'].removeprefix('tuple')}"


def _reason(error: dict[str, Any]) -> str:
    data = error.get("data")
    if isinstance(data, str) and data.startswith("0x08c379a0"):
        return str(decode(["string"], bytes.fromhex(data[10:]))[0])
    return str(error.get("message"))
