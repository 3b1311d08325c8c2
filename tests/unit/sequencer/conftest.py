"""An engine on a real journal, and users who deposit without a chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.actors import ALICE, BOB, DEPLOYMENT_ID, LISTING, NETWORK, ONE, Actor
from zklink.journal.requests import Cursor, RequestRow
from zklink.journal.store import Journal
from zklink.protocol.ops import Deposit, FullExit, Operation, op_to_json
from zklink.protocol.request import PriorityRequest
from zklink.protocol.txhash import request_transaction_hash
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine, Submitted, submitted

START = 1_800_000_000


@dataclass
class World:
    """`now` is the local clock; requests are recorded as an observer would."""

    path: Path
    now: int = START
    ids: dict[int, int] = field(default_factory=dict)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> Engine:
        """A new process on the same file: nothing but the journal is carried over."""
        if hasattr(self, "engine"):
            self.engine.journal.close()
        journal = Journal(self.path, f"0x{DEPLOYMENT_ID:064x}")
        clock = Clock(NETWORK.primary, lambda: self.now)
        for chain in (1, 2, 3):
            clock.report(chain, self.now)
        self.engine = Engine(journal, NETWORK, LISTING, NETWORK.preset.shapes[:1], clock)
        self.engine.restore()
        return self.engine

    def request(self, op: Deposit | FullExit, *, deadline: int = START + 604_800) -> RequestRow:
        """Queue a request on its chain and record it."""
        number = self.ids.get(op.chain, 0)
        self.ids[op.chain] = number + 1
        tx_hash = request_transaction_hash(PriorityRequest(number, op, deadline), DEPLOYMENT_ID)
        row = RequestRow(op.chain, number, tx_hash, json.dumps(op_to_json(op)), deadline)
        self.engine.requests.record(Cursor(op.chain, number + 1, "0x"), [row])
        self.engine.add_requests([row])
        return row

    def submit(self, *ops: Operation) -> list[Submitted]:
        """One batch."""
        batch = [submitted(op, NETWORK) for op in ops]
        self.engine.submit(batch)
        return batch

    def fund(self, actor: Actor = ALICE, units: int = 100 * ONE, *, with_key: bool = True) -> int:
        """Deposit on chain 1, set the key, seal; the account."""
        self.request(actor.deposit(1, units))
        self.engine.take_requests()
        account = self.engine.ledger.find(actor.owner)
        assert account is not None
        if with_key:
            (item,) = self.submit(actor.change_key(account, 0))
            assert item.done, item.error
        self.engine.seal()
        return account


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path / "j.sqlite")
    yield found
    found.engine.journal.close()


__all__ = ["ALICE", "BOB", "ONE", "World"]
