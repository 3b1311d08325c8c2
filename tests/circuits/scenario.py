"""Blocks with every operation, made by the real state machine, for the circuit tests."""

from dataclasses import replace

from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.block import SealedBlock
from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.ops import ChangeKey, Deposit, FullExit, Operation, Transfer, Withdraw
from zklink.protocol.presets import MINIMAL, Preset
from zklink.protocol.types import L2Signature, Owner, PublicKey
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context, KeyFact
from zklink.state.effects import BlockEffects
from zklink.state.ledger import Ledger
from zklink_native import eddsa_public_key, eddsa_sign

DEPLOYMENT = 0x1234567890ABCDEF
TOKEN, OTHER_TOKEN = 1, 5
LISTING = TokenListing({TOKEN: {1: 6, 2: 18}, OTHER_TOKEN: {1: 18, 2: 8}})
ALICE, BOB = Owner(0, 0xA11CE), Owner(2, 0xB0B)
CAROL, DAVE = Owner(0, 0xCA201), Owner(0, 0xDA7E)
SECRETS = {ALICE: 11, BOB: 22, CAROL: 33, DAVE: 44}
UNIT = 10**18


def key_of(owner: Owner) -> PublicKey:
    """L2 key of one of the actors."""
    return PublicKey(*eddsa_public_key(SECRETS[owner]))


def sign(op: Operation, owner: Owner) -> Operation:
    """`op` signed by the actor's L2 key."""
    message = op.signing_message(DEPLOYMENT)
    return replace(op, signature=L2Signature(*eddsa_sign(SECRETS[owner], message)))


class AnyConsent:
    """Stored consent of everyone: the contracts' business, not the circuit's (CHK-9)."""

    def __contains__(self, fact: object) -> bool:
        return isinstance(fact, KeyFact)


class World:
    """A ledger on two chains: Alice (account 2) and Bob (account 3) hold tokens and keys."""

    def __init__(self, preset: Preset = MINIMAL) -> None:
        self.network = Network(preset, DEPLOYMENT, 2, 1, 0xFEE)
        self.context = Context(self.network, LISTING, facts=AnyConsent())
        self.ledger = Ledger.genesis(self.network)
        self.number = 0
        self.block(
            self.deposit(1, ALICE, 0, 500 * 10**6),
            self.deposit(2, BOB, 1, 300 * UNIT),
            self.change_key(2, ALICE, 0),
            self.change_key(3, BOB, 1),
            self.deposit(2, ALICE, 0, 7 * 10**8, token=OTHER_TOKEN),
        )

    def block(self, *ops: Operation, steps: int = 0, shape: int = 1) -> tuple[SealedBlock, BlockEffects]:
        """Seals a block of `ops`. With `steps`, a shape of that many steps that need not be registered."""
        chosen = self.network.preset.shape(shape)
        if steps:
            chosen = replace(chosen, steps=steps)
        self.number += 1
        root = self.ledger.root
        builder = BlockBuilder(self.ledger, self.context, chosen.steps)
        for op in ops:
            builder.add(op)
        sealed = builder.seal(self.number, 1_700_000_000 + self.number, chosen, root)
        self.ledger.commit()
        return sealed

    def nonce(self, account: int) -> int:
        """Nonce of an account that exists."""
        found = self.ledger.account(account)
        assert found is not None
        return found.nonce

    def deposit(self, chain: int, owner: Owner, sub: int, units: int, token: int = TOKEN) -> Deposit:
        """A DEPOSIT of `units` on `chain`."""
        return Deposit(
            chain=chain, owner=owner, sub_account=sub, token=token, scale=LISTING.scale(token, chain), units=units,
            depositor=0xDE9051,
        )  # fmt: skip

    def change_key(self, account: int, owner: Owner, sub: int, fee: int = 0, after: int = 0) -> Operation:
        """A CHANGE_KEY to the actor's own key; `after` operations of the account come first in the block."""
        op = ChangeKey(
            account=account, sub_account=sub, token=TOKEN, chain=2, nonce=self.nonce_or_zero(account) + after,
            owner=owner, key=key_of(owner), fee=PackedFee.of(fee),
        )  # fmt: skip
        return sign(op, owner)

    def nonce_or_zero(self, account: int) -> int:
        """Nonce, 0 for an account that a pending block creates."""
        found = self.ledger.account(account)
        return found.nonce if found else 0

    def transfer(
        self, account: int, owner: Owner, sub: int, amount: int, to: Owner, to_sub: int = 0, fee: int = 0,
        token: int = TOKEN, after: int = 0,
    ) -> Operation:  # fmt: skip
        """A signed TRANSFER."""
        op = Transfer(
            account=account, sub_account=sub, token=token, amount=PackedAmount.of(amount), fee=PackedFee.of(fee),
            nonce=self.nonce(account) + after, to=to, to_sub_account=to_sub,
        )  # fmt: skip
        return sign(op, owner)

    def withdraw(
        self, account: int, owner: Owner, sub: int, chain: int, amount: int, fee: int = 0, ratio: int = 0,
        token: int = TOKEN, after: int = 0,
    ) -> Operation:  # fmt: skip
        """A signed WITHDRAW."""
        op = Withdraw(
            account=account, sub_account=sub, token=token, chain=chain, amount=amount, fee=PackedFee.of(fee),
            nonce=self.nonce(account) + after, recipient=0x2EC1, ratio=ratio,
        )  # fmt: skip
        return sign(op, owner)

    def full_exit(self, chain: int, account: int, owner: Owner, sub: int, token: int = TOKEN) -> FullExit:
        """A FULL_EXIT asked for on `chain`."""
        return FullExit(
            chain=chain, account=account, sub_account=sub, token=token, scale=LISTING.scale(token, chain),
            owner=owner, recipient=0x2EC2,
        )  # fmt: skip


def every_operation(preset: Preset = MINIMAL) -> tuple[SealedBlock, BlockEffects]:
    """A block of shape 1 (8 steps) with all operations: a FULL_EXIT over two chains takes three of them."""
    world = World(preset)
    return world.block(
        world.deposit(1, CAROL, 3, 20 * 10**6),
        world.transfer(2, ALICE, 0, 450 * UNIT, BOB, to_sub=2, fee=2 * 10**15),
        world.transfer(2, ALICE, 0, 3 * UNIT, DAVE, to_sub=1, after=1),
        world.withdraw(3, BOB, 1, 1, 25 * UNIT, fee=10**15, ratio=30),
        world.change_key(2, ALICE, 0, fee=3 * 10**14, after=2),
        world.full_exit(2, 3, BOB, 2),
    )
