"""Token bucket."""

from hypothesis import given
from hypothesis import strategies as st

from zklink.oracle.limits import RateLimiter


def test_burst_then_rate() -> None:
    limiter = RateLimiter(rate=2, burst=3)
    assert [limiter.allow("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert not limiter.allow("a", 0.4)
    assert limiter.allow("a", 0.6)
    assert limiter.allow("b", 0.6)


@given(st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_burst_plus_rate_times_time(steps: list[float]) -> None:
    limiter = RateLimiter(rate=5, burst=10)
    now, allowed = 0.0, 0
    for step in steps:
        now += step
        allowed += limiter.allow("a", now)
    assert allowed <= 10 + 5 * now + 1e-6


def test_memory_is_bounded() -> None:
    limiter = RateLimiter(rate=1, burst=1, capacity=8)
    for i in range(100):
        limiter.allow(str(i), 0.0)
    assert len(limiter._buckets) == 8
