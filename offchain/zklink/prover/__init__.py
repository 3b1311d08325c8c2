"""Proofs of blocks: the backend port, its native and snarkjs forms, and the worker service."""
