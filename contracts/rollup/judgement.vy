# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What the oracle network decides about the blocks of this chain: sync and abort
@notice The gate checks signatures; what they are compared with is taken from here. Nothing here moves value.
@dev Spec: docs/spec/contracts/rollup.md.
"""
from contracts.interfaces import IOracleGate
from contracts.interfaces import IRollup
from contracts.rollup import block_ledger

uses: block_ledger

oracle_gate: public(immutable(IOracleGate))


@deploy
def __init__(gate: IOracleGate):
    oracle_gate = gate


@external
def sync(stored: IRollup.StoredBlock, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    self._seal(stored)
    # INTERACTIONS: the gate refuses a number at or below the attested one
    extcall oracle_gate.attest(
        convert(stored.number, uint64), stored.new_root, stored.sync_hash, epoch, bitmap, signatures
    )


@external
def sync_earlier(
    generation: uint64, stored: IRollup.StoredBlock, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]
):
    self._seal(stored)
    # INTERACTIONS: the gate refuses a block that an abort since that generation did not keep
    extcall oracle_gate.attest_earlier(
        generation, convert(stored.number, uint64), stored.new_root, stored.sync_hash, epoch, bitmap, signatures
    )


@internal
def _seal(stored: IRollup.StoredBlock):
    # CHECKS
    at: block_ledger.Counters = block_ledger._counters()
    assert stored.number <= at.proven, "rollup/not_proven"
    block_ledger._check_stored(stored, at.committed)

    # EFFECTS: at or below `synced`, no number is ever committed again (LON-I3) nor aborted (LON-I4)
    at.synced = stored.number
    block_ledger._set_counters(at)
    log IRollup.BlocksSynced(through=stored.number)


@external
def abort(keep_through: uint64, reason: bytes32, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    at: block_ledger.Counters = block_ledger._counters()
    keep: uint256 = convert(keep_through, uint256)
    assert keep >= at.synced, "rollup/sealed"  # LON-I4; executed <= synced

    # EFFECTS: the next block follows the last one kept. Requests are retired at execution only: those of the deleted blocks are
    # as open, and as old, as before. A chain that has not come as far as `keep` only learns the generation.
    at.committed = min(at.committed, keep)
    at.proven = min(at.proven, keep)
    block_ledger._set_counters(at)
    log IRollup.BlocksAborted(keep_through=keep, committed=at.committed)

    # INTERACTIONS
    extcall oracle_gate.abort(keep_through, reason, epoch, bitmap, signatures)


@external
def report_false_attest(stored: IRollup.StoredBlock, index: uint256, message: IOracleGate.Word, signature: Bytes[64]):
    # CHECKS
    at: block_ledger.Counters = block_ledger._counters()
    assert stored.number <= at.synced, "rollup/not_synced"
    assert stored.number == convert(message.number, uint256), "rollup/number"
    block_ledger._check_stored(stored, at.committed)
    # INTERACTIONS
    extcall oracle_gate.eject_false_attest(index, message, signature, stored.new_root, stored.sync_hash)
