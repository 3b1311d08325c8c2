"""All chains at once, read only: what a node signs from, and all that `zlk oracle observe` and `watch` need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import structlog

from zklink.oracle.decision import Decision, decide, numbers_to_read
from zklink.oracle.errors import FinalityBreach, StaleChain
from zklink.oracle.metrics import Metrics
from zklink.oracle.observer import ChainObserver
from zklink.oracle.state import ChainHealth
from zklink.oracle.view import ChainStatus, ChainView

log = structlog.get_logger("oracle")
T = TypeVar("T")


class NetworkObserver:
    """Flow of one look:

    1. Every chain is observed by itself; one that cannot be does not stop reading the others.
    2. Only when all were: their blocks are read at the pinned heights, and `decide` says what follows.

    `on_final` hears of every newly accepted final block, `on_breach` of a final block that changed.
    """

    def __init__(
        self,
        observers: Mapping[int, ChainObserver],
        interval: int,
        metrics: Metrics,
        on_final: Callable[[ChainStatus], None] = lambda _: None,
        on_breach: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.observers = dict(sorted(observers.items()))
        self.health = {c: ChainHealth(c, o.quorum, len(o.sources)) for c, o in self.observers.items()}
        self._interval, self._metrics, self._clock = interval, metrics, clock
        self._on_final, self._on_breach = on_final, on_breach

    async def close(self) -> None:
        """Close every source."""
        for observer in self.observers.values():
            await observer.close()

    async def statuses(self) -> list[ChainStatus] | None:
        """Status of every chain at its pinned block; None unless all were observed."""
        looks = await asyncio.gather(*(self._look(c, o.observe) for c, o in self.observers.items()))
        for (chain, observer), status in zip(self.observers.items(), looks, strict=True):
            health = self.health[chain]
            health.healthy_sources = sum(observer.healthy.values())
            health.quarantined = tuple(observer.quarantined)
            self._metrics.saw_chain(observer, status, self._clock())
            if status is not None:
                if health.status is None or health.status.block_hash != status.block_hash:
                    self._on_final(status)
                health.status = status
        found = [status for status in looks if status is not None]
        return found if len(found) == len(self.observers) else None

    async def views(self, statuses: Sequence[ChainStatus]) -> list[ChainView] | None:
        """Those statuses with the facts a decision needs; None unless all were read."""
        numbers = numbers_to_read(statuses, self._interval)
        looks = await asyncio.gather(
            *(self._look(s.chain, partial(self.observers[s.chain].view, s, numbers)) for s in statuses)
        )
        views = [view for view in looks if view is not None]
        return views if len(views) == len(statuses) else None

    async def decision(self, chain_count: int) -> tuple[Decision, list[ChainView]] | None:
        """One whole look; None while a chain cannot be observed."""
        statuses = await self.statuses()
        views = await self.views(statuses) if statuses is not None else None
        return None if views is None else (decide(views, chain_count, self._interval), views)

    async def _look(self, chain: int, look: Callable[[], Awaitable[T]]) -> T | None:
        health = self.health[chain]
        try:
            result = await look()
        except StaleChain as error:
            if health.problem != str(error):
                log.warning("chain_stale", chain=chain, reason=str(error), sources=self.observers[chain].last_errors)
            health.problem = str(error)
            return None
        except FinalityBreach as error:
            self._metrics.breaches.labels(chain).inc()
            self._on_breach(str(error))
            health.problem = str(error)
            return None
        if health.problem:
            log.info("chain_observed", chain=chain)
        health.problem = ""
        return result
