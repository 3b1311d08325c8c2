"""The only wiring: configuration in, running services out. Nothing here decides anything."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import web
from eth_account.signers.local import LocalAccount

from zklink.chain.bridge import Bridge
from zklink.chain.client import ChainClient, Finality
from zklink.chain.rollup import Rollup
from zklink.chain.sender import GWEI, FeePolicy, load_key
from zklink.config import Config, ConfigError, FeeConfig, RelayerConfig
from zklink.deploy.manifest import ChainEntry, Registry, load_registry
from zklink.journal.blocks import Blocks
from zklink.journal.lease import Lease
from zklink.journal.progress import Progress
from zklink.journal.proofs import Proofs
from zklink.journal.requests import Requests
from zklink.journal.store import Journal
from zklink.journal.submissions import Submissions
from zklink.observe import configure_logging, health_application, serve
from zklink.prover.native import NativeBackend
from zklink.prover.worker import ProverMetrics, ProverWorker, RegisteredBackend, WorkerPace
from zklink.relayer.bundles import BundleSource
from zklink.relayer.outbox import Outbox
from zklink.relayer.service import ChainRelay, RelayerMetrics, RelayerService
from zklink.relayer.view import RelayJournal
from zklink.sequencer.admission import Admission
from zklink.sequencer.api.events import EventHub
from zklink.sequencer.api.limits import RateLimit
from zklink.sequencer.api.methods import Api
from zklink.sequencer.api.server import Server
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine
from zklink.sequencer.intake import Intake
from zklink.sequencer.metrics import SequencerMetrics
from zklink.sequencer.observer import Observer
from zklink.sequencer.service import Pace, SequencerService

log = structlog.get_logger(__name__)
Closer = Callable[[], object]


class Runnable(Protocol):
    """What every service offers."""

    async def run(self) -> None:
        """Until `stop`."""

    def stop(self) -> None:
        """Drain and end `run`."""


@dataclass(slots=True)
class Service:
    """A wired service: what runs, what it serves, and what must be closed after it."""

    name: str
    core: Runnable
    app: web.Application
    host: str
    port: int
    closers: list[Closer]

    async def run(self) -> None:
        """Serve and run until SIGTERM or SIGINT; then drain and close everything."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread: tests
                loop.add_signal_handler(number, self.core.stop)
        try:
            runner, self.port = await serve(self.app, self.host, self.port)
            log.info("listening", host=self.host, port=self.port)
            try:
                await self.core.run()
            finally:
                await runner.cleanup()
        finally:
            for close in self.closers:
                result = close()
                if asyncio.iscoroutine(result):
                    await result
            log.info("stopped")


def _client(config: Config, entry: ChainEntry) -> ChainClient:
    finality = Finality(entry.finality.policy, entry.finality.depth)
    return ChainClient(entry.id, entry.evm_chain_id, config.rpc.get(entry.id) or [entry.rpc], finality)


def _begin(config: Config, name: str) -> Registry:
    configure_logging(config.log.format, config.log.level, name)
    return load_registry(config.registry)


def _open(config: Config, registry: Registry, only: str | None = None) -> tuple[Journal, list[Closer]]:
    """The journal, and what closes it; `only` one process of that kind may have it."""
    lease = Lease(config.journal, only) if only else None
    try:
        journal = Journal(config.journal, registry.deployment_hex)
    except BaseException:
        if lease:
            lease.release()
        raise
    return journal, [journal.close, *([lease.release] if lease else [])]


