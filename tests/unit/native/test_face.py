"""zklink.crypto: the typed face."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zklink.crypto import eddsa, field
from zklink.crypto.poseidon import MAX_ARITY, poseidon

ELEMENTS = st.integers(0, field.FIELD_ORDER - 1)


@given(ELEMENTS)
def test_bytes_of_an_element_are_inverse_to_reading(value: int) -> None:
    assert field.from_bytes(field.to_bytes(value)) == value


def test_elements_out_of_range_are_refused() -> None:
    for value in (-1, field.FIELD_ORDER):
        assert not field.is_element(value)
        with pytest.raises(ValueError, match="value: "):
            field.to_bytes(value)
    with pytest.raises(ValueError, match="data: 31 bytes"):
        field.from_bytes(bytes(31))
    with pytest.raises(ValueError, match="data: not below"):
        field.from_bytes(b"\xff" * 32)


def test_signs_and_verifies_with_named_parts() -> None:
    key, signature = eddsa.public_key(7), eddsa.sign(7, 8)
    assert eddsa.verify(key, signature, 8) and eddsa.verify_many([(key, signature, 8), (key, signature, 9)]) == [
        True,
        False,
    ]
    assert (key.x, key.y) == tuple(key) and signature.s < field.SUBGROUP_ORDER


def test_valid_keys() -> None:
    assert eddsa.is_valid_key(eddsa.public_key(1)) and eddsa.is_valid_key(field.BASE8)
    assert not eddsa.is_valid_key((0, 1))  # the identity
    assert not eddsa.is_valid_key((0, field.FIELD_ORDER - 1))  # order 2
    assert not eddsa.is_valid_key((0, 0))  # off the curve


def test_largest_arity() -> None:
    poseidon([1] * MAX_ARITY)
    with pytest.raises(ValueError, match="inputs: 17 values"):
        poseidon([1] * (MAX_ARITY + 1))
