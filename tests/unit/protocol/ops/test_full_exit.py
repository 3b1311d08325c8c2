"""FULL_EXIT and EXIT_PART in words."""

import pytest
from hypothesis import given

from tests.support.strategies import exit_parts, full_exits, uint
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.ops import ExitPart, FullExit, exit_chain_order
from zklink.protocol.types import Owner
from zklink.protocol.words import C0, C1

OP = FullExit(2, 5, 1, 2, 12, Owner(0, 7), 9)
PART = ExitPart(3, 2, 0, 9, 44)


@given(full_exits, uint(128))
def test_decode_inverts_encode(op: FullExit, units: int) -> None:
    assert FullExit.decode(op.chain, op.chain_words(units)) == (op, units)


@given(exit_parts)
def test_decode_inverts_encode_of_a_part(part: ExitPart) -> None:
    assert ExitPart.decode(part.chain, part.chain_words()) == part
    assert part.step_words(silent=False).chain_words == part.chain_words()
    assert part.step_words(silent=True).chain_words == ()


@pytest.mark.parametrize(
    ("slot", "word", "error"),
    [
        (0, C0.encode(op=7), DecodeError),
        (0, C0.encode(op=5, applied=1), DecodeError),
        (0, C0.encode(op=5, scale=19), FieldError),
        (1, C1.encode(units=1, nonce=1), DecodeError),
        (2, 1 << 160, DecodeError),
    ],
)
def test_malformed_words_are_refused(slot: int, word: int, error: type[Exception]) -> None:
    words = OP.chain_words(1)
    with pytest.raises(error):
        FullExit.decode(2, [*words[:slot], word, *words[slot + 1 :]])


@pytest.mark.parametrize(
    ("slot", "word", "error"),
    [
        (0, C0.encode(op=5), DecodeError),
        (0, C0.encode(op=7, account=1), DecodeError),
        (0, C0.encode(op=7, sub_account=1), DecodeError),
        (0, C0.encode(op=7, domain=1), DecodeError),
        (0, C0.encode(op=7, scale=19), FieldError),
        (1, C1.encode(units=1, ratio=1), DecodeError),
    ],
)
def test_malformed_words_of_a_part_are_refused(slot: int, word: int, error: type[Exception]) -> None:
    words = PART.chain_words()
    with pytest.raises(error):
        ExitPart.decode(3, [*words[:slot], word, *words[slot + 1 :]])


def test_the_number_of_words_is_fixed() -> None:
    with pytest.raises(DecodeError, match="3 chain words"):
        FullExit.decode(2, OP.chain_words(1)[:2])
    with pytest.raises(DecodeError, match="2 chain words"):
        ExitPart.decode(3, (*PART.chain_words(), 0))


def test_fex_3_order() -> None:
    assert exit_chain_order(2, 3) == (2, 1, 2, 3)
    with pytest.raises(FieldError, match="chain"):
        exit_chain_order(4, 3)
