"""One oracle node in one process: own key, own view of every chain, own database; peers only over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from eth_account.signers.local import LocalAccount

from zklink.chain.client import BlockRef
from zklink.deploy.registry import Registry
from zklink.oracle.api import Api
from zklink.oracle.bootstrap import bootstrap_database
from zklink.oracle.config import OracleConfig
from zklink.oracle.decision import Decision, Verdict, decide
from zklink.oracle.errors import DoppelgangerFound, SignerUnavailable, SigningRefused
from zklink.oracle.gossip import Gossip
from zklink.oracle.limits import RateLimiter
from zklink.oracle.loops import every, probe_lag
from zklink.oracle.metrics import Metrics
from zklink.oracle.network import NetworkObserver
from zklink.oracle.observer import ChainObserver
from zklink.oracle.pool import SignaturePool, Window
from zklink.oracle.server import HttpServer
from zklink.oracle.signer_client import RemoteSigner
from zklink.oracle.signing import Signing
from zklink.oracle.state import NodeState
from zklink.oracle.store import Store
from zklink.oracle.view import ChainStatus, ChainView, observation_of
from zklink.protocol.attestation import Attestation
from zklink.protocol.types import address_to_hex

log = structlog.get_logger("oracle")


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
        account: LocalAccount | RemoteSigner,
        *,
        bootstrap: bool = False,
        ignore_silent_peers: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config, self._registry = config, registry
        self._bootstrap, self._ignore_silent_peers, self._clock = bootstrap, ignore_silent_peers, clock
        self._interval = config.checkpoint_interval or registry.checkpoint_interval
        self._reported = ""
        self.metrics = Metrics()
        self.store = Store(config.store)
        self.network = NetworkObserver(
            observers, self._interval, self.metrics,
            on_final=lambda s: self.store.put_accepted(s.chain, s.block_number, s.block_hash),
            on_breach=self._freeze, clock=clock,
        )  # fmt: skip
        self.state = NodeState(
            signer="",
            deployment_id=registry.deployment_hex,
            chains=self.network.health,
            frozen=self.store.frozen(),
        )
        self.signing = Signing(config, registry.deployment_id, account, self.state, self._freeze)
        self._own = self.signing.own
        self.state.signer = address_to_hex(self._own)
        self.pool = SignaturePool(
            self.store, registry.oracle.member_set, registry.deployment_id, self._own, self.signing.seen
        )
        peers = config.peers
        if peers is None:
            peers = [m.url for m in registry.oracle.members if m.url and int(m.address, 16) != self._own]
        self.gossip = Gossip(peers, self.pool, self.metrics)
        self._server = HttpServer()

    @property
    def url(self) -> str:
        """Base URL of the HTTP API once it listens."""
        return self._server.url

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises ProtectionDatabaseError when signing must not start (exit 78)."""
        try:
            self.signing.open(self._bootstrap)
            self._announce()
            await self._start()
            if self.signing.signer is None:
                await self._make_database()
            await self._serve(stop)
        finally:
            await self._close()

    async def tick(self) -> Decision | None:
        """One look at all chains, and what follows from it."""
        statuses = await self.network.statuses()
        views = await self.network.views(statuses) if statuses is not None else None
        if statuses is None or views is None:
            self.state.decision = None
            return None
        self._follow(statuses)
        decision = decide(views, self._registry.chain_count, self._interval)
        self._report(decision)
        if decision.message is not None:
            await self._sign(decision.message, views)
        return decision

    def _follow(self, statuses: Sequence[ChainStatus]) -> None:
        ahead = max(s.timestamp for s in statuses) - self._clock()
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
        if self.state.frozen or self.state.clock_problem or self.signing.blocked():
            return
        if message.set_epoch != self.pool.members.epoch:
            self._refused("EPOCH", f"the chains are in epoch {message.set_epoch}, the registry names another")
            return
        try:
            item = await self.signing.attest(message)
        except SigningRefused as error:
            self._refused(error.rule, str(error))
            return
        except SignerUnavailable as error:
            self.state.signer_problem = str(error)
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

    # life

    def _announce(self) -> None:
        for chain, observer in self.network.observers.items():
            if observer.quorum == 1:
                log.warning("single_source", chain=chain, text="one source, nothing to compare: local use only")
        log.info("starting", signer=self.state.signer, deployment=self.state.deployment_id, interval=self._interval)
        if self.state.frozen:
            self.metrics.frozen.set(1)
            log.critical("frozen", reason=self.state.frozen)

    async def _start(self) -> None:
        for chain, observer in self.network.observers.items():
            if kept := self.store.accepted(chain):
                observer.accepted = BlockRef(kept[0], kept[1], "", 0)
        await self.gossip.start()
        config = self._config
        limiter = RateLimiter(config.requests_per_second, config.request_burst)
        api = Api(self.pool, self.store, self.state, self.metrics, limiter)
        await self._server.start(api.application(), config.listen_host, config.listen_port)
        log.info("listening", url=self.url)

    async def _serve(self, stop: asyncio.Event) -> None:
        found: list[DoppelgangerFound] = []

        async def keep_signer() -> None:
            try:
                await self.signing.keep(self.gossip, self.pool)
            except DoppelgangerFound as error:
                found.append(error)
                stop.set()

        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(every(self._config.gossip_seconds, keep_signer)),
                tasks.create_task(every(self._config.poll_seconds, self.tick)),
                tasks.create_task(every(self._config.gossip_seconds, self._exchange)),
                tasks.create_task(probe_lag(self.state)),
            ]
            await stop.wait()
            for task in running:
                task.cancel()
        if found:
            raise found[0]

    async def _exchange(self) -> None:
        await self.gossip.pull()
        self.state.peers = {peer: problem or "ok" for peer, problem in self.gossip.problems.items()}
        self.metrics.looked_at(self.state)
        if newest := self.store.highest():
            members = self.pool.members
            signed = {item.signer for item in self.store.at(*newest[0])}
            weight = sum(m.weight for m in members.members if m.address in signed)
            self.metrics.bundle_weight.set(weight / members.total_weight)

    async def _make_database(self) -> None:
        """--bootstrap: close everything that may have been signed before, then open."""
        await bootstrap_database(
            self._config,
            self._registry.deployment_id,
            self._own,
            self.network.statuses,
            self.pool,
            self.gossip,
            self._interval,
            self._ignore_silent_peers,
        )
        self.signing.open(bootstrap=False)

    async def _close(self) -> None:
        await self._server.stop()
        await self.gossip.close()
        await self.network.close()
        await self.signing.close()
        self.store.close()
