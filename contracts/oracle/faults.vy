# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Contradictions brought to the gate by anyone
@notice One member's contradiction ejects its seat here at once. Two quorums' contradiction sets a floor: no block from there on is
        ever attested on this chain again.
@dev Bonds are slashed for the same evidence on the home chain: Bonds.vy. Spec: docs/spec/contracts/oracle.md.
"""
from contracts.interfaces import IOracleGate
from contracts.oracle import council
from contracts.oracle import evidence
from contracts.oracle import gate_head
from contracts.oracle import member_set

uses: gate_head
uses: member_set
uses: council

conflict_floor: public(uint64)  # meaningful while the flag in the head is set


@external
def eject(
    epoch: uint64, index: uint256, first: IOracleGate.Word, second: IOracleGate.Word,
    first_signature: Bytes[64], second_signature: Bytes[64],
):
    gate_head._check_chain()
    signer: address = evidence._contradicting(gate_head.DOMAIN, first, second, first_signature, second_signature)
    council._eject(epoch, index, signer, 1 + second.kind)


@external
def eject_double_rotate(
    epoch: uint64, index: uint256, first: IOracleGate.Rotation, second: IOracleGate.Rotation,
    first_signature: Bytes[64], second_signature: Bytes[64],
):
    gate_head._check_chain()
    signer: address = evidence._rotating_twice(gate_head.DOMAIN, first, second, first_signature, second_signature)
    council._eject(epoch, index, signer, 3)


@external
def prove_conflict(
    first: IOracleGate.Word, first_bitmap: uint256, first_signatures: Bytes[8192],
    second: IOracleGate.Word, second_bitmap: uint256, second_signatures: Bytes[8192],
):
    # CHECKS
    evidence._check_contradiction(first, second)
    self._check_quorum(first, first_bitmap, first_signatures)
    self._check_quorum(second, second_bitmap, second_signatures)
    lowest: uint64 = second.number
    if second.kind == evidence.ABORT:
        lowest += 1
    head: uint256 = gate_head._head
    assert not self._conflicts(head, lowest), "oracle/conflict_known"

    # EFFECTS
    self.conflict_floor = lowest
    gate_head._head = head | gate_head.FLAG_CONFLICT
    log IOracleGate.ConflictProven(lowest=lowest)


@internal
@view
def _check_quorum(word: IOracleGate.Word, bitmap: uint256, signatures: Bytes[8192]):
    """
    @notice Only the set in force and the one before: keys of long ago must not be able to stop a chain.
    """
    gate_head._check_chain()
    current: uint64 = gate_head._epoch(gate_head._head)
    assert word.epoch == current or word.epoch == current - 1, "oracle/epoch"
    member_set._check_quorum(word.epoch, evidence._digest(gate_head.DOMAIN, word), bitmap, signatures)


@internal
@view
def _conflicts(head: uint256, number: uint64) -> bool:
    return head & gate_head.FLAG_CONFLICT != 0 and number >= self.conflict_floor
