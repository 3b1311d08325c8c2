"""Cryptography: the typed face of the native library, and an independent verifier to hold it against.

Receives integers and files; gives hashes, signatures, proofs and verdicts. Knows nothing of accounts, blocks or chains.
May import `zklink_native` and `py_ecc`; nothing of this project.
Specification: docs/spec, cryptography (Poseidon and EdDSA with circomlib's parameters, Groth16 over BN254).
"""
