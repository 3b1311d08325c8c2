"""The few JSON-RPC calls a local network needs of its nodes: synchronous, loopback only."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any


class RpcRefused(RuntimeError):
    """Raised when a node answers with an error; its message holds the revert reason where there is one."""


def rpc(url: str, method: str, *params: Any) -> Any:
    """Result of one call. Raises OSError when nobody answers, RpcRefused for an error."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        result = json.load(answer)
    if "error" in result:
        raise RpcRefused(f"{method}: {result['error'].get('message')}")
    return result["result"]


def receipt_of(url: str, tx_hash: str, timeout: float = 30) -> dict[str, Any]:
    """The receipt, waited for. Raises TimeoutError."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found: dict[str, Any] | None = rpc(url, "eth_getTransactionReceipt", tx_hash)
        if found is not None:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{tx_hash} was not mined in {timeout} s")


def send_unlocked(url: str, sender: str, to: str, data: bytes, gas: int = 8_000_000) -> dict[str, Any]:
    """Send from one of the node's own accounts; the receipt. Raises RpcRefused, also when the transaction reverted."""
    tx_hash = rpc(url, "eth_sendTransaction", {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(gas)})
    receipt = receipt_of(url, tx_hash)
    if int(receipt["status"], 16) != 1:
        raise RpcRefused(f"{tx_hash} reverted")
    return receipt
