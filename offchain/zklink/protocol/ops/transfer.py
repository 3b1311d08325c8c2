"""TRANSFER: a signed payment on L2; creates the recipient's account when new. Spec: operations/transfer.md.

data   d0: op account sub_account token to_account to_sub_account amount fee created    d1 (created): owner
chain  none
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.constants import OP_TRANSFER
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops.base import Operation, message_hash
from zklink.protocol.types import AccountIndex, L2Signature, Nonce, Owner, SubAccountIndex, TokenId
from zklink.protocol.words import D0, D1, StepWords


@dataclass(frozen=True, slots=True)
class Transfer(Operation):
    """Move `amount` of `token` from (`account`, `sub_account`) to (`to`, `to_sub_account`), paying `fee`."""

    NAME: ClassVar[str] = "TRANSFER"
    CODE: ClassVar[int] = OP_TRANSFER

    account: AccountIndex
    sub_account: SubAccountIndex
    token: TokenId
    amount: PackedAmount
    fee: PackedFee
    nonce: Nonce
    to: Owner
    """Controller of the recipient's account: what is signed, whatever index it has or gets."""
    to_sub_account: SubAccountIndex
    signature: L2Signature | None = None
    """By the account's L2 key; None only in operations rebuilt from streams."""

    def signing_message(self, deployment_id: int) -> int:
        """M, the field element the L2 key signs."""
        return message_hash(
            deployment_id,
            op=self.CODE,
            account=self.account,
            sub_account=self.sub_account,
            token=self.token,
            nonce=self.nonce,
            amount=self.amount.value,
            fee_code=self.fee.code,
            target=self.to.packed,
            to_sub_account=self.to_sub_account,
        )

    def data_words(self, to_account: int, created: bool) -> tuple[int, ...]:
        """d0, and d1 when the step creates the recipient's account."""
        first = D0.encode(
            op=self.CODE,
            account=self.account,
            sub_account=self.sub_account,
            token=self.token,
            to_account=to_account,
            to_sub_account=self.to_sub_account,
            amount=self.amount.code,
            fee=self.fee.code,
            created=int(created),
        )
        return (first, D1.encode(domain=self.to.domain, address=self.to.address)) if created else (first,)

    def chain_words(self) -> tuple[int, ...]:
        """None: no chain takes part."""
        return ()

    def step_words(self, to_account: int, created: bool) -> StepWords:
        """All words of the step."""
        return StepWords(self.data_words(to_account, created))


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A TRANSFER as the data stream shows it: nonce and an existing recipient's owner are in the ledger."""

    account: int
    sub_account: int
    token: int
    amount: PackedAmount
    fee: PackedFee
    to_account: int
    to_sub_account: int
    created_owner: Owner | None
    """Owner of the account that was created, None when the recipient existed."""

    @classmethod
    def decode(cls, words: Sequence[int]) -> TransferRow:
        """Inverse of `Transfer.data_words`. Raises DecodeError or FieldError."""
        values = D0.decode(words[0])
        if values["op"] != OP_TRANSFER:
            raise DecodeError("d0.op", "is not TRANSFER")
        if values["chain"]:
            raise DecodeError("d0.chain", "must be zero for this operation")
        if values["created"] > 1:
            raise FieldError("created", "must be 0 or 1", values["created"])
        if len(words) != 1 + values["created"]:
            raise DecodeError("TRANSFER", f"takes {1 + values['created']} data words, not {len(words)}")
        owner = Owner(**D1.decode(words[1])) if values["created"] else None
        return cls(
            values["account"],
            values["sub_account"],
            values["token"],
            PackedAmount.decode(values["amount"]),
            PackedFee.decode(values["fee"]),
            values["to_account"],
            values["to_sub_account"],
            owner,
        )

    def complete(self, nonce: int, owner: Owner) -> Transfer:
        """The operation, with the sender's nonce and the recipient's owner taken from the ledger."""
        return Transfer(
            self.account,
            self.sub_account,
            self.token,
            self.amount,
            self.fee,
            nonce,
            self.created_owner or owner,
            self.to_sub_account,
        )
