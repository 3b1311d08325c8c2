"""A second Groth16 verifier on py_ecc: slow, short, and sharing no code with the native library.

It reads snarkjs's JSON itself. The equation: e(A, B) = e(alpha, beta) * e(IC(public), gamma) * e(C, delta).
"""

import json
from collections.abc import Sequence
from typing import Any

from py_ecc.optimized_bn128 import (
    FQ,
    FQ2,
    FQ12,
    Z1,
    add,
    b,
    b2,
    curve_order,
    field_modulus,
    final_exponentiate,
    is_inf,
    is_on_curve,
    multiply,
    neg,
    pairing,
)

Point = Any  # py_ecc's projective points carry no types


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
    a, c = _g1(claim["pi_a"]), _g1(claim["pi_c"])
    point_b = _g2(claim["pi_b"])
    alpha = _g1(key["vk_alpha_1"])
    beta, gamma, delta = (_g2(key[f"vk_{name}_2"]) for name in ("beta", "gamma", "delta"))
    if any(point is None for point in (a, c, point_b, alpha, beta, gamma, delta)):
        return False
    total = _g1(inputs[0]) or Z1
    for value, item in zip(public, inputs[1:], strict=True):
        total = add(total, multiply(_g1(item) or Z1, value))
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


def _g1(item: list[str]) -> Point | None:
    """None for a point at infinity or off the curve (G1 has cofactor 1)."""
    x, y, z = map(_coordinate, item)
    point = (FQ(x), FQ(y), FQ(z))
    return None if is_inf(point) or not is_on_curve(point, b) else point


def _g2(item: list[list[str]]) -> Point | None:
    """None for a point at infinity, off the curve or outside the subgroup."""
    x, y, z = (FQ2(tuple(map(_coordinate, part))) for part in item)
    point = (x, y, z)
    if is_inf(point) or not is_on_curve(point, b2):
        return None
    return point if is_inf(multiply(point, curve_order)) else None
