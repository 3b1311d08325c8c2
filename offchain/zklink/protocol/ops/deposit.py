"""DEPOSIT: a priority request that moves units of a chain into a user's balance. Spec: operations/deposit.md.

data   d0: op chain
chain  c0: op applied account sub_account token scale domain address    c1: units    c2: depositor
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.amounts import scale_up
from zklink.protocol.constants import OP_DEPOSIT
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops.base import Operation, Placement
from zklink.protocol.types import Address, ChainId, Owner, Scale, SubAccountIndex, TokenId, Units
from zklink.protocol.words import C0, C1, D0, PAYEE, StepWords


@dataclass(frozen=True, slots=True)
class Deposit(Operation):
    """Credit `units` * 10^`scale` of `token` to (`owner`, `sub_account`)."""

    NAME: ClassVar[str] = "DEPOSIT"
    CODE: ClassVar[int] = OP_DEPOSIT
    CHAIN_WORDS: ClassVar[int] = 3

    chain: ChainId
    owner: Owner
    """Controller of the account that receives; the account is created when there is none."""
    sub_account: SubAccountIndex
    token: TokenId
    scale: Scale
    units: Units
    depositor: Address
    """Gets the units back on `chain` when the deposit is not applied."""

    @property
    def amount(self) -> int:
        """L2 amount; may exceed 128 bits, then the deposit is inapplicable."""
        return scale_up(self.units, self.scale)

    def data_words(self) -> tuple[int, ...]:
        """d0."""
        return (D0.encode(op=self.CODE, chain=self.chain),)

    def chain_words(self, placement: Placement) -> tuple[int, ...]:
        """c0, c1, c2. The account is written as 0 when not applied."""
        return (
            C0.encode(
                op=self.CODE,
                applied=int(placement.applied),
                account=placement.account if placement.applied else 0,
                sub_account=self.sub_account,
                token=self.token,
                scale=self.scale,
                domain=self.owner.domain,
                address=self.owner.address,
            ),
            C1.encode(units=self.units),
            PAYEE.encode(address=self.depositor),
        )

    def step_words(self, placement: Placement) -> StepWords:
        """All words of the step."""
        return StepWords(self.data_words(), self.chain, self.chain_words(placement))

    @classmethod
    def decode(cls, chain: int, words: Sequence[int]) -> tuple[Deposit, Placement]:
        """Inverse of `chain_words`. Raises DecodeError or FieldError."""
        if len(words) != cls.CHAIN_WORDS:
            raise DecodeError("DEPOSIT", f"takes {cls.CHAIN_WORDS} chain words, not {len(words)}")
        head, body, payee = C0.decode(words[0]), C1.decode_only(words[1], "units"), PAYEE.decode(words[2])
        if head["op"] != cls.CODE:
            raise DecodeError("c0.op", "is not DEPOSIT")
        if head["applied"] > 1:
            raise FieldError("applied", "must be 0 or 1", head["applied"])
        if not head["applied"] and head["account"]:
            raise FieldError("account", "must be 0 when not applied", head["account"])
        deposit = cls(
            chain=chain,
            owner=Owner(head["domain"], head["address"]),
            sub_account=head["sub_account"],
            token=head["token"],
            scale=head["scale"],
            units=body["units"],
            depositor=payee["address"],
        )
        return deposit, Placement(head["account"], bool(head["applied"]))
