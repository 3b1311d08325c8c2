"""Fair use: so many requests a second for each client address, with a burst."""

from __future__ import annotations

import time
from collections import OrderedDict

MAX_CLIENTS = 10_000


class RateLimit:
    """Token bucket per client; the least recently seen client is forgotten first."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._rate, self._burst = per_second, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, client: str, cost: int = 1) -> bool:
        """Take `cost` tokens; False when the client has too few."""
        now = time.monotonic()
        level, then = self._buckets.pop(client, (float(self._burst), now))
        level = min(self._burst, level + (now - then) * self._rate)
        allowed = level >= cost
        self._buckets[client] = (level - cost if allowed else level, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return allowed
