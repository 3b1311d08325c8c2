"""The bounded queue in front of the engine: many submitters, one commit for all that wait."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from zklink.journal.errors import JournalError
from zklink.sequencer import errors
from zklink.sequencer.api.events import EventHub
from zklink.sequencer.engine import Engine
from zklink.sequencer.entries import ClockOutOfRange, Submitted
from zklink.sequencer.errors import ApiError

log = structlog.get_logger(__name__)
BATCH = 256


class Intake:
    """1. `submit` queues a transaction, or refuses when the queue is full.
    2. `drain` hands what waits to the engine; requests of the chains go first.
    3. Every submitter gets the engine's verdict, or "busy" when the journal refused.
    """

    def __init__(self, engine: Engine, hub: EventHub, capacity: int) -> None:
        self._engine, self._hub, self._capacity = engine, hub, capacity
        self._queue: list[tuple[Submitted, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()
        self.closed = False

    @property
    def waiting(self) -> int:
        """Transactions in the queue."""
        return len(self._queue)

    async def submit(self, item: Submitted) -> None:
        """Return once the transaction is durable. Raises ApiError."""
        if self.closed or len(self._queue) >= self._capacity:
            raise ApiError(errors.BUSY, "shutting down" if self.closed else "too many transactions are waiting")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((item, future))
        self._arrived.set()
        await future

    async def wait(self, seconds: float) -> None:
        """Until something arrives, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._arrived.wait()

    def drain(self) -> int:
        """Process one batch; the number of transactions handled. Raises SequencerHalted."""
        self._arrived.clear()
        batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        if self._queue:
            self._arrived.set()
        try:
            self._engine.submit([item for item, _ in batch])
        except (JournalError, ClockOutOfRange) as error:
            log.error("not_accepted", error=str(error), waiting=len(batch))
        finally:
            for item, future in batch:
                self._answer(item, future)
        return len(batch)

    def _answer(self, item: Submitted, future: asyncio.Future[None]) -> None:
        if item.done:
            self._hub.publish("transactions", {"txHash": "0x" + item.hash.hex(), "status": "accepted"})
        if future.done():  # the submitter went away; the verdict stands
            return
        if item.done:
            future.set_result(None)
        else:
            future.set_exception(item.error or ApiError(errors.BUSY, "cannot be recorded now, try again"))
