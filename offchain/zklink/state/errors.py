"""Errors of the state room. Whatever is raised, the ledger is as it was before the call."""

from typing import Final


class StateError(ValueError):
    """Parent of every error of this room."""


class RuleViolation(StateError):
    """Raised when an operation breaks a rule of its spec page; `rule` is the id, e.g. TRF-3."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule: Final = rule
        self.reason: Final = reason


class BlockFull(StateError):
    """Raised when an operation needs more steps than the block has left; it may fit the next block."""

    def __init__(self, needed: int, left: int) -> None:
        super().__init__(f"block: needs {needed} steps, {left} left")
        self.needed: Final = needed
        self.left: Final = left


class FeeTokensFull(StateError):
    """Raised when a fee is in a token that is not among the block's and no slot is free; try the next block."""

    def __init__(self, token: int, slots: tuple[int, ...]) -> None:
        super().__init__(f"fee token: {token} is not among the block's {slots} and no slot is free")
        self.token: Final = token
        self.slots: Final = slots


class SealError(StateError):
    """Raised when a block cannot be sealed as asked (number, timestamp, shape or previous root)."""


class ReplayError(StateError):
    """Raised when recorded streams are not what any valid block yields, or lead to another root."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"block {number}: {reason}")
        self.number: Final = number
        self.reason: Final = reason


class InvariantViolation(StateError):
    """Raised when an invariant does not hold; `invariant` is its id, e.g. PRO-I1."""

    def __init__(self, invariant: str, reason: str) -> None:
        super().__init__(f"{invariant}: {reason}")
        self.invariant: Final = invariant
        self.reason: Final = reason
