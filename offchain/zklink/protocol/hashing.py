"""The two hashes of the protocol and the fixed-width bytes they take."""

from eth_hash.auto import keccak as keccak256

from zklink.crypto.poseidon import poseidon
from zklink.protocol.constants import FIELD_MODULUS

__all__ = ["keccak256", "keccak_field", "poseidon", "u256"]


def u256(value: int) -> bytes:
    """32 big-endian bytes of 0 <= value < 2^256."""
    return value.to_bytes(32, "big")


def keccak_field(data: bytes) -> int:
    """keccak-256 of `data` as an integer, reduced modulo r."""
    return int.from_bytes(keccak256(data), "big") % FIELD_MODULUS
