# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Contradictions of one oracle member
@notice Whose signatures stand under two messages that no honest member signs both. Stateless, and valid on every chain of the
        deployment. Spec: docs/spec/contracts/bonds.md.
"""
from contracts.codec import oracle_digests
from contracts.codec import typed_data
from contracts.interfaces import IOracleGate
from contracts.oracle import member_set

ATTEST: constant(uint8) = 0
ABORT: constant(uint8) = 1


@internal
@pure
def _digest(domain: bytes32, word: IOracleGate.Word) -> bytes32:
    """
    @notice Digest of an AttestV1 or AbortV1.
    """
    if word.kind == ATTEST:
        return typed_data._attest_digest(
            domain, word.epoch, word.generation, word.number, word.content, word.sync_hash
        )
    return oracle_digests._abort(domain, word.epoch, word.generation, word.number, word.content)


@internal
@pure
def _check_contradiction(first: IOracleGate.Word, second: IOracleGate.Word):
    """
    @notice E1: one number of one generation, two contents; the same content under a newer epoch is no fault.
            E2: a block confirmed (`first`) and deleted (`second`) in one generation.
    """
    assert first.kind == ATTEST and second.kind <= ABORT, "oracle/evidence_kind"
    assert first.generation == second.generation, "oracle/no_contradiction"
    if second.kind == ATTEST:
        assert first.number == second.number, "oracle/no_contradiction"
        assert first.content != second.content or first.sync_hash != second.sync_hash, "oracle/no_contradiction"
    else:
        assert first.number > second.number, "oracle/no_contradiction"


@internal
@pure
def _contradicting(
    domain: bytes32, first: IOracleGate.Word, second: IOracleGate.Word,
    first_signature: Bytes[64], second_signature: Bytes[64],
) -> address:
    """
    @return The signer of both
    """
    self._check_contradiction(first, second)
    return self._common_signer(
        self._digest(domain, first), self._digest(domain, second), first_signature, second_signature
    )


@internal
@pure
def _rotating_twice(
    domain: bytes32, first: IOracleGate.Rotation, second: IOracleGate.Rotation,
    first_signature: Bytes[64], second_signature: Bytes[64],
) -> address:
    """
    @notice E3: two successors of one epoch.
    @return The signer of both
    """
    assert first.from_epoch == second.from_epoch and first.set_hash != second.set_hash, "oracle/no_contradiction"
    return self._common_signer(
        self._rotate_digest(domain, first), self._rotate_digest(domain, second), first_signature, second_signature
    )


@internal
@pure
def _rotate_digest(domain: bytes32, message: IOracleGate.Rotation) -> bytes32:
    return oracle_digests._rotate(
        domain, message.from_epoch, message.set_hash, message.activate_at, message.immediate
    )


@internal
@pure
def _common_signer(first: bytes32, second: bytes32, first_signature: Bytes[64], second_signature: Bytes[64]) -> address:
    signer: address = self._signer(first, first_signature)
    assert signer == self._signer(second, second_signature), "oracle/two_signers"
    return signer


@internal
@pure
def _signer(digest: bytes32, signature: Bytes[64]) -> address:
    """
    @notice Never the zero address.
    """
    assert len(signature) == 64, "oracle/missing_signature"
    vs: uint256 = extract32(signature, 32, output_type=uint256)
    s: uint256 = vs & member_set.MAX_S
    assert s <= member_set.HALF_ORDER, "oracle/high_s"
    signer: address = ecrecover(digest, (vs >> 255) + 27, extract32(signature, 0, output_type=uint256), s)
    assert signer != empty(address), "oracle/bad_signer"
    return signer
