# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title OracleGate: what the light oracle network attested, on one chain
@notice The network can only confirm what this chain's rollup already stored, or refuse. The gate has no owner, holds nothing and
        calls nobody. Spec: docs/spec/contracts/oracle.md.
@dev LON-I2 `attested` never decreases. LON-I8 no empty quorum. LON-I9 nothing moves.
"""
from contracts.codec import typed_data
from contracts.interfaces import IOracleGate
from contracts.oracle import member_set

implements: IOracleGate

initializes: member_set
exports: (member_set.members, member_set.total_weight)

CHAINS: constant(uint8) = 8
U64: constant(uint256) = 2**64 - 1

chain_id: public(immutable(uint8))
deployment_id: public(immutable(bytes32))
rollup: public(immutable(address))
DOMAIN: immutable(bytes32)
EVM_CHAIN: immutable(uint256)

# attested 64 | generation 64 | epoch 64 | sealed flags 32 | curse count 16 | phase 8: one slot, written by every attestation
_head: uint256
attested_root: public(bytes32)


@deploy
def __init__(
    chain_id_: uint8, deployment_id_: bytes32, rollup_: address, table: DynArray[uint256, 128], first_epoch: uint64
):
    """
    @param rollup_ Address the rollup will be deployed at; fixed for ever
    @param table weight << 160 | address, ascending by address
    @param first_epoch Not 0
    """
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
    member_set._install(first_epoch, table)


@external
def attest(number: uint64, root: bytes32, sync_hash: bytes32, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    assert msg.sender == rollup, "oracle/not_rollup"
    assert chain.id == EVM_CHAIN, "oracle/forked_chain"
    assert root != empty(bytes32) and sync_hash != empty(bytes32), "oracle/zero_value"
    head: uint256 = self._head
    assert convert(number, uint256) > head & U64, "oracle/not_above_attested"
    assert convert(epoch, uint256) == (head >> 128) & U64, "oracle/epoch"
    generation: uint64 = convert((head >> 64) & U64, uint64)
    digest: bytes32 = typed_data._attest_digest(DOMAIN, epoch, generation, number, root, sync_hash)
    member_set._check_quorum(epoch, digest, bitmap, signatures)

    # EFFECTS
    self._head = head & ~U64 | convert(number, uint256)
    self.attested_root = root
    log IOracleGate.Attested(number=number, root=root, bitmap=bitmap, digest=digest)


@external
@view
def attested() -> uint64:
    return convert(self._head & U64, uint64)


@external
@view
def generation() -> uint64:
    return convert((self._head >> 64) & U64, uint64)


@external
@view
def epoch() -> uint64:
    return convert((self._head >> 128) & U64, uint64)
