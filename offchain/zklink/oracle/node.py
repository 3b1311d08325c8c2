"""One oracle node in one process: own key, own view of every chain, own database; peers only over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from eth_account.signers.local import LocalAccount

from zklink.chain.client import BlockRef
from zklink.deploy.registry import Registry
from zklink.oracle.api import Api
from zklink.oracle.bootstrap import bootstrap_database
from zklink.oracle.config import OracleConfig
from zklink.oracle.decision import Decision, Verdict, decide, numbers_to_read
from zklink.oracle.errors import FinalityBreach, ProtectionDatabaseError, SigningRefused, StaleChain
from zklink.oracle.gossip import Gossip
from zklink.oracle.limits import RateLimiter
from zklink.oracle.loops import every, probe_lag
from zklink.oracle.metrics import Metrics
from zklink.oracle.observer import ChainObserver
from zklink.oracle.pool import SignaturePool, Window
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.server import HttpServer
from zklink.oracle.signer import Signer
from zklink.oracle.state import ChainHealth, NodeState
from zklink.oracle.store import SignedAttestation, Store
from zklink.oracle.view import ChainStatus, ChainView, observation_of
from zklink.protocol.attestation import Attestation
from zklink.protocol.hashing import u256
from zklink.protocol.types import address_to_hex

log = structlog.get_logger("oracle")
T = TypeVar("T")


class Node:
    """Flow, every `poll_seconds`:

    1. Every chain is observed at a final block that q sources agree about. A chain that cannot be: no signature.
    2. `decide` names the one message the finalised state allows, if any.
    3. The signer records it in the protection database, then releases the signature.
    4. The signature goes to the peers; theirs are pulled every `gossip_seconds`; anyone may fetch the bundle.
    """

    def __init__(
        self,
        config: OracleConfig,
        registry: Registry,
        observers: Mapping[int, ChainObserver],
        account: LocalAccount,
        *,
        bootstrap: bool = False,
        ignore_silent_peers: bool = False,
    ) -> None:
        self._config, self._registry, self._account = config, registry, account
        self._observers = dict(observers)
        self._bootstrap, self._ignore_silent_peers = bootstrap, ignore_silent_peers
        self._own = int(account.address, 16)
        self._interval = config.checkpoint_interval or registry.checkpoint_interval
        self._signer: Signer | None = None
        self._reported = ""
        self.metrics = Metrics()
        self.store = Store(config.store)
        self.pool = SignaturePool(
            self.store, registry.oracle.member_set, registry.deployment_id, self._own, self._own_key_seen_elsewhere
        )
        peers = config.peers
        if peers is None:
            peers = [m.url for m in registry.oracle.members if m.url and int(m.address, 16) != self._own]
        self.gossip = Gossip(peers, self.pool, self.metrics)
        self.state = NodeState(
            signer=address_to_hex(self._own),
            deployment_id=registry.deployment_hex,
            chains={c: ChainHealth(c, o.quorum, len(o.sources)) for c, o in sorted(self._observers.items())},
            frozen=self.store.frozen(),
        )
        self._server = HttpServer()

    @property
    def url(self) -> str:
        """Base URL of the HTTP API once it listens."""
        return self._server.url

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises ProtectionDatabaseError when signing must not start (exit 78)."""
        try:
            if not self._config.protection_database.exists() and not self._bootstrap:
                raise ProtectionDatabaseError(
                    self._config.protection_database, "missing; restore it, or start once with --bootstrap"
                )
            if self._config.protection_database.exists():
                self._open_signer()
            self._announce()
            await self._start()
            if self._signer is None:
                await self._make_database()
            await self._serve(stop)
        finally:
            await self._close()

    async def tick(self) -> Decision | None:
        """One look at all chains, and what follows from it."""
        statuses = await self._observe()
        views = await self._views(statuses) if statuses is not None else None
        if statuses is None or views is None:
            self.state.decision = None
            return None
        self._follow(statuses)
        decision = decide(views, self._registry.chain_count, self._interval)
        self._report(decision)
        if decision.message is not None:
            await self._sign(decision.message, views)
        return decision

    async def _observe(self) -> list[ChainStatus] | None:
        looks = await asyncio.gather(*(self._look(c, o.observe) for c, o in self._observers.items()))
        for (chain, observer), status in zip(self._observers.items(), looks, strict=True):
            health = self.state.chains[chain]
            health.healthy_sources = sum(observer.healthy.values())
            health.quarantined = tuple(observer.quarantined)
            self.metrics.saw_chain(observer, status, time.time())
            if status is not None:
                if health.status is None or health.status.block_hash != status.block_hash:
                    self.store.put_accepted(chain, status.block_number, status.block_hash)
                health.status = status
        found = [status for status in looks if status is not None]
        return found if len(found) == len(self._observers) else None

    async def _views(self, statuses: Sequence[ChainStatus]) -> list[ChainView] | None:
        numbers = numbers_to_read(statuses, self._interval)
        looks = await asyncio.gather(
            *(self._look(s.chain, partial(self._observers[s.chain].view, s, numbers)) for s in statuses)
        )
        views = [view for view in looks if view is not None]
        return views if len(views) == len(statuses) else None

    async def _look(self, chain: int, look: Callable[[], Awaitable[T]]) -> T | None:
        """Result of one look at one chain, None after a problem: one bad chain does not stop reading the others."""
        health = self.state.chains[chain]
        try:
            result = await look()
        except StaleChain as error:
            if health.problem != str(error):
                log.warning("chain_stale", chain=chain, reason=str(error), sources=self._observers[chain].last_errors)
            health.problem = str(error)
            return None
        except FinalityBreach as error:
            self.metrics.breaches.labels(chain).inc()
            self._freeze(str(error))
            health.problem = str(error)
            return None
        if health.problem:
            log.info("chain_observed", chain=chain)
        health.problem = ""
        return result

    def _follow(self, statuses: Sequence[ChainStatus]) -> None:
        ahead = max(s.timestamp for s in statuses) - time.time()
        limit = self._config.clock_skew_seconds
        self.state.clock_problem = f"a final block is {ahead:.0f} s in the future" if ahead > limit else ""
        if len({s.generation for s in statuses}) == 1:
            attested, head = min(s.attested for s in statuses), max(s.committed for s in statuses)
            self.pool.set_window(Window.around(statuses[0].generation, attested, head, self._interval))

    def _report(self, decision: Decision) -> None:
        self.state.decision = decision
        self.state.mismatches = [
            {"chain": m.chain, "block": m.number, "what": m.what, "expected": m.expected, "found": m.found}
            for m in decision.mismatches
        ]
        self.metrics.decided(decision)
        if decision.verdict is Verdict.MISMATCH:  # every time: this must not scroll away
            log.critical("chains_disagree", reason=decision.reason, mismatches=self.state.mismatches)
        elif decision.reason != self._reported:
            log.info("decided", verdict=decision.verdict.value, reason=decision.reason)
        self._reported = decision.reason

    async def _sign(self, message: Attestation, views: Sequence[ChainView]) -> None:
        blocked = self.state.frozen or self.state.clock_problem or self.state.signer_problem
        if blocked or self._signer is None:
            return
        if message.set_epoch != self.pool.members.epoch:
            self._refused("EPOCH", f"the chains are in epoch {message.set_epoch}, the registry names another")
            return
        try:
            item = self._signer.attest(message)
        except SigningRefused as error:
            self._refused(error.rule, str(error))
            return
        self.state.last_refusal = ""
        if item in self.store.of_signer(message.generation, message.block_number, item.signer):
            return
        self.store.put_observation(message.block_number, observation_of(message, views))
        self.pool.add_own(item)
        self.state.last_signed = (message.generation, message.block_number)
        self.metrics.signatures.labels("own", "signed").inc()
        self.metrics.checkpoint_signed.set(message.block_number)
        log.info("signed", generation=message.generation, block=message.block_number)
        await self.gossip.push(item)

    def _refused(self, rule: str, reason: str) -> None:
        self.metrics.refusals.labels(rule).inc()
        if reason != self.state.last_refusal:
            log.error("refused_to_sign", rule=rule, reason=reason)
        self.state.last_refusal = reason

    def _freeze(self, reason: str) -> None:
        self.store.freeze(reason)
        self.state.frozen = self.store.frozen()
        self.metrics.frozen.set(1)
        log.critical("frozen", reason=reason, next="look at the chains, then `zlk oracle unfreeze`")

    def _own_key_seen_elsewhere(self, item: SignedAttestation) -> None:
        if self._signer is not None and not self._signer.released(item.message):
            m = item.message
            self._freeze(
                f"own key signed generation {m.generation} block {m.block_number} elsewhere,"
                " or the protection database is an old copy"
            )

    # life

    def _announce(self) -> None:
        for chain, observer in self._observers.items():
            if observer.quorum == 1:
                log.warning("single_source", chain=chain, text="one source, nothing to compare: local use only")
        log.info("starting", signer=self.state.signer, deployment=self.state.deployment_id, interval=self._interval)
        if self.state.frozen:
            self.metrics.frozen.set(1)
            log.critical("frozen", reason=self.state.frozen)

    async def _start(self) -> None:
        for chain, observer in self._observers.items():
            if kept := self.store.accepted(chain):
                observer.accepted = BlockRef(kept[0], kept[1], "", 0)
        await self.gossip.start()
        config = self._config
        limiter = RateLimiter(config.requests_per_second, config.request_burst)
        api = Api(self.pool, self.store, self.state, self.metrics, limiter)
        await self._server.start(api.application(), config.listen_host, config.listen_port)
        log.info("listening", url=self.url)

    async def _serve(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(every(self._config.poll_seconds, self.tick)),
                tasks.create_task(every(self._config.gossip_seconds, self._exchange)),
                tasks.create_task(probe_lag(self.state)),
            ]
            await stop.wait()
            for task in running:
                task.cancel()

    async def _exchange(self) -> None:
        await self.gossip.pull()
        self.state.peers = {peer: problem or "ok" for peer, problem in self.gossip.problems.items()}
        if self._signer is not None:
            try:
                self._signer.check_ready()
                self.state.signer_problem = ""
            except ProtectionDatabaseError as error:
                self.state.signer_problem = str(error)

    def _open_signer(self) -> None:
        path: Path = self._config.protection_database
        network = u256(self._registry.deployment_id)
        database = ProtectionDatabase.open(path, self._own.to_bytes(20, "big"), network)
        self._signer = Signer(self._account, database, self._registry.deployment_id)
        self.state.signer_problem = ""

    async def _make_database(self) -> None:
        """--bootstrap: close everything that may have been signed before, then open."""
        self.state.signer_problem = "bootstrapping"
        await bootstrap_database(
            self._config,
            self._registry.deployment_id,
            self._own,
            self._observe,
            self.pool,
            self.gossip,
            self._interval,
            self._ignore_silent_peers,
        )
        self._open_signer()

    async def _close(self) -> None:
        await self._server.stop()
        await self.gossip.close()
        for observer in self._observers.values():
            await observer.close()
        if self._signer is not None:
            self._signer.close()
        self.store.close()
