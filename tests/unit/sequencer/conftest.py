"""An engine on a real journal and users who deposit without a chain; the API in front of such an engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.support.actors import ALICE, DEPLOYMENT_ID, LISTING, NETWORK, ONE, Actor
from tests.support.registry import registry_json
from zklink.deploy.manifest import Registry, parse_registry
from zklink.journal.requests import Cursor, RequestRow
from zklink.journal.store import Journal
from zklink.observe import health_application
from zklink.protocol.ops import Deposit, FullExit, Operation, op_to_json
from zklink.protocol.request import PriorityRequest
from zklink.protocol.txhash import request_transaction_hash
from zklink.sequencer.admission import Admission
from zklink.sequencer.api.events import EventHub
from zklink.sequencer.api.limits import RateLimit
from zklink.sequencer.api.methods import Api
from zklink.sequencer.api.server import Server
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine
from zklink.sequencer.entries import Submitted, submitted
from zklink.sequencer.intake import Intake
from zklink.sequencer.metrics import SequencerMetrics
from zklink.sequencer.service import Pace, SequencerService

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


def state(world: World) -> tuple[object, ...]:
    engine = world.engine
    return engine.ledger.root, engine.number, [e.hash for e in engine.open.entries], engine.waiting_requests


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path / "j.sqlite")
    yield found
    found.engine.journal.close()


@dataclass
class Door:
    client: TestClient[Any, Any]
    registry: Registry
    engine: Engine
    hub: EventHub
    intake: Intake
    limit: RateLimit
    alice: Actor
    bob: Actor

    async def call(self, method: str, *params: Any) -> Any:
        answer = await self.raw({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        return answer.get("result") if "error" not in answer else answer["error"]

    async def raw(self, body: Any) -> Any:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        async with self.client.post("/", data=data) as response:
            return json.loads(await response.read())

    def fund(self) -> int:
        operation = self.alice.deposit(1, 100 * ONE)
        request = PriorityRequest(0, operation, 1)
        tx_hash = request_transaction_hash(request, self.registry.deployment_id)
        row = RequestRow(1, 0, tx_hash, json.dumps(op_to_json(operation)), 1)
        self.engine.requests.record(Cursor(1, 1, "0x"), [row])
        self.engine.add_requests([row])
        self.engine.take_requests()
        return 2


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    registry = parse_registry(registry_json())
    journal = Journal(tmp_path / "j.sqlite", registry.deployment_hex)
    clock = Clock(1)
    for chain in (1, 2, 3):
        clock.report(chain, clock.now())
    engine = Engine(journal, registry.network, registry.listing, registry.block_shapes, clock)
    hub = EventHub()
    intake = Intake(engine, hub, 100)
    core = SequencerService(engine, intake, hub, [], Pace(3600, 0.05, 0.01), SequencerMetrics())
    api = Api(registry, engine, Admission(frozenset(registry.listing.decimals), {1: 10, 2: 0}), intake, hub)
    app: web.Application = health_application(SequencerMetrics().registry, core.problems)
    limit = RateLimit(1e6, 10**6)
    Server(api.methods(), hub, limit, max_connections=3).install(app)
    client: TestClient[Any, Any] = TestClient(TestServer(app))
    await client.start_server()
    task = asyncio.create_task(core.run())
    actors = [Actor.of(seed, registry.deployment_id) for seed in (1, 2)]
    yield Door(client, registry, engine, hub, intake, limit, *actors)
    core.stop()
    await task
    await client.close()
    journal.close()
