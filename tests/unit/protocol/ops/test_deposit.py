"""DEPOSIT in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import deposits, uint
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops import Deposit, Placement
from zklink.protocol.types import Owner
from zklink.protocol.words import C0, C1, D0, PAYEE

OP = Deposit(2, Owner(3, 7), 1, 2, 12, 50, 9)
WORDS = OP.chain_words(Placement(5))


@given(deposits, uint(32), st.booleans())
def test_decode_inverts_encode(op: Deposit, account: int, applied: bool) -> None:
    placement = Placement(account if applied else 0, applied)
    assert Deposit.decode(op.chain, op.chain_words(placement)) == (op, placement)
    assert D0.decode_only(op.data_words()[0], "op", "chain") | {"chain": op.chain} == D0.decode(op.data_words()[0])


def test_a_refund_names_no_account() -> None:
    assert C0.decode(OP.chain_words(Placement(5, applied=False))[0])["account"] == 0


@pytest.mark.parametrize(
    ("slot", "word", "error"),
    [
        (0, C0.encode(op=2), DecodeError),
        (0, C0.encode(op=1, applied=2), FieldError),
        (0, C0.encode(op=1, applied=0, account=5), FieldError),
        (0, C0.encode(op=1, applied=1, scale=19), FieldError),
        (1, C1.encode(units=1, nonce=1), DecodeError),
        (1, C1.encode(units=1, ratio=1), DecodeError),
        (2, PAYEE.encode(address=1) | 1 << 160, DecodeError),
    ],
)
def test_malformed_words_are_refused(slot: int, word: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        Deposit.decode(2, [*WORDS[:slot], word, *WORDS[slot + 1 :]])


@pytest.mark.parametrize("words", [WORDS[:2], (*WORDS, 0)])
def test_the_number_of_words_is_fixed(words: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError, match="3 chain words"):
        Deposit.decode(2, words)


@pytest.mark.parametrize("chain", [0, 9])
def test_dep_7_chain(chain: int) -> None:
    with pytest.raises(FieldError, match="chain"):
        Deposit.decode(chain, WORDS)
