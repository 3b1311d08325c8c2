"""EdDSA-Poseidon over Baby Jubjub, circomlib's scheme, verified strictly.

A secret is an integer in [1, SUBGROUP_ORDER) (circomlibjs calls it `s >> 3`); messages are field elements.
Every function raises ValueError, naming the argument, for integers out of range.
Source: EIP-2494 (the curve); circomlib/circuits/eddsaposeidon.circom (the equation S*B8 = R8 + 8*h*A).
"""

from collections.abc import Sequence
from typing import NamedTuple

import zklink_native as native

__all__ = ["PublicKey", "Signature", "is_valid_key", "public_key", "sign", "verify", "verify_many"]


class PublicKey(NamedTuple):
    """A point, each coordinate in [0, FIELD_ORDER)."""

    x: int
    y: int


class Signature(NamedTuple):
    """R8 (two field elements) and S; only S below SUBGROUP_ORDER verifies."""

    r8x: int
    r8y: int
    s: int


def public_key(secret: int) -> PublicKey:
    """secret * BASE8."""
    return PublicKey(*native.eddsa_public_key(secret))


def is_valid_key(key: tuple[int, int]) -> bool:
    """On the curve, in the prime subgroup and not the identity."""
    return native.babyjub_in_subgroup(key[0], key[1]) and tuple(key) != (0, 1)


def sign(secret: int, message: int) -> Signature:
    """Deterministic: one secret and message, one signature."""
    return Signature(*native.eddsa_sign(secret, message))


def verify(key: tuple[int, int], signature: tuple[int, int, int], message: int) -> bool:
    """Strict: S below SUBGROUP_ORDER, R8 and the key on the curve, the key in the subgroup and not the identity."""
    return native.eddsa_verify(key, signature, message)


def verify_many(cases: Sequence[tuple[tuple[int, int], tuple[int, int, int], int]]) -> list[bool]:
    """`verify` of each (key, signature, message), on every core."""
    return native.eddsa_verify_many(cases)
