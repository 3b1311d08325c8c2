# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The whole network's word: more than two thirds, every live veto member, nobody who was caught
@dev An ejected seat keeps its weight in the total: catching liars makes no quorum smaller.
"""
from contracts.interfaces import IOracleGate
from contracts.oracle import leases
from contracts.oracle import member_set

uses: member_set
uses: leases

_ejected: HashMap[uint64, uint256]  # epoch -> bit set of seats


@external
@view
def ejected(epoch: uint64) -> uint256:
    return self._ejected[epoch]


@internal
@view
def _check(epoch: uint64, digest: bytes32, bitmap: uint256, signatures: Bytes[8192]):
    record: uint256 = member_set._check_quorum(epoch, digest, bitmap, signatures)
    self._check_not_ejected(epoch, record, bitmap)
    assert not leases._missing(epoch, record, bitmap), "oracle/veto"


@internal
@view
def _check_not_ejected(epoch: uint64, record: uint256, bitmap: uint256):
    if record >> 240 != 0:
        assert bitmap & self._ejected[epoch] == 0, "oracle/ejected"


@internal
def _eject(epoch: uint64, index: uint256, signer: address, fault: uint8):
    assert signer == member_set._seat(epoch, index), "oracle/bad_signer"
    assert (self._ejected[epoch] >> index) & 1 == 0, "oracle/already_ejected"
    self._ejected[epoch] |= 1 << index
    member_set._flag_ejection(epoch)
    lane: uint256 = member_set._lane(member_set._record(epoch), index)
    if lane != 3:
        leases._end(epoch, lane)
    log IOracleGate.Ejected(epoch=epoch, index=index, member=signer, fault=fault)
