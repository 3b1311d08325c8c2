"""A Groth16 key whose secrets the test knows, so that a valid proof exists for any public inputs.

The verifier under test is the real one; only the setup is dishonest. With alpha, beta, gamma, delta and ic_j known as
scalars, a and b are free and c = (a b - alpha beta - gamma L(x)) / delta satisfies the verification equation.
Points are words in the order of the precompiles: G2 = (x.imaginary, x.real, y.imaginary, y.real).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from py_ecc.optimized_bn128 import FQ2, G1, G2, curve_order, field_modulus, multiply, normalize

R, P = curve_order, field_modulus


@cache
def g1(scalar: int) -> tuple[int, int]:
    """scalar * G1; (0, 0) for zero."""
    if scalar % R == 0:
        return 0, 0
    x, y = normalize(multiply(G1, scalar % R))
    return int(x), int(y)


@cache
def g2(scalar: int) -> tuple[int, int, int, int]:
    """scalar * G2, scalar not a multiple of r."""
    return twist_words(normalize(multiply(G2, scalar % R)))


def twist_words(point: tuple[FQ2, FQ2]) -> tuple[int, int, int, int]:
    """(x.im, x.re, y.im, y.re) of an affine point over FQ2."""
    (x_re, x_im), (y_re, y_im) = (tuple(int(c) for c in value.coeffs) for value in point)
    return x_im, x_re, y_im, y_re


@dataclass(frozen=True)
class TrapdoorKey:
    """Verifying key with known secrets. gamma = 1 as in keys made by snarkjs."""

    alpha: int = 0x1A1FA
    beta: int = 0xBE7A
    gamma: int = 1
    delta: int = 0xDE17A
    ic: tuple[int, ...] = (11, 22, 33, 44, 55)
    overrides: dict[str, object] = field(default_factory=dict, hash=False)

    @property
    def constructor(self) -> tuple[object, ...]:
        """The Key struct of Groth16Verifier's constructor."""
        parts: dict[str, object] = {
            "alpha": list(g1(self.alpha)),
            "beta": list(g2(self.beta)),
            "gamma": list(g2(self.gamma)),
            "delta": list(g2(self.delta)),
            "ic": [list(g1(scalar)) for scalar in self.ic],
        }
        return tuple((parts | self.overrides).values())

    def prove(self, inputs: Sequence[int], a: int = 0xA5A5, b: int = 0xB0B0) -> list[int]:
        """A valid proof of `inputs` (any integers) as 8 words."""
        linear = self.ic[0] + sum(x * k for x, k in zip(inputs, self.ic[1:], strict=True))
        c = (a * b - self.alpha * self.beta - self.gamma * linear) * pow(self.delta, -1, R) % R
        return [*g1(a), *g2(b), *g1(c)]

    def shifted(self, inputs: Sequence[int], error: int, a: int = 0xA5A5, b: int = 0xB0B0) -> list[int]:
        """As `prove`, but C is off by `error` * G1: invalid, and the error is known."""
        linear = self.ic[0] + sum(x * k for x, k in zip(inputs, self.ic[1:], strict=True))
        c = (a * b - self.alpha * self.beta - self.gamma * linear) * pow(self.delta, -1, R) % R
        return [*g1(a), *g2(b), *g1(c + error)]


def forge_with_equal_gamma_delta(alpha_beta: tuple[int, int], ic: Sequence[int], inputs: Sequence[int]) -> list[int]:
    """The forgery a key with gamma = delta invites: A = alpha, B = beta, C = -L(x); no secret is needed."""
    alpha, beta = alpha_beta
    linear = ic[0] + sum(x * k for x, k in zip(inputs, ic[1:], strict=True))
    return [*g1(alpha), *g2(beta), *g1(-linear)]


def twist_point_outside_subgroup() -> tuple[int, int, int, int]:
    """A point on the twist y^2 = x^3 + 3 / (9 + i) that is not of order r: the cofactor is huge, any point will do."""
    for x in range(1, 100):
        root = _square_root(FQ2([x, 0]) ** 3 + FQ2([3, 0]) / FQ2([9, 1]))
        if root is not None:
            return twist_words((FQ2([x, 0]), root))
    raise AssertionError("half of all x have a point")


def _square_root(value: FQ2) -> FQ2 | None:
    """Complex method, p = 3 mod 4."""
    re, im = (int(c) for c in value.coeffs)
    norm = pow(re * re + im * im, (P + 1) // 4, P)
    for sign in (norm, -norm):
        half = (re + sign) * pow(2, -1, P) % P
        x = pow(half, (P + 1) // 4, P)
        if x:
            candidate = FQ2([x, im * pow(2 * x, -1, P) % P])
            if candidate * candidate == value:
                return candidate
    return None
