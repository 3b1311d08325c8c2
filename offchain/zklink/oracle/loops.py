"""Endless tasks of a node; they end by cancellation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from zklink.oracle.state import NodeState

LAG_PROBE_SECONDS = 0.5


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work`, wait, do it again."""
    while True:
        await work()
        await asyncio.sleep(seconds)


async def probe_lag(state: NodeState) -> None:
    """Measure how late the event loop wakes a sleeper."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(LAG_PROBE_SECONDS)
        state.loop_lag = max(0.0, time.monotonic() - before - LAG_PROBE_SECONDS)
