"""Errors of the protocol room. Each carries the offending value as attributes and says where and why."""

from typing import Final


class ProtocolError(ValueError):
    """Parent of every error of this room: the input is malformed, nothing was changed."""


class FieldError(ProtocolError):
    """Raised when one field of a value is out of its range or not in its canonical form."""

    def __init__(self, field: str, reason: str, value: object = None) -> None:
        super().__init__(f"{field}: {reason}" if value is None else f"{field}: {reason} (got {value!r})")
        self.field: Final = field
        self.reason: Final = reason
        self.value: Final = value


class NotPackable(FieldError):
    """Raised when an amount has no exact packed form (mantissa * 10^exponent)."""


class DecodeError(ProtocolError):
    """Raised when bytes or words are not the encoding of anything; `where` names the stream or the field."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where: Final = where
        self.reason: Final = reason


class QuorumError(ProtocolError):
    """Raised when an attestation's signatures are malformed, foreign or too light."""

    def __init__(self, reason: str, signed: int = 0, total: int = 0) -> None:
        super().__init__(f"attestation: {reason} (signed weight {signed} of {total})")
        self.reason: Final = reason
        self.signed: Final = signed
        self.total: Final = total
