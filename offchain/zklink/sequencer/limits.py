"""How much of a chain's commit calldata a block may use: what the contracts accept in one call."""

from __future__ import annotations

from zklink.protocol.ops import ChangeKey, Operation
from zklink.state.effects import StepEffects

MAX_OWN_WORDS = 8184 // 31
MAX_DATA_WORDS = 8184 // 31
MAX_KEY_CHANGES = 44
LARGEST_STEP = 6
"""Chain words of one step at most (CHANGE_KEY)."""


class StreamRoom:
    """Counts the words of an open block by stream."""

    def __init__(self) -> None:
        self._chain_words: dict[int, int] = {}
        self._key_changes: dict[int, int] = {}
        self._data_words = 0

    def has_room(self, steps: int) -> bool:
        """Whether an operation of `steps` steps surely fits every stream."""
        chain = max(self._chain_words.values(), default=0) + steps * LARGEST_STEP
        changes = max(self._key_changes.values(), default=0) + 1
        return chain <= MAX_OWN_WORDS and self._data_words + 2 * steps <= MAX_DATA_WORDS and changes <= MAX_KEY_CHANGES

    def take(self, op: Operation, steps: tuple[StepEffects, ...]) -> None:
        """Count an operation that was included."""
        for step in steps:
            self._data_words += len(step.words.data)
            chain = step.words.chain
            self._chain_words[chain] = self._chain_words.get(chain, 0) + len(step.words.chain_words)
        if isinstance(op, ChangeKey):
            self._key_changes[op.chain] = self._key_changes.get(op.chain, 0) + 1
