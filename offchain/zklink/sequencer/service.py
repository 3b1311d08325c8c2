"""The sequencer as a process: observers, one loop for the ledger, the API."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from zklink.chain.errors import ChainError, FinalityBroken
from zklink.journal.errors import JournalError
from zklink.journal.progress import Progress
from zklink.protocol.block import SealedBlock
from zklink.sequencer.api.events import EventHub
from zklink.sequencer.engine import Engine
from zklink.sequencer.entries import ClockOutOfRange
from zklink.sequencer.intake import Intake
from zklink.sequencer.metrics import SequencerMetrics
from zklink.sequencer.observer import Observer

log = structlog.get_logger(__name__)
MAX_BACKOFF = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: oldest entry of an unsealed block, between looks at a chain, between looks at the clock."""

    block_seconds: float = 5.0
    poll_seconds: float = 1.0
    tick_seconds: float = 0.1


class SequencerService:
    """1. `prepare`: chains answer, the journal is not behind them, the engine is restored.
    2. One task per chain observes; one task moves the ledger: requests, transactions, sealing.
    3. Trouble with a chain or the disk is waited out; SequencerHalted and FinalityBroken end the process.
    4. `stop`: nothing new is accepted, what waits is answered.
    """

    def __init__(
        self, engine: Engine, intake: Intake, hub: EventHub, observers: Sequence[Observer], pace: Pace,
        metrics: SequencerMetrics,
    ) -> None:  # fmt: skip
        self._engine, self._intake, self._hub, self._pace, self._metrics = engine, intake, hub, pace, metrics
        self._observers = tuple(observers)
        self._progress = Progress(engine.journal)
        self._troubles: dict[str, str] = {}
        self._stopping = asyncio.Event()
        self._restored = False
        engine.listeners.append(self)

    def problems(self) -> dict[str, str]:
        """Why the service is not ready, by part; empty when it is."""
        found = dict(self._troubles)
        if not self._restored:
            found["engine"] = "restoring"
        for observer in self._observers:
            if not observer.caught_up:
                found.setdefault(f"chain {observer.chain}", "catching up")
        for chain, reason in self._engine.blocked_chains.items():
            found[f"chain {chain}"] = reason
        if not self._engine.journal.is_writable():
            found["journal"] = "not writable"
        return found

    async def run(self) -> None:
        """Until `stop`. Raises SequencerHalted or FinalityBroken."""
        await self._prepare()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._observe(observer)) for observer in self._observers]
            tasks.append(group.create_task(self._watch_progress()))
            await self._move()
            for task in tasks:
                task.cancel()

    def stop(self) -> None:
        """Drain and end `run`."""
        self._intake.closed = True
        self._stopping.set()

    # ---- start

    async def _prepare(self) -> None:
        for observer in self._observers:
            await self._patiently(f"chain {observer.chain}", observer.start)
        self._engine.restore()
        for observer in self._observers:
            check = partial(observer.check_not_behind, self._engine.number)
            await self._patiently(f"chain {observer.chain}", check)
        self._restored = True
        log.info("restored", block=self._engine.number, root=f"0x{self._engine.ledger.root:064x}")

    async def _patiently(self, part: str, action: Callable[[], Awaitable[None]]) -> None:
        delay = 0.5
        while not self._stopping.is_set():
            try:
                await action()
            except ChainError as error:
                self._troubles[part] = str(error)
                log.warning("chain_not_usable", part=part, error=str(error))
                await self._sleep(delay)
                delay = min(2 * delay, MAX_BACKOFF)
            else:
                self._troubles.pop(part, None)
                return

    # ---- loops

    async def _observe(self, observer: Observer) -> None:
        part, delay = f"chain {observer.chain}", self._pace.poll_seconds
        while not self._stopping.is_set():
            try:
                rows, facts = await observer.step()
            except FinalityBroken:
                raise
            except (ChainError, JournalError) as error:
                self._troubles[part] = str(error)
                log.warning("observation_failed", chain=observer.chain, error=str(error))
                delay = min(2 * delay, MAX_BACKOFF)
            else:
                self._troubles.pop(part, None)
                delay = self._pace.poll_seconds
                self._engine.add_requests(rows)
                if facts:
                    self._engine.load_facts()
                if not observer.caught_up:
                    continue
            await self._sleep(delay)

    async def _move(self) -> None:
        while not (self._stopping.is_set() and not self._intake.waiting):
            await self._intake.wait(self._pace.tick_seconds)
            try:
                self._engine.take_requests()
                self._metrics.accepted.inc(self._intake.drain())
                if self._engine.age() >= self._pace.block_seconds:
                    self._engine.seal()
                self._troubles.pop("sealing", None)
            except (JournalError, ClockOutOfRange) as error:
                self._troubles["sealing"] = str(error)
                log.error("standing_still", error=str(error))
                self._intake.drain()
                await self._sleep(1.0)
            self._metrics.show(self._engine, self._intake)

    async def _watch_progress(self) -> None:
        known: dict[int, object] = {}
        while not self._stopping.is_set():
            try:
                rows = self._progress.all()
            except JournalError as error:
                log.warning("progress_unreadable", error=str(error))
                rows = {}
            for chain, row in rows.items():
                state = (row.committed, row.proven, row.synced, row.executed)
                if known.get(chain) != state:
                    known[chain] = state
                    names = ("committed", "proven", "synced", "executed")
                    self._hub.publish("blocks", {"chainId": chain, **dict(zip(names, state, strict=True))})
            await self._sleep(self._pace.poll_seconds)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def sealed(self, block: SealedBlock, hashes: Sequence[bytes]) -> None:
        """Tell the world (called by the engine)."""
        self._metrics.sealed.inc()
        self._hub.publish("blocks", {"block": block.number, "rootHash": f"0x{block.header.new_root:064x}"})
        for index, tx_hash in enumerate(hashes):
            self._hub.publish(
                "transactions",
                {"txHash": "0x" + tx_hash.hex(), "status": "sealed", "block": block.number, "index": index},
            )