def build_sequencer(config: Config) -> Service:
    """The sequencer. Raises OSError, ManifestError, JournalError; LeaseHeld when another one runs."""
    registry = _begin(config, "sequencer")
    journal, closers = _open(config, registry, only="sequencer")
    own = config.sequencer
    clock, hub, metrics = Clock(registry.primary), EventHub(), SequencerMetrics()
    engine = Engine(journal, registry.network, registry.listing, registry.block_shapes, clock)
    intake = Intake(engine, hub, own.queue)
    clients = [_client(config, entry) for entry in registry.chains]
    observers = [
        Observer(
            client, Rollup(client, entry.contracts["Rollup"]), Bridge(client, entry.contracts["Bridge"]),
            Requests(journal), clock, registry.deployment_id, entry.start_block,
        )
        for client, entry in zip(clients, registry.chains, strict=True)
    ]  # fmt: skip
    core = SequencerService(
        engine, intake, hub, observers, Pace(own.block_seconds, own.poll_seconds), metrics
    )  # fmt: skip
    admission = Admission(frozenset(registry.listing.decimals), own.min_fees)
    api = Api(registry, engine, admission, intake, hub)
    app = health_application(metrics.registry, core.problems)
    limit = RateLimit(own.rate_per_second, own.rate_burst)
    Server(api.methods(), hub, limit, own.max_connections).install(app)
    return Service("sequencer", core, app, own.host, own.port, [*(client.close for client in clients), *closers])


def build_prover(config: Config) -> Service:
    """One proving worker; any number may run. Raises OSError, ManifestError, JournalError."""
    registry = _begin(config, "prover")
    journal, closers = _open(config, registry)
    own, metrics = config.prover, ProverMetrics()
    native = NativeBackend(registry.preset_sizes, own.build, own.threads)
    backend = RegisteredBackend(native, {shape.id: shape.verifying_key_hash for shape in registry.shapes})
    pace = WorkerPace(own.lease_seconds, own.retry_seconds, own.poll_seconds)
    worker = ProverWorker(journal, backend, own.worker, pace, metrics)
    app = health_application(metrics.registry, worker.problems)
    return Service("prover", worker, app, own.host, own.port, closers)


def build_relayer(config: Config) -> Service:
    """The relayer. Raises ConfigError, KeyFileError, ManifestError, JournalError; LeaseHeld when another one runs."""
    if config.relayer is None:
        raise ConfigError("relayer: the section is missing")
    own = config.relayer
    registry = _begin(config, "relayer")
    accounts = {entry.id: _account(own, entry.id) for entry in registry.chains}
    journal, closers = _open(config, registry, only="relayer")
    urls = own.oracles if own.oracles is not None else [m.url for m in registry.oracle.members if m.url]
    bundles = BundleSource(urls, registry.deployment_id, registry.oracle.member_set)
    metrics = RelayerMetrics()
    relays = [
        _relay(config, accounts[entry.id], registry, journal, entry, bundles, metrics) for entry in registry.chains
    ]
    core = RelayerService(relays, bundles, own.poll_seconds)
    app = health_application(metrics.registry, core.problems)
    return Service("relayer", core, app, own.host, own.port, [*(relay.client.close for relay in relays), *closers])


def _account(own: RelayerConfig, chain: int) -> LocalAccount:
    if chain not in own.keys:
        raise ConfigError(f"relayer.keys: chain {chain} has no key")
    return load_key(own.keys[chain].file, own.keys[chain].password_file)


def _relay(
    config: Config,
    account: LocalAccount,
    registry: Registry,
    journal: Journal,
    entry: ChainEntry,
    bundles: BundleSource,
    metrics: RelayerMetrics,
) -> ChainRelay:
    own = config.relayer
    assert own is not None
    client, progress = _client(config, entry), Progress(journal)
    outbox = Outbox(
        client, account, Submissions(journal), progress,
        _fee_policy(own.fees.get(entry.id, own.default_fees)),
    )  # fmt: skip
    return ChainRelay(
        client=client,
        rollup=Rollup(client, entry.contracts["Rollup"]),
        outbox=outbox,
        journal=RelayJournal(Blocks(journal), Proofs(journal)),
        progress=progress,
        bundles=bundles,
        metrics=metrics,
        start_block=entry.start_block,
        primary=entry.id == registry.primary,
        chain_count=registry.chain_count,
        genesis_root=registry.genesis_root,
        deployment_id=registry.deployment_id,
        low_balance=own.low_balance_wei,
    )


def _fee_policy(fees: FeeConfig) -> FeePolicy:
    return FeePolicy(
        max_fee=int(fees.max_fee_gwei * GWEI),
        max_tip=int(fees.max_tip_gwei * GWEI),
        min_tip=int(fees.min_tip_gwei * GWEI),
        bump_after=fees.bump_after_blocks,
        bump_percent=fees.bump_percent,
    )
