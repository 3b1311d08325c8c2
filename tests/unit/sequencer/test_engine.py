"""Order, refusals and sealing of the engine, on a real journal."""

import json
from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, CAROL, ONE
from tests.unit.sequencer.conftest import World, state
from zklink.protocol.block import SealedBlock
from zklink.protocol.hashing import u256
from zklink.protocol.ops import Withdraw
from zklink.protocol.presets import MINIMAL
from zklink.protocol.types import L2Signature, Owner
from zklink.sequencer import errors
from zklink.state.effects import BlockEffects


def test_a_deposit_becomes_a_block(world: World) -> None:
    world.request(ALICE.deposit(1, 5 * ONE))
    assert world.engine.take_requests() == 1
    block = world.engine.seal()
    assert block.number == 1 and world.engine.requests.open() == []
    row = world.engine.blocks.get(1)
    assert SealedBlock.from_json(json.loads(row.body)) == block
    assert row.new_root == u256(world.engine.ledger.root)
    effects = BlockEffects.from_bytes(world.engine.blocks.effects(1))
    assert (effects.z, effects.u, effects.h, effects.y) == block.public_inputs


def test_a_transfer_is_durable_when_it_is_done(world: World) -> None:
    account = world.fund()
    (item,) = world.submit(ALICE.transfer(account, 1, BOB.owner, ONE, fee=10**15))
    assert item.done and item.error is None
    assert world.engine.transactions.get(item.hash).state == "accepted"
    block = world.engine.seal()
    assert world.engine.transactions.get(item.hash).block == block.number


def test_the_same_transaction_again_gets_the_same_answer_and_one_effect(world: World) -> None:
    account = world.fund()
    op = ALICE.transfer(account, 1, BOB.owner, ONE)
    first, second = world.submit(op, op)
    (third,) = world.submit(op)
    world.engine.seal()
    (fourth,) = world.submit(op)
    assert all(i.done and i.error is None and i.hash == first.hash for i in (first, second, third, fourth))
    bob = world.engine.ledger.find(BOB.owner)
    assert world.engine.ledger.balance(bob, 0, 1) == ONE


@pytest.mark.parametrize(
    ("make", "code", "field"),
    [
        (lambda a: ALICE.transfer(a, 5, BOB.owner, ONE), errors.NONCE, "nonce"),
        (lambda a: ALICE.transfer(a, 0, BOB.owner, ONE), errors.NONCE, "nonce"),
        (lambda a: ALICE.transfer(a, 1, BOB.owner, 1000 * ONE), errors.BALANCE, "amount"),
        (lambda a: BOB.transfer(a, 1, BOB.owner, ONE), errors.L2_SIGNATURE, "signature"),
        (lambda a: ALICE.transfer(99, 1, BOB.owner, ONE), errors.NO_ACCOUNT, "account"),
        (lambda a: ALICE.transfer(1, 1, BOB.owner, ONE), errors.ACCOUNT, "account"),
        (lambda a: ALICE.transfer(a, 1, ALICE.owner, ONE), errors.SAME_CELL, "to"),
        (lambda a: ALICE.transfer(a, 1, Owner(0, 0), ONE), errors.TX_FORMAT, "to"),
        (lambda a: ALICE.transfer(a, 1, BOB.owner, ONE, sub=77), errors.SUB_ACCOUNT, "sub_account"),
        (lambda a: ALICE.transfer(a, 1, BOB.owner, ONE, token=700), errors.TOKEN, "token"),
        (lambda a: ALICE.transfer(5000, 1, BOB.owner, ONE), errors.ACCOUNT, "account"),
        (lambda a: ALICE.withdraw(a, 1, 2, ONE), errors.RESERVE, "amount"),
        (lambda a: ALICE.withdraw(a, 1, 4, ONE), errors.CHAIN, "chain"),
        (lambda a: ALICE.withdraw(a, 1, 2, ONE + 1), errors.TX_FORMAT, "amount"),
        (lambda a: ALICE.withdraw(a, 1, 1, ONE, recipient=0), errors.TX_FORMAT, "recipient"),
        (lambda a: ALICE.change_key(a, 1, ecdsa=False), errors.L1_SIGNATURE, "eth_signature"),
        (lambda a: replace(ALICE.change_key(a, 1), signature=L2Signature(0, 1, 1)), errors.L2_SIGNATURE, "signature"),
    ],
)  # fmt: skip
def test_a_bad_transaction_is_refused_by_name_and_changes_nothing(world: World, make, code: int, field: str) -> None:
    account = world.fund()
    before = state(world)
    (item,) = world.submit(make(account))
    assert not item.done
    assert (item.error.code, item.error.field) == (code, field)
    assert state(world) == before
    assert world.engine.transactions.get(item.hash) is None


