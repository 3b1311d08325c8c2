# pragma version 0.4.3
# pragma optimize codesize
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title OracleGate: what the light oracle network attested, on one chain
@notice The network can only confirm what this chain's rollup already stored, or refuse. The gate has no owner, holds nothing and
        calls nobody. Spec: docs/spec/contracts/oracle.md.
@dev LON-I2 `attested` never decreases. LON-I8 no empty quorum. LON-I9 nothing moves. LON-I12 what one chain accepted, every chain
     accepts at the latest while settling: then curses and ejections are not looked at, and the set before stays good.
"""
from contracts.codec import oracle_digests
from contracts.codec import typed_data
from contracts.interfaces import IOracleGate
from contracts.oracle import council
from contracts.oracle import curses
from contracts.oracle import evidence
from contracts.oracle import faults
from contracts.oracle import gate_head
from contracts.oracle import leases
from contracts.oracle import member_set
from contracts.oracle import price_attest
from contracts.oracle import rotation

implements: IOracleGate

initializes: member_set
initializes: gate_head
initializes: leases[member_set := member_set]
initializes: council[member_set := member_set, leases := leases]
initializes: curses[gate_head := gate_head, member_set := member_set, council := council]
initializes: rotation[gate_head := gate_head, member_set := member_set, leases := leases, council := council]
initializes: faults[gate_head := gate_head, member_set := member_set, council := council]
initializes: price_attest[member_set := member_set]

exports: (
    gate_head.attested, gate_head.generation, gate_head.epoch, gate_head.phase,
    gate_head.chain_id, gate_head.deployment_id, gate_head.rollup,
    member_set.members, member_set.total_weight, council.ejected,
    curses.raise_curse, curses.lift_curse, curses.curse_id, curses.cursed_since,
    rotation.rotate, rotation.activate_rotation, rotation.renew_lease, rotation.rotation_due, rotation.set_expiry,
    faults.eject, faults.eject_double_rotate, faults.prove_conflict, faults.conflict_floor,
)

U64: constant(uint256) = 2**64 - 1
SPECIAL: constant(uint256) = (1 << 240) | ((2**24 - 1) << 208)  # of a set's record: veto members, ejected seats

attested_root: public(bytes32)
kept: public(HashMap[uint64, uint64])  # generation -> highest number that its abort kept


@deploy
def __init__(
    chain_id_: uint8, deployment_id_: bytes32, rollup_: address, table: DynArray[uint256, 128], first_epoch: uint64
):
    """
    @param rollup_ Address the rollup will be deployed at; fixed for ever
    @param table flags << 192 | weight << 160 | address, ascending by address; flag 1 = veto
    @param first_epoch Not 0
    """
    gate_head.__init__(chain_id_, deployment_id_, rollup_, first_epoch)
    member_set._install(first_epoch, table)
    leases._begin(first_epoch)


# ---------------------------------------------------------------------------------------------- rollup

# The signatures go straight to the set that weighs them: a buffer of 8 kB in every frame on the way would cost more than the storage.

@external
def attest(number: uint64, root: bytes32, sync_hash: bytes32, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    head: uint256 = gate_head._head
    digest: bytes32 = self._attestable(head, gate_head._generation(head), number, root, sync_hash, epoch)
    record: uint256 = member_set._record(epoch)
    member_set._check_weight(record, member_set._signed_weight(record, digest, bitmap, signatures))
    # EFFECTS
    self._accept(head, number, root, epoch, record, bitmap, digest)


@external
def attest_earlier(
    generation: uint64, number: uint64, root: bytes32, sync_hash: bytes32, epoch: uint64, bitmap: uint256,
    signatures: Bytes[8192]
):
    # An abort left the blocks up to `kept` as they were. Whoever attested them before it must not be refused after it, or a
    # chain that heard of the abort first could never follow one that accepted them first.  LON-I12
    # CHECKS
    head: uint256 = gate_head._head
    current: uint64 = gate_head._generation(head)
    assert generation < current, "oracle/generation"
    for g: uint64 in range(generation, current, bound=64):
        assert number <= self.kept[g], "oracle/aborted"
    digest: bytes32 = self._attestable(head, generation, number, root, sync_hash, epoch)
    record: uint256 = member_set._record(epoch)
    member_set._check_weight(record, member_set._signed_weight(record, digest, bitmap, signatures))
    # EFFECTS
    self._accept(head, number, root, epoch, record, bitmap, digest)


@internal
@view
def _attestable(
    head: uint256, generation: uint64, number: uint64, root: bytes32, sync_hash: bytes32, epoch: uint64
) -> bytes32:
    """
    @notice All that can be said without the signatures.
    @return The digest they must be of
    """
    gate_head._check_rollup()
    assert root != empty(bytes32) and sync_hash != empty(bytes32), "oracle/zero_value"
    assert convert(number, uint256) > head & U64, "oracle/not_above_attested"  # LON-I2
    if epoch != gate_head._epoch(head):
        rotation._check_former(head, epoch)
    if head >> 192 != 0:
        self._check_not_halted(head, number)
    return typed_data._attest_digest(gate_head.DOMAIN, epoch, generation, number, root, sync_hash)


@internal
def _accept(
    head: uint256, number: uint64, root: bytes32, epoch: uint64, record: uint256, bitmap: uint256, digest: bytes32
):
    if record & SPECIAL != 0:
        if head >> gate_head.PHASE == gate_head.ACTIVE:
            council._check_not_ejected(epoch, record, bitmap)
        leases._take(epoch, record, bitmap)
    gate_head._head = head & ~U64 | convert(number, uint256)
    self.attested_root = root
    log IOracleGate.Attested(number=number, root=root, bitmap=bitmap, digest=digest)


@internal
@view
def _check_not_halted(head: uint256, number: uint64):
    assert head >> gate_head.PHASE != gate_head.EXIT, "oracle/exit"
    assert not faults._conflicts(head, number), "oracle/conflict"
    assert not curses._cursed(head, number), "oracle/cursed"


@external
def abort(keep_through: uint64, reason: bytes32, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    gate_head._check_rollup()
    head: uint256 = gate_head._active(epoch)
    assert convert(keep_through, uint256) >= head & U64, "oracle/below_attested"  # LON-I4
    generation: uint64 = gate_head._generation(head)
    digest: bytes32 = oracle_digests._abort(gate_head.DOMAIN, epoch, generation, keep_through, reason)
    council._check(epoch, digest, bitmap, signatures)

    # EFFECTS
    self.kept[generation] = keep_through
    gate_head._head = head + gate_head.ONE_GENERATION  # LON-I7
    log IOracleGate.Aborted(generation=generation + 1, keep_through=keep_through, reason=reason)


@external
def eject_false_attest(
    index: uint256, message: IOracleGate.Word, signature: Bytes[64], root: bytes32, sync_hash: bytes32
):
    # E4: the rollup names what it stored and sealed under the message's number
    gate_head._check_rollup()
    assert message.kind == evidence.ATTEST, "oracle/evidence_kind"
    assert message.generation == gate_head._generation(gate_head._head), "oracle/generation"
    assert message.content != root or message.sync_hash != sync_hash, "oracle/no_contradiction"
    signer: address = evidence._signer(evidence._digest(gate_head.DOMAIN, message), signature)
    council._eject(message.epoch, index, signer, 4)


@external
def advance_phase(phase: uint8):
    # CHECKS
    gate_head._check_rollup()
    head: uint256 = gate_head._head
    next: uint256 = convert(phase, uint256)
    assert next == (head >> gate_head.PHASE) + 1 and next <= gate_head.EXIT, "oracle/phase"
    # EFFECTS
    gate_head._head = head & (2**240 - 1) | next << gate_head.PHASE
    log IOracleGate.PhaseChanged(phase=phase)


@external
@view
def halted(number: uint64) -> bool:
    head: uint256 = gate_head._head
    if head >> 192 == 0 or head >> gate_head.PHASE != gate_head.ACTIVE:
        return False
    return faults._conflicts(head, number) or curses._cursed(head, number)


# ---------------------------------------------------------------------------------------------- vault

@external
@view
def check_prices(
    epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32, bitmap: uint256, signatures: Bytes[8192]
) -> bool:
    gate_head._check_chain()
    assert epoch == gate_head._epoch(gate_head._head), "oracle/epoch"
    record: uint256 = price_attest._check_prices(
        gate_head.DOMAIN, epoch, round, observed_at, prices_hash, bitmap, signatures
    )
    council._check_not_ejected(epoch, record, bitmap)
    return bitmap & member_set._vetoers(record) != 0
