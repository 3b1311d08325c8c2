"""Members, a registry and messages for the tests of the oracle node."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from zklink.deploy.registry import Registry, parse_registry
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, MemberSet, compact_signature
from zklink.protocol.keys import deployment_id

ROLLUP = "0x" + "5b" * 20
SALT = (7).to_bytes(32, "big")
GENESIS = 12345
DEPLOYMENT = deployment_id(31337, int(ROLLUP, 16), GENESIS, SALT)


def accounts(count: int) -> list[LocalAccount]:
    """Accounts in seat order."""
    made = [Account.from_key((1000 + i).to_bytes(32, "big")) for i in range(count)]
    return sorted(made, key=lambda account: int(account.address, 16))


def member_set(keys: list[LocalAccount], weights: list[int] | None = None, epoch: int = 1) -> MemberSet:
    return MemberSet.of(epoch, {int(k.address, 16): w for k, w in zip(keys, weights or [1] * len(keys), strict=True)})


def attestation(number: int, *, root: int = 11, sync: int = 22, generation: int = 0, epoch: int = 1) -> Attestation:
    return Attestation(epoch, generation, number, root, sync.to_bytes(32, "big"))


def signed(account: LocalAccount, message: Attestation, deployment: int = DEPLOYMENT) -> SignedAttestation:
    raw = bytes(account.unsafe_sign_hash(message.digest(deployment)).signature)
    return SignedAttestation(message, int(account.address, 16), compact_signature(raw))


def registry(keys: list[LocalAccount], chain_count: int = 2, urls: list[str] | None = None, **changes: Any) -> Registry:
    def chain(i: int) -> dict[str, Any]:
        names = ("Rollup", "Bridge", "OracleGate")
        contracts = {name: f"0x{i:02x}{n:038x}" for n, name in enumerate(names, 1)}
        if i == 1:
            contracts["Rollup"] = ROLLUP
        return {"id": i, "evm_chain_id": 31336 + i, "rpc": f"http://127.0.0.1:{9000 + i}", "contracts": contracts}

    members = [
        {"address": key.address, "weight": 1, **({"url": urls[i]} if urls else {})} for i, key in enumerate(keys)
    ]
    return parse_registry(
        {
            "environment": "local", "preset": "minimal", "deployment_id": f"0x{DEPLOYMENT:064x}",
            "genesis_root": f"0x{GENESIS:064x}", "fee_address": "0x" + "fe" * 20, "salt": "0x" + SALT.hex(),
            "chain_count": chain_count, "primary": 1,
            "shapes": [{"id": 1, "steps": 8, "verifying_key_hash": "0x" + "00" * 32, "development": True}],
            "chains": [chain(i) for i in range(1, chain_count + 1)],
            "oracle": {"epoch": 1, "members": members},
        }
        | changes
    )  # fmt: skip
