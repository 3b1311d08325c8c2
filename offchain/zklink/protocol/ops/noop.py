"""NOOP fills a block up to its shape: no words, no change (NOP-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zklink.protocol.constants import OP_NOOP
from zklink.protocol.ops.base import Operation
from zklink.protocol.words import StepWords


@dataclass(frozen=True, slots=True)
class Noop(Operation):
    """Nothing."""

    NAME: ClassVar[str] = "NOOP"
    CODE: ClassVar[int] = OP_NOOP

    def step_words(self) -> StepWords:
        """The empty row."""
        return StepWords()
