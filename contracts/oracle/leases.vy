# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Leases of veto members
@notice A veto counts while its lease runs. Every attestation that carries the member's signature renews it, or a message of the member
        alone. A lease that ran out stays out until the next epoch: a member that fell silent cannot come back to block.
@dev One slot an epoch: the end of veto lane k at bit 64 * k, s; lanes: member_set. A new epoch begins with full leases.
"""
from contracts.interfaces import IOracleGate
from contracts.oracle import member_set

uses: member_set

T_LEASE: constant(uint256) = 72 * 3600  # s
U64: constant(uint256) = 2**64 - 1

_leases: HashMap[uint64, uint256]


@internal
def _begin(epoch: uint64):
    """
    @notice Full leases for every veto member of `epoch`.
    """
    full: uint256 = block.timestamp + T_LEASE
    if member_set._record(epoch) >> 208 != 0:
        self._leases[epoch] = full | full << 64 | full << 128


@internal
@view
def _missing(epoch: uint64, record: uint256, bitmap: uint256) -> bool:
    """
    @return A veto member with a live lease did not sign
    """
    leases: uint256 = self._leases[epoch]
    for lane: uint256 in range(3):
        seat: uint256 = (record >> (208 + 8 * lane)) & 255
        if seat == 0:
            break
        if (leases >> (64 * lane)) & U64 >= block.timestamp and (bitmap >> (seat - 1)) & 1 == 0:
            return True
    return False


@internal
def _take(epoch: uint64, record: uint256, bitmap: uint256):
    """
    @notice Refuse when a live veto member is missing, renew the others' leases. A lapse is sticky.
    """
    leases: uint256 = self._leases[epoch]
    renewed: uint256 = leases
    full: uint256 = block.timestamp + T_LEASE
    for lane: uint256 in range(3):
        seat: uint256 = (record >> (208 + 8 * lane)) & 255
        if seat == 0:
            break
        at: uint256 = 64 * lane
        if (leases >> at) & U64 >= block.timestamp:
            assert (bitmap >> (seat - 1)) & 1 == 1, "oracle/veto"  # LON-7
            renewed = renewed & ~(U64 << at) | full << at
    if renewed != leases:
        self._leases[epoch] = renewed


@internal
def _renew(epoch: uint64, lane: uint256, valid_until: uint64):
    """
    @notice By the member's own message; `valid_until` is signed, so a replay lengthens nothing.
    """
    at: uint256 = 64 * lane
    leases: uint256 = self._leases[epoch]
    until: uint256 = convert(valid_until, uint256)
    assert (leases >> at) & U64 >= block.timestamp, "oracle/lapsed"
    assert until <= block.timestamp + T_LEASE, "oracle/lease_too_long"
    assert until > (leases >> at) & U64, "oracle/lease_not_longer"
    self._leases[epoch] = leases & ~(U64 << at) | until << at
    log IOracleGate.LeaseRenewed(epoch=epoch, lane=lane, until=valid_until)


@internal
def _end(epoch: uint64, lane: uint256):
    """
    @notice An ejected member has no veto.
    """
    self._leases[epoch] &= ~(U64 << (64 * lane))


@internal
@view
def _until(epoch: uint64, lane: uint256) -> uint64:
    return convert((self._leases[epoch] >> (64 * lane)) & U64, uint64)
