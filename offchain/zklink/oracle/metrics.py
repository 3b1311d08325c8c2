"""Metrics of one node, in a registry of its own so that several nodes fit into one process."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from zklink.oracle.decision import Decision, Verdict
from zklink.oracle.observer import ChainObserver
from zklink.oracle.state import NodeState
from zklink.oracle.view import ChainStatus

MAX_WAITING = 256
"""Checkpoints whose delay is being measured."""


class Metrics:
    """Names begin with lon_; docs/spec/oracle-node.md lists what each one pages for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.height = self._gauge("lon_chain_finalized_height", "Newest final block seen", "chain")
        self.lag = self._gauge("lon_chain_lag_seconds", "Age of the newest final block", "chain")
        self.source_healthy = self._gauge("lon_source_healthy", "1 while the source agrees", "source")
        self.disagreements = self._gauge("lon_source_disagreements", "Contradictions of a source", "source")
        self.attested = self._gauge("lon_attested", "Attested block number", "chain")
        self.checkpoint_signed = self._gauge("lon_checkpoint_signed", "Highest number this node signed")
        self.checkpoint_ready = self._gauge("lon_checkpoint_ready", "Highest number it could sign")
        self.signatures = self._counter("lon_signatures", "Signatures by result", "origin", "result")
        self.refusals = self._counter("lon_sign_refusals", "Refused signatures by rule", "rule")
        self.mismatches = self._counter("lon_mismatch", "Looks at which a chain disagreed", "chain")
        self.mismatch_now = self._gauge("lon_mismatch_now", "1 while chains disagree about a block")
        self.conflicts = self._counter("lon_conflicts", "Equivocations seen", "signer")
        self.breaches = self._counter("lon_finality_breach", "Final blocks that changed", "chain")
        self.peer_age = self._gauge("lon_peer_signature_age_seconds", "Since a peer's last new signature", "peer")
        self.bundle_weight = self._gauge("lon_bundle_weight_ratio", "Signed weight of the newest number")
        self.frozen = self._gauge("lon_frozen", "1 while signing is frozen")
        self.ready = self._gauge("lon_ready", "1 while this node would sign")
        self.signer_ok = self._gauge("lon_signer_ready", "1 while the signer may be used")
        self.sources_missing = self._gauge("lon_sources_missing", "Agreeing sources short of the quorum", "chain")
        self.unattested_execution = self._gauge(
            "lon_executed_without_attest", "Executed blocks above the attested one; 0 for ever", "chain"
        )
        self.delay = Histogram(
            "lon_attest_delay_seconds", "From first seeing a checkpoint ready to its attestation being final",
            ("chain",), registry=self.registry, buckets=(1, 2, 5, 10, 15, 30, 60, 120, 300, 900, 1800, 3600),
        )  # fmt: skip
        self.loop_lag = self._gauge("lon_loop_lag_seconds", "How late the event loop wakes a sleeper")
        self._ready_since: dict[int, float] = {}
        self._attested: dict[int, int] = {}

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def saw_chain(self, observer: ChainObserver, status: ChainStatus | None, now: float) -> None:
        """After a look at one chain."""
        if status is not None:
            self.height.labels(observer.chain).set(status.block_number)
            self.lag.labels(observer.chain).set(max(0.0, now - status.timestamp))
            self.attested.labels(observer.chain).set(status.attested)
            self._watch(status, now)
        self.sources_missing.labels(observer.chain).set(
            max(0, observer.quorum - sum(observer.healthy.values()))
        )  # fmt: skip
        for name, healthy in observer.healthy.items():
            self.source_healthy.labels(name).set(int(healthy))
            self.disagreements.labels(name).set(observer.disagreements.get(name, 0))

    def _watch(self, status: ChainStatus, now: float) -> None:
        self.unattested_execution.labels(status.chain).set(max(0, status.executed - status.attested))
        before = self._attested.get(status.chain)
        self._attested[status.chain] = status.attested
        if before is not None and status.attested > before and (since := self._ready_since.get(status.attested)):
            self.delay.labels(status.chain).observe(now - since)

    def decided(self, decision: Decision, now: float | None = None) -> None:
        """After a decision."""
        self.mismatch_now.set(int(decision.verdict is Verdict.MISMATCH))
        for mismatch in decision.mismatches:
            self.mismatches.labels(mismatch.chain).inc()
        if decision.message is not None:
            number = decision.message.block_number
            self.checkpoint_ready.set(number)
            self._ready_since.setdefault(number, time.time() if now is None else now)
            while len(self._ready_since) > MAX_WAITING:
                self._ready_since.pop(min(self._ready_since))

    def looked_at(self, state: NodeState) -> None:
        """After a round of gossip."""
        self.ready.set(int(not state.problems()))
        self.signer_ok.set(int(not state.signer_problem))
        self.loop_lag.set(state.loop_lag)

    def text(self) -> bytes:
        """Exposition format."""
        return generate_latest(self.registry)
