"""Priority requests of a chain's queue and the hash by which the chain remembers them.

    op1 account4 sub_account1 token2 scale1 domain1 owner20 units16 payee20   (66 bytes, keccak-256)

account is 0 for DEPOSIT, units is 0 for FULL_EXIT. Spec: docs/spec/requests.md.
"""

from dataclasses import dataclass
from typing import TypeAlias

from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import keccak256
from zklink.protocol.ops import Deposit, FullExit
from zklink.protocol.types import check_uint

PriorityOperation: TypeAlias = Deposit | FullExit


@dataclass(frozen=True, slots=True)
class PriorityRequest:
    """An entry of one chain's queue; its operation must be included in the order of `id`."""

    id: int
    """Position in the chain's queue, from 0."""
    operation: PriorityOperation
    enqueued_at: int
    """Chain time in seconds; the request expires PRIORITY_EXPIRY later."""

    def __post_init__(self) -> None:
        check_uint("id", self.id, 1 << 64)
        check_uint("enqueued_at", self.enqueued_at, 1 << 64)
        if not isinstance(self.operation, Deposit | FullExit):
            raise FieldError("operation", "must be DEPOSIT or FULL_EXIT", self.operation)

    @property
    def chain(self) -> int:
        """Chain whose queue holds the request."""
        return self.operation.chain

    @property
    def hash(self) -> bytes:
        """keccak-256 of the encoded request, 32 bytes."""
        return request_hash(self.operation)


def encode_request(operation: PriorityOperation) -> bytes:
    """The 66 bytes of the table above."""
    account = 0 if isinstance(operation, Deposit) else operation.account
    units = operation.units if isinstance(operation, Deposit) else 0
    payee = operation.depositor if isinstance(operation, Deposit) else operation.recipient
    return b"".join(
        value.to_bytes(width, "big")
        for value, width in (
            (operation.CODE, 1),
            (account, 4),
            (operation.sub_account, 1),
            (operation.token, 2),
            (operation.scale, 1),
            (operation.owner.domain, 1),
            (operation.owner.address, 20),
            (units, 16),
            (payee, 20),
        )
    )


def request_hash(operation: PriorityOperation) -> bytes:
    """keccak-256 of `encode_request`."""
    return keccak256(encode_request(operation))
