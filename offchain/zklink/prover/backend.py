"""What makes proofs, as the rest of the system sees it."""

import json
from dataclasses import dataclass
from typing import Protocol

from zklink.crypto.groth16 import Proof as Points
from zklink.protocol.constants import FIELD_MODULUS
from zklink.state.effects import BlockEffects

BASE_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583
"""q, the order of BN254's base field: coordinates of points are below it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A Groth16 proof of one block and its public inputs."""

    words: tuple[int, ...]
    """Eight coordinates for `verify(uint256[8], ...)`: ax, ay, bx.c1, bx.c0, by.c1, by.c0, cx, cy, each below q."""
    public: tuple[int, int, int, int]
    """z, u, h, Y, each below r."""

    def __post_init__(self) -> None:
        if len(self.words) != 8 or not all(0 <= word < BASE_MODULUS for word in self.words):
            raise ValueError("words: must be 8 elements of BN254's base field")
        if len(self.public) != 4 or not all(0 <= value < FIELD_MODULUS for value in self.public):
            raise ValueError("public: must be 4 elements of BN254's scalar field")

    @classmethod
    def of(cls, points: Points, effects: BlockEffects) -> "Proof":
        """The proof of a block from its three points."""
        return cls(tuple(points.to_evm()), (effects.z, effects.u, effects.h, effects.y))

    @property
    def points(self) -> Points:
        """The three points as the native verifier takes them."""
        ax, ay, bx1, bx0, by1, by0, cx, cy = self.words
        return Points((ax, ay), ((bx0, bx1), (by0, by1)), (cx, cy))

    def to_json(self) -> str:
        """{"words": [..], "public": [..]} with decimal strings."""
        return json.dumps({"words": [str(word) for word in self.words], "public": [str(v) for v in self.public]})

    @classmethod
    def from_json(cls, text: str) -> "Proof":
        """Inverse of `to_json`. Raises ValueError or KeyError."""
        data = json.loads(text)
        z, u, h, y = (int(value) for value in data["public"])
        return cls(tuple(int(word) for word in data["words"]), (z, u, h, y))


class Backend(Protocol):
    """The port: a block's effects in, a proof that was checked out."""

    def prove(self, effects: BlockEffects) -> Proof:
        """The proof of one block. Long: call it in a thread. Raises WitnessError or ProverError."""
        ...
