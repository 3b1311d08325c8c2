# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The next member set
@notice A set is named by its hash, which the members of the epoch before sign. It waits at least a day, then anyone activates it;
        signatures of the old set stay good for delivery for a day more, and all through settling. After the loss of a key: at once,
        and never again a signature of the old set.
@dev Spec: docs/spec/oracle-rotation.md.

        | slot      | 63..0                                      | 127..64                    |
        |-----------|--------------------------------------------|----------------------------|
        | _schedule | activation of the waiting set, s; 0 = none | last rotation accepted, s  |
"""
from contracts.codec import oracle_digests
from contracts.interfaces import IOracleGate
from contracts.oracle import council
from contracts.oracle import evidence
from contracts.oracle import gate_head
from contracts.oracle import leases
from contracts.oracle import member_set

uses: gate_head
uses: member_set
uses: leases
uses: council

MIN_DELAY: constant(uint256) = 24 * 3600    # s from delivery to activation, and between two rotations
VETO_DELAY: constant(uint256) = 14 * 86400  # s when a live veto member did not sign: it may force its own exit first
GRACE: constant(uint256) = 24 * 3600        # s the old set's signatures stay good
ECDSA: constant(uint256) = 1                # the only scheme there is
U64: constant(uint256) = 2**64 - 1
SET_TYPE: constant(bytes32) = keccak256(
    "MemberSetV1(bytes32 deployment,uint64 epoch,bytes32 table,uint256 scheme,bytes32 entities,bytes32 chains)"
)

set_expiry: public(HashMap[uint64, uint64])  # s: last second an old set's signatures are good; 0 = never
_schedule: uint256


@external
def rotate(
    table: DynArray[uint256, 128], entities: DynArray[bytes32, 128], chains: DynArray[IOracleGate.ChainRow, 8],
    activate_at: uint64, immediate: bool, epoch: uint64, bitmap: uint256, signatures: Bytes[8192],
):
    # CHECKS
    head: uint256 = gate_head._active(epoch)
    at: uint256 = convert(activate_at, uint256)
    schedule: uint256 = self._schedule
    assert schedule & U64 == 0, "oracle/rotation_waits"
    self._check_entities(entities, len(table))
    self._check_chains(chains)
    set_hash: bytes32 = keccak256(abi_encode(
        SET_TYPE, gate_head.deployment_id, epoch + 1, keccak256(abi_encode(table)), ECDSA,
        keccak256(abi_encode(entities)), keccak256(abi_encode(chains)),
    ))
    digest: bytes32 = oracle_digests._rotate(gate_head.DOMAIN, epoch, set_hash, activate_at, immediate)
    record: uint256 = member_set._check_quorum(epoch, digest, bitmap, signatures)
    council._check_not_ejected(epoch, record, bitmap)
    missing: bool = leases._missing(epoch, record, bitmap)
    if immediate:
        assert not missing, "oracle/veto"
        at = 0
    else:
        assert block.timestamp >= (schedule >> 64) + MIN_DELAY, "oracle/rotation_pause"
        assert at >= block.timestamp + MIN_DELAY, "oracle/rotation_delay"
        assert not missing or at >= block.timestamp + VETO_DELAY, "oracle/veto_delay"

    # EFFECTS
    self._schedule = at | block.timestamp << 64
    member_set._install(epoch + 1, table)
    log IOracleGate.Rotated(epoch=epoch + 1, set_hash=set_hash, activate_at=activate_at, immediate=immediate)
    if immediate:
        self._begin(head, epoch + 1)


@external
def activate_rotation():
    # CHECKS
    epoch: uint64 = gate_head._epoch(gate_head._head)
    head: uint256 = gate_head._active(epoch)
    schedule: uint256 = self._schedule
    assert schedule & U64 != 0 and block.timestamp >= schedule & U64, "oracle/no_rotation_due"
    # EFFECTS
    self._schedule = schedule & ~U64
    self.set_expiry[epoch] = convert(block.timestamp + GRACE, uint64)
    self._begin(head, epoch + 1)


@external
def renew_lease(index: uint8, valid_until: uint64, epoch: uint64, signature: Bytes[64]):
    # CHECKS
    gate_head._check_active(epoch)
    seat: uint256 = convert(index, uint256)
    record: uint256 = member_set._record(epoch)
    lane: uint256 = member_set._lane(record, seat)
    assert lane != 3, "oracle/no_veto_seat"
    digest: bytes32 = oracle_digests._lease(gate_head.DOMAIN, epoch, index, valid_until)
    assert evidence._signer(digest, signature) == member_set._seat(epoch, seat), "oracle/bad_signer"
    # EFFECTS
    leases._renew(epoch, lane, valid_until)


@external
@view
def rotation_due() -> uint64:
    return convert(self._schedule & U64, uint64)


@internal
def _begin(head: uint256, epoch: uint64):
    gate_head._head = head + gate_head.ONE_EPOCH
    leases._begin(epoch)
    log IOracleGate.EpochBegan(epoch=epoch)


@internal
@view
def _check_former(head: uint256, epoch: uint64):
    """
    @notice An attestation under the set before: for a day, and all through settling.
    """
    expiry: uint256 = convert(self.set_expiry[epoch], uint256)  # 0: never in force, or ended at once
    assert epoch == gate_head._epoch(head) - 1 and expiry != 0, "oracle/epoch"
    assert block.timestamp <= expiry or head >> gate_head.PHASE == gate_head.SETTLING, "oracle/epoch_expired"


@internal
@pure
def _check_entities(entities: DynArray[bytes32, 128], count: uint256):
    """
    @notice Every member another entity.
    """
    assert len(entities) == count, "oracle/entities"
    for i: uint256 in range(count, bound=128):
        assert entities[i] != empty(bytes32), "oracle/entities"
        for j: uint256 in range(i, bound=128):
            assert entities[j] != entities[i], "oracle/entity_twice"


@internal
@view
def _check_chains(chains: DynArray[IOracleGate.ChainRow, 8]):
    """
    @notice Ascending, and true about this chain.
    """
    last: uint256 = 0
    own: bool = False
    for row: IOracleGate.ChainRow in chains:
        assert last < row.id, "oracle/chain_order"
        last = row.id
        if row.id == convert(gate_head.chain_id, uint256):
            own = row.evm_chain_id == chain.id and row.gate == convert(self, bytes32) and row.rollup == convert(gate_head.rollup, bytes32)
    assert own, "oracle/chain_table"
