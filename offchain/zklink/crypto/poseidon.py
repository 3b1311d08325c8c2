"""Poseidon over BN254 with circomlib's parameters, a domain tag in the capacity element."""

from zklink_native import poseidon, poseidon_many

__all__ = ["poseidon", "poseidon_many"]
