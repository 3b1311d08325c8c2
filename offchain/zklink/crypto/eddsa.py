"""EdDSA-Poseidon over Baby Jubjub (circomlib's scheme). Keys are points (x, y), signatures (r8x, r8y, s)."""

from zklink_native import eddsa_public_key as public_key
from zklink_native import eddsa_sign as sign
from zklink_native import eddsa_verify as verify
from zklink_native import eddsa_verify_many as verify_many

__all__ = ["public_key", "sign", "verify", "verify_many"]
