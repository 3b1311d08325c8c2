"""Rollup.execute: synced blocks, in order, with the stream that was committed; receivers cannot stop it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.contracts.conftest import NATIVE
from tests.contracts.rollup.conftest import NATIVE_ID, USD_ID, USD_SCALE
from tests.support.reverts import assert_reverts
from tests.support.settlement import Block, Stack, Stored
from zklink.protocol.ops import Placement
from zklink.protocol.words import C0, C1


def payout(op: int, address: int, units: int, token: int = USD_ID, scale: int = USD_SCALE) -> list[int]:
    return [C0.encode(op=op, token=token, scale=scale, address=address), C1.encode(units=units)]


def synced(stack: Stack, words: list[int]) -> tuple[Block, Stored]:
    block, stored, _ = stack.commit({stack.chain: words})
    stack.rollup.prove([stored.words], [block.prove()], sender=stack.sequencer)
    stack.sync(stored)
    return block, stored


def execute(stack: Stack, block: Block, stored: Stored, sender: Any = None) -> Any:
    return stack.rollup.execute(stored.words, block.statement.streams[stack.chain], sender=sender or stack.sequencer)


def refuse(stack: Stack, reason: str, stored: Stored, stream: bytes) -> None:
    assert_reverts(reason, stack.rollup.execute, stored.words, stream, sender=stack.sequencer)


def test_every_payout_is_credited(primary: Stack, deposit: Any, full_exit: Any, actors: Any) -> None:
    bob, carol, alice = (int(a.address, 16) for a in (actors.bob, actors.carol, actors.alice))
    applied, refunded = deposit(primary, 500), deposit(primary, 60)
    words = [
        *applied.chain_words(Placement(9)),
        *refunded.chain_words(Placement(applied=False)),
        *full_exit(primary).chain_words(7),
        *payout(3, bob, 11), *payout(3, bob, 12), *payout(7, carol, 5), *payout(3, bob, 3, NATIVE_ID, 0),
        *payout(3, bob, 0), *payout(7, carol, 0),
    ]  # fmt: skip
    block, stored = synced(primary, words)
    receipt = execute(primary, block, stored, actors.stranger)
    assert primary.bridge.pending(actors.bob, primary.usd) == 23
    assert primary.bridge.pending(actors.bob, NATIVE) == 3
    assert primary.bridge.pending(actors.carol, primary.usd) == 12
    assert primary.bridge.pending(actors.alice, primary.usd) == 60
    assert alice and tuple(primary.bridge.requests()) == (3, 3)
    assert tuple(primary.rollup.counters()) == (1, 1, 1, 1)
    assert [e.number for e in receipt.decode_logs(primary.rollup.BlockExecuted)] == [1]


def test_full_exit_without_effect_pays_nothing(primary: Stack, full_exit: Any, actors: Any) -> None:
    execute(primary, *synced(primary, list(full_exit(primary).chain_words(0))))
    assert primary.bridge.pending(actors.carol, primary.usd) == 0
    assert tuple(primary.bridge.requests()) == (1, 1)


def test_empty_block_does_not_call_the_bridge(primary: Stack) -> None:
    receipt = execute(primary, *synced(primary, []))
    assert len(receipt.events) == 1


def test_block_not_synced(primary: Stack) -> None:
    block, stored, _ = primary.commit()
    refuse(primary, "rollup/not_synced", stored, b"")
    primary.rollup.prove([stored.words], [block.prove()], sender=primary.sequencer)
    refuse(primary, "rollup/not_synced", stored, b"")


def test_out_of_order_or_twice(primary: Stack) -> None:
    (first, one), (second, two) = synced(primary, []), synced(primary, [])
    refuse(primary, "rollup/number", two, b"")
    execute(primary, first, one)
    refuse(primary, "rollup/number", one, b"")
    execute(primary, second, two)


def test_another_stream(primary: Stack) -> None:
    block, stored = synced(primary, payout(3, 7, 10))
    stream = block.statement.streams[1]
    for forged in (b"", stream + bytes(31), stream[:-1], stream[:-1] + bytes([stream[-1] ^ 1])):
        refuse(primary, "rollup/own_stream", stored, forged)


def test_block_altered(primary: Stack) -> None:
    block, stored = synced(primary, payout(3, 7, 10))
    for field, value in (("request_count", 1), ("first_request", 1), ("own_digest", b"\x01" * 32)):
        refuse(primary, "rollup/unknown_block", replace(stored, **{field: value}), block.statement.streams[1])


def test_receivers_that_refuse_do_not_stop_it(project: Any, primary: Stack, actors: Any) -> None:
    """A contract that takes no native value, and addresses of precompiles and of the bridge itself."""
    callee = actors.deployer.deploy(project.Callee)
    callee.set_refuses(True, sender=actors.deployer)
    receivers = [
        int(callee.address, 16),
        1,
        8,
        int(primary.bridge.address, 16),
        int(primary.usd.address, 16),
        2**160 - 1,
    ]
    words = [w for receiver in receivers for w in payout(3, receiver, 5, NATIVE_ID, 0)]
    execute(primary, *synced(primary, [*words, *payout(3, int(actors.bob.address, 16), 9, NATIVE_ID, 0)]))
    assert primary.bridge.pending(actors.bob, NATIVE) == 9
    assert primary.bridge.pending(callee, NATIVE) == 5


def test_a_delisted_or_paused_token_does_not_stop_it(primary: Stack, actors: Any) -> None:
    block, stored = synced(primary, payout(3, 7, 10))
    primary.bridge.set_cap(USD_ID, 0, sender=actors.governor)
    execute(primary, block, stored)


def test_fullest_stream(primary: Stack) -> None:
    """132 payouts, the most a stream holds, are executed in one call of the bridge."""
    words = [w for i in range(132) for w in payout(3, 1000 + i, 1)]
    receipt = execute(primary, *synced(primary, words))
    assert len(receipt.decode_logs(primary.bridge.Credited)) == 132
    assert receipt.gas_used < 2**24
