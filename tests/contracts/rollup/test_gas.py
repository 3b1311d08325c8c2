"""Gas of every stage, whole transactions, beside its bar. Calldata is 16 gas a non-zero byte, 4 a zero byte."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.rollup.conftest import USD_ID, USD_SCALE, run
from tests.contracts.rollup.test_keys import OWNER, sign_authorisation
from tests.support.isolation import isolated
from tests.support.settlement import Stack
from tests.support.snapshots import check_snapshot
from zklink.protocol.ops import Placement
from zklink.protocol.words import C0, C1

TOLERANCE = 400  # digests and points vary by zero bytes


def calldata_gas(receipt: Any) -> int:
    data = bytes(receipt.data)
    return sum(16 if byte else 4 for byte in data)


def withdrawal(i: int, token: int = USD_ID, scale: int = USD_SCALE) -> list[int]:
    return [
        C0.encode(
            op=3, account=7 + i, token=token, scale=scale, address=0xBEEF0000BEEF0000BEEF0000BEEF0000BEEF0000 + i
        ),
        C1.encode(nonce=i, units=1000 + i),
    ]


@pytest.fixture
def eight_operations(deposit: Any) -> Any:
    """Words of 4 deposits (queued first) and 4 withdrawals."""

    def make(stack: Stack) -> list[int]:
        words: list[int] = []
        for i in range(4):
            words += deposit(stack, 1000 + i).chain_words(Placement(7 + i))
        for i in range(4):
            words += withdrawal(i)
        return words

    return make


DATA = [(1 << 240) + i for i in range(8)]


def commit_gas(stack: Stack, name: str, eight_operations: Any) -> None:
    stack.commit(data=DATA)  # the first block of all writes fresh counters
    empty = stack.commit(data=DATA)[2]
    check_snapshot("gas", f"Rollup.commit/{name}/0_operations", empty.gas_used, TOLERANCE)
    receipt = stack.commit({stack.chain: eight_operations(stack)}, data=DATA)[2]
    check_snapshot("gas", f"Rollup.commit/{name}/8_operations", receipt.gas_used, TOLERANCE)
    check_snapshot("gas", f"Rollup.commit/{name}/8_operations/calldata", calldata_gas(receipt), TOLERANCE)
    assert receipt.gas_used - calldata_gas(receipt) <= 160_000


def test_commit_on_the_primary(primary: Stack, eight_operations: Any) -> None:
    commit_gas(primary, "primary", eight_operations)


def test_commit_on_a_secondary(secondary: Stack, eight_operations: Any) -> None:
    commit_gas(secondary, "secondary", eight_operations)


def test_prove(primary: Stack) -> None:
    blocks = [primary.commit() for _ in range(8)]
    primary.rollup.prove([blocks[0][1].words], [blocks[0][0].prove()], sender=primary.sequencer)
    used = {}
    for count in (1, 2, 4):
        with isolated(primary.clock):
            part = blocks[1 : 1 + count]
            receipt = primary.rollup.prove(
                [stored.words for _, stored, _ in part],
                [block.prove() for block, _, _ in part],
                sender=primary.sequencer,
            )
            used[count] = receipt.gas_used
            check_snapshot("gas", f"Rollup.prove/{count}", receipt.gas_used, TOLERANCE)
    assert used[1] <= 260_000
    assert (used[4] - used[2]) // 2 <= 60_000


def test_sync_and_execute(primary: Stack, eight_operations: Any, deposit: Any) -> None:
    for _ in range(2):  # slots are written for the first time
        run(primary, *primary.commit()[:2])
    block, stored, _ = primary.commit({1: eight_operations(primary)}, data=DATA)
    primary.rollup.prove([stored.words], [block.prove()], sender=primary.sequencer)
    receipt = primary.sync(stored)
    check_snapshot("gas", "Rollup.sync/4_members", receipt.gas_used, TOLERANCE)
    assert receipt.gas_used <= 80_000
    receipt = primary.rollup.execute(stored.words, block.statement.streams[1], sender=primary.sequencer)
    check_snapshot("gas", "Rollup.execute/4_withdrawals_to_new_receivers", receipt.gas_used, TOLERANCE)


def test_keys(project: Any, primary: Stack, actors: Any) -> None:
    receipt = primary.rollup.authorise_key(3, 11, 12, sender=actors.alice)
    check_snapshot("gas", "Rollup.authorise_key", receipt.gas_used, TOLERANCE)
    wallet = actors.deployer.deploy(project.Wallet1271, OWNER.address)
    signature = sign_authorisation(wallet.address, key_x=11, key_y=12, nonce=3)
    receipt = primary.rollup.authorise_key_1271(wallet, 3, 11, 12, signature, sender=actors.alice)
    check_snapshot("gas", "Rollup.authorise_key_1271", receipt.gas_used, TOLERANCE)


def test_roles(primary: Stack, actors: Any) -> None:
    rollup = primary.rollup
    receipts = {
        "set_role": rollup.set_role(actors.bob, 1, True, sender=actors.governor),
        "offer_governor": rollup.offer_governor(actors.bob, sender=actors.governor),
        "accept_governor": rollup.accept_governor(sender=actors.bob),
    }
    for name, receipt in receipts.items():
        check_snapshot("gas", f"Rollup.{name}", receipt.gas_used, TOLERANCE)
