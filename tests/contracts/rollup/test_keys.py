"""CHANGE_KEY at commit: the authority of CHK-9, and the key's spelling (CHK-7)."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.support.reverts import assert_reverts
from tests.support.settlement import DEPLOYMENT_ID, N, Stack
from zklink.protocol.constants import FIELD_MODULUS as R
from zklink.protocol.words import C0, C1

OWNER = Account.from_key(b"\x07" * 32)
KEY_X, KEY_Y, NONCE, ACCOUNT = 2**200 + 5, R - 1, 3, 7


def key_words(
    key_x: int = KEY_X,
    key_y: int = KEY_Y,
    *,
    domain: int = 0,
    address: str = OWNER.address,
    account: int = ACCOUNT,
    nonce: int = NONCE,
) -> list[int]:
    low = 2**128 - 1
    c0 = C0.encode(op=6, account=account, token=1, domain=domain, address=int(address, 16))
    return [c0, C1.encode(nonce=nonce), key_x >> 128, key_x & low, key_y >> 128, key_y & low]


def sign_key(signer: Any = OWNER, deployment_id: bytes = DEPLOYMENT_ID, **changes: Any) -> bytes:
    """r, s, v over ChangeKey, by eth-account's own EIP-712 encoder."""
    fields = [("keyX", "uint256"), ("keyY", "uint256"), ("nonce", "uint32"), ("account", "uint32")]
    document = {
        "types": {
            "EIP712Domain": [
                {"name": n, "type": t} for n, t in (("name", "string"), ("version", "string"), ("salt", "bytes32"))
            ],
            "ChangeKey": [{"name": n, "type": t} for n, t in fields],
        },
        "primaryType": "ChangeKey",
        "domain": {"name": "zkLink", "version": "1", "salt": deployment_id},
        "message": {"keyX": KEY_X, "keyY": KEY_Y, "nonce": NONCE, "account": ACCOUNT} | changes,
    }
    signed = signer.sign_message(encode_typed_data(full_message=document))
    return signed.signature


def refuse(stack: Stack, reason: str, words: list[int], signatures: list[bytes]) -> None:
    stack.refuse(reason, stack.arguments(stack.block({stack.chain: words}, signatures=signatures)))


def test_signature_on_the_primary(primary: Stack) -> None:
    primary.commit({1: key_words()}, signatures=[sign_key()])


@pytest.mark.parametrize("change", [{"keyX": KEY_X + 1}, {"keyY": 1}, {"nonce": NONCE + 1}, {"account": ACCOUNT + 1}])
def test_signature_over_another_change(primary: Stack, change: dict[str, int]) -> None:
    refuse(primary, "rollup/key_signature", key_words(), [sign_key(**change)])


def test_signature_for_another_deployment(primary: Stack) -> None:
    refuse(primary, "rollup/key_signature", key_words(), [sign_key(deployment_id=b"\x05" * 32)])


def test_signature_by_another_key(primary: Stack) -> None:
    refuse(primary, "rollup/key_signature", key_words(), [sign_key(Account.from_key(b"\x08" * 32))])


def test_malleable_signature(primary: Stack) -> None:
    signature = sign_key()
    s = N - int.from_bytes(signature[32:64], "big")
    flipped = signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])
    refuse(primary, "ecdsa: invalid signature `s` value", key_words(), [flipped])


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_bad_v(primary: Stack, v: int) -> None:
    refuse(primary, "ecdsa: invalid signature", key_words(), [sign_key()[:64] + bytes([v])])


def test_owner_zero_is_nobodys_signature(primary: Stack) -> None:
    words = key_words(address="0x" + "00" * 20)
    for length in (1, 63):  # a recovery that fails answers zero
        refuse(primary, "rollup/key_signature", words, [b"\x01" * length])
    refuse(primary, "ecdsa: invalid signature", words, [bytes(64) + b"\x1b"])


def test_signature_elsewhere_than_on_the_primary(secondary: Stack) -> None:
    refuse(secondary, "rollup/key_signature_domain", key_words(), [sign_key()])


def test_signature_for_a_contract_wallet(primary: Stack) -> None:
    refuse(primary, "rollup/key_signature_domain", key_words(domain=1), [sign_key()])


@pytest.mark.parametrize("signatures", [0, 2])
def test_number_of_signatures(primary: Stack, signatures: int) -> None:
    refuse(primary, "rollup/signature_count", key_words(), [sign_key()] * signatures)


def test_signature_without_a_key_change(primary: Stack) -> None:
    refuse(primary, "rollup/signature_count", [], [b""])


# ---------------------------------------------------------------------------------------------- stored facts


def test_fact_of_an_ordinary_key(primary: Stack, secondary: Stack, actors: Any) -> None:
    for stack in (primary, secondary):
        receipt = stack.rollup.authorise_key(NONCE, KEY_X, KEY_Y, sender=actors.alice)
        (event,) = receipt.decode_logs(stack.rollup.KeyAuthorised)
        assert (event.owner, event.nonce, event.key_x, event.key_y) == (
            int(actors.alice.address, 16),
            NONCE,
            KEY_X,
            KEY_Y,
        )
        stack.commit({stack.chain: key_words(address=actors.alice.address)}, signatures=[b""])


def test_no_fact(primary: Stack) -> None:
    refuse(primary, "rollup/key_not_authorised", key_words(), [b""])


@pytest.mark.parametrize("change", [{"key_x": KEY_X + 1}, {"key_y": 1}, {"nonce": NONCE + 1}, {"domain": 1}])
def test_fact_about_another_change(primary: Stack, actors: Any, change: dict[str, int]) -> None:
    primary.rollup.authorise_key(NONCE, KEY_X, KEY_Y, sender=actors.alice)
    refuse(primary, "rollup/key_not_authorised", key_words(address=actors.alice.address, **change), [b""])


