"""Headers and sealed blocks."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import elements, uint
from zklink.protocol.block import Header, SealedBlock, stream_ids
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.errors import DecodeError, FieldError
from zklink.protocol.words import limbs

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "statement.json").read_text())
headers = st.builds(Header, uint(248), uint(64), uint(64), uint(32), st.integers(1, 8), elements, elements)


@given(headers, st.data())
def test_decode_inverts_words(header: Header, data: st.DataObject) -> None:
    counts = {stream: data.draw(uint(16)) for stream in stream_ids(header.chain_count)[1:]}
    words = header.words(counts)
    assert len(words) == 7
    assert all(word < 1 << 248 for word in words)
    assert Header.decode(words) == (header, counts)


GOOD = Header(1, 2, 3, 4, 2, 5, 6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deployment_id", 1 << 248),
        ("number", 1 << 64),
        ("timestamp", 1 << 64),
        ("shape", 1 << 32),
        ("chain_count", 0),
        ("chain_count", 9),
        ("old_root", FIELD_MODULUS),
        ("new_root", FIELD_MODULUS),
    ],
)
def test_blk_4_ranges(field: str, value: int) -> None:
    values = {name: getattr(GOOD, name) for name in Header.__slots__}
    with pytest.raises(FieldError) as caught:
        Header(**{**values, field: value})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("slot", "value", "error"),
    [
        (6, 1 << 48, DecodeError),  # words of chain 3 of 2
        (6, 1, DecodeError),  # the header stream is not counted
        (2, 1 << 128, DecodeError),  # STM-6
        (4, limbs(FIELD_MODULUS)[0] + 1, FieldError),
        (1, 0, FieldError),
        (0, 1 << 248, FieldError),
    ],
)
def test_malformed_words_are_refused(slot: int, value: int, error: type[Exception]) -> None:
    words = list(GOOD.words({1: 1, 2: 2, 9: 3}))
    words[slot] = value
    with pytest.raises(error):
        Header.decode(words)


def test_the_number_of_words_is_fixed() -> None:
    with pytest.raises(DecodeError, match="7 words"):
        Header.decode(GOOD.words({})[:6])


def test_stm_2_counts_have_16_bits() -> None:
    with pytest.raises(FieldError, match="words of stream 1"):
        GOOD.words({1: 1 << 16})


def test_json_round_trip_of_the_vectors() -> None:
    for record in VECTORS["blocks"]:
        block = SealedBlock.from_json(record)
        again = block.to_json()
        assert again == {name: record[name] for name in again}
        assert block.number == record["header"]["number"]
        assert block.without_operations().operations == ()


def test_malformed_json_is_refused() -> None:
    for name in ("header", "streams", "h", "statement_hash"):
        record = {key: value for key, value in VECTORS["blocks"][0].items() if key != name}
        with pytest.raises(DecodeError, match="malformed"):
            SealedBlock.from_json(record)
