"""Poseidon with circomlib's parameters; `tag` is the initial state and separates uses.

Source: Grassi et al., "Poseidon" (USENIX Security 2021); circomlib/circuits/poseidon.circom, template PoseidonEx.
"""

from typing import Final

from zklink_native import poseidon, poseidon_many

__all__ = ["MAX_ARITY", "poseidon", "poseidon_many"]

MAX_ARITY: Final = 16
