"""Groth16 over BN254 in the form of snarkjs, and the constraint systems and witnesses it works on.

Source: Groth, "On the Size of Pairing-based Non-interactive Arguments" (EUROCRYPT 2016); snarkjs for the file formats.
"""

from zklink_native import (
    Proof,
    ProvingKey,
    R1cs,
    R1csBuilder,
    VerifyingKey,
    Witness,
    prove,
    setup_development,
    verify,
)

__all__ = [
    "Proof",
    "ProvingKey",
    "R1cs",
    "R1csBuilder",
    "VerifyingKey",
    "Witness",
    "prove",
    "setup_development",
    "verify",
]
