"""Random blocks: whatever the state machine accepts has a witness that ends in the block's public inputs."""

import random

import pytest

from tests.circuits.scenario import ALICE, BOB, CAROL, DAVE, OTHER_TOKEN, TOKEN, UNIT, World
from zklink.protocol.errors import ProtocolError
from zklink.protocol.ops import Operation
from zklink.protocol.presets import MINIMAL
from zklink.protocol.types import Owner
from zklink.state.builder import BlockBuilder
from zklink.state.errors import StateError
from zklink.witness.block import Circuits, witness

SHAPE = MINIMAL.shape(1)


def random_operation(world: World, source: random.Random) -> Operation:
    """Any operation, often invalid, with amounts around the corners."""
    pick = source.choice
    account, owner = pick([(2, ALICE), (3, BOB)])
    sub, token = source.randrange(3), pick([TOKEN, OTHER_TOKEN])
    anyone = pick([ALICE, BOB, CAROL, DAVE, Owner(source.randrange(3), source.randrange(1, 6))])
    match source.randrange(6):
        case 0:
            units = pick([0, 1, 7, 10 ** source.randrange(1, 30), 1 << 116])
            return world.deposit(pick([1, 2]), anyone, source.randrange(16), units, token=token)
        case 1:
            amount, fee = pick([0, 1, UNIT, 10 ** source.randrange(20)]), pick([0, 1, 10**15])
            return world.transfer(account, owner, sub, amount, anyone, source.randrange(16), fee=fee, token=token)
        case 2:
            amount, ratio = pick([1, 10**12, UNIT, 200 * UNIT]), source.randrange(10_001)
            return world.withdraw(account, owner, sub, pick([1, 2]), amount, fee=10**12, ratio=ratio, token=token)
        case 3:
            return world.change_key(account, owner, sub, fee=pick([0, 10**10]))
        case _:
            return world.full_exit(pick([1, 2]), pick([0, 2, 3, 4, 5, 77]), pick([ALICE, BOB, CAROL]), sub, token=token)


@pytest.mark.parametrize("seed", range(4))
def test_accepted_blocks_have_witnesses(circuits: Circuits, seed: int) -> None:
    source, world = random.Random(seed), World()
    for number in range(2, 5):
        root = world.ledger.root
        builder = BlockBuilder(world.ledger, world.context, SHAPE.steps)
        for _ in range(14):
            try:
                builder.add(random_operation(world, source))
            except (StateError, ProtocolError):
                continue
        _, effects = builder.seal(number, 1_700_000_000 + number, SHAPE, root)
        world.ledger.commit()
        values = witness(effects, circuits, SHAPE)
        assert [values[at] for at in range(1, 5)] == [effects.z, effects.u, effects.h, effects.y]
