"""TRANSFER in words and as signed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import transfers, uint
from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops import Transfer, TransferRow
from zklink.protocol.types import Owner
from zklink.protocol.words import D0, D1

OP = Transfer(2, 3, 4, PackedAmount.of(10**18), PackedFee.of(10**15), 5, Owner(1, 6), 7)
CHANGES = {
    "account": 3,
    "sub_account": 4,
    "token": 5,
    "amount": PackedAmount.of(10**17),
    "fee": PackedFee.of(10**14),
    "nonce": 6,
    "to": Owner(2, 6),
    "to_sub_account": 8,
}


@given(transfers, uint(32), st.booleans())
def test_decode_inverts_encode(op: Transfer, to_account: int, created: bool) -> None:
    row = TransferRow.decode(op.data_words(to_account, created))
    assert row.to_account == to_account
    assert row.created_owner == (op.to if created else None)
    assert row.complete(op.nonce, op.to) == replace(op, signature=None)
    assert op.chain_words() == ()


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_is_signed(field: str) -> None:
    changed = replace(OP, **{field: CHANGES[field]})
    assert changed.signing_message(9) != OP.signing_message(9)


def test_the_deployment_is_signed() -> None:
    assert OP.signing_message(9) != OP.signing_message(10)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((D0.encode(op=3),), DecodeError),
        ((D0.encode(op=2, chain=1),), DecodeError),
        ((D0.encode(op=2, created=2),), FieldError),
        ((D0.encode(op=2, created=1),), DecodeError),
        ((D0.encode(op=2), 5), DecodeError),
        ((D0.encode(op=2, created=1), 1 << 168), DecodeError),
        ((D0.encode(op=2, amount=((1 << 35) - 1) << 5 | 31),), FieldError),
        ((D0.encode(op=2) | 1,), DecodeError),
        ((D0.encode(op=2, created=1), D1.encode(address=1), 0), DecodeError),
    ],
)
def test_malformed_words_are_refused(words: tuple[int, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        TransferRow.decode(words)
