"""FULL_EXIT: a priority request that pays out a whole balance over the chains. Spec: operations/full_exit.md.

first step          data d0: op chain    chain c0: op account sub_account token scale domain address
                                               c1: units paid on this chain    c2: recipient
EXIT_PART steps     data d0: op chain    chain c0: op token scale recipient    c1: units paid on this chain
                    (chain words only where min(remaining, reserve) > 0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.constants import OP_EXIT_PART, OP_FULL_EXIT
from zklink.protocol.errors import DecodeError
from zklink.protocol.ops.base import Operation
from zklink.protocol.types import (
    AccountIndex,
    Address,
    ChainId,
    Owner,
    Record,
    Scale,
    SubAccountIndex,
    TokenId,
    Units,
    check_uint,
)
from zklink.protocol.words import C0, C1, D0, PAYEE, StepWords


@dataclass(frozen=True, slots=True)
class FullExit(Operation):
    """Pay the balance of (`account`, `sub_account`, `token`) to `recipient` if `owner` controls the account."""

    NAME: ClassVar[str] = "FULL_EXIT"
    CODE: ClassVar[int] = OP_FULL_EXIT
    CHAIN_WORDS: ClassVar[int] = 3

    chain: ChainId
    """Chain that was asked: its reserve pays first."""
    account: AccountIndex
    sub_account: SubAccountIndex
    token: TokenId
    scale: Scale
    owner: Owner
    """Who asked, as the chain saw it; another owner's balance is not touched."""
    recipient: Address

    def data_words(self) -> tuple[int, ...]:
        """d0."""
        return (D0.encode(op=self.CODE, chain=self.chain),)

    def chain_words(self, units: int) -> tuple[int, ...]:
        """c0, c1, c2; `units` of `chain` are paid there (128 bits)."""
        return (
            C0.encode(
                op=self.CODE,
                account=self.account,
                sub_account=self.sub_account,
                token=self.token,
                scale=self.scale,
                domain=self.owner.domain,
                address=self.owner.address,
            ),
            C1.encode(units=units),
            PAYEE.encode(address=self.recipient),
        )

    def step_words(self, units: int) -> StepWords:
        """All words of the first step."""
        return StepWords(self.data_words(), self.chain, self.chain_words(units))

    @classmethod
    def decode(cls, chain: int, words: Sequence[int]) -> tuple[FullExit, int]:
        """Inverse of `chain_words`: the operation and the units paid. Raises DecodeError or FieldError."""
        if len(words) != cls.CHAIN_WORDS:
            raise DecodeError("FULL_EXIT", f"takes {cls.CHAIN_WORDS} chain words, not {len(words)}")
        head = C0.decode_only(words[0], "op", "account", "sub_account", "token", "scale", "domain", "address")
        body, payee = C1.decode_only(words[1], "units"), PAYEE.decode(words[2])
        if head["op"] != cls.CODE:
            raise DecodeError("c0.op", "is not FULL_EXIT")
        full_exit = cls(
            chain=chain,
            account=head["account"],
            sub_account=head["sub_account"],
            token=head["token"],
            scale=head["scale"],
            owner=Owner(head["domain"], head["address"]),
            recipient=payee["address"],
        )
        return full_exit, body["units"]


@dataclass(frozen=True, slots=True)
class ExitPart(Record):
    """A later step of a FULL_EXIT: what one more chain pays. Never asked for by itself."""

    NAME: ClassVar[str] = "EXIT_PART"
    CODE: ClassVar[int] = OP_EXIT_PART
    CHAIN_WORDS: ClassVar[int] = 2

    chain: ChainId
    token: TokenId
    scale: Scale
    recipient: Address
    units: Units

    def data_words(self) -> tuple[int, ...]:
        """d0."""
        return (D0.encode(op=self.CODE, chain=self.chain),)

    def chain_words(self) -> tuple[int, ...]:
        """c0, c1."""
        return (
            C0.encode(op=self.CODE, token=self.token, scale=self.scale, address=self.recipient),
            C1.encode(units=self.units),
        )

    def step_words(self, *, silent: bool) -> StepWords:
        """All words of the step; `silent` (nothing was left or the reserve is empty) has no chain words."""
        if silent:
            return StepWords(self.data_words())
        return StepWords(self.data_words(), self.chain, self.chain_words())

    @classmethod
    def decode(cls, chain: int, words: Sequence[int]) -> ExitPart:
        """Inverse of `chain_words`. Raises DecodeError or FieldError."""
        if len(words) != cls.CHAIN_WORDS:
            raise DecodeError("EXIT_PART", f"takes {cls.CHAIN_WORDS} chain words, not {len(words)}")
        head = C0.decode_only(words[0], "op", "token", "scale", "address")
        body = C1.decode_only(words[1], "units")
        if head["op"] != cls.CODE:
            raise DecodeError("c0.op", "is not EXIT_PART")
        return cls(chain, head["token"], head["scale"], head["address"], body["units"])


def exit_chain_order(asked: int, chain_count: int) -> tuple[int, ...]:
    """Chains a FULL_EXIT visits: the asked one, then 1..chain_count (FEX-3)."""
    check_uint("chain", asked, chain_count + 1, low=1)
    return (asked, *range(1, chain_count + 1))
