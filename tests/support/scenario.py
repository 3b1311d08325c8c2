"""Two blocks in which every operation happens, the same for vectors and tests."""

from tests.support.actors import ALICE, BOB, CAROL, NETWORK, ONE, new_context, new_ledger
from zklink.protocol.block import SealedBlock
from zklink.protocol.ops import Noop, Operation
from zklink.state.builder import BlockBuilder
from zklink.state.effects import BlockEffects
from zklink.state.ledger import Ledger

TIMESTAMP = 1_700_000_000


def first_block() -> list[Operation]:
    """Deposits on three chains, Alice's key, a payment that creates Bob, a withdrawal; 6 steps of 8."""
    return [
        ALICE.deposit(1, 100 * ONE),
        ALICE.deposit(2, 50 * 10**6),
        CAROL.deposit(3, 7, token=3),
        ALICE.change_key(2, 0, fee=ONE // 1000),
        ALICE.transfer(2, 1, BOB.owner, 30 * ONE, fee=ONE // 1000, to_sub=1),
        ALICE.withdraw(2, 2, 2, 10 * ONE, fee=ONE // 1000, ratio=30),
    ]


def second_block() -> list[Operation]:
    """A refused deposit, exits over two chains, an exit of nothing by a stranger, a NOOP in between; 8 steps of 8."""
    return [
        ALICE.deposit(1, 1 << 116, token=1),
        ALICE.full_exit(2, 2),
        BOB.full_exit(4, 2, sub=1),
        BOB.full_exit(5, 1),
        Noop(),
        CAROL.full_exit(3, 3, token=3),
    ]


def play(ledger: Ledger | None = None) -> list[tuple[SealedBlock, BlockEffects]]:
    """Both blocks sealed in shape 1 on a genesis ledger."""
    ledger = new_ledger() if ledger is None else ledger
    sealed = []
    for number, operations in enumerate((first_block(), second_block()), start=1):
        builder = BlockBuilder(ledger, new_context(), capacity=8)
        for op in operations:
            builder.add(op)
        sealed.append(builder.seal(number, TIMESTAMP + number, NETWORK.preset.shape(1), builder.old_root))
        ledger.commit()
    return sealed
