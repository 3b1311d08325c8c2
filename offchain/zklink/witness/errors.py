"""Errors of the witness room."""

from typing import Final


class WitnessError(ValueError):
    """Parent of every error of this room."""


class ArtefactError(WitnessError):
    """Raised when a compiled circuit is missing, malformed or not the one that was recorded."""


class AssemblyError(WitnessError):
    """Raised when pieces do not fit: a boundary wire without a partner, a name twice, a wire left over."""


class InputError(WitnessError):
    """Raised when inputs are not exactly the circuit's: `name` is missing, unknown, or of another length."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"input {name}: {reason}")
        self.name: Final = name
        self.reason: Final = reason


class ConstraintError(WitnessError):
    """Raised when a piece refuses its inputs: some constraint cannot hold. `trace` is the circuit's own report."""

    def __init__(self, where: str, trace: str) -> None:
        super().__init__(f"{where}: {trace}")
        self.where: Final = where
        self.trace: Final = trace


class ContinuityError(WitnessError):
    """Raised when a piece ends in another running value than the next one was given."""

    def __init__(self, where: str, name: str) -> None:
        super().__init__(f"{where}: {name} does not continue in the next piece")
        self.where: Final = where
        self.name: Final = name
