"""Rollup's constructor: wired to contracts that name it, this chain and this deployment, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ape
import pytest

from tests.support.reverts import assert_reverts
from tests.support.settlement import DEPLOYMENT_ID, GENESIS, GENESIS_ROOT, Stack, create_address, table
from zklink.protocol.constants import FIELD_MODULUS as R


@pytest.fixture
def deploy(project: Any, actors: Any, primary: Stack) -> Any:
    """deploy(**changes): a rollup at its predicted address; `bridge` and `gate` are changes to their constructors."""

    def act(bridge: dict[str, Any] | None = None, gate: dict[str, Any] | None = None, **changes: Any) -> Any:
        deployer = actors.deployer
        address = create_address(deployer.address, deployer.nonce + 2)
        for_gate = {"chain": 1, "id": DEPLOYMENT_ID, "rollup": address, "table": table(), "epoch": 1} | (gate or {})
        for_bridge = {
            "chain": 1, "id": DEPLOYMENT_ID, "rollup": address, "governor": actors.governor,
            "account": 12, "sub": 4, "token": 6, "expiry": 7 * 86400, "fee": 10**14, "queue": 10,
        } | (bridge or {})  # fmt: skip
        oracle = deployer.deploy(project.OracleGate, *for_gate.values())
        custody = deployer.deploy(project.Bridge, *for_bridge.values())
        values = {
            "chain_id": 1, "chain_count": 2, "deployment_id": DEPLOYMENT_ID, "root": GENESIS_ROOT.to_bytes(32, "big"),
            "primary": True, "governor": actors.governor, "sequencer": primary.sequencer, "custody": custody,
            "proof_gate": primary.proof_gate, "oracle_gate": oracle, "checker": primary.checker,
        } | changes  # fmt: skip
        return deployer.deploy(project.Rollup, *values.values())

    return act


def test_fresh_rollup(deploy: Any, actors: Any, primary: Stack) -> None:
    rollup = deploy()
    assert tuple(rollup.counters()) == (0, 0, 0, 0)
    assert bytes(rollup.stored_hash(0)) == GENESIS.hash
    assert bytes(rollup.sync_hash(0)) == GENESIS.sync_hash
    assert (rollup.chain_id(), rollup.chain_count(), rollup.is_primary(), rollup.attested_only()) == (1, 2, True, False)
    assert bytes(rollup.deployment_id()) == DEPLOYMENT_ID
    assert rollup.governor() == actors.governor.address
    assert rollup.has_role(primary.sequencer, 1) and not rollup.has_role(actors.governor, 1)


OTHER = b"\x00" + b"\x55" * 31
STRANGER = "0x" + "12" * 20


@pytest.mark.parametrize(
    "changes",
    [
        {"bridge": {"rollup": STRANGER}},
        {"bridge": {"chain": 2}},
        {"bridge": {"id": OTHER}},
        {"gate": {"rollup": STRANGER}},
        {"gate": {"chain": 2}},
        {"gate": {"id": OTHER}},
    ],
    ids=str,
)
def test_wired_to_others(deploy: Any, changes: dict[str, Any]) -> None:
    with ape.reverts("rollup/wiring"):
        deploy(**changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": 3}, "chain_id"),
        ({"chain_count": 9}, "chain_id"),
        ({"deployment_id": bytes(32)}, "deployment_id"),
        ({"deployment_id": b"\x01" + bytes(31)}, "deployment_id"),
        ({"root": bytes(32)}, "root_range"),
        ({"root": R.to_bytes(32, "big")}, "root_range"),
    ],
    ids=str,
)
def test_bad_argument(deploy: Any, changes: dict[str, Any], reason: str) -> None:
    with ape.reverts(f"rollup/{reason}"):
        deploy(**changes)


@pytest.mark.parametrize("name", ["custody", "proof_gate", "oracle_gate", "checker"])
def test_address_without_code(deploy: Any, name: str) -> None:
    with ape.reverts():
        deploy(**{name: STRANGER})


def test_verifier_that_answers_false(project: Any, actors: Any, primary: Stack, deploy: Any) -> None:
    """Ours revert instead; a gate with another verifier must not turn a `false` into a proven block."""
    verifier = actors.deployer.deploy(project.FalseVerifier)
    proof_gate = actors.deployer.deploy(project.ProofGate, [1], [verifier.address])
    rollup = deploy(proof_gate=proof_gate)
    stack = replace(primary, rollup=rollup, latest=GENESIS)
    blocks = [stack.commit() for _ in range(2)]
    for count in (1, 2):
        stored = [one.words for _, one, _ in blocks[:count]]
        proofs = [block.prove() for block, _, _ in blocks[:count]]
        assert_reverts("rollup/proof", rollup.prove, stored, proofs, sender=primary.sequencer)
