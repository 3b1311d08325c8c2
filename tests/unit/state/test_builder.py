"""Building blocks: room, fee slots, sealing, undoing."""

import pytest

from tests.support.actors import ALICE, BOB, CAROL, FEE_ADDRESS, ONE, new_context, new_ledger
from tests.support.ledgers import funded_ledger, inner_state
from tests.support.scenario import TIMESTAMP, play
from zklink.protocol.block import Header, SealedBlock
from zklink.protocol.errors import FieldError
from zklink.protocol.presets import MINIMAL, Shape
from zklink.protocol.statement import build_statement
from zklink.protocol.types import Owner
from zklink.state.builder import BlockBuilder
from zklink.state.effects import BlockEffects
from zklink.state.errors import BlockFull, FeeTokensFull, RuleViolation, SealError
from zklink.state.invariants import check_conservation
from zklink.state.ledger import Ledger
from zklink.state.tree import path_root

SHAPE = MINIMAL.shape(1)


def builder(ledger: Ledger, capacity: int = 8, **changes: object) -> BlockBuilder:
    return BlockBuilder(ledger, new_context(), capacity, **changes)  # type: ignore[arg-type]


def test_both_blocks_of_the_scenario_hold_together() -> None:
    ledger = new_ledger()
    (first, _), (second, effects) = play(ledger)
    assert second.header.old_root == first.header.new_root
    assert second.header.new_root == ledger.root
    assert [status["steps"] for status in second.statuses] == [1, 2, 2, 1, 1, 1]
    assert [status["applied"] for status in second.statuses] == [False, True, True, True, True, True]
    assert len(effects.steps) == SHAPE.steps
    check_conservation(ledger)


def test_the_statement_is_that_of_the_steps() -> None:
    for block, effects in play():
        statement = build_statement(block.header, [step.words for step in effects.steps])
        assert block.public_inputs == (statement.z, statement.u, statement.h, statement.y)
        assert (effects.z, effects.u, effects.h, effects.y) == block.public_inputs


def test_effects_and_blocks_survive_the_journal() -> None:
    for block, effects in play():
        assert BlockEffects.from_bytes(effects.to_bytes()) == effects
        assert SealedBlock.from_json(block.to_json()) == block


def test_every_access_starts_at_the_root_that_the_last_one_left() -> None:
    """What the circuit checks, recomputed from the effects alone."""
    for block, effects in play():
        root = block.header.old_root
        for step in effects.steps:
            index_a = step.account
            leaf = step.a.account_children[0][index_a % 8]
            assert path_root(step.a.account_children, index_a, leaf, 2) == root
            root = step.root_after
        epilogue = effects.epilogue
        assert path_root(epilogue.account_children, 0, epilogue.account_children[0][0], 2) == root


def test_fees_are_credited_once_per_token() -> None:
    ledger = funded_ledger()
    ledger.access(2, 0, 2, change=ONE)
    block = builder(ledger)
    block.add(ALICE.transfer(2, 1, BOB.owner, ONE, fee=10**15))
    block.add(ALICE.transfer(2, 2, BOB.owner, 10**17, fee=10**14, token=2))
    block.add(ALICE.withdraw(2, 3, 2, ONE, fee=10**15))
    assert block.fees == {1: 2 * 10**15, 2: 10**14}
    _, effects = block.seal(1, TIMESTAMP, SHAPE, block.old_root)
    assert effects.fee_tokens == (1, 2)
    assert (ledger.balance(0, 0, 1), ledger.balance(0, 0, 2)) == (2 * 10**15, 10**14)
    assert ledger.find(Owner(0, FEE_ADDRESS)) == 0
    first, second = effects.epilogue.credits
    assert path_root(first.asset_children, 1, 2 * 10**15, 3) == path_root(second.asset_children, 2, 0, 3)


def test_an_unused_fee_slot_is_token_0_with_fee_0() -> None:
    _, effects = builder(new_ledger()).seal(1, TIMESTAMP, SHAPE, new_ledger().root)
    assert effects.fee_tokens == (0, 0)
    assert [credit.fee for credit in effects.epilogue.credits] == [0, 0]


