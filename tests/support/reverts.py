"""Refused calls without Ape's traces: a trace of a commit carries the whole memory at every step and takes seconds."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode

ERROR_STRING = bytes.fromhex("08c379a0")


def revert_reason(method: Any, *arguments: Any, sender: Any, gas: int = 16_000_000) -> str | None:
    """Reason with which `method(*arguments)` reverts on the latest state; "" without one, None when it passes."""
    contract = method.contract
    call = {
        "from": getattr(sender, "address", sender),
        "to": contract.address,
        "data": "0x" + bytes(method.encode_input(*arguments)).hex(),
        "gas": hex(gas),
    }
    answer = contract.provider.web3.provider.make_request("eth_call", [call, "latest"])
    if "error" not in answer:
        return None
    data = bytes.fromhex((answer["error"].get("data") or "0x")[2:])
    return decode(["string"], data[4:])[0] if data[:4] == ERROR_STRING else ""


def assert_reverts(reason: str, method: Any, *arguments: Any, sender: Any) -> None:
    """`method(*arguments)` from `sender` reverts with exactly `reason`."""
    found = revert_reason(method, *arguments, sender=sender)
    assert found == reason, f"expected {reason!r}, found {found!r}"
