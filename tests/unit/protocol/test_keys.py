"""Deployment identity and wallet signatures, against eth-account."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account as Wallet
from eth_account.messages import _hash_eip191_message, encode_typed_data

from tests.support.actors import ALICE, BOB, DEPLOYMENT_ID
from zklink.crypto import eddsa
from zklink.protocol.constants import FIELD_MODULUS, SUBGROUP_ORDER
from zklink.protocol.errors import FieldError
from zklink.protocol.keys import (
    SECP256K1_ORDER,
    change_key_digest,
    change_key_document,
    deployment_id,
    derive_l2_secret,
    l2_key_digest,
    l2_key_document,
    recover_address,
)
from zklink.protocol.ops import ChangeKey, op_from_json
from zklink.protocol.types import address_from_hex

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "keys.json").read_text())
OP = ALICE.change_key(2, 0)
SALT = bytes(32)


def data(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def test_deployment_vector() -> None:
    case = VECTORS["deployment"]
    rollup = address_from_hex("rollup", case["primary_rollup"])
    found = deployment_id(case["primary_evm_chain_id"], rollup, int(case["genesis_root"], 16), data(case["salt"]))
    assert found == int(case["deployment_id"], 16) < 1 << 248


def test_every_part_enters_the_deployment_id() -> None:
    found = {
        deployment_id(1, 2, 3, SALT),
        deployment_id(2, 2, 3, SALT),
        deployment_id(1, 3, 3, SALT),
        deployment_id(1, 2, 4, SALT),
        deployment_id(1, 2, 3, b"\1" * 32),
    }
    assert len(found) == 5


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ((1 << 256, 2, 3, SALT), "primary_evm_chain_id"),
        ((1, 1 << 160, 3, SALT), "primary_rollup"),
        ((1, 2, FIELD_MODULUS, SALT), "genesis_root"),
        ((1, 2, 3, b"\0"), "salt"),
    ],
)
def test_parts_of_the_deployment_id_have_ranges(args: tuple[int, int, int, bytes], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        deployment_id(*args)
    assert caught.value.field == field


def test_l2_key_vector_and_eth_account_agree() -> None:
    case = VECTORS["l2_key"]
    message = encode_typed_data(full_message=l2_key_document(DEPLOYMENT_ID))
    assert _hash_eip191_message(message) == l2_key_digest(DEPLOYMENT_ID) == data(case["digest"])
    signature = bytes(Wallet.from_key(data(case["private_key"])).sign_message(message).signature)
    assert signature == data(case["signature"])
    secret = derive_l2_secret(signature)
    assert secret == int(case["secret"], 16)
    assert eddsa.public_key(secret) == (int(case["public_key"]["x"], 16), int(case["public_key"]["y"], 16))


def test_another_deployment_has_another_key() -> None:
    assert l2_key_digest(1) != l2_key_digest(2)


def test_the_secret_ignores_the_recovery_byte_and_is_in_range() -> None:
    for seed in range(20):
        signature = bytes([seed]) * 64
        secret = derive_l2_secret(signature)
        assert 0 < secret < SUBGROUP_ORDER
        assert secret == derive_l2_secret(signature + b"\x1b") == derive_l2_secret(signature + b"\x00")


@pytest.mark.parametrize("length", [0, 63, 66])
def test_the_secret_needs_a_signature(length: int) -> None:
    with pytest.raises(FieldError, match="signature"):
        derive_l2_secret(bytes(length))


def test_change_key_vector_and_eth_account_agree() -> None:
    case = VECTORS["change_key"]
    op = op_from_json(case["operation"])
    assert isinstance(op, ChangeKey)
    message = encode_typed_data(full_message=change_key_document(DEPLOYMENT_ID, op))
    assert _hash_eip191_message(message) == change_key_digest(DEPLOYMENT_ID, op) == data(case["digest"])
    assert recover_address(data(case["digest"]), data(case["signature"])) == int(case["signer"], 16)


def test_the_consent_names_key_nonce_account_and_deployment() -> None:
    digest = change_key_digest(DEPLOYMENT_ID, OP)
    for other in (replace(OP, key=BOB.key), replace(OP, nonce=1), replace(OP, account=3)):
        assert change_key_digest(DEPLOYMENT_ID, other) != digest
    assert change_key_digest(DEPLOYMENT_ID + 1, OP) != digest


def test_recovery_refuses_other_forms_of_a_signature() -> None:
    digest, good = change_key_digest(DEPLOYMENT_ID, OP), OP.eth_signature
    assert good is not None
    assert recover_address(digest, good) == ALICE.address
    high = (SECP256K1_ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    for bad, reason in (
        (good[:64], "65 bytes"),
        (good + b"\0", "65 bytes"),
        (good[:32] + high + bytes([55 - good[64]]), "lower half"),
        (good[:64] + bytes([good[64] - 27]), "27 or 28"),
        (bytes(64) + b"\x1b", "recovers no key"),
        (b"\xff" * 32 + good[32:], "recovers no key"),
    ):
        with pytest.raises(FieldError, match=reason):
            recover_address(digest, bad)
