"""CHANGE_KEY in words and as signed."""

from dataclasses import replace

import pytest
from hypothesis import given

from tests.support.strategies import change_keys
from zklink.protocol.amounts import PackedFee
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops import ChangeKey
from zklink.protocol.types import Owner, PublicKey
from zklink.protocol.words import C0, C1, D0, limbs

OP = ChangeKey(2, 3, 4, 5, 6, Owner(1, 7), PublicKey(8, 9), PackedFee.of(10**15))
CHANGES = {
    "account": 3,
    "sub_account": 4,
    "token": 5,
    "chain": 6,
    "nonce": 7,
    "owner": Owner(2, 7),
    "fee": PackedFee.of(10**14),
}


@given(change_keys)
def test_decode_inverts_encode(op: ChangeKey) -> None:
    assert ChangeKey.decode(op.data_words(), op.chain_words()) == replace(op, signature=None, eth_signature=None)


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_but_the_key_is_signed(field: str) -> None:
    # The key itself enters the EdDSA challenge.
    assert replace(OP, **{field: CHANGES[field]}).signing_message(9) != OP.signing_message(9)


def test_the_deployment_is_signed() -> None:
    assert OP.signing_message(9) != OP.signing_message(10)


def test_a_consent_has_65_bytes() -> None:
    with pytest.raises(FieldError, match="eth_signature"):
        replace(OP, eth_signature=bytes(64))


DATA, CHAIN = OP.data_words(), OP.chain_words()
TOO_BIG = limbs(FIELD_MODULUS)


@pytest.mark.parametrize(
    ("data", "chain", "error"),
    [
        ((D0.encode(op=2, chain=5),), CHAIN, DecodeError),
        ((D0.encode(op=6, chain=5, created=1),), CHAIN, DecodeError),
        ((D0.encode(op=6, chain=9),), CHAIN, FieldError),  # CHK-10
        (DATA, (C0.encode(op=3), *CHAIN[1:]), DecodeError),
        (DATA, (C0.encode(op=6, scale=1), *CHAIN[1:]), DecodeError),
        (DATA, (CHAIN[0], C1.encode(units=1), *CHAIN[2:]), DecodeError),
        (DATA, (CHAIN[0], C1.encode(ratio=1), *CHAIN[2:]), DecodeError),
        (DATA, (*CHAIN[:2], 1 << 128, *CHAIN[3:]), DecodeError),  # CHK-7
        (DATA, (*CHAIN[:2], *TOO_BIG, *CHAIN[4:]), FieldError),  # CHK-7
        (DATA, (*CHAIN[:4], *TOO_BIG), FieldError),  # CHK-7
        (DATA, CHAIN[:5], DecodeError),
        ((), CHAIN, DecodeError),
    ],
)
def test_malformed_words_are_refused(data: tuple[int, ...], chain: tuple[int, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        ChangeKey.decode(data, chain)
