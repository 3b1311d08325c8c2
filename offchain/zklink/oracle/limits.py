"""Token bucket per remote address: cheap refusal before any parsing."""

from __future__ import annotations

from collections import OrderedDict


class RateLimiter:
    """`rate` requests a second and bursts of `burst` for each of at most `capacity` remembered remotes."""

    def __init__(self, rate: float, burst: int, capacity: int = 4096) -> None:
        self._rate, self._burst, self._capacity = rate, burst, capacity
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, remote: str, now: float) -> bool:
        """Take one token of `remote` at time `now` (seconds, monotonic)."""
        tokens, last = self._buckets.pop(remote, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - last) * self._rate)
        allowed = tokens >= 1
        self._buckets[remote] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
        return allowed
