"""Errors of the prover room."""


class ProverError(Exception):
    """Parent of every error of this room."""


class KeyMismatch(ProverError):
    """Raised when a proving key is missing, or is not the one made for the circuits at hand."""


class SelfCheckFailed(ProverError):
    """Raised when a fresh proof does not verify, or has other public inputs than the block; nothing is returned."""


class ToolFailed(ProverError):
    """Raised when the cross-check tool (snarkjs through Node) cannot do its work; carries its output."""
