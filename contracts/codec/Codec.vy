# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Codec: the stateless encodings of the contracts, behind a door
@notice Holds nothing and calls nobody. For golden vectors and for anyone who wants to ask a chain instead of trusting a client.
"""
from contracts.codec import chain_words
from contracts.codec import statement
from contracts.codec import typed_data


@external
@pure
def header_words(header: statement.Header) -> uint256[7]:
    return statement._header_words(header)


@external
@pure
def header_digest(header: statement.Header) -> bytes32:
    return statement._header_digest(statement._header_words(header))


@external
@pure
def header_claim(header: statement.Header, z: uint256) -> uint256:
    return statement._header_claim(statement._header_words(header), z)


@external
@pure
def first_challenge(header: statement.Header, h: uint256, digests: bytes32[10]) -> uint256:
    return statement._first_challenge(header, h, digests)


@external
@pure
def second_challenge(z: uint256, claims: uint256[10], chain_count: uint256) -> uint256:
    return statement._second_challenge(z, claims, chain_count)


@external
@pure
def combined_claim(u: uint256, claims: uint256[10]) -> uint256:
    return statement._combined_claim(u, claims)


@external
@pure
def statement_hash(h: uint256, digests: bytes32[10], claims: uint256[10], chain_count: uint256) -> bytes32:
    return statement._statement_hash(h, digests, claims, chain_count)


@external
@pure
def genesis_sync_hash(deployment_id: bytes32) -> bytes32:
    return statement._genesis_sync_hash(deployment_id)


@external
@pure
def next_sync_hash(previous: bytes32, statement_hash: bytes32) -> bytes32:
    return statement._next_sync_hash(previous, statement_hash)


@external
@pure
def decode_operation(c0: uint256, c1: uint256) -> chain_words.ChainOp:
    return chain_words._decode(c0, c1)


@external
@pure
def word_count(op: uint256) -> uint256:
    """
    @return 0 for an unknown operation code
    """
    return chain_words._size(op)


@external
@pure
def request_hash(c0: uint256, units: uint256, payee: uint256) -> bytes32:
    return chain_words._request_hash(c0, units, payee)


@external
@pure
def attest_digest(
    deployment_id: bytes32, epoch: uint64, generation: uint64, number: uint64, root: bytes32, sync_hash: bytes32
) -> bytes32:
    domain: bytes32 = typed_data._oracle_domain(deployment_id)
    return typed_data._attest_digest(domain, epoch, generation, number, root, sync_hash)


@external
@pure
def change_key_digest(deployment_id: bytes32, key_x: uint256, key_y: uint256, nonce: uint256, account: uint256) -> bytes32:
    return typed_data._change_key_digest(typed_data._key_domain(deployment_id), key_x, key_y, nonce, account)


@external
@pure
def authorise_key_digest(
    deployment_id: bytes32, chain_id: uint8, wallet: address, key_x: uint256, key_y: uint256, nonce: uint32
) -> bytes32:
    domain: bytes32 = typed_data._key_domain(deployment_id)
    return typed_data._authorise_key_digest(domain, chain_id, wallet, key_x, key_y, nonce)
