"""Metrics of one node, in a registry of its own so that several nodes fit into one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from zklink.oracle.decision import Decision, Verdict
from zklink.oracle.observer import ChainObserver
from zklink.oracle.view import ChainStatus


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
        for name, healthy in observer.healthy.items():
            self.source_healthy.labels(name).set(int(healthy))
            self.disagreements.labels(name).set(observer.disagreements.get(name, 0))

    def decided(self, decision: Decision) -> None:
        """After a decision."""
        self.mismatch_now.set(int(decision.verdict is Verdict.MISMATCH))
        for mismatch in decision.mismatches:
            self.mismatches.labels(mismatch.chain).inc()
        if decision.message is not None:
            self.checkpoint_ready.set(decision.message.block_number)

    def text(self) -> bytes:
        """Exposition format."""
        return generate_latest(self.registry)
