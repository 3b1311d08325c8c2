"""Errors of the oracle node. Each carries the offending values; messages say what to do next."""

from __future__ import annotations

EXIT_CONFIG = 78
"""Process exit code (sysexits EX_CONFIG): the node must not start until an operator acts."""


class OracleError(Exception):
    """Base of every error of this room."""


class SigningRefused(OracleError):
    """Raised when a rule forbids a signature. `rule` is S1..S4, S6, S7, FORM or EPOCH."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class ProtectionDatabaseError(OracleError):
    """Raised when the protection database is missing, corrupt or belongs to another key or network (S6)."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"protection database {path}: {reason}")
        self.path = str(path)
        self.reason = reason


class DatabaseLocked(ProtectionDatabaseError):
    """Raised when another process holds the key's lock."""


class DoppelgangerFound(ProtectionDatabaseError):
    """Raised when the node's key is seen signing elsewhere while it listens (S7)."""


class SignerUnavailable(OracleError):
    """Raised when the signer's process does not answer, answers nonsense, or is another member's."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(f"signer {at}: {reason}")
        self.at = at
        self.reason = reason


class KeystoreError(OracleError):
    """Raised when the keystore file or its passphrase cannot be used."""


class ConfigError(OracleError):
    """Raised when the node's configuration names something impossible; says which key."""


class SourceError(OracleError):
    """Raised when one source of one chain fails, answers nonsense or contradicts itself."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"source {source}: {reason}")
        self.source = source
        self.reason = reason


class StaleChain(OracleError):
    """Raised when fewer than q sources of a chain agree: no signature may be made."""

    def __init__(self, chain: int, healthy: int, required: int, reason: str = "") -> None:
        tail = f" ({reason})" if reason else ""
        super().__init__(f"chain {chain}: {healthy} of the required {required} sources agree{tail}")
        self.chain = chain
        self.healthy = healthy
        self.required = required


class FinalityBreach(OracleError):
    """Raised when a block this node accepted as final is no longer part of the chain. Signing stays frozen."""

    def __init__(self, chain: int, number: int, expected: bytes, found: bytes) -> None:
        super().__init__(f"chain {chain}: final block {number} changed from {expected.hex()} to {found.hex()}")
        self.chain = chain
        self.number = number


class InvalidSignatureMessage(OracleError):
    """Raised when a gossiped signature is malformed, foreign, or out of the accepted range. HTTP 422."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class EquivocationFound(OracleError):
    """Raised when one member signed two contents for one (generation, number). Both are kept. HTTP 409."""

    def __init__(self, signer: str, generation: int, number: int, stored: dict[str, object]) -> None:
        super().__init__(f"{signer} signed two contents for generation {generation}, block {number}")
        self.signer = signer
        self.generation = generation
        self.number = number
        self.stored = stored
