# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Who may act for the owner of a position
@notice Only taking out needs consent; putting in and repaying do not. Spec: docs/spec/vault/positions.md.
"""
from contracts.interfaces import IVaultEvents
from snekmate.utils import message_hash_utils
from snekmate.utils import signature_checker

WITHDRAW: constant(uint256) = 1
BORROW: constant(uint256) = 2

DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
NAME: constant(bytes32) = keccak256("DebtVault")
VERSION: constant(bytes32) = keccak256("1")
SET_OPERATOR_TYPE: constant(bytes32) = keccak256(
    "SetOperator(address owner,address operator,uint256 bits,uint256 nonce,uint256 deadline)"
)

operators: public(HashMap[address, HashMap[address, uint256]])
nonces: public(HashMap[address, uint256])


@external
@nonreentrant
def set_operator(operator: address, bits: uint256):
    self._set(msg.sender, operator, bits)


@external
@nonreentrant
def set_operator_by_sig(owner: address, operator: address, bits: uint256, deadline: uint256, signature: Bytes[65]):
    # CHECKS
    assert block.timestamp <= deadline, "vault/deadline"
    nonce: uint256 = self.nonces[owner]
    # asked anew each time: the chain's id may change in a fork
    domain: bytes32 = keccak256(abi_encode(DOMAIN_TYPE, NAME, VERSION, chain.id, self))
    digest: bytes32 = message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(SET_OPERATOR_TYPE, owner, operator, bits, nonce, deadline))
    )
    assert owner != empty(address) and signature_checker._is_valid_signature_now(owner, digest, signature), "vault/signature"
    # EFFECTS
    self.nonces[owner] = nonce + 1
    self._set(owner, operator, bits)


@internal
def _set(owner: address, operator: address, bits: uint256):
    assert bits <= WITHDRAW | BORROW, "vault/bits"
    self.operators[owner][operator] = bits
    log IVaultEvents.OperatorSet(owner=owner, operator=operator, bits=bits)


@internal
@view
def _check(owner: address, bits: uint256):
    if msg.sender != owner:
        assert self.operators[owner][msg.sender] & bits == bits, "vault/role"
