"""A valid registry of three local chains, to be changed by tests."""

from __future__ import annotations

from typing import Any

from zklink.protocol.keys import deployment_id
from zklink.protocol.presets import MINIMAL
from zklink.state.ledger import genesis_root

FEE_ADDRESS = "0xfEE0fEE0fEE0FEe0FEe0fEE0Fee0fEe0feE0feE0"
SALT = 7


def address(number: int) -> str:
    """An address without letters, so that it needs no checksum."""
    return f"0x{number:040d}"


def registry_json(**changes: Any) -> dict[str, Any]:
    """Chains 1..3 (31337..31339); token 1 with 18, 6, 18 decimals, token 2 on chains 1 and 2, token 3 on chain 3."""
    decimals = {1: {1: 18, 2: 6, 3: 18}, 2: {1: 18, 2: 8}, 3: {3: 0}}
    root = genesis_root(MINIMAL, int(FEE_ADDRESS, 16))
    chains = [
        {
            "id": c,
            "evm_chain_id": 31336 + c,
            "rpc": f"http://127.0.0.1:{9000 + c}",
            "start_block": 0,
            "finality": {"policy": "finalized", "depth": 0},
            "contracts": {
                name: address(1000 * c + i) for i, name in enumerate(("Rollup", "Bridge", "OracleGate", "ProofGate"), 1)
            },
            "tokens": [
                {"id": t, "symbol": f"T{t}", "address": address(100 * c + t), "decimals": places[c]}
                for t, places in decimals.items()
                if c in places
            ],
        }
        for c in (1, 2, 3)
    ]
    registry = {
        "environment": "local",
        "preset": "minimal",
        "deployment_id": "",
        "genesis_root": f"0x{root:064x}",
        "fee_address": FEE_ADDRESS,
        "salt": f"0x{SALT:064x}",
        "chain_count": 3,
        "primary": 1,
        "checkpoint_interval": 1,
        "shapes": [{"id": 1, "steps": 8, "verifying_key_hash": "0x" + "ab" * 32, "development": True}],
        "chains": chains,
        "oracle": {"epoch": 1, "members": [{"address": address(i), "weight": 1} for i in (11, 12, 13, 14)]},
    }
    registry |= changes
    if not registry["deployment_id"]:
        registry["deployment_id"] = identity(registry)
    return registry


def identity(registry: dict[str, Any]) -> str:
    """The deployment id that follows from a registry's other fields."""
    main = registry["chains"][registry["primary"] - 1]
    found = deployment_id(
        main["evm_chain_id"],
        int(main["contracts"]["Rollup"], 16),
        int(registry["genesis_root"], 16),
        bytes.fromhex(registry["salt"][2:]),
    )
    return f"0x{found:064x}"
