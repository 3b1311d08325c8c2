"""The worker: leases, self-check before storing, failures that leave the block for the next try."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.actors import ALICE, DEPLOYMENT_ID, LISTING, NETWORK, ONE
from zklink.journal.blocks import BlockRow, Blocks
from zklink.journal.proofs import Proofs
from zklink.journal.store import Journal
from zklink.protocol.hashing import u256
from zklink.prover.backend import Proof
from zklink.prover.errors import KeyMismatch
from zklink.prover.worker import ProverMetrics, ProverWorker, RegisteredBackend, WorkerPace
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context
from zklink.state.effects import BlockEffects
from zklink.state.ledger import Ledger
from zklink.witness.errors import ConstraintError


class StagedBackend:
    """Proofs that are only their public inputs; everything else a backend may do wrong is switched on by a test."""

    def __init__(self) -> None:
        self.proven: list[int] = []
        self.trouble: Exception | None = None
        self.honest, self.key = True, "0xkey"
        self.gate = threading.Event()
        self.gate.set()

    def key_hash(self, shape_id: int) -> str:
        return self.key

    def prove(self, effects: BlockEffects) -> Proof:
        self.gate.wait(20)
        if self.trouble:
            raise self.trouble
        self.proven.append(effects.header.number)
        z = effects.z if self.honest else effects.z ^ 1
        return Proof((effects.header.number,) * 8, (z, effects.u, effects.h, effects.y))

    def verify(self, proof: Proof, shape_id: int) -> bool:
        return self.verdict

    verdict = True


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "j.sqlite", f"0x{DEPLOYMENT_ID:064x}")
    ledger = Ledger.genesis(NETWORK)
    for number in (1, 2):
        builder = BlockBuilder(ledger, Context(NETWORK, LISTING), 8)
        builder.add(ALICE.deposit(1, ONE))
        block, effects = builder.seal(number, 100, NETWORK.preset.shapes[0], builder.old_root)
        ledger.commit()
        row = BlockRow(number, 100, 1, u256(ledger.root), json.dumps(block.to_json()), effects.to_bytes())
        with found.write() as db:
            Blocks(found).insert(db, row)
    yield found
    found.close()


def worker(journal: Journal, backend: StagedBackend, name: str = "w", **pace: float) -> ProverWorker:
    return ProverWorker(
        journal, backend, name, replace(WorkerPace(5, 0.1, 0.02), **pace), ProverMetrics()
    )  # fmt: skip


async def test_blocks_are_proven_in_order_and_then_there_is_rest(journal: Journal) -> None:
    backend = StagedBackend()
    prover = worker(journal, backend)
    assert await prover.step() and await prover.step() and not await prover.step()
    assert backend.proven == [1, 2]
    stored = Proofs(journal).get(2)
    assert stored is not None and Proof.from_json(stored.body).words[0] == 2 and stored.key_hash == "0xkey"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"honest": False}, "does not prove the sealed block"),
        ({"verdict": False}, "does not prove the sealed block"),
        ({"trouble": KeyMismatch("the key was made for other circuits")}, "other circuits"),
        ({"trouble": ConstraintError("step 0", "boom")}, "step 0"),
        ({"trouble": OSError("no such key")}, "no such key"),
    ],
)
async def test_nothing_is_stored_after_a_fault_and_the_block_is_tried_again(
    journal: Journal, fault: dict[str, object], message: str
) -> None:
    backend = StagedBackend()
    for name, value in fault.items():
        setattr(backend, name, value)
    prover = worker(journal, backend)
    assert not await prover.step()
    assert Proofs(journal).get(1) is None and message in prover.problems()["proof"]
    backend.honest, backend.verdict, backend.trouble = True, True, None
    await asyncio.sleep(0.15)
    assert await prover.step() and Proofs(journal).get(1) is not None
    assert prover.problems() == {}


async def test_witness_data_of_another_block_is_refused(journal: Journal) -> None:
    with journal.write() as db:
        db.execute("UPDATE effects SET body = (SELECT body FROM effects WHERE block = 2) WHERE block = 1")
    backend = StagedBackend()
    assert not await worker(journal, backend).step()
    assert backend.proven == []


async def test_damaged_witness_data_is_reported(journal: Journal) -> None:
    with journal.write() as db:
        db.execute("UPDATE effects SET body = x'00112233' WHERE block = 1")
    prover = worker(journal, StagedBackend())
    assert not await prover.step()
    assert "block 1" in prover.problems()["proof"]


async def test_two_workers_share_the_blocks(journal: Journal) -> None:
    one, two = StagedBackend(), StagedBackend()
    one.gate.clear()
    first = asyncio.create_task(worker(journal, one, "one").step())
    await asyncio.sleep(0.1)
    assert await worker(journal, two, "two").step()
    one.gate.set()
    assert await first
    assert (one.proven, two.proven) == ([1], [2])


async def test_a_long_proof_keeps_its_lease(journal: Journal) -> None:
    slow = StagedBackend()
    slow.gate.clear()
    task = asyncio.create_task(worker(journal, slow, "slow", lease_seconds=0.3).step())
    await asyncio.sleep(1.0)
    assert Proofs(journal).lease("other", 5) == 2
    slow.gate.set()
    assert await task


async def test_a_killed_workers_block_is_taken_over(journal: Journal) -> None:
    assert Proofs(journal).lease("killed", 0.2) == 1  # and never heard of again
    backend = StagedBackend()
    prover = worker(journal, backend)
    assert await prover.step()
    assert backend.proven == [2]
    await asyncio.sleep(0.25)
    assert await prover.step()
    assert backend.proven == [2, 1]


async def test_a_late_proof_is_harmless(journal: Journal) -> None:
    late = StagedBackend()
    late.gate.clear()
    prover = worker(journal, late, "late")
    task = asyncio.create_task(prover.step())
    await asyncio.sleep(0.1)
    with journal.write() as db:
        db.execute("UPDATE leases SET until = 0")
    assert await worker(journal, StagedBackend(), "quick").step()
    late.gate.set()
    assert await task
    assert journal.one("SELECT count(*) FROM proofs WHERE block = 1")[0] == 1


async def test_stop_ends_the_loop_after_the_proof_at_hand(journal: Journal) -> None:
    backend = StagedBackend()
    backend.gate.clear()
    prover = worker(journal, backend)
    task = asyncio.create_task(prover.run())
    await asyncio.sleep(0.1)
    prover.stop()
    backend.gate.set()
    async with asyncio.timeout(5):
        await task
    assert backend.proven == [1]


async def test_a_busy_disk_does_not_end_the_loop(journal: Journal) -> None:
    prover = worker(journal, StagedBackend())
    journal.one("PRAGMA query_only = ON")
    task = asyncio.create_task(prover.run())
    await asyncio.sleep(0.1)
    assert "journal" in prover.problems()
    journal.one("PRAGMA query_only = OFF")
    for _ in range(100):
        if Proofs(journal).get(2) is None:
            await asyncio.sleep(0.05)
    prover.stop()
    await task
    assert Proofs(journal).get(2) is not None and prover.problems() == {}


def test_a_key_that_is_not_the_registered_one_is_refused() -> None:
    class Native:
        def load(self, shape_id: int) -> tuple[None, object]:
            return None, Key()

    class Key:
        alpha = (1, 2)
        beta = gamma = delta = ((3, 4), (5, 6))
        ic = ((7, 8),)

    from zklink.prover.worker import verifying_key_hash

    right = verifying_key_hash(Key())  # type: ignore[arg-type]
    assert RegisteredBackend(Native(), {1: right}).key_hash(1) == right  # type: ignore[arg-type]
    with pytest.raises(KeyMismatch, match="is not the registered 0x00"):
        RegisteredBackend(Native(), {1: "0x00"}).key_hash(1)  # type: ignore[arg-type]
    with pytest.raises(KeyMismatch, match="None"):
        RegisteredBackend(Native(), {}).key_hash(1)  # type: ignore[arg-type]
