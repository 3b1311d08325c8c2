"""Word layouts, streams and the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zklink.protocol.errors import DecodeError
from zklink.protocol.words import (
    C0,
    C1,
    D0,
    D1,
    LIMB,
    PAYEE,
    StepWords,
    WordLayout,
    WordReader,
    decode_stream,
    encode_stream,
    from_limbs,
    limbs,
)

LAYOUTS = pytest.mark.parametrize("layout", [D0, D1, C0, C1, PAYEE, LIMB], ids=lambda layout: layout.name)


@LAYOUTS
@given(data=st.data())
def test_decode_inverts_encode(layout: WordLayout, data: st.DataObject) -> None:
    values = {
        name: data.draw(st.integers(0, (1 << (8 * width)) - 1))
        for name, width in layout.widths
        if not name.startswith("zero")
    }
    assert layout.decode(layout.encode(**values)) == values


@LAYOUTS
def test_unused_bytes_must_be_zero(layout: WordLayout) -> None:
    at = 0
    for name, width in layout.widths:
        at += width
        if name.startswith("zero"):
            with pytest.raises(DecodeError, match="zero"):
                layout.decode(1 << (8 * (31 - at)))


@pytest.mark.parametrize("word", [-1, 1 << 248])
def test_a_word_has_31_bytes(word: int) -> None:
    with pytest.raises(DecodeError, match="2\\^248"):
        D0.decode(word)


def test_decode_only_names_the_field_that_does_not_belong() -> None:
    with pytest.raises(DecodeError, match=r"d0\.fee"):
        D0.decode_only(D0.encode(op=1, fee=2), "op", "chain")


@given(st.integers(0, (1 << 256) - 1))
def test_limbs(value: int) -> None:
    assert from_limbs(*limbs(value)) == value


@pytest.mark.parametrize("pair", [(1 << 128, 0), (0, 1 << 128)])
def test_a_limb_has_128_bits(pair: tuple[int, int]) -> None:
    with pytest.raises(DecodeError):
        from_limbs(*pair)


@given(st.lists(st.integers(0, (1 << 248) - 1)))
def test_streams_round_trip(words: list[int]) -> None:
    assert list(decode_stream("s", encode_stream(words))) == words


@pytest.mark.parametrize("length", [1, 30, 32, 61])
def test_a_stream_is_a_multiple_of_31(length: int) -> None:
    with pytest.raises(DecodeError, match="multiple of 31"):
        decode_stream("s", bytes(length))


def test_a_row_has_eight_slots() -> None:
    assert StepWords((1,), 2, (3, 4)).row == (1, 0, 3, 4, 0, 0, 0, 0)
    assert StepWords().row == (0,) * 8


def test_the_reader_gives_each_word_once() -> None:
    reader = WordReader("stream 1", [5, 6, 7])
    assert reader.take(2) == (5, 6)
    with pytest.raises(DecodeError, match="1 words left over"):
        reader.finish()
    with pytest.raises(DecodeError, match="before an operation is complete"):
        reader.take(2)
    assert reader.take(1) == (7,)
    with pytest.raises(DecodeError, match="before an operation is complete"):
        reader.peek_op()
    reader.finish()
