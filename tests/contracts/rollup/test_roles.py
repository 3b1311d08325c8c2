"""Role matrix: every function that can change state, and who may call it. A new function without a row fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.reverts import revert_reason
from tests.support.settlement import GENESIS, Stack

MATRIX = {
    "commit": "sequencer",
    "prove": "anyone",
    "sync": "anyone",
    "execute": "anyone",
    "authorise_key": "anyone",
    "authorise_key_1271": "anyone",
    "set_role": "governor",
    "offer_governor": "governor",
    "accept_governor": "offered",
}
REASON = {"sequencer": "roles/missing", "governor": "roles/not_governor", "offered": "roles/not_offered"}


def arguments(stack: Stack, name: str, somebody: Any) -> list[Any]:
    genesis = GENESIS.words
    return {
        "commit": stack.arguments(stack.block()),
        "prove": [[genesis], [[0] * 8]],
        "sync": [genesis, 1, 0, b""],
        "execute": [genesis, b""],
        "authorise_key": [1, 2, 3],
        "authorise_key_1271": [somebody, 1, 2, 3, b""],
        "set_role": [somebody, 1, True],
        "offer_governor": [somebody],
        "accept_governor": [],
    }[name]


def test_matrix_is_complete(primary: Stack) -> None:
    changing = {method.name for method in primary.rollup.contract_type.mutable_methods}
    assert changing == MATRIX.keys()


@pytest.mark.parametrize("name", MATRIX)
def test_who_may_call(primary: Stack, actors: Any, name: str) -> None:
    callers = {"sequencer": primary.sequencer, "governor": actors.governor, "stranger": actors.stranger}
    allowed = MATRIX[name]
    method = getattr(primary.rollup, name)
    for role, caller in callers.items():
        found = revert_reason(method, *arguments(primary, name, actors.bob), sender=caller)
        if allowed in ("anyone", role):
            assert not (found or "").startswith("roles/"), (role, found)
        else:
            assert found == REASON[allowed], (role, found)


def test_governor_moves_in_two_steps(primary: Stack, actors: Any) -> None:
    rollup = primary.rollup
    rollup.offer_governor(actors.bob, sender=actors.governor)
    assert rollup.governor() == actors.governor.address
    rollup.accept_governor(sender=actors.bob)
    assert rollup.governor() == actors.bob.address
    assert revert_reason(rollup.set_role, actors.alice, 1, True, sender=actors.governor) == "roles/not_governor"


def test_gates_have_no_owner(primary: Stack) -> None:
    """What judges and what verifies takes orders from nobody."""
    assert {method.name for method in primary.gate.contract_type.mutable_methods} == {"attest"}
    assert not primary.proof_gate.contract_type.mutable_methods
    assert not primary.checker.contract_type.mutable_methods
    assert not primary.verifiers[1].contract_type.mutable_methods
