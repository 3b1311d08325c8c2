"""A second Groth16 verifier on py_ecc: slow, short, and sharing no code with the native library.

It reads snarkjs's JSON itself. The equation: e(A, B) = e(alpha, beta) * e(IC(public), gamma) * e(C, delta).
"""

import json
from collections.abc import Sequence
from typing import Any

from py_ecc.fields import optimized_bn128_FQ as FQ
from py_ecc.fields import optimized_bn128_FQ2 as FQ2
from py_ecc.fields import optimized_bn128_FQ12 as FQ12
from py_ecc.optimized_bn128.optimized_curve import (
    Z1,
    add,
    b,
    b2,
    curve_order,
    field_modulus,
    is_inf,
    is_on_curve,
    multiply,
    neg,
)
from py_ecc.optimized_bn128.optimized_pairing import final_exponentiate, pairing

Point = Any  # py_ecc's projective points: tuples of three field elements


class _Refused(Exception):
    """Raised when a point is at infinity, off its curve or outside its subgroup."""


def verify(verifying_key: str, public: Sequence[int], proof: str) -> bool:
    """Whether `proof` (proof.json) holds for `public` under `verifying_key` (verification_key.json).

    False for a public value out of range or a point off its curve, outside its subgroup or at infinity.
    Raises ValueError for malformed JSON or another count of public values than the key's.
    """
    key, claim = json.loads(verifying_key), json.loads(proof)
    inputs = key["IC"]
    if len(public) + 1 != len(inputs):
        raise ValueError(f"public: {len(public)} values, the key has {len(inputs) - 1}")
    if not all(0 <= value < curve_order for value in public):
        return False
    try:
        return _holds(key, public, claim)
    except _Refused:
        return False


def _holds(key: dict[str, Any], public: Sequence[int], claim: dict[str, Any]) -> bool:
    a, c, point_b = _g1(claim["pi_a"]), _g1(claim["pi_c"]), _g2(claim["pi_b"])
    alpha = _g1(key["vk_alpha_1"])
    beta, gamma, delta = (_g2(key[f"vk_{name}_2"]) for name in ("beta", "gamma", "delta"))
    total = _input(key["IC"][0])
    for value, item in zip(public, key["IC"][1:], strict=True):
        total = add(total, multiply(_input(item), value))
    product = (
        pairing(point_b, neg(a), final_exponentiate=False)
        * pairing(beta, alpha, final_exponentiate=False)
        * pairing(gamma, total, final_exponentiate=False)
        * pairing(delta, c, final_exponentiate=False)
    )
    return bool(final_exponentiate(product) == FQ12.one())


def _coordinate(text: str) -> int:
    value = int(text)
    if not 0 <= value < field_modulus:
        raise ValueError(f"coordinate: {text} is not below the field's modulus")
    return value


def _input(item: list[str]) -> Point:
    """A point of IC: infinity is allowed (a public value that no row uses)."""
    return Z1 if item == ["0", "1", "0"] else _g1(item)


def _g1(item: list[str]) -> Point:
    x, y, z = map(_coordinate, item)
    point = (FQ(x), FQ(y), FQ(z))
    if is_inf(point) or not is_on_curve(point, b):  # the cofactor is 1
        raise _Refused
    return point


def _g2(item: list[list[str]]) -> Point:
    x, y, z = (FQ2(tuple(map(_coordinate, part))) for part in item)
    point = (x, y, z)
    if is_inf(point) or not is_on_curve(point, b2) or not is_inf(multiply(point, curve_order)):
        raise _Refused
    return point