def test_an_account_without_key_is_inactive(world: World) -> None:
    account = world.fund(with_key=False)
    (item,) = world.submit(ALICE.transfer(account, 0, BOB.owner, ONE))
    assert item.error.code == errors.INACTIVE


def test_a_bad_one_in_a_batch_does_not_touch_its_neighbours(world: World) -> None:
    account = world.fund()
    good1, bad, good2 = world.submit(
        ALICE.transfer(account, 1, BOB.owner, ONE),
        ALICE.transfer(account, 1, CAROL.owner, ONE),
        ALICE.transfer(account, 2, CAROL.owner, ONE),
    )
    assert good1.done and good2.done and bad.error.code == errors.NONCE


def test_a_poison_transaction_is_isolated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = world.fund()
    poison = ALICE.withdraw(account, 1, 1, ONE)

    def explode(self: Withdraw, scale: int) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(Withdraw, "step_words", explode)
    before = state(world)
    item, good = world.submit(poison, ALICE.transfer(account, 1, BOB.owner, ONE))
    assert item.error.code == errors.INTERNAL and good.done
    world.engine.seal()
    assert state(world)[1] == before[1] + 1


def test_a_full_block_is_sealed_by_the_next_entry(world: World) -> None:
    account = world.fund()
    steps = MINIMAL.shapes[0].steps
    items = world.submit(*(ALICE.transfer(account, 1 + i, BOB.owner, ONE) for i in range(steps + 1)))
    assert all(item.done for item in items)
    assert world.engine.number == 2 and len(world.engine.open.entries) == 1


def test_fee_tokens_beyond_the_slots_wait_for_the_next_block(world: World) -> None:
    account = world.fund()
    world.request(ALICE.deposit(1, 5 * ONE, token=2))
    world.request(ALICE.deposit(3, 5, token=3))
    world.engine.take_requests()
    world.engine.seal()
    items = world.submit(
        ALICE.transfer(account, 1, BOB.owner, ONE, fee=1),
        ALICE.transfer(account, 2, BOB.owner, ONE, fee=1, token=2),
        ALICE.transfer(account, 3, BOB.owner, ONE, fee=1, token=3),
    )
    assert all(item.done for item in items)
    assert world.engine.number == 3 and len(world.engine.open.entries) == 1


def test_the_queues_of_the_chains_take_turns(world: World) -> None:
    for _ in range(2):
        world.request(ALICE.deposit(1, ONE))
        world.request(ALICE.deposit(2, 10**6))
        world.request(ALICE.deposit(3, ONE))
    world.engine.take_requests()
    assert [entry.chain for entry in world.engine.open.entries] == [1, 2, 3, 1, 2, 3]


def test_requests_are_not_starved_by_transactions(world: World) -> None:
    account = world.fund()
    nonce = 1
    row = world.request(BOB.deposit(1, ONE))
    for _ in range(3):
        world.engine.take_requests()
        world.submit(*(ALICE.transfer(account, nonce + i, BOB.owner, ONE) for i in range(8)))
        nonce += 8
    assert world.engine.requests.get(row.hash).block == 2


def test_an_exit_takes_all_its_steps_in_one_block(world: World) -> None:
    account = world.fund()
    world.submit(*(ALICE.transfer(account, 1 + i, BOB.owner, ONE) for i in range(6)))
    world.request(ALICE.full_exit(account, 2))
    world.engine.take_requests()
    block = world.engine.seal()
    assert world.engine.ledger.balance(account, 0, 1) == 0
    assert block.statuses[-1]["type"] == "FULL_EXIT"


def test_a_request_that_cannot_be_included_stops_its_queue_only(world: World) -> None:
    world.request(replace(ALICE.deposit(1, ONE), scale=3))
    world.request(ALICE.deposit(1, ONE))
    world.request(ALICE.deposit(2, 10**6))
    assert world.engine.take_requests() == 1
    assert list(world.engine.blocked_chains) == [1]
    assert [entry.chain for entry in world.engine.open.entries] == [2]