def test_fact_is_written_once(primary: Stack, actors: Any) -> None:
    primary.rollup.authorise_key(NONCE, KEY_X, KEY_Y, sender=actors.alice)
    assert_reverts("rollup/key_fixed", primary.rollup.authorise_key, NONCE, KEY_X, KEY_Y, sender=actors.alice)
    assert_reverts("rollup/key_fixed", primary.rollup.authorise_key, NONCE, 1, 2, sender=actors.alice)
    primary.rollup.authorise_key(NONCE + 1, 1, 2, sender=actors.alice)
    primary.rollup.authorise_key(NONCE, 1, 2, sender=actors.bob)


@pytest.mark.parametrize(("key_x", "key_y"), [(R, 1), (1, R), (2**256 - 1, 1)])
def test_fact_with_a_key_out_of_range(primary: Stack, actors: Any, key_x: int, key_y: int) -> None:
    assert_reverts("rollup/key_range", primary.rollup.authorise_key, NONCE, key_x, key_y, sender=actors.alice)


def test_contract_wallet_acts_in_its_own_domain(project: Any, primary: Stack, actors: Any) -> None:
    """The same address: a call gives a fact for domain 1, not for 0, and no other chain's domain is taken here."""
    wallet = actors.deployer.deploy(project.Callee)
    data = primary.rollup.authorise_key.encode_input(NONCE, KEY_X, KEY_Y)
    wallet.act(primary.rollup, data, 0, sender=actors.stranger)
    assert bytes(primary.rollup.authorised_key(1 << 160 | int(wallet.address, 16), NONCE)) != bytes(32)
    refuse(primary, "rollup/key_not_authorised", key_words(domain=0, address=wallet.address), [b""])
    refuse(primary, "rollup/key_domain", key_words(domain=2, address=wallet.address), [b""])
    primary.commit({1: key_words(domain=1, address=wallet.address)}, signatures=[b""])


def sign_authorisation(wallet: str, key_x: int = KEY_X, key_y: int = KEY_Y, nonce: int = NONCE) -> bytes:
    """r, s, v of the owner over AuthoriseKey for a wallet of chain 1."""
    fields = [("domain", "uint8"), ("wallet", "address"), ("keyX", "uint256"), ("keyY", "uint256"), ("nonce", "uint32")]
    salted = (("name", "string"), ("version", "string"), ("salt", "bytes32"))
    document = {
        "types": {
            "EIP712Domain": [{"name": n, "type": t} for n, t in salted],
            "AuthoriseKey": [{"name": n, "type": t} for n, t in fields],
        },
        "primaryType": "AuthoriseKey",
        "domain": {"name": "zkLink", "version": "1", "salt": DEPLOYMENT_ID},
        "message": {"domain": 1, "wallet": wallet, "keyX": key_x, "keyY": key_y, "nonce": nonce},
    }
    return OWNER.sign_message(encode_typed_data(full_message=document)).signature


def test_wallet_that_approves_by_erc1271(project: Any, primary: Stack, actors: Any) -> None:
    wallet = actors.deployer.deploy(project.Wallet1271, OWNER.address)
    signature = sign_authorisation(wallet.address)
    call = primary.rollup.authorise_key_1271
    other = actors.deployer.deploy(project.Wallet1271, OWNER.address)
    for arguments in (
        (other, NONCE, KEY_X, KEY_Y, signature),  # a wallet with the same signer
        (wallet, NONCE + 1, KEY_X, KEY_Y, signature),
        (wallet, NONCE, KEY_X + 1, KEY_Y, signature),
        (wallet, NONCE, KEY_X, KEY_Y, signature[:-2] + b"\x00\x1b"),
    ):
        assert_reverts("rollup/key_not_approved", call, *arguments, sender=actors.stranger)
    assert_reverts("", call, OWNER.address, NONCE, KEY_X, KEY_Y, signature, sender=actors.stranger)  # no contract there
    call(wallet, NONCE, KEY_X, KEY_Y, signature, sender=actors.stranger)
    assert_reverts("rollup/key_fixed", call, wallet, NONCE, KEY_X, KEY_Y, signature, sender=actors.stranger)
    primary.commit({1: key_words(domain=1, address=wallet.address)}, signatures=[b""])


# ---------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("index", "bits", "reason"),
    [
        (0, 1 << 232, "rollup/applied"),
        (0, 1 << 168, "rollup/unused_field"),  # scale
        (1, 1 << 160, "rollup/unused_field"),  # ratio
        (1, 1, "rollup/unused_field"),  # units
        (1, 1 << 176, "rollup/unused_field"),
        (2, 1 << 128, "rollup/key_limb"),
        (3, 1 << 128, "rollup/key_limb"),
        (4, 1 << 247, "rollup/key_limb"),
        (5, 1 << 128, "rollup/key_limb"),
    ],
)
def test_field_of_a_key_change(primary: Stack, index: int, bits: int, reason: str) -> None:
    words = key_words()
    words[index] |= bits
    refuse(primary, reason, words, [sign_key()])


@pytest.mark.parametrize(("key_x", "key_y"), [(KEY_X, R), (R, KEY_Y), (R + KEY_X, KEY_Y)])
def test_key_coordinate_plus_r(primary: Stack, key_x: int, key_y: int) -> None:
    refuse(primary, "rollup/key_range", key_words(key_x, key_y), [sign_key(keyX=key_x, keyY=key_y)])
