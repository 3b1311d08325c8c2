"""A whole deployment on local nodes, without Ape: real contracts, a verifying key whose secrets the tests know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3

from tests.support.anvil import KEYS, Anvil
from tests.support.groth16_trapdoor import TrapdoorKey
from zklink.deploy.fields import OracleEntry
from zklink.deploy.manifest import parse_manifest
from zklink.deploy.plan import Roles, Step, VerifyingKey, make_plan
from zklink.protocol.presets import MINIMAL
from zklink.state.ledger import genesis_root

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "__local__.json"
NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
MEMBERS: tuple[LocalAccount, ...] = tuple(Account.from_key(bytes([7]) * 31 + bytes([i])) for i in range(1, 5))
SEQUENCER: LocalAccount = Account.from_key(KEYS[1])
FEES: LocalAccount = Account.from_key(b"\x09" * 32)
TRAPDOOR = TrapdoorKey()
TOKEN_ID = 3


@cache
def compiled() -> dict[str, Any]:
    """Contract types by name, as Ape compiled them."""
    try:
        found: dict[str, Any] = json.loads(BUILD.read_text())["contractTypes"]
    except (OSError, ValueError, KeyError) as error:
        raise RuntimeError("the contracts are not compiled: `make contracts`") from error
    return found


def deploy(nodes: Mapping[int, Anvil], **manifest_changes: Any) -> dict[str, Any]:
    """Deploy on chains 1..n (1 is primary), list the native token as token 3; the registry's JSON."""
    manifest = parse_manifest(
        {
            "environment": "local",
            "preset": "minimal",
            "salt": "0x" + "00" * 31 + "05",
            "shapes": [1],
            "primary": 1,
            "priority_expiry": 604800,
            "request_fee": "1000",
            "chains": [
                {"id": c, "evm_chain_id": n.evm_chain_id, "network": "x", "rpc": n.url} for c, n in nodes.items()
            ],
            "oracle": {"members": [{"address": m.address, "weight": 1} for m in MEMBERS]},
        }
        | manifest_changes
    )
    oracle = manifest.oracle or OracleEntry(members=())
    deployer: LocalAccount = Account.from_key(KEYS[0])
    roles = Roles(deployer.address, deployer.address, SEQUENCER.address, FEES.address)
    alpha, beta, gamma, delta, ic = TRAPDOOR.constructor
    key = VerifyingKey(1, 8, True, tuple(alpha), tuple(beta), tuple(gamma), tuple(delta), tuple(map(tuple, ic)))  # type: ignore[arg-type, call-overload]
    root = genesis_root(MINIMAL, int(roles.fee_address, 16))
    clients = {c: Web3(HTTPProvider(n.url)) for c, n in nodes.items()}
    nonces = {c: int(w3.eth.get_transaction_count(deployer.address)) for c, w3 in clients.items()}
    plan = make_plan(manifest, root, (key,), roles, oracle, deployer.address, nonces)
    chains = []
    for entry in manifest.chains:
        w3 = clients[entry.id]
        contracts = {step.name: _deploy(w3, deployer.address, step) for step in plan.steps[entry.id]}
        bridge = w3.eth.contract(address=contracts["Bridge"], abi=compiled()["Bridge"]["abi"])
        for call in (
            bridge.functions.set_role(deployer.address, 1, True),
            bridge.functions.list_token(TOKEN_ID, NATIVE, 10**24),
        ):
            w3.eth.wait_for_transaction_receipt(call.transact({"from": deployer.address}))
        chains.append(
            {
                "id": entry.id,
                "evm_chain_id": entry.evm_chain_id,
                "rpc": entry.rpc,
                "start_block": 0,
                "finality": {"policy": "finalized", "depth": 0},
                "contracts": contracts,
                "tokens": [{"id": TOKEN_ID, "symbol": "ETH", "address": NATIVE, "decimals": 18}],
            }
        )
    return {
        "environment": "local",
        "preset": "minimal",
        "deployment_id": f"0x{plan.deployment_id:064x}",
        "genesis_root": f"0x{root:064x}",
        "fee_address": roles.fee_address,
        "salt": f"0x{manifest.salt:064x}",
        "chain_count": len(chains),
        "primary": 1,
        "checkpoint_interval": 1,
        "shapes": [{"id": 1, "steps": 8, "verifying_key_hash": "0x" + key.hash.hex(), "development": True}],
        "chains": chains,
        "oracle": json.loads(oracle.model_dump_json(exclude_none=True)),
    }


def _deploy(w3: Web3, deployer: str, step: Step) -> str:
    kind = compiled()[step.kind]
    contract = w3.eth.contract(abi=kind["abi"], bytecode=kind["deploymentBytecode"]["bytecode"])
    receipt = w3.eth.wait_for_transaction_receipt(contract.constructor(*step.arguments).transact({"from": deployer}))
    assert receipt["contractAddress"] == step.address, step.name
    return str(receipt["contractAddress"])
