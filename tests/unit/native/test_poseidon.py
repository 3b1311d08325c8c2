"""Poseidon against circomlibjs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zklink_native as native
from tests.unit.native.peers import circomlib

ELEMENTS = st.integers(0, native.FIELD_ORDER - 1)


def test_every_arity_and_initial_state_equals_circomlibjs() -> None:
    cases = []
    for arity in range(1, 17):
        inputs = [pow(5, 31 * arity + i, native.FIELD_ORDER) for i in range(arity)]
        cases += [(inputs, tag) for tag in (0, 1, 7, native.FIELD_ORDER - 1)]
        cases += [([0] * arity, 0), ([native.FIELD_ORDER - 1] * arity, arity)]
    queries = [{"op": "poseidon", "inputs": list(map(str, inputs)), "tag": str(tag)} for inputs, tag in cases]
    answers = circomlib(queries)
    assert [str(native.poseidon(inputs, tag)) for inputs, tag in cases] == answers


@given(st.integers(1, 16).flatmap(lambda n: st.lists(st.lists(ELEMENTS, min_size=n, max_size=n), max_size=5)), ELEMENTS)
def test_many_is_one_hash_per_row(rows: list[list[int]], tag: int) -> None:
    arity = len(rows[0]) if rows else 1
    data = b"".join(value.to_bytes(32, "big") for row in rows for value in row)
    expected = b"".join(native.poseidon(row, tag).to_bytes(32, "big") for row in rows)
    assert native.poseidon_many(data, arity, tag) == expected


def test_tag_defaults_to_zero_and_matters() -> None:
    assert native.poseidon([1, 2]) == native.poseidon([1, 2], 0) != native.poseidon([1, 2], 1)


@pytest.mark.parametrize(
    ("inputs", "tag", "reason"),
    [
        ([], 0, "inputs: 0 values"),
        ([1] * 17, 0, "inputs: 17 values"),
        ([1, native.FIELD_ORDER], 0, r"inputs\[1\]: not below"),
        ([-1], 0, r"inputs\[0\]: negative"),
        ([1 << 256], 0, r"inputs\[0\]: negative or above 256 bits"),
        (["1"], 0, r"inputs\[0\]: not an integer"),
        ([1], native.FIELD_ORDER, "tag: not below"),
    ],
)
def test_refuses_bad_input(inputs: list[int], tag: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        native.poseidon(inputs, tag)


@pytest.mark.parametrize(
    ("data", "arity", "reason"),
    [
        (bytes(33), 1, "data: 33 bytes"),
        (bytes(32), 2, "data: 32 bytes"),
        (b"\xff" * 32, 1, "data: not below"),
        (b"", 0, "arity: 0"),
        (b"", 17, "arity: 17"),
    ],
)
def test_many_refuses_bad_input(data: bytes, arity: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        native.poseidon_many(data, arity)
