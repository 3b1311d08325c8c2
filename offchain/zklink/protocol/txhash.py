"""Names of transactions at the API: one hash for each L2 transaction and each priority request.

    L2 transaction     keccak256(M32 key_x32 key_y32)     M = what the L2 key signs, key = the new key, else 0
    priority request   keccak256(deployment_id32 chain1 request_id8 request_hash32)

The signature is left out: another valid signature over the same content is the same transaction.
"""

from typing import TypeAlias

from zklink.protocol.hashing import keccak256, u256
from zklink.protocol.ops import ChangeKey, Transfer, Withdraw
from zklink.protocol.request import PriorityRequest
from zklink.protocol.types import NO_KEY

SignedOperation: TypeAlias = Transfer | Withdraw | ChangeKey
"""Operations that enter through the API."""


def transaction_hash(op: SignedOperation, deployment_id: int) -> bytes:
    """32 bytes; equal for equal content in the same deployment."""
    key = op.key if isinstance(op, ChangeKey) else NO_KEY
    return keccak256(u256(op.signing_message(deployment_id)) + u256(key.x) + u256(key.y))


def request_transaction_hash(request: PriorityRequest, deployment_id: int) -> bytes:
    """32 bytes; the request's place in its queue is part of it."""
    return keccak256(
        u256(deployment_id) + request.chain.to_bytes(1, "big") + request.id.to_bytes(8, "big") + request.hash
    )
