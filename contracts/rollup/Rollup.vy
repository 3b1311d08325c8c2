# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Rollup: the blocks of one shared ledger, on one chain
@notice commit (sequencer) -> prove -> sync -> execute (anyone). A chain checks its own slice of every block itself, takes the other
        chains' claims as words the proof and the oracle network must both agree to, and pays only what is proven and synced.
        Holds no value. There is no way back here: a stored block is never replaced.
@dev Spec: docs/spec/statement.md, docs/spec/contracts/rollup.md. Rollup -> ProofGate, Bridge, OracleGate, StreamChecker; no
     arrow back.
"""
from contracts.codec import statement
from contracts.governance import roles
from contracts.interfaces import IBridge
from contracts.interfaces import IGroth16Verifier
from contracts.interfaces import IOracleGate
from contracts.interfaces import IProofGate
from contracts.interfaces import IRollup
from contracts.interfaces import IStreamChecker
from contracts.rollup import block_ledger
from contracts.rollup import chain_slice
from contracts.rollup import key_registry

implements: IRollup

initializes: roles
initializes: block_ledger
initializes: key_registry
initializes: chain_slice[key_registry := key_registry]

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
    block_ledger.counters, block_ledger.stored_hash, block_ledger.sync_hash,
    key_registry.authorise_key, key_registry.authorise_key_1271, key_registry.authorised_key,
)

FIELD: constant(uint256) = 21888242871839275222246405745257275088548364400416034343698204186575808495617
SEQUENCER: constant(uint256) = 1
DATA: constant(uint256) = 9
STREAMS: constant(uint256) = 10
CHAINS: constant(uint8) = 8
U16: constant(uint256) = 2**16 - 1
MAX_AHEAD: constant(uint256) = 15 * 60      # s a block's time may lead the chain's
MAX_BEHIND: constant(uint256) = 24 * 3600   # s it may lag on the primary

chain_id: public(immutable(uint8))
chain_count: public(immutable(uint8))
deployment_id: public(immutable(bytes32))
is_primary: public(immutable(bool))
bridge: public(immutable(IBridge))
proof_gate: public(immutable(IProofGate))
oracle_gate: public(immutable(IOracleGate))
stream_checker: public(immutable(IStreamChecker))
OWN: immutable(uint256)
COUNT: immutable(uint256)


@deploy
def __init__(
    chain_id_: uint8, chain_count_: uint8, deployment_id_: bytes32, genesis_root: bytes32, is_primary_: bool,
    governor: address, sequencer: address,
    bridge_: address, proof_gate_: address, oracle_gate_: address, stream_checker_: address,
):
    """
    @param chain_id_ Protocol id of this chain, 1..chain_count
    @param deployment_id_ Below 2^248
    @param genesis_root Below r, not zero
    @param bridge_, oracle_gate_ Must name this contract as their rollup, this chain and this deployment
    """
    assert 0 < chain_id_ and chain_id_ <= chain_count_ and chain_count_ <= CHAINS, "rollup/chain_id"
    id: uint256 = convert(deployment_id_, uint256)
    assert 0 < id and id < 2**248, "rollup/deployment_id"
    root: uint256 = convert(genesis_root, uint256)
    assert 0 < root and root < FIELD, "rollup/root_range"
    assert staticcall IBridge(bridge_).rollup() == self, "rollup/wiring"
    assert staticcall IBridge(bridge_).chain_id() == chain_id_, "rollup/wiring"
    assert staticcall IBridge(bridge_).deployment_id() == deployment_id_, "rollup/wiring"
    assert staticcall IOracleGate(oracle_gate_).rollup() == self, "rollup/wiring"
    assert staticcall IOracleGate(oracle_gate_).chain_id() == chain_id_, "rollup/wiring"
    assert staticcall IOracleGate(oracle_gate_).deployment_id() == deployment_id_, "rollup/wiring"
    assert len(staticcall IProofGate(proof_gate_).shapes()) != 0, "rollup/wiring"
    assert staticcall IStreamChecker(stream_checker_).evaluate(b"", 0) == 0, "rollup/wiring"
    roles.__init__(governor)
    roles._roles[sequencer] = SEQUENCER
    log roles.RoleSet(account=sequencer, role=SEQUENCER, granted=True)
    block_ledger.__init__(deployment_id_, genesis_root)
    key_registry.__init__(chain_id_, deployment_id_, is_primary_)
    chain_id = chain_id_
    chain_count = chain_count_
    deployment_id = deployment_id_
    is_primary = is_primary_
    bridge = IBridge(bridge_)
    proof_gate = IProofGate(proof_gate_)
    oracle_gate = IOracleGate(oracle_gate_)
    stream_checker = IStreamChecker(stream_checker_)
    OWN = convert(chain_id_, uint256)
    COUNT = convert(chain_count_, uint256)


# ---------------------------------------------------------------------------------------------- sequencer

@external
def commit(
    previous: IRollup.StoredBlock, header: IRollup.Header, digests: bytes32[10], claims: uint256[10],
    own_stream: Bytes[8184], data_stream: Bytes[8184], key_signatures: DynArray[Bytes[65], 44],
):
    # CHECKS
    roles._check(SEQUENCER)
    at: block_ledger.Counters = block_ledger._counters()
    self._check_header(at.committed, previous, header)
    self._check_foreign(digests, claims, header.counts)
    assert is_primary or len(data_stream) == 0, "rollup/data_stream"
    words: statement.Header = self._statement_header(previous, header)
    header_words: uint256[7] = statement._header_words(words)
    d: bytes32[10] = digests
    d[0] = statement._header_digest(header_words)
    d[OWN] = keccak256(own_stream)
    if is_primary:
        d[DATA] = keccak256(data_stream)
    z: uint256 = statement._first_challenge(words, header.h, d)
    first: uint256 = previous.first_request + previous.request_count
    own: chain_slice.Claim = chain_slice._check(own_stream, z, key_signatures, bridge, first)
    assert own.words == self._count(header.counts, OWN), "rollup/own_count"
    y: uint256[10] = claims
    y[0] = statement._header_claim(header_words, z)
    y[OWN] = own.y
    if is_primary:
        assert len(data_stream) // 31 == self._count(header.counts, DATA), "rollup/data_count"
        y[DATA] = staticcall stream_checker.evaluate(data_stream, z)

    # EFFECTS
    u: uint256 = statement._second_challenge(z, y, COUNT)
    hash: bytes32 = statement._statement_hash(header.h, d, y, COUNT)
    at.committed = header.number
    block_ledger._set_counters(at)
    block_ledger._append(IRollup.StoredBlock(
        number=header.number, timestamp=header.timestamp, new_root=convert(header.new_root, bytes32),
        sync_hash=statement._next_sync_hash(previous.sync_hash, hash),
        z=z, u=u, h=header.h, y=statement._combined_claim(u, y), own_digest=d[OWN],
        first_request=first, request_count=own.requests, shape=header.shape,
    ))


@internal
@view
def _check_header(committed: uint256, previous: IRollup.StoredBlock, header: IRollup.Header):
    assert previous.number == committed, "rollup/previous"
    block_ledger._check_stored(previous)
    assert header.number == committed + 1, "rollup/number"
    assert header.new_root < FIELD, "rollup/root_range"
    assert header.h < FIELD, "rollup/h_range"
    assert header.shape < 2**32, "rollup/shape_range"
    assert header.timestamp >= previous.timestamp, "rollup/timestamp_order"
    assert header.timestamp <= block.timestamp + MAX_AHEAD, "rollup/timestamp_ahead"
    # Only the primary: a chain that stood still must be able to catch up with blocks the others took long ago.
    assert not is_primary or header.timestamp + MAX_BEHIND >= block.timestamp, "rollup/timestamp_behind"


@internal
@view
def _check_foreign(digests: bytes32[10], claims: uint256[10], counts: uint256):
    """
    @notice Only streams that exist and whose bytes this chain does not see may be claimed; no others may have words.
    """
    assert counts >> 160 == 0 and counts & U16 == 0, "rollup/counts"
    for s: uint256 in range(STREAMS):
        if s != 0 and s != OWN and (s <= COUNT or (s == DATA and not is_primary)):
            assert claims[s] < FIELD, "rollup/claim_range"
        else:
            assert digests[s] == empty(bytes32) and claims[s] == 0, "rollup/claim_not_foreign"
            assert s <= COUNT or s == DATA or self._count(counts, s) == 0, "rollup/counts"


@internal
@view
def _statement_header(previous: IRollup.StoredBlock, header: IRollup.Header) -> statement.Header:
    return statement.Header(
        deployment_id=convert(deployment_id, uint256), number=header.number, timestamp=header.timestamp,
        shape=header.shape, chain_count=COUNT, old_root=convert(previous.new_root, uint256),
        new_root=header.new_root, counts=header.counts,
    )


@internal
@pure
def _count(counts: uint256, stream: uint256) -> uint256:
    return (counts >> (16 * stream)) & U16


# ---------------------------------------------------------------------------------------------- anyone

@external
def prove(blocks: DynArray[IRollup.StoredBlock, 16], proofs: DynArray[uint256[8], 16]):
    # CHECKS
    assert len(blocks) != 0, "rollup/no_blocks"
    assert len(blocks) == len(proofs), "rollup/proof_count"
    at: block_ledger.Counters = block_ledger._counters()
    shape: uint256 = blocks[0].shape
    inputs: DynArray[uint256[4], 16] = []
    number: uint256 = at.proven
    for stored: IRollup.StoredBlock in blocks:
        number = unsafe_add(number, 1)
        assert stored.number == number, "rollup/number"
        assert stored.shape == shape, "rollup/mixed_shapes"
        block_ledger._check_stored(stored)
        inputs.append([stored.z, stored.u, stored.h, stored.y])
    verifier: IGroth16Verifier = IGroth16Verifier(staticcall proof_gate.verifier_of(shape))
    if len(proofs) == 1:
        assert staticcall verifier.verify(proofs[0], inputs[0]), "rollup/proof"
    else:
        assert staticcall verifier.verifyBatch(proofs, inputs), "rollup/proof"

    # EFFECTS
    at.proven = number
    block_ledger._set_counters(at)
    log IRollup.BlocksProven(through=number)


@external
def sync(stored: IRollup.StoredBlock, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    at: block_ledger.Counters = block_ledger._counters()
    assert stored.number <= at.proven, "rollup/not_proven"
    block_ledger._check_stored(stored)

    # EFFECTS
    at.synced = stored.number
    block_ledger._set_counters(at)
    log IRollup.BlocksSynced(through=stored.number)

    # INTERACTIONS: the gate refuses a number at or below the attested one
    extcall oracle_gate.attest(
        convert(stored.number, uint64), stored.new_root, stored.sync_hash, epoch, bitmap, signatures
    )


@external
@nonreentrant
def execute(stored: IRollup.StoredBlock, own_stream: Bytes[8184]):
    # CHECKS
    at: block_ledger.Counters = block_ledger._counters()
    assert stored.number == at.executed + 1, "rollup/number"
    assert stored.number <= at.synced, "rollup/not_synced"
    block_ledger._check_stored(stored)
    assert keccak256(own_stream) == stored.own_digest, "rollup/own_stream"
    credits: DynArray[IBridge.Credit, 132] = chain_slice._credits(own_stream)

    # EFFECTS
    at.executed = stored.number
    block_ledger._set_counters(at)
    log IRollup.BlockExecuted(number=stored.number)

    # INTERACTIONS: the bridge only keeps accounts; no receiver is called
    if stored.request_count != 0 or len(credits) != 0:
        extcall bridge.settle(
            convert(stored.first_request, uint64), convert(stored.request_count, uint64), credits
        )


@external
@view
def attested_only() -> bool:
    return False
