"""The proving worker: takes sealed blocks without a proof from the journal, proves, checks, stores."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from zklink.journal.blocks import Blocks
from zklink.journal.errors import JournalError
from zklink.journal.proofs import ProofRow, Proofs
from zklink.journal.store import Journal
from zklink.protocol.block import SealedBlock
from zklink.protocol.hashing import keccak256, u256
from zklink.prover.backend import Proof
from zklink.prover.errors import KeyMismatch, SelfCheckFailed
from zklink.prover.native import NativeBackend
from zklink.state.effects import BlockEffects
from zklink_native import VerifyingKey

log = structlog.get_logger(__name__)


class WorkerBackend(Protocol):
    """What the worker asks of a prover."""

    def prove(self, effects: BlockEffects) -> Proof:
        """A checked proof of one block."""

    def verify(self, proof: Proof, shape_id: int) -> bool:
        """Whether a proof holds under the shape's key."""

    def key_hash(self, shape_id: int) -> str:
        """Names the verifying key. Raises KeyMismatch when it is not the deployment's."""


def verifying_key_hash(key: VerifyingKey) -> str:
    """keccak256 of the key's words in the order of the EVM's precompiles, as a chain's verifier answers it."""
    words = list(key.alpha)
    for x, y in (key.beta, key.gamma, key.delta):
        words += [x[1], x[0], y[1], y[0]]
    for point in key.ic:
        words += point
    return "0x" + keccak256(b"".join(u256(word) for word in words)).hex()


class RegisteredBackend:
    """The native prover, held to the verifying keys that the deployment registered."""

    def __init__(self, native: NativeBackend, expected: Mapping[int, str]) -> None:
        """`expected`: shape id -> hash of its verifying key, from the registry."""
        self._native, self._expected = native, dict(expected)

    def key_hash(self, shape_id: int) -> str:
        """The hash, equal to the registry's. Raises KeyMismatch."""
        found = verifying_key_hash(self._native.load(shape_id)[1])
        if found != self._expected.get(shape_id):
            raise KeyMismatch(f"shape {shape_id}: key {found} is not the registered {self._expected.get(shape_id)}")
        return found

    def prove(self, effects: BlockEffects) -> Proof:
        """As NativeBackend."""
        return self._native.prove(effects)

    def verify(self, proof: Proof, shape_id: int) -> bool:
        """As NativeBackend."""
        return self._native.verify(proof, shape_id)


@dataclass(frozen=True, slots=True)
class WorkerPace:
    """Seconds."""

    lease_seconds: float = 300.0
    retry_seconds: float = 10.0
    poll_seconds: float = 0.5


class ProverMetrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.proven = Counter("zklink_proofs_total", "Proofs stored", registry=self.registry)
        self.failed = Counter("zklink_proof_failures_total", "Proofs that did not come to be", registry=self.registry)
        self.seconds = Histogram(
            "zklink_proof_seconds", "Time of one proof", registry=self.registry,
            buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600),
        )  # fmt: skip


class ProverWorker:
    """1. Lease the oldest block without proof; the lease is prolonged while the proof is made, and lapses with us.
    2. Compare its witness data with the sealed block, prove in a thread.
    3. Verify the proof against the sealed block's public inputs, not the prover's.
    4. Store it; when another worker was first, its proof stays.
    """

    def __init__(self, journal: Journal, backend: WorkerBackend, name: str, pace: WorkerPace, metrics: ProverMetrics):
        self._journal, self._backend, self._name, self._pace, self._metrics = journal, backend, name, pace, metrics
        self._blocks, self._proofs = Blocks(journal), Proofs(journal)
        self._stopping = asyncio.Event()
        self._trouble: dict[str, str] = {}

    def problems(self) -> dict[str, str]:
        """Why the worker is not ready."""
        return dict(self._trouble)

    def stop(self) -> None:
        """End `run` after the proof at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping.is_set():
            try:
                worked = await self.step()
                self._trouble.pop("journal", None)
            except JournalError as error:
                self._trouble["journal"] = str(error)
                log.error("journal_unusable", error=str(error))
                worked = False
            if not worked:
                await self._sleep(self._pace.poll_seconds)

    async def step(self) -> bool:
        """Prove one block; False when there is nothing to do or it failed. Raises JournalError."""
        number = self._proofs.lease(self._name, self._pace.lease_seconds)
        if number is None:
            return False
        prolong = asyncio.create_task(self._prolong(number))
        started = time.monotonic()
        try:
            row = await asyncio.to_thread(self._prove, number, started)
        except JournalError:
            raise
        except Exception as error:  # whatever a block does to us, the next one gets its turn
            self._metrics.failed.inc()
            self._trouble["proof"] = f"block {number}: {error}"
            log.error("proof_failed", block=number, error=str(error), attempts=self._proofs.attempts(number))
            self._proofs.record_failure(number, self._name, str(error), self._pace.retry_seconds)
            return False
        finally:
            prolong.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await prolong
        first = self._proofs.store(row)
        self._trouble.pop("proof", None)
        self._metrics.proven.inc()
        self._metrics.seconds.observe(row.seconds)
        log.info("proven", block=number, seconds=round(row.seconds, 2), first=first)
        return True

    def _prove(self, number: int, started: float) -> ProofRow:
        row = self._blocks.get(number)
        if row is None:
            raise ValueError(f"block {number} is not in the journal")
        block = SealedBlock.from_json(json.loads(row.body))
        effects = BlockEffects.from_bytes(self._blocks.effects(number))
        if (effects.z, effects.u, effects.h, effects.y) != block.public_inputs or effects.header != block.header:
            raise SelfCheckFailed("the witness data belongs to another block")
        key_hash = self._backend.key_hash(row.shape)
        proof = self._backend.prove(effects)
        if proof.public != block.public_inputs or not self._backend.verify(proof, row.shape):
            raise SelfCheckFailed("the proof does not prove the sealed block")
        return ProofRow(number, row.shape, key_hash, proof.to_json(), time.monotonic() - started)

    async def _prolong(self, number: int) -> None:
        while True:
            await asyncio.sleep(self._pace.lease_seconds / 3)
            with contextlib.suppress(JournalError):
                self._proofs.extend(number, self._name, self._pace.lease_seconds)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
