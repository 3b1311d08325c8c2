# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title EIP-712 digests of the oracle network's messages besides AttestV1
@notice Twin of offchain/zklink/protocol/oracle_messages.py. `domain` is typed_data._oracle_domain(deployment id): one signature
        serves every chain of the deployment.
"""
from snekmate.utils import message_hash_utils

ABORT_TYPE: constant(bytes32) = keccak256(
    "AbortV1(uint64 setEpoch,uint64 generation,uint64 newGeneration,uint64 keepThrough,bytes32 reason)"
)
CURSE_TYPE: constant(bytes32) = keccak256(
    "CurseV1(uint64 setEpoch,uint8 subject,uint64 generation,uint64 fromBlock,uint64 expiry,uint32 reasonCode,bytes32 evidence)"
)
LIFT_TYPE: constant(bytes32) = keccak256("LiftV1(uint64 setEpoch,uint8 subject,bytes32 curseId)")
ROTATE_TYPE: constant(bytes32) = keccak256(
    "RotateV1(uint64 fromEpoch,uint64 toEpoch,bytes32 setHash,uint64 activateAt,bool immediate)"
)
LEASE_TYPE: constant(bytes32) = keccak256("LeaseV1(uint64 setEpoch,uint8 memberIndex,uint64 validUntil)")
BOND_OWNER_TYPE: constant(bytes32) = keccak256("BondOwnerV1(address owner)")


@internal
@pure
def _abort(domain: bytes32, epoch: uint64, generation: uint64, keep_through: uint64, reason: bytes32) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(ABORT_TYPE, epoch, generation, generation + 1, keep_through, reason))
    )


@internal
@pure
def _curse(
    domain: bytes32, epoch: uint64, subject: uint8, generation: uint64, from_block: uint64, expiry: uint64,
    reason_code: uint32, evidence: bytes32
) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain,
        keccak256(abi_encode(CURSE_TYPE, epoch, subject, generation, from_block, expiry, reason_code, evidence)),
    )


@internal
@pure
def _lift(domain: bytes32, epoch: uint64, subject: uint8, curse_id: bytes32) -> bytes32:
    return message_hash_utils._to_typed_data_hash(domain, keccak256(abi_encode(LIFT_TYPE, epoch, subject, curse_id)))


@internal
@pure
def _rotate(domain: bytes32, from_epoch: uint64, set_hash: bytes32, activate_at: uint64, immediate: bool) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(ROTATE_TYPE, from_epoch, from_epoch + 1, set_hash, activate_at, immediate))
    )


@internal
@pure
def _lease(domain: bytes32, epoch: uint64, member_index: uint8, valid_until: uint64) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(LEASE_TYPE, epoch, member_index, valid_until))
    )


@internal
@pure
def _bond_owner(domain: bytes32, owner: address) -> bytes32:
    return message_hash_utils._to_typed_data_hash(domain, keccak256(abi_encode(BOND_OWNER_TYPE, owner)))
