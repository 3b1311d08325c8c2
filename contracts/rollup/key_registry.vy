# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Who may change an L2 key (CHK-9)
@notice Domain 0 (ordinary key): an EIP-712 signature shown at commit on the primary, or a stored fact. Domain c (contract wallet
        of chain c): a stored fact on chain c only. A fact is fixed once per (owner, nonce), so that a commit needs no
        external call and no later change of a wallet's mind can spoil it.
"""
from contracts.codec import typed_data
from contracts.interfaces import IRollup
from snekmate.utils import ecdsa

interface ERC1271:
    def isValidSignature(hash: bytes32, signature: Bytes[1024]) -> bytes4: view

FIELD: constant(uint256) = 21888242871839275222246405745257275088548364400416034343698204186575808495617
APPROVED: constant(bytes4) = 0x1626ba7e

_facts: HashMap[uint256, bytes32]  # owner << 32 | nonce -> keccak256(key_x, key_y)
KEY_DOMAIN: immutable(bytes32)
CHAIN: immutable(uint8)
PRIMARY: immutable(bool)


@deploy
def __init__(chain_id: uint8, deployment_id: bytes32, primary: bool):
    KEY_DOMAIN = typed_data._key_domain(deployment_id)
    CHAIN = chain_id
    PRIMARY = primary


@external
def authorise_key(nonce: uint32, key_x: uint256, key_y: uint256):
    domain: uint8 = 0 if msg.sender == tx.origin else CHAIN
    self._record(self._owner(domain, msg.sender), nonce, key_x, key_y)


@external
def authorise_key_1271(wallet: address, nonce: uint32, key_x: uint256, key_y: uint256, signature: Bytes[1024]):
    digest: bytes32 = typed_data._authorise_key_digest(KEY_DOMAIN, CHAIN, wallet, key_x, key_y, nonce)
    assert staticcall ERC1271(wallet).isValidSignature(digest, signature) == APPROVED, "rollup/key_not_approved"
    self._record(self._owner(CHAIN, wallet), nonce, key_x, key_y)


@external
@view
def authorised_key(owner: uint256, nonce: uint32) -> bytes32:
    return self._facts[owner << 32 | convert(nonce, uint256)]


@internal
@pure
def _owner(domain: uint8, controller: address) -> uint256:
    return convert(domain, uint256) << 160 | convert(controller, uint256)


@internal
def _record(owner: uint256, nonce: uint32, key_x: uint256, key_y: uint256):
    assert key_x < FIELD and key_y < FIELD, "rollup/key_range"
    slot: uint256 = owner << 32 | convert(nonce, uint256)
    assert self._facts[slot] == empty(bytes32), "rollup/key_fixed"
    self._facts[slot] = keccak256(abi_encode(key_x, key_y))
    log IRollup.KeyAuthorised(owner=owner, nonce=nonce, key_x=key_x, key_y=key_y)


@internal
@view
def _check_authority(
    owner: uint256, nonce: uint256, account: uint256, key_x: uint256, key_y: uint256, signature: Bytes[65]
):
    """
    @dev CHK-9. `owner` was read from the stream, and the circuit holds it equal to the leaf's (CHK-6).
    """
    domain: uint256 = owner >> 160
    if len(signature) == 0:
        assert domain == 0 or domain == convert(CHAIN, uint256), "rollup/key_domain"
        fact: bytes32 = self._facts[owner << 32 | nonce]
        assert fact == keccak256(abi_encode(key_x, key_y)), "rollup/key_not_authorised"
    else:
        assert domain == 0 and PRIMARY, "rollup/key_signature_domain"
        digest: bytes32 = typed_data._change_key_digest(KEY_DOMAIN, key_x, key_y, nonce, account)
        signer: address = ecdsa._recover_sig(digest, signature)
        assert signer != empty(address) and convert(signer, uint256) == owner, "rollup/key_signature"
