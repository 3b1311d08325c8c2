"""Packed amounts and scales: round trips, exactness, canonical form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zklink.protocol.amounts import Packed, PackedAmount, PackedFee, scale_down, scale_exact, scale_up
from zklink.protocol.errors import FieldError, NotPackable

KINDS = pytest.mark.parametrize("kind", [PackedAmount, PackedFee])
values = st.integers(0, (1 << 128) - 1)


@KINDS
@given(data=st.data())
def test_decode_inverts_code(kind: type[Packed], data: st.DataObject) -> None:
    mantissa = data.draw(st.integers(0, (1 << kind.MANTISSA_BITS) - 1))
    exponent = data.draw(st.integers(0, 27))
    packed = kind(mantissa, exponent)
    assert kind.decode(packed.code) == packed
    assert kind.of(packed.value).value == packed.value
    assert kind.of(packed.value).canonical


@KINDS
@given(value=values)
@example(value=1 << 35)
def test_floor_is_the_largest_packable_number_not_above(kind: type[Packed], value: int) -> None:
    packed = kind.floor(value)
    largest = (1 << kind.MANTISSA_BITS) - 1
    assert packed.canonical
    assert packed.value == max(min(value // 10**exponent, largest) * 10**exponent for exponent in range(32))


@KINDS
def test_floor_just_above_the_largest_mantissa_is_that_mantissa(kind: type[Packed]) -> None:
    largest = (1 << kind.MANTISSA_BITS) - 1
    assert kind.floor(largest + 1) == kind(largest, 0)


@KINDS
@given(value=values)
def test_of_is_exact_or_refused(kind: type[Packed], value: int) -> None:
    if kind.floor(value).value == value:
        assert kind.of(value).value == value
    else:
        with pytest.raises(NotPackable, match=kind.NAME):
            kind.of(value)


def test_strict_decoding_refuses_another_form_of_the_same_value() -> None:
    loose = PackedAmount(10, 2)
    assert PackedAmount.decode(loose.code) == loose
    with pytest.raises(FieldError, match="canonical"):
        PackedAmount.decode(loose.code, strict=True)
    assert PackedAmount.decode(PackedAmount.of(1000).code, strict=True).value == 1000


@pytest.mark.parametrize(
    ("mantissa", "exponent", "reason"),
    [(1 << 35, 0, "mantissa"), (-1, 0, "mantissa"), (0, 32, "exponent"), ((1 << 35) - 1, 31, "2\\^128")],
)
def test_out_of_range_is_refused(mantissa: int, exponent: int, reason: str) -> None:
    with pytest.raises(FieldError, match=reason):
        PackedAmount(mantissa, exponent)


@pytest.mark.parametrize("value", [-1, 1 << 128, True, 1.0])
def test_of_refuses_what_is_no_amount(value: object) -> None:
    with pytest.raises(NotPackable):
        PackedFee.of(value)  # type: ignore[arg-type]


@given(units=values, scale=st.integers(0, 18))
def test_scales(units: int, scale: int) -> None:
    assert scale_exact(scale_up(units, scale), scale) == units
    assert scale_down(scale_up(units, scale) + 10**scale - 1, scale) == units
    if scale:
        with pytest.raises(NotPackable, match="remainder"):
            scale_exact(scale_up(units, scale) + 1, scale)
