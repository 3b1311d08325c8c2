"""What all operations share: the base class, the sealer's choices, and the head of signed messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.constants import TAG_L2_MESSAGE
from zklink.protocol.hashing import poseidon
from zklink.protocol.types import Record


class Operation(Record):
    """An operation as asked for by a user or a chain's queue; immutable, checked on construction."""

    __slots__ = ()
    NAME: ClassVar[str]
    CODE: ClassVar[int]


@dataclass(frozen=True, slots=True)
class Placement:
    """What the sequencer chooses when it includes a DEPOSIT or TRANSFER, and the streams record."""

    account: int = 0
    """Target of a DEPOSIT (0 when not applied), recipient's account of a TRANSFER."""
    applied: bool = True
    """False: the DEPOSIT is refunded on its chain and changes nothing here."""


def message_hash(
    deployment_id: int,
    *,
    op: int,
    account: int,
    sub_account: int,
    token: int,
    nonce: int,
    amount: int,
    fee_code: int,
    target: int,
    chain: int = 0,
    to_sub_account: int = 0,
    ratio: int = 0,
) -> int:
    """M = poseidon([deployment_id, head, amounts, target], 6): what an L2 key signs.

    head     op1 chain1 account4 sub_account1 token2 nonce4 to_sub_account1 ratio2   (16 bytes)
    amounts  amount16 fee2                                                          (18 bytes)
    target   domain1 address20
    """
    head = 0
    for value, width in (
        (op, 1),
        (chain, 1),
        (account, 4),
        (sub_account, 1),
        (token, 2),
        (nonce, 4),
        (to_sub_account, 1),
        (ratio, 2),
    ):
        head = (head << (8 * width)) | value
    return poseidon([deployment_id, head, (amount << 16) | fee_code, target], TAG_L2_MESSAGE)
