"""CHANGE_KEY: sets the L2 key of an account. Spec: operations/change_key.md.

data   d0: op chain fee
chain  c0: op account sub_account token domain address    c1: nonce    c2..c5: key_x, key_y as limbs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.amounts import PackedFee
from zklink.protocol.constants import OP_CHANGE_KEY
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops.base import Operation, message_hash
from zklink.protocol.types import (
    AccountIndex,
    ChainId,
    L2Signature,
    Nonce,
    Owner,
    PublicKey,
    SubAccountIndex,
    TokenId,
)
from zklink.protocol.words import C0, C1, D0, StepWords, from_limbs, limbs


@dataclass(frozen=True, slots=True)
class ChangeKey(Operation):
    """Set `key` on `account`, whose controller is `owner`; the fee is paid from `sub_account` in `token`."""

    NAME: ClassVar[str] = "CHANGE_KEY"
    CODE: ClassVar[int] = OP_CHANGE_KEY
    CHAIN_WORDS: ClassVar[int] = 6

    account: AccountIndex
    sub_account: SubAccountIndex
    token: TokenId
    """Token of the fee."""
    chain: ChainId
    """Chain that answers for the owner's consent: primary (ECDSA) or where the fact is stored."""
    nonce: Nonce
    owner: Owner
    key: PublicKey
    fee: PackedFee
    signature: L2Signature | None = None
    """By the NEW key (CHK-2); None only in operations rebuilt from streams."""
    eth_signature: bytes | None = None
    """r || s || v (65 bytes) over the ChangeKey typed data by `owner` (domain 0), None for a stored fact."""

    def __post_init__(self) -> None:
        Operation.__post_init__(self)
        if self.eth_signature is not None and len(self.eth_signature) != 65:
            raise FieldError("eth_signature", "must be 65 bytes", len(self.eth_signature))

    def signing_message(self, deployment_id: int) -> int:
        """M, the field element the new L2 key signs."""
        return message_hash(
            deployment_id,
            op=self.CODE,
            chain=self.chain,
            account=self.account,
            sub_account=self.sub_account,
            token=self.token,
            nonce=self.nonce,
            amount=0,
            fee_code=self.fee.code,
            target=self.owner.packed,
        )

    def data_words(self) -> tuple[int, ...]:
        """d0."""
        return (D0.encode(op=self.CODE, chain=self.chain, fee=self.fee.code),)

    def chain_words(self) -> tuple[int, ...]:
        """c0..c5."""
        return (
            C0.encode(
                op=self.CODE,
                account=self.account,
                sub_account=self.sub_account,
                token=self.token,
                domain=self.owner.domain,
                address=self.owner.address,
            ),
            C1.encode(nonce=self.nonce),
            *limbs(self.key.x),
            *limbs(self.key.y),
        )

    def step_words(self) -> StepWords:
        """All words of the step."""
        return StepWords(self.data_words(), self.chain, self.chain_words())

    @classmethod
    def decode(cls, data: Sequence[int], words: Sequence[int]) -> ChangeKey:
        """Inverse of `data_words` and `chain_words`. Raises DecodeError or FieldError."""
        if len(data) != 1 or len(words) != cls.CHAIN_WORDS:
            raise DecodeError("CHANGE_KEY", f"takes 1 data word and {cls.CHAIN_WORDS} chain words")
        row = D0.decode_only(data[0], "op", "chain", "fee")
        head = C0.decode_only(words[0], "op", "account", "sub_account", "token", "domain", "address")
        body = C1.decode_only(words[1], "nonce")
        if row["op"] != cls.CODE or head["op"] != cls.CODE:
            raise DecodeError("op", "is not CHANGE_KEY")
        return cls(
            account=head["account"],
            sub_account=head["sub_account"],
            token=head["token"],
            chain=row["chain"],
            nonce=body["nonce"],
            owner=Owner(head["domain"], head["address"]),
            key=PublicKey(from_limbs(*words[2:4]), from_limbs(*words[4:6])),  # CHK-7
            fee=PackedFee.decode(row["fee"]),
        )
