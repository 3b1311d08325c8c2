# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Block statement: header words, challenges, hashes
@notice Twin of offchain/zklink/protocol/statement.py; spec: docs/spec/statement.md. Streams: 0 header, 1..8 chains, 9 data.
        A word has 31 bytes. r is the order of the BN254 scalar field.
"""

FIELD: constant(uint256) = 21888242871839275222246405745257275088548364400416034343698204186575808495617
DOMAIN: constant(bytes32) = keccak256("zkLink/statement/v1")
STREAMS: constant(uint256) = 10
DATA: constant(uint256) = 9
HEADER_WORDS: constant(uint256) = 7
LOW_128: constant(uint256) = 2**128 - 1


# Everything the header stream says of a block. Roots below r; counts = sum over s in 1..9 of n_s * 2^(16 s).
struct Header:
    deployment_id: uint256
    number: uint256       # below 2^64
    timestamp: uint256    # below 2^64
    shape: uint256        # below 2^32
    chain_count: uint256  # 1..8
    old_root: uint256
    new_root: uint256
    counts: uint256


@internal
@pure
def _header_words(header: Header) -> uint256[7]:
    """
    | word | content |
    |---|---|
    | 0 | deployment_id |
    | 1 | number 8 B, timestamp 8 B, shape 4 B, chain_count 1 B |
    | 2, 3 | old_root: high, low 128 bits |
    | 4, 5 | new_root: high, low 128 bits |
    | 6 | counts |
    """
    return [
        header.deployment_id,
        header.number << 104 | header.timestamp << 40 | header.shape << 8 | header.chain_count,
        header.old_root >> 128, header.old_root & LOW_128,
        header.new_root >> 128, header.new_root & LOW_128,
        header.counts,
    ]


@internal
@pure
def _header_digest(words: uint256[7]) -> bytes32:
    """
    @return keccak256 of the words, 31 bytes each
    """
    return keccak256(concat(
        convert(convert(words[0] << 8, bytes32), bytes31),
        convert(convert(words[1] << 8, bytes32), bytes31),
        convert(convert(words[2] << 8, bytes32), bytes31),
        convert(convert(words[3] << 8, bytes32), bytes31),
        convert(convert(words[4] << 8, bytes32), bytes31),
        convert(convert(words[5] << 8, bytes32), bytes31),
        convert(convert(words[6] << 8, bytes32), bytes31),
    ))


@internal
@pure
def _header_claim(words: uint256[7], z: uint256) -> uint256:
    """
    @return y_0 = 7 + sum over j of word_j * z^(j+1) mod r
    """
    y: uint256 = 0
    for j: uint256 in range(HEADER_WORDS):
        y = uint256_mulmod(unsafe_add(y, words[unsafe_sub(6, j)]), z, FIELD)  # y < r, word < 2^248: no overflow
    return uint256_addmod(y, HEADER_WORDS, FIELD)


@internal
@pure
def _first_challenge(header: Header, h: uint256, digests: bytes32[10]) -> uint256:
    """
    @return z: fixed by everything the prover chose, before any y exists
    """
    words: DynArray[bytes32, 18] = [
        DOMAIN,
        convert(header.deployment_id, bytes32),
        convert(header.number, bytes32),
        convert(header.old_root, bytes32),
        convert(header.new_root, bytes32),
        convert(header.timestamp, bytes32),
        convert(header.shape, bytes32),
        convert(h, bytes32),
    ]
    for s: uint256 in range(STREAMS):
        if s <= header.chain_count or s == DATA:
            words.append(digests[s])
    return convert(keccak256(slice(abi_encode(words), 64, len(words) * 32)), uint256) % FIELD


@internal
@pure
def _second_challenge(z: uint256, claims: uint256[10], chain_count: uint256) -> uint256:
    """
    @return u: fixed by every y, so that no claimed y can be chosen to balance another
    """
    words: DynArray[uint256, 18] = [z]
    for s: uint256 in range(STREAMS):
        if s <= chain_count or s == DATA:
            words.append(claims[s])
    return convert(keccak256(slice(abi_encode(words), 64, len(words) * 32)), uint256) % FIELD


@internal
@pure
def _combined_claim(u: uint256, claims: uint256[10]) -> uint256:
    """
    @dev Entries of streams that do not exist must be zero.
    @return Y = sum over s of u^s * y_s mod r
    """
    y: uint256 = claims[DATA]
    for s: uint256 in range(DATA):
        y = uint256_addmod(uint256_mulmod(y, u, FIELD), claims[unsafe_sub(8, s)], FIELD)
    return y


@internal
@pure
def _statement_hash(h: uint256, digests: bytes32[10], claims: uint256[10], chain_count: uint256) -> bytes32:
    """
    @return T_n
    """
    words: DynArray[bytes32, 22] = [convert(h, bytes32)]
    for s: uint256 in range(STREAMS):
        if s <= chain_count or s == DATA:
            words.append(digests[s])
    for s: uint256 in range(STREAMS):
        if s <= chain_count or s == DATA:
            words.append(convert(claims[s], bytes32))
    return keccak256(slice(abi_encode(words), 64, len(words) * 32))


@internal
@pure
def _next_sync_hash(previous: bytes32, statement_hash: bytes32) -> bytes32:
    """
    @return S_n
    """
    return keccak256(concat(previous, statement_hash))


@internal
@pure
def _genesis_sync_hash(deployment_id: bytes32) -> bytes32:
    """
    @return S_0
    """
    return keccak256(concat(b"zkLink/sync/genesis/v1", deployment_id))
