# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title EIP-712 digests of a deployment
@notice Twin of offchain/zklink/protocol/{attestation,keys}.py. Both domains carry the deployment id as salt and no chain id: one
        signature serves every chain of the deployment and no other deployment.
"""
from snekmate.utils import message_hash_utils

DOMAIN_TYPE: constant(bytes32) = keccak256("EIP712Domain(string name,string version,bytes32 salt)")
VERSION: constant(bytes32) = keccak256("1")
ORACLE_NAME: constant(bytes32) = keccak256("LightOracleNetwork")
KEY_NAME: constant(bytes32) = keccak256("zkLink")

ATTEST_TYPE: constant(bytes32) = keccak256(
    "AttestV1(uint64 setEpoch,uint64 generation,uint64 blockNumber,bytes32 stateRoot,bytes32 syncHash)"
)
PRICES_TYPE: constant(bytes32) = keccak256(
    "PricesV1(uint64 setEpoch,uint64 round,uint64 observedAt,bytes32 pricesHash)"
)
CHANGE_KEY_TYPE: constant(bytes32) = keccak256("ChangeKey(uint256 keyX,uint256 keyY,uint32 nonce,uint32 account)")
# A contract wallet's approval names the wallet and the chain: several wallets may share one signer.
AUTHORISE_KEY_TYPE: constant(bytes32) = keccak256(
    "AuthoriseKey(uint8 domain,address wallet,uint256 keyX,uint256 keyY,uint32 nonce)"
)


@internal
@pure
def _oracle_domain(deployment_id: bytes32) -> bytes32:
    return keccak256(abi_encode(DOMAIN_TYPE, ORACLE_NAME, VERSION, deployment_id))


@internal
@pure
def _key_domain(deployment_id: bytes32) -> bytes32:
    return keccak256(abi_encode(DOMAIN_TYPE, KEY_NAME, VERSION, deployment_id))


@internal
@pure
def _attest_digest(
    domain: bytes32, epoch: uint64, generation: uint64, number: uint64, root: bytes32, sync_hash: bytes32
) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(ATTEST_TYPE, epoch, generation, number, root, sync_hash))
    )


@internal
@pure
def _change_key_digest(domain: bytes32, key_x: uint256, key_y: uint256, nonce: uint256, account: uint256) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(CHANGE_KEY_TYPE, key_x, key_y, nonce, account))
    )


@internal
@pure
def _authorise_key_digest(
    domain: bytes32, chain_id: uint8, wallet: address, key_x: uint256, key_y: uint256, nonce: uint32
) -> bytes32:
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(AUTHORISE_KEY_TYPE, chain_id, wallet, key_x, key_y, nonce))
    )


@internal
@pure
def _prices_digest(domain: bytes32, epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32) -> bytes32:
    """
    @param domain The oracle domain
    """
    return message_hash_utils._to_typed_data_hash(
        domain, keccak256(abi_encode(PRICES_TYPE, epoch, round, observed_at, prices_hash))
    )
