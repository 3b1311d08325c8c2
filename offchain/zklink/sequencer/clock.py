"""Timestamps of blocks: the clock, held inside what every chain will accept."""

from __future__ import annotations

import time
from collections.abc import Callable

AHEAD = 600
"""Seconds past the newest chain time; chains refuse 900."""
BEHIND = 12 * 3600
"""Seconds before the primary chain's time; it refuses 24 h."""


class Clock:
    """Knows the newest time of each chain, as the observers report it."""

    def __init__(self, primary: int, now: Callable[[], float] = time.time) -> None:
        self._primary, self._now = primary, now
        self._chains: dict[int, int] = {}

    def report(self, chain: int, timestamp: int) -> None:
        """The newest block of `chain` has this timestamp."""
        self._chains[chain] = timestamp

    def now(self) -> int:
        """Seconds of the local clock."""
        return int(self._now())

    def timestamp(self, previous: int) -> int | None:
        """For the next block: not before `previous`; None while no value would be accepted everywhere."""
        if self._primary not in self._chains:
            return None
        low = max(previous, self._chains[self._primary] - BEHIND)
        high = max(self._chains.values()) + AHEAD
        return None if low > high else min(max(self.now(), low), high)
