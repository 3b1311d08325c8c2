"""The relayer as a process: one loop per chain, isolated from the others; one loop for attestations."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry, Gauge

from zklink.chain.client import ChainClient
from zklink.chain.errors import CallReverted, ChainError
from zklink.chain.rollup import Counters, Rollup, StoredBlock
from zklink.chain.sender import OutOfFunds
from zklink.journal.errors import JournalError
from zklink.journal.progress import Progress, ProgressRow
from zklink.relayer import commit, execute, prove, sync
from zklink.relayer.bundles import BundleSource
from zklink.relayer.call import Call
from zklink.relayer.errors import RelayerError
from zklink.relayer.outbox import Outbox
from zklink.relayer.view import ChainView, RelayJournal

log = structlog.get_logger(__name__)
STAGES = (commit, prove, sync, execute)
COUNTER = {"commit": "committed", "prove": "proven", "sync": "synced", "execute": "executed"}
MAX_BACKOFF = 60.0


class RelayerMetrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.block = Gauge("zklink_relay_block", "Highest block of a stage", ["chain", "stage"], registry=self.registry)
        self.balance = Gauge("zklink_relay_balance_wei", "Money of the hot key", ["chain"], registry=self.registry)


@dataclass(slots=True)
class ChainRelay:
    """Observe -> plan -> act -> record, for one chain.

    1. Pin the newest block, read the counters there, record them.
    2. Look after the outbox: receipts, replacements, finality.
    3. Ask each stage, in order, what is ready; skip a stage whose last transaction is still on its way.
    4. Whatever the receipt says, the counters decide what is done.
    """

    client: ChainClient
    rollup: Rollup
    outbox: Outbox
    journal: RelayJournal
    progress: Progress
    bundles: BundleSource
    metrics: RelayerMetrics
    start_block: int
    primary: bool
    chain_count: int
    genesis_root: int
    deployment_id: int
    low_balance: int
    trouble: dict[str, str] = field(default_factory=dict)
    counters: Counters | None = None
    _stored: dict[int, StoredBlock] = field(default_factory=dict)
    _patience: dict[str, int] = field(default_factory=dict)

    async def start(self) -> None:
        """Refuse a wrong chain or contract; bring the outbox up to date. Raises ChainError, RelayerError."""
        await self.client.start()
        await self.rollup.check_identity(
            chain=self.client.chain,
            deployment_id=self.deployment_id.to_bytes(32, "big"),
            chain_count=self.chain_count,
            primary=self.primary,
        )
        await self.outbox.recover()

    async def tick(self) -> int:
        """One look; the number of transactions sent. Raises ChainError, RelayerError, JournalError."""
        head, final = await self.client.block(), await self.client.final_block()
        counters = await self.rollup.counters(head)
        self.counters = counters
        self._show(counters)
        self.progress.record(
            ProgressRow(
                self.client.chain, counters.committed, counters.proven, counters.synced, counters.executed, head.number
            )
        )
        await self.outbox.step(head, final, lambda kind, through: _is_done(counters, kind, through))
        await self._watch_balance()
        view = ChainView(
            self.rollup, head, counters, start_block=self.start_block, primary=self.primary,
            genesis_root=self.genesis_root, deployment_id=self.deployment_id, stored=self._stored,
            bundles=self.bundles.known,
        )  # fmt: skip
        sent = 0
        for stage in STAGES:
            if not self.outbox.in_flight(stage.KIND):
                for call in await stage.ready(self.journal, view):
                    sent += await self._act(call)
        return sent

    async def _act(self, call: Call) -> int:
        job = f"{call.kind}:{call.through}"
        failures = self.outbox.failures(call)
        waited = self._patience.get(job, 0)
        if waited < min(2**failures - 1, 64):  # reverted before: look more often than we pay
            self._patience[job] = waited + 1
            return 0
        self._patience.pop(job, None)
        try:
            await self.outbox.submit(call)
        except CallReverted as error:
            now = await self.rollup.counters()
            if _is_done(now, call.kind, call.through):
                return 0  # somebody else was first
            self.trouble[call.kind] = f"{job}: {error.reason}"
            log.warning("not_accepted", chain=self.client.chain, job=job, reason=error.reason)
            return 0
        except OutOfFunds as error:
            self.trouble["balance"] = str(error)
            return 0
        self.trouble.pop(call.kind, None)
        log.info("sent", chain=self.client.chain, job=job)
        return 1

    async def _watch_balance(self) -> None:
        balance = await self.client.balance(self.outbox.sender)
        self.metrics.balance.labels(str(self.client.chain)).set(balance)
        if balance < self.low_balance:
            self.trouble["balance"] = f"{balance} wei left on chain {self.client.chain}"
        else:
            self.trouble.pop("balance", None)

    def _show(self, counters: Counters) -> None:
        for stage in ("committed", "proven", "synced", "executed"):
            self.metrics.block.labels(str(self.client.chain), stage).set(getattr(counters, stage))


def _is_done(counters: Counters, kind: str, through: int) -> bool:
    return kind in COUNTER and getattr(counters, COUNTER[kind]) >= through


class RelayerService:
    """Runs every chain's loop and the loop for bundles; trouble on one chain never stops another."""

    def __init__(self, relays: Sequence[ChainRelay], bundles: BundleSource, poll_seconds: float) -> None:
        self._relays, self._bundles, self._poll = tuple(relays), bundles, poll_seconds
        self._stopping = asyncio.Event()
        self._started: set[int] = set()

    def problems(self) -> dict[str, str]:
        """Why the service is not ready, by chain and part."""
        found = {}
        for relay in self._relays:
            chain = relay.client.chain
            if chain not in self._started:
                found[f"chain {chain}"] = "not started"
            for part, reason in relay.trouble.items():
                found[f"chain {chain} {part}"] = reason
        return found

    def stop(self) -> None:
        """End `run` after the step at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`."""
        await self._bundles.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._fetch_bundles())
                for relay in self._relays:
                    group.create_task(self._follow(relay))
        finally:
            await self._bundles.close()

    async def _follow(self, relay: ChainRelay) -> None:
        delay = self._poll
        while not self._stopping.is_set():
            try:
                if relay.client.chain not in self._started:
                    await relay.start()
                    self._started.add(relay.client.chain)
                sent = await relay.tick()
                relay.trouble.pop("chain", None)
                delay = min(0.05, self._poll) if sent else self._poll
            except (ChainError, JournalError, RelayerError) as error:
                relay.trouble["chain"] = str(error)
                log.warning("chain_not_usable", chain=relay.client.chain, error=str(error))
                delay = min(2 * max(delay, self._poll), MAX_BACKOFF)
            await self._sleep(delay)

    async def _fetch_bundles(self) -> None:
        while not self._stopping.is_set():
            wanted = {r.counters.proven for r in self._relays if r.counters and r.counters.proven > r.counters.synced}
            await self._bundles.refresh(sorted(wanted))
            await self._sleep(self._poll)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
