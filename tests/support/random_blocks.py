"""Random operations on a ledger: all kinds, most of them valid, with dust, refunds, strangers, empty accounts."""

import random
from collections.abc import Iterator

from tests.support.actors import ALICE, BOB, CAROL, FEE_ADDRESS, LISTING, NETWORK, new_context, new_ledger
from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.block import SealedBlock
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Deposit, FullExit, Noop, Operation
from zklink.protocol.types import Owner
from zklink.state.builder import BlockBuilder
from zklink.state.effects import BlockEffects
from zklink.state.errors import BlockFull, FeeTokensFull, RuleViolation
from zklink.state.ledger import Ledger

OWNERS = (ALICE.owner, BOB.owner, CAROL.owner, Owner(2, ALICE.address), Owner(0, 99), Owner(0, FEE_ADDRESS))


class AnyFact:
    """Every consent is stored."""

    def __contains__(self, fact: object) -> bool:
        return True


def random_operation(ledger: Ledger, pick: random.Random) -> Operation:
    """One operation that has a good chance on this ledger."""
    actor = pick.choice((ALICE, BOB, CAROL))
    found = ledger.find(actor.owner)
    account = found if found is not None and pick.random() < 0.9 else pick.randrange(9)
    leaf = ledger.account(account)
    nonce = leaf.nonce if leaf else 0
    token, sub = pick.choice((1, 1, 2, 3)), pick.choice((0, 0, 0, 1, 2))
    chain = pick.choice([chain for chain in (1, 2, 3) if LISTING.is_listed(token, chain)])
    scale, balance = LISTING.scale(token, chain), ledger.balance(account, sub, token)
    amount = PackedAmount.floor(pick.choice((balance, balance // 2, balance // 3, 10**17, 1, 0))).value
    fee = PackedFee.floor(pick.choice((0, 1, 10**15, balance // 1000))).value
    match pick.choice(("deposit", "deposit", "change_key", "transfer", "withdraw", "full_exit", "noop")):
        case "deposit":
            units = pick.choice((1, 5, 10**6, 50 * 10 ** LISTING.decimals[token][chain], 1 << 127))
            return Deposit(chain, pick.choice(OWNERS), sub, token, scale, units, actor.address)
        case "change_key":
            return actor.change_key(account, nonce, fee=fee, token=token, chain=chain, ecdsa=False)
        case "transfer":
            to = pick.choice(OWNERS)
            return actor.transfer(account, nonce, to, amount, fee=fee, token=token, sub=sub, to_sub=pick.randrange(3))
        case "withdraw":
            whole, ratio = amount - amount % 10**scale, pick.randrange(10_001)
            return actor.withdraw(account, nonce, chain, whole, fee=fee, token=token, sub=sub, ratio=ratio)
        case "full_exit":
            owner = pick.choice((actor.owner, actor.owner, pick.choice(OWNERS)))
            return FullExit(chain, account, sub, token, scale, owner, 77)
    return Noop()


def random_blocks(seed: int, count: int) -> Iterator[tuple[SealedBlock, BlockEffects]]:
    """`count` consecutive blocks of shape 1, each filled as far as 200 attempts go."""
    pick, ledger, context = random.Random(seed), new_ledger(), new_context(facts=AnyFact())
    for number in range(1, count + 1):
        builder = BlockBuilder(ledger, context, capacity=8)
        for _ in range(200):
            try:
                builder.add(random_operation(ledger, pick))
            except (RuleViolation, FieldError, BlockFull, FeeTokensFull):
                continue
        yield builder.seal(number, number, NETWORK.preset.shape(1), builder.old_root)
        ledger.commit()