def test_fee_tokens_beyond_the_slots_are_refused_and_nothing_changes() -> None:
    ledger = funded_ledger()
    ledger.access(2, 0, 2, change=ONE)
    block = builder(ledger, fee_tokens=(3, 1))
    before = inner_state(ledger)
    op = ALICE.transfer(2, 1, BOB.owner, 0, fee=1, token=2)
    assert not block.fits(op)
    with pytest.raises(FeeTokensFull) as caught:
        block.add(op)
    assert (caught.value.token, caught.value.slots) == (2, (3, 1))
    assert inner_state(ledger) == before
    assert block.steps == []
    block.add(ALICE.transfer(2, 1, BOB.owner, 0, token=2))


@pytest.mark.parametrize("token", [0, 64])
def test_a_fee_token_is_a_token(token: int) -> None:
    with pytest.raises(FieldError, match="fee_tokens"):
        builder(new_ledger(), fee_tokens=(token,))


def test_more_fee_tokens_than_slots() -> None:
    with pytest.raises(FeeTokensFull):
        builder(new_ledger(), fee_tokens=(1, 2, 3))


def test_a_walk_that_does_not_fit_is_refused_whole() -> None:
    ledger = funded_ledger()
    block = builder(ledger, capacity=2)
    block.add(BOB.deposit(1, ONE))
    before, op = inner_state(ledger), ALICE.full_exit(2, 2)
    assert not block.fits(op)
    with pytest.raises(BlockFull) as caught:
        block.add(op)
    assert (caught.value.needed, caught.value.left) == (2, 1)
    assert inner_state(ledger) == before
    block.add(BOB.full_exit(3, 1))
    assert block.steps_left == 0


def test_an_invalid_operation_leaves_the_block_as_it_was() -> None:
    block = builder(funded_ledger())
    with pytest.raises(RuleViolation, match="TRF-2"):
        block.add(ALICE.transfer(2, 9, BOB.owner, ONE, fee=1))
    assert (block.steps, block.operations, block.statuses, block.fees) == ([], [], [], {})


def test_abandon_undoes_everything_even_when_sealed() -> None:
    ledger = funded_ledger()
    before = inner_state(ledger)
    for sealed in (False, True):
        block = builder(ledger)
        block.add(CAROL.deposit(3, 7, token=3))
        block.add(ALICE.transfer(2, 1, BOB.owner, ONE, fee=ONE))
        if sealed:
            block.seal(1, TIMESTAMP, SHAPE, block.old_root)
        block.abandon()
        assert inner_state(ledger) == before
        assert block.steps_left == 8


def test_sealing_refuses_another_previous_root_and_a_small_shape() -> None:
    ledger = funded_ledger()
    block = builder(ledger, capacity=9)
    for _ in range(9):
        block.add(BOB.deposit(1, ONE))
    before = inner_state(ledger)
    with pytest.raises(SealError, match="previous_root"):
        block.seal(1, TIMESTAMP, MINIMAL.shape(2), block.old_root + 1)
    with pytest.raises(SealError, match="shape"):
        block.seal(1, TIMESTAMP, SHAPE, block.old_root)
    with pytest.raises(FieldError, match="number"):
        block.seal(1 << 64, TIMESTAMP, MINIMAL.shape(2), block.old_root)
    with pytest.raises(FieldError, match="timestamp"):
        block.seal(1, -1, MINIMAL.shape(2), block.old_root)
    assert inner_state(ledger) == before
    block.seal(1, TIMESTAMP, MINIMAL.shape(2), block.old_root)
    for call in (lambda: block.add(BOB.deposit(1, ONE)), lambda: block.seal(1, 1, Shape(3, 16), block.old_root)):
        with pytest.raises(SealError, match="already sealed"):
            call()


def test_the_header_is_the_first_stream() -> None:
    (block, _), _ = play()
    words = [int.from_bytes(block.streams[0][at : at + 31], "big") for at in range(0, 7 * 31, 31)]
    header, counts = Header.decode(words)
    assert header == block.header
    assert counts == {stream: len(block.streams[stream]) // 31 for stream in (1, 2, 3, 9)}
