"""OracleGate's constructor: tables that are no tables."""

from __future__ import annotations

from typing import Any

import ape
import pytest

from tests.support.settlement import MEMBERS, table


def test_fresh_gate(gate: Any, actors: Any) -> None:
    assert (gate.attested(), gate.generation(), gate.epoch()) == (0, 0, 1)
    assert bytes(gate.attested_root()) == bytes(32)
    assert gate.members(1) == table()
    assert gate.total_weight(1) == 4
    assert (gate.chain_id(), gate.rollup()) == (1, actors.rollup.address)


@pytest.mark.parametrize("epoch", [0, 2])
def test_epoch_without_a_set(gate: Any, epoch: int) -> None:
    for view in (gate.members, gate.total_weight):
        with ape.reverts("oracle/unknown_epoch"):
            view(epoch)


def test_table_is_contract_code(gate: Any, chain: Any) -> None:
    """A zero byte (STOP: the blob cannot be run), then 32 bytes a member."""
    (event,) = gate.creation_metadata.receipt.decode_logs(gate.MembersSet)
    assert bytes(chain.provider.get_code(event.blob)) == b"\x00" + b"".join(m.to_bytes(32, "big") for m in table())
    assert (event.epoch, event.member_count, event.total_weight) == (1, 4, 4)


UNIT = 1 << 160
BAD = {
    "empty": ([], "too_few_members"),
    "three": (table()[:3], "too_few_members"),
    "unsorted": ([table()[1], table()[0], *table()[2:]], "member_order"),
    "duplicate": ([*table()[:3], table()[2]], "member_order"),
    "duplicate with another weight": ([*table()[:3], table()[2] + UNIT], "member_order"),
    "zero address": ([UNIT, *table()], "member_order"),
    "zero weight": ([table()[0] - UNIT, *table()[1:]], "weight_range"),
    "weight of 2^32": ([(2**32 << 160) | int(MEMBERS[0].address, 16), *table()[1:]], "weight_range"),
    "a third": (table((2, 2, 1, 1)), "hidden_veto"),
    "more than a third": (table((3, 1, 1, 1)), "hidden_veto"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_table(deploy_gate: Any, kind: str) -> None:
    members, reason = BAD[kind]
    with ape.reverts(f"oracle/{reason}"):
        deploy_gate(table=members)


def test_largest_table(deploy_gate: Any) -> None:
    members = [(2**32 - 1) << 160 | (i + 1) for i in range(128)]
    gate = deploy_gate(table=members)
    assert gate.members(1) == members
    assert gate.total_weight(1) == 128 * (2**32 - 1)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("chain_id", 0, "chain_id"),
        ("chain_id", 9, "chain_id"),
        ("deployment_id", bytes(32), "deployment_id"),
        ("rollup", "0x" + "00" * 20, "rollup"),
        ("epoch", 0, "epoch"),
    ],
)
def test_bad_argument(deploy_gate: Any, field: str, value: Any, reason: str) -> None:
    with ape.reverts(f"oracle/{reason}"):
        deploy_gate(**{field: value})
