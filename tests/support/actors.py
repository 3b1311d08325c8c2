"""Actors of tests and vectors: a wallet with its L2 key, and a small network to act in."""

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account as Wallet

from zklink.crypto import eddsa
from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.keys import change_key_digest, derive_l2_secret, l2_key_digest
from zklink.protocol.ops import ChangeKey, Deposit, FullExit, Transfer, Withdraw
from zklink.protocol.presets import MINIMAL
from zklink.protocol.types import L2Signature, Owner, PublicKey
from zklink.state.context import Context
from zklink.state.ledger import Ledger

FEE_ADDRESS = 0xFEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0
DEPLOYMENT_ID = 0x00C0FFEE << 200 | 0x1234
ONE = 10**18

NETWORK = Network(MINIMAL, DEPLOYMENT_ID, chain_count=3, primary=1, fee_address=FEE_ADDRESS)
LISTING = TokenListing({1: {1: 18, 2: 6, 3: 18}, 2: {1: 18, 2: 8}, 3: {3: 0}})
"""Token 1 everywhere with 18, 6, 18 decimals; token 2 on chains 1 and 2; token 3 on chain 3 without decimals."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A user: an ordinary key, and the L2 key derived from it for one deployment."""

    wallet: Any
    secret: int
    deployment_id: int

    @classmethod
    def of(cls, seed: int, deployment_id: int = DEPLOYMENT_ID) -> "Actor":
        """The actor of a private key (a small integer)."""
        wallet = Wallet.from_key(seed.to_bytes(32, "big"))
        signature = bytes(wallet.unsafe_sign_hash(l2_key_digest(deployment_id)).signature)
        return cls(wallet, derive_l2_secret(signature), deployment_id)

    @property
    def address(self) -> int:
        return int(self.wallet.address, 16)

    @property
    def owner(self) -> Owner:
        return Owner(0, self.address)

    @property
    def key(self) -> PublicKey:
        return PublicKey(*eddsa.public_key(self.secret))

    def sign(self, op: Any) -> Any:
        """The operation with the signature of this actor's L2 key."""
        message = op.signing_message(self.deployment_id)
        return replace(op, signature=L2Signature(*eddsa.sign(self.secret, message)))

    def deposit(self, chain: int, units: int, token: int = 1, sub_account: int = 0) -> Deposit:
        return Deposit(chain, self.owner, sub_account, token, LISTING.scale(token, chain), units, self.address)

    def change_key(
        self, account: int, nonce: int, *, fee: int = 0, token: int = 1, chain: int = 1, ecdsa: bool = True
    ) -> ChangeKey:
        op = self.sign(ChangeKey(account, 0, token, chain, nonce, self.owner, self.key, PackedFee.of(fee)))
        if not ecdsa:
            return op
        digest = change_key_digest(self.deployment_id, op)
        return replace(op, eth_signature=bytes(self.wallet.unsafe_sign_hash(digest).signature))

    def transfer(
        self,
        account: int,
        nonce: int,
        to: Owner,
        amount: int,
        *,
        fee: int = 0,
        token: int = 1,
        sub: int = 0,
        to_sub: int = 0,
    ) -> Transfer:
        op = Transfer(account, sub, token, PackedAmount.of(amount), PackedFee.of(fee), nonce, to, to_sub)
        return self.sign(op)

    def withdraw(
        self,
        account: int,
        nonce: int,
        chain: int,
        amount: int,
        *,
        fee: int = 0,
        token: int = 1,
        sub: int = 0,
        recipient: int | None = None,
        ratio: int = 0,
    ) -> Withdraw:
        recipient = self.address if recipient is None else recipient
        return self.sign(Withdraw(account, sub, token, chain, amount, PackedFee.of(fee), nonce, recipient, ratio))

    def full_exit(self, account: int, chain: int, token: int = 1, sub: int = 0) -> FullExit:
        return FullExit(chain, account, sub, token, LISTING.scale(token, chain), self.owner, self.address)


ALICE = Actor.of(1)
BOB = Actor.of(2)
CAROL = Actor.of(3)


def new_ledger() -> Ledger:
    """The genesis ledger of NETWORK."""
    return Ledger.genesis(NETWORK)


def new_context(**changes: Any) -> Context:
    """The context of NETWORK and LISTING."""
    return replace(Context(NETWORK, LISTING), **changes)
