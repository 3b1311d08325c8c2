"""WITHDRAW in words and as signed."""

from dataclasses import replace

import pytest
from hypothesis import assume, given

from tests.support.strategies import scales, withdraws
from zklink.protocol.amounts import PackedFee
from zklink.protocol.errors import DecodeError, FieldError, NotPackable
from zklink.protocol.ops import Withdraw
from zklink.protocol.words import C0, C1, D0

OP = Withdraw(2, 3, 4, 5, 10**18, PackedFee.of(10**15), 6, 7, 8)
CHANGES = {
    "account": 3,
    "sub_account": 4,
    "token": 5,
    "chain": 6,
    "amount": 10**17,
    "fee": PackedFee.of(10**14),
    "nonce": 7,
    "recipient": 8,
    "ratio": 9,
}


@given(withdraws, scales)
def test_decode_inverts_encode(op: Withdraw, scale: int) -> None:
    units = op.amount // 10**scale
    assume(units < 1 << 128)
    op = replace(op, amount=units * 10**scale, signature=None)
    assert Withdraw.decode(op.data_words(), op.chain_words(scale)) == (op, scale)


def test_wdr_5_a_remainder_has_no_words() -> None:
    with pytest.raises(NotPackable, match="remainder"):
        replace(OP, amount=10**18 + 1).chain_words(12)


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_is_signed(field: str) -> None:
    assert replace(OP, **{field: CHANGES[field]}).signing_message(9) != OP.signing_message(9)


def test_the_deployment_is_signed() -> None:
    assert OP.signing_message(9) != OP.signing_message(10)


def test_wdr_8_ratio() -> None:
    assert replace(OP, ratio=10_000).ratio == 10_000
    with pytest.raises(FieldError, match="ratio"):
        replace(OP, ratio=10_001)


DATA, CHAIN = OP.data_words(), OP.chain_words(12)


@pytest.mark.parametrize(
    ("data", "chain", "error"),
    [
        ((D0.encode(op=2, chain=5),), CHAIN, DecodeError),
        ((D0.encode(op=3, chain=5, account=1),), CHAIN, DecodeError),
        ((D0.encode(op=3, chain=9),), CHAIN, FieldError),
        (DATA, (C0.encode(op=1), CHAIN[1]), DecodeError),
        (DATA, (C0.encode(op=3, applied=1), CHAIN[1]), DecodeError),
        (DATA, (C0.encode(op=3, domain=1), CHAIN[1]), DecodeError),
        (DATA, (C0.encode(op=3, scale=19), CHAIN[1]), FieldError),
        (DATA, (CHAIN[0], C1.encode(ratio=10_001)), FieldError),
        (DATA, (CHAIN[0], C1.encode(units=(1 << 128) - 1)), FieldError),
        (DATA, CHAIN[:1], DecodeError),
        ((*DATA, 0), CHAIN, DecodeError),
    ],
)
def test_malformed_words_are_refused(data: tuple[int, ...], chain: tuple[int, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        Withdraw.decode(data, chain)
