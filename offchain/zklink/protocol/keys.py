"""Deployment identity, derivation of L2 keys from a wallet signature, and the ECDSA form of a key change.

deployment_id = keccak256("LON/network/v1" u256 primaryEvmChainId  address20 primaryRollup
                          bytes32 genesis_root  bytes32 salt), top byte cleared (248 bits)
"""

from typing import Any

from eth_keys.datatypes import Signature  # recovery; coincurve behind it where installed
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from zklink.protocol.constants import FIELD_MODULUS, SUBGROUP_ORDER, WORD_LIMIT
from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import keccak256, u256
from zklink.protocol.ops.change_key import ChangeKey
from zklink.protocol.typed_data import Domain, StructType
from zklink.protocol.types import check_uint

NETWORK_DOMAIN = b"LON/network/v1"
KEY_PURPOSE = "Derive my zkLink key for this deployment. Sign only in software you trust."
L2_KEY = StructType("L2Key", (("string", "purpose"),))
CHANGE_KEY = StructType(
    "ChangeKey", (("uint256", "keyX"), ("uint256", "keyY"), ("uint32", "nonce"), ("uint32", "account"))
)
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def deployment_id(primary_evm_chain_id: int, primary_rollup: int, genesis_root: int, salt: bytes) -> int:
    """The identity of a deployment, 248 bits. `primary_rollup` is an address, `salt` 32 bytes. Raises FieldError."""
    check_uint("primary_evm_chain_id", primary_evm_chain_id, 1 << 256)
    check_uint("primary_rollup", primary_rollup, 1 << 160)
    check_uint("genesis_root", genesis_root, FIELD_MODULUS)
    if len(salt) != 32:
        raise FieldError("salt", "must be 32 bytes", len(salt))
    digest = keccak256(
        NETWORK_DOMAIN + u256(primary_evm_chain_id) + primary_rollup.to_bytes(20, "big") + u256(genesis_root) + salt
    )
    return int.from_bytes(digest, "big") % WORD_LIMIT


def domain(deployment: int) -> Domain:
    """EIP-712 domain of everything a user's wallet signs."""
    return Domain("zkLink", "1", deployment)


def l2_key_document(deployment: int) -> dict[str, Any]:
    """Typed data that the wallet signs to derive its L2 key: no chain id, one key for all chains."""
    return domain(deployment).document(L2_KEY, purpose=KEY_PURPOSE)


def l2_key_digest(deployment: int) -> bytes:
    """Digest of `l2_key_document`."""
    return domain(deployment).digest(L2_KEY, purpose=KEY_PURPOSE)


def derive_l2_secret(signature: bytes) -> int:
    """L2 secret of a wallet signature r || s (|| v), 64 or 65 bytes: keccak until 0 < secret < subgroup order.

    The recovery byte is left out, since wallets disagree about it. Raises FieldError.
    """
    if len(signature) not in (64, 65):
        raise FieldError("signature", "must be 64 or 65 bytes", len(signature))
    digest = keccak256(signature[:64])
    while not 0 < int.from_bytes(digest, "big") < SUBGROUP_ORDER:
        digest = keccak256(digest)
    return int.from_bytes(digest, "big")


def _change_key_values(op: ChangeKey) -> dict[str, int | bytes | str]:
    return {"keyX": op.key.x, "keyY": op.key.y, "nonce": op.nonce, "account": op.account}


def change_key_document(deployment: int, op: ChangeKey) -> dict[str, Any]:
    """Typed data that an ordinary key (domain 0) signs to consent to a key change."""
    return domain(deployment).document(CHANGE_KEY, **_change_key_values(op))


def change_key_digest(deployment: int, op: ChangeKey) -> bytes:
    """Digest of `change_key_document`, checked on the primary chain at commit (CHK-9)."""
    return domain(deployment).digest(CHANGE_KEY, **_change_key_values(op))


def recover_address(digest: bytes, signature: bytes) -> int:
    """Address that signed `digest`. `signature` is r || s || v, 65 bytes, s in the lower half, v 27 or 28.

    Raises FieldError.
    """
    if len(signature) != 65:
        raise FieldError("signature", "must be 65 bytes", len(signature))
    s, v = int.from_bytes(signature[32:64], "big"), signature[64]
    if s > SECP256K1_ORDER // 2:
        raise FieldError("signature", "s must be in the lower half")
    if v not in (27, 28):
        raise FieldError("signature", "v must be 27 or 28", v)
    try:
        key = Signature(signature[:64] + bytes([v - 27])).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise FieldError("signature", f"recovers no key: {error}") from error
    return int.from_bytes(key.to_canonical_address(), "big")
