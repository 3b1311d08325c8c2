"""Figures of the sequencer for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from zklink.sequencer.engine import Engine
from zklink.sequencer.intake import Intake


class SequencerMetrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = self._counter("zklink_submissions_handled_total", "Transactions the engine gave a verdict on")
        self.sealed = self._counter("zklink_blocks_sealed_total", "Blocks sealed by this process")
        self._block = self._gauge("zklink_block_number", "Newest sealed block")
        self._waiting = self._gauge("zklink_intake_waiting", "Transactions waiting for a verdict")
        self._requests = self._gauge("zklink_requests_waiting", "Priority requests recorded and not in a block")
        self._age = self._gauge("zklink_open_block_age_seconds", "Age of the oldest entry of the open block")

    def _counter(self, name: str, text: str) -> Counter:
        return Counter(name, text, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self.registry)

    def show(self, engine: Engine, intake: Intake) -> None:
        """Refresh the gauges."""
        self._block.set(engine.number)
        self._waiting.set(intake.waiting)
        self._requests.set(engine.waiting_requests)
        self._age.set(engine.age())
