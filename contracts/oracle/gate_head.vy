# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What every entry point of the gate looks at first
@notice Who this gate is, and one packed word.

        | bits     | _head                                                                                    |
        |----------|------------------------------------------------------------------------------------------|
        | 63..0    | attested: highest attested number                                                        |
        | 127..64  | generation                                                                               |
        | 191..128 | epoch                                                                                    |
        | 223..192 | flags: 1 = a conflict of two quorums was proven                                          |
        | 239..224 | curses: 1 = one was raised on this chain, 2 = on the network. A reason to look, for good |
        | 247..240 | phase: 0 active, 1 settling, 2 exit                                                      |
"""
from contracts.codec import typed_data
from contracts.interfaces import IOracleGate

CHAINS: constant(uint8) = 8
U64: constant(uint256) = 2**64 - 1
FLAG_CONFLICT: constant(uint256) = 1 << 192
CURSED_HERE: constant(uint256) = 1 << 224
CURSED_NETWORK: constant(uint256) = 1 << 225
ONE_GENERATION: constant(uint256) = 1 << 64
ONE_EPOCH: constant(uint256) = 1 << 128
PHASE: constant(uint256) = 240
ACTIVE: constant(uint256) = 0
SETTLING: constant(uint256) = 1
EXIT: constant(uint256) = 2

chain_id: public(immutable(uint8))
deployment_id: public(immutable(bytes32))
rollup: public(immutable(address))
DOMAIN: immutable(bytes32)
EVM_CHAIN: immutable(uint256)

_head: uint256


@deploy
def __init__(chain_id_: uint8, deployment_id_: bytes32, rollup_: address, first_epoch: uint64):
    assert 0 < chain_id_ and chain_id_ <= CHAINS, "oracle/chain_id"
    assert deployment_id_ != empty(bytes32), "oracle/deployment_id"
    assert rollup_ != empty(address), "oracle/rollup"
    assert first_epoch != 0, "oracle/epoch"
    chain_id = chain_id_
    deployment_id = deployment_id_
    rollup = rollup_
    DOMAIN = typed_data._oracle_domain(deployment_id_)
    EVM_CHAIN = chain.id
    self._head = convert(first_epoch, uint256) << 128


@external
@view
def attested() -> uint64:
    return convert(self._head & U64, uint64)


@external
@view
def generation() -> uint64:
    return self._generation(self._head)


@external
@view
def epoch() -> uint64:
    return self._epoch(self._head)


@external
@view
def phase() -> uint8:
    return convert(self._head >> PHASE, uint8)


@internal
@view
def _check_rollup():
    assert msg.sender == rollup, "oracle/not_rollup"
    self._check_chain()


@internal
@view
def _check_chain():
    assert chain.id == EVM_CHAIN, "oracle/forked_chain"


@internal
@view
def _check_active(epoch: uint64):
    assert self._head >> PHASE == ACTIVE, "oracle/not_active"
    assert epoch == self._epoch(self._head), "oracle/epoch"
    self._check_chain()


@internal
@view
def _active(epoch: uint64) -> uint256:
    """
    @notice Reverts unless this chain is active and `epoch` the one in force.
    @return The head
    """
    self._check_active(epoch)
    return self._head


@internal
@pure
def _generation(head: uint256) -> uint64:
    return convert((head >> 64) & U64, uint64)


@internal
@pure
def _epoch(head: uint256) -> uint64:
    return convert((head >> 128) & U64, uint64)
