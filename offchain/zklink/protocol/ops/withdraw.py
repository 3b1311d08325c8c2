"""WITHDRAW: a signed payout to an address on one chain. Spec: operations/withdraw.md.

data   d0: op chain fee
chain  c0: op account sub_account token scale recipient    c1: ratio nonce units
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.amounts import PackedFee, scale_exact, scale_up
from zklink.protocol.constants import OP_WITHDRAW
from zklink.protocol.errors import DecodeError
from zklink.protocol.ops.base import Operation, message_hash
from zklink.protocol.types import (
    AccountIndex,
    Address,
    Amount,
    ChainId,
    FastRatio,
    L2Signature,
    Nonce,
    Scale,
    SubAccountIndex,
    TokenId,
    check_uint,
)
from zklink.protocol.words import C0, C1, D0, StepWords


@dataclass(frozen=True, slots=True)
class Withdraw(Operation):
    """Pay `amount` of `token` from (`account`, `sub_account`) to `recipient` on `chain`, plus `fee`."""

    NAME: ClassVar[str] = "WITHDRAW"
    CODE: ClassVar[int] = OP_WITHDRAW
    CHAIN_WORDS: ClassVar[int] = 2

    account: AccountIndex
    sub_account: SubAccountIndex
    token: TokenId
    chain: ChainId
    amount: Amount
    """L2 amount; a whole number of the chain's units (WDR-5)."""
    fee: PackedFee
    nonce: Nonce
    recipient: Address
    ratio: FastRatio = 0
    """Share a broker may keep for paying at once, 1/10000; 0: no fast withdrawal."""
    signature: L2Signature | None = None
    """By the account's L2 key; None only in operations rebuilt from streams."""

    def signing_message(self, deployment_id: int) -> int:
        """M, the field element the L2 key signs."""
        return message_hash(
            deployment_id,
            op=self.CODE,
            chain=self.chain,
            account=self.account,
            sub_account=self.sub_account,
            token=self.token,
            nonce=self.nonce,
            amount=self.amount,
            fee_code=self.fee.code,
            target=self.recipient,
            ratio=self.ratio,
        )

    def data_words(self) -> tuple[int, ...]:
        """d0."""
        return (D0.encode(op=self.CODE, chain=self.chain, fee=self.fee.code),)

    def chain_words(self, scale: int) -> tuple[int, ...]:
        """c0, c1, with the token's `scale` on `chain`. Raises NotPackable on a remainder (WDR-5)."""
        return (
            C0.encode(
                op=self.CODE,
                account=self.account,
                sub_account=self.sub_account,
                token=self.token,
                scale=scale,
                address=self.recipient,
            ),
            C1.encode(ratio=self.ratio, nonce=self.nonce, units=scale_exact(self.amount, scale)),
        )

    def step_words(self, scale: int) -> StepWords:
        """All words of the step."""
        return StepWords(self.data_words(), self.chain, self.chain_words(scale))

    @classmethod
    def decode(cls, data: Sequence[int], words: Sequence[int]) -> tuple[Withdraw, Scale]:
        """Inverse of `data_words` and `chain_words`: the operation and the scale. Raises DecodeError or FieldError."""
        if len(data) != 1 or len(words) != cls.CHAIN_WORDS:
            raise DecodeError("WITHDRAW", f"takes 1 data word and {cls.CHAIN_WORDS} chain words")
        row = D0.decode_only(data[0], "op", "chain", "fee")
        head = C0.decode_only(words[0], "op", "account", "sub_account", "token", "scale", "address")
        body = C1.decode(words[1])
        if row["op"] != cls.CODE or head["op"] != cls.CODE:
            raise DecodeError("op", "is not WITHDRAW")
        scale = check_uint("scale", head["scale"], 19)
        withdraw = cls(
            account=head["account"],
            sub_account=head["sub_account"],
            token=head["token"],
            chain=row["chain"],
            amount=scale_up(body["units"], scale),
            fee=PackedFee.decode(row["fee"]),
            nonce=body["nonce"],
            recipient=head["address"],
            ratio=body["ratio"],
        )
        return withdraw, scale
