# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Blocks a chain has stored, and how far each stage has come
@notice executed <= synced <= proven <= committed. A number at or below `synced` is sealed: the next number is always
        committed + 1. A number that was never stored answers zero, which no hash is.
"""
from contracts.codec import statement
from contracts.interfaces import IRollup

U64: constant(uint256) = 2**64 - 1


struct Counters:
    committed: uint256
    proven: uint256
    synced: uint256
    executed: uint256


stored_hash: public(HashMap[uint256, bytes32])  # keccak256(StoredBlock)
sync_hash: public(HashMap[uint256, bytes32])    # S_n
_packed: uint256  # committed | proven << 64 | synced << 128 | executed << 192: one slot for four stages


@deploy
def __init__(deployment_id: bytes32, genesis_root: bytes32):
    """
    @notice Block 0: the genesis root, S_0, and nothing else.
    """
    first: IRollup.StoredBlock = empty(IRollup.StoredBlock)
    first.new_root = genesis_root
    first.sync_hash = statement._genesis_sync_hash(deployment_id)
    self.stored_hash[0] = keccak256(abi_encode(first))
    self.sync_hash[0] = first.sync_hash


@external
@view
def counters() -> (uint256, uint256, uint256, uint256):
    at: Counters = self._counters()
    return at.committed, at.proven, at.synced, at.executed


@internal
@view
def _counters() -> Counters:
    packed: uint256 = self._packed
    return Counters(
        committed=packed & U64, proven=(packed >> 64) & U64, synced=(packed >> 128) & U64, executed=packed >> 192
    )


@internal
def _set_counters(at: Counters):
    self._packed = at.committed | at.proven << 64 | at.synced << 128 | at.executed << 192


@internal
@view
def _check_stored(stored: IRollup.StoredBlock):
    """
    @notice Reverts unless `stored` is, field by field, what this chain stored under its number.
    """
    assert self.stored_hash[stored.number] == keccak256(abi_encode(stored)), "rollup/unknown_block"


@internal
def _append(stored: IRollup.StoredBlock):
    self.stored_hash[stored.number] = keccak256(abi_encode(stored))
    self.sync_hash[stored.number] = stored.sync_hash
    log IRollup.BlockCommitted(
        number=stored.number, timestamp=stored.timestamp, new_root=stored.new_root, sync_hash=stored.sync_hash,
        z=stored.z, u=stored.u, h=stored.h, y=stored.y, own_digest=stored.own_digest,
        first_request=stored.first_request, request_count=stored.request_count, shape=stored.shape,
    )
