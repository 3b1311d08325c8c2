"""Baby Jubjub: laws of the group, and circomlibjs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zklink_native as native
from tests.unit.native.peers import circomlib

ORDER = native.SUBGROUP_ORDER
SCALARS = st.integers(0, ORDER - 1)
GENERATOR = (  # of the whole group, order 8 * ORDER (EIP-2494)
    995203441582195749578291179787384436505546430278305826713579947235728471134,
    5472060717959818805561601436314318772137091100104008585924551046643952123905,
)
ORDER_TWO = (0, native.FIELD_ORDER - 1)


def test_equals_circomlibjs() -> None:
    scalars = [0, 1, 2, 7, ORDER - 1, pow(3, 150, ORDER)]
    bases = [native.BASE8, GENERATOR, ORDER_TWO]
    cases = [(base, scalar) for base in bases for scalar in scalars]
    answers = circomlib(
        [{"op": "mul", "base": list(map(str, base)), "scalar": str(scalar)} for base, scalar in cases]
        + [{"op": "add", "left": list(map(str, GENERATOR)), "right": list(map(str, base))} for base in bases]
        + [{"op": "order"}]
    )
    ours = [native.babyjub_mul(*base, scalar) for base, scalar in cases]
    ours += [native.babyjub_add(GENERATOR, base) for base in bases]
    assert [list(map(str, point)) for point in ours] == answers[:-1]
    assert str(ORDER) == answers[-1]


@settings(max_examples=50)
@given(SCALARS, SCALARS)
def test_multiplication_is_a_homomorphism(a: int, b: int) -> None:
    left, right = native.babyjub_mul_base8(a), native.babyjub_mul_base8(b)
    assert native.babyjub_add(left, right) == native.babyjub_mul_base8((a + b) % ORDER)
    assert native.babyjub_mul(*left, b) == native.babyjub_mul_base8(a * b % ORDER)
    assert native.babyjub_mul(*native.BASE8, a) == left


def test_membership() -> None:
    assert native.babyjub_on_curve(*native.BASE8) and native.babyjub_in_subgroup(*native.BASE8)
    assert native.babyjub_on_curve(*GENERATOR) and not native.babyjub_in_subgroup(*GENERATOR)
    assert native.babyjub_on_curve(*ORDER_TWO) and not native.babyjub_in_subgroup(*ORDER_TWO)
    assert native.babyjub_in_subgroup(0, 1)
    assert not native.babyjub_on_curve(1, 1) and not native.babyjub_in_subgroup(1, 1)
    assert native.babyjub_mul(*GENERATOR, 8) == native.BASE8


def test_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="point: not on Baby Jubjub"):
        native.babyjub_mul(1, 1, 5)
    with pytest.raises(ValueError, match="point: not on Baby Jubjub"):
        native.babyjub_add(native.BASE8, (1, 1))
    with pytest.raises(ValueError, match="scalar: not below"):
        native.babyjub_mul_base8(ORDER)
    with pytest.raises(ValueError, match="x: not below"):
        native.babyjub_on_curve(native.FIELD_ORDER, 0)
    with pytest.raises(ValueError, match="y: negative"):
        native.babyjub_in_subgroup(0, -1)
