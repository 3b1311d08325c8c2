"""Nodes with invented chains: signing, gossip, refusals, freezes, restarts, bootstrap."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, registry, signed
from zklink.chain.client import BlockRef
from zklink.oracle.codec import signed_to_json
from zklink.oracle.config import OracleConfig
from zklink.oracle.errors import DatabaseLocked, ProtectionDatabaseError, SourceError
from zklink.oracle.node import Node
from zklink.oracle.observer import ChainObserver
from zklink.oracle.protection import Kind, ProtectionDatabase
from zklink.oracle.view import BlockFact, ChainStatus
from zklink.protocol.attestation import Attestation, check_attestation
from zklink.protocol.hashing import u256

KEYS = accounts(4)


@dataclass
class Chain:
    """An invented chain; all nodes see the same one."""

    id: int
    height: int = 10
    committed: int = 3
    proven: int = 2
    attested: int = 0
    generation: int = 0
    down: bool = False
    salt: int = 1
    ahead: float = 0.0
    facts: dict[int, BlockFact] = field(default_factory=dict)

    def fact(self, number: int) -> BlockFact:
        return self.facts.get(number) or BlockFact(number, u256(number + 1), u256(1000 + number))


class ChainSource:
    def __init__(self, chain: Chain) -> None:
        self.chain, self.name = chain, f"chain {chain.id} source 1"

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def head(self) -> BlockRef:
        if self.chain.down:
            raise SourceError(self.name, "down")
        return await self.block(self.chain.height)

    async def block(self, number: int) -> BlockRef:
        return BlockRef(number, "0x" + u256(self.chain.salt << 64 | number).hex(), "0x", int(time.time()))

    async def status(self, at: BlockRef) -> ChainStatus:
        c = self.chain
        timestamp = int(time.time() + c.ahead)
        return ChainStatus(c.id, at.number, at.hash, timestamp, c.committed, c.proven, c.attested, c.attested,
                           c.attested, c.generation, 1)  # fmt: skip

    async def fact(self, number: int, at: BlockRef) -> BlockFact:
        return self.chain.fact(number)


class World:
    """Two chains, and nodes of four members."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chains = [Chain(1), Chain(2)]
        self.running: dict[int, tuple[Node, asyncio.Event, asyncio.Task[None]]] = {}

    def database(self, seat: int) -> Path:
        return self.folder / f"{seat}.db"

    def node(self, seat: int, peers: list[str] | None = None, **options: object) -> Node:
        config = OracleConfig(
            registry=self.folder / "r", keystore=self.folder / "k", protection_database=self.database(seat),
            store=self.folder / f"{seat}-store.db", listen_port=0, peers=peers or [], poll_seconds=0.05,
            gossip_seconds=0.05, bootstrap_wait_seconds=0.5, doppelganger_seconds=0.3,
        )  # fmt: skip
        observers = {c.id: ChainObserver(c.id, [ChainSource(c)], 1, 1.0) for c in self.chains}
        return Node(config, registry(KEYS), observers, KEYS[seat], **options)

    def make_key(self, seat: int) -> None:
        ProtectionDatabase.create(self.database(seat), bytes.fromhex(KEYS[seat].address[2:]))

    async def start(self, seat: int, peers: list[str] | None = None, **options: object) -> Node:
        node, stop = self.node(seat, peers, **options), asyncio.Event()
        task = asyncio.create_task(node.run(stop))
        self.running[seat] = (node, stop, task)
        await until(lambda: node.url or task.done())
        return node

    async def stop(self, seat: int) -> None:
        _, stop, task = self.running.pop(seat)
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "condition never held"
        await asyncio.sleep(0.02)


@pytest.fixture
async def world(tmp_path: Path):
    made = World(tmp_path)
    yield made
    for seat in list(made.running):
        with contextlib.suppress(Exception):
            await made.stop(seat)


def signed_number(node: Node) -> int:
    return node.state.last_signed[1] if node.state.last_signed else 0


async def test_three_nodes_of_four_make_a_bundle(world: World) -> None:
    urls: list[str] = []
    nodes = []
    for seat in range(3):
        world.make_key(seat)
        nodes.append(await world.start(seat, list(urls)))
        urls.append(nodes[-1].url)
    await until(lambda: all(node.pool.latest_bundle() for node in nodes[1:]))
    bundle = nodes[2].pool.latest_bundle()
    assert bundle is not None and bundle.message == Attestation(1, 0, 2, 3, u256(1002))
    members = nodes[0].pool.members
    assert check_attestation(bundle.message, DEPLOYMENT, members, bundle.bitmap, bundle.signatures) == 3
    async with aiohttp.ClientSession() as session, session.get(f"{urls[2]}/v1/bundles/latest") as response:
        assert await response.json() == bundle.to_json()
    async with aiohttp.ClientSession() as session, session.get(f"{urls[2]}/v1/observations/2") as response:
        assert [c["chain"] for c in (await response.json())["chains"]] == [1, 2]
    for chain in world.chains:
        chain.committed = chain.proven = 5
    await until(lambda: nodes[2].pool.bundle(0, 5) is not None)


async def test_first_node_learns_from_pushes_alone(world: World) -> None:
    world.make_key(0)
    world.make_key(1)
    first = await world.start(0)
    await until(lambda: signed_number(first) == 2)
    await world.start(1, [first.url])
    await until(lambda: len(first.store.at(0, 2)) == 2)


async def test_mismatch_is_never_signed_and_shows(world: World) -> None:
    world.make_key(0)
    world.chains[1].facts[2] = BlockFact(2, u256(3), u256(4242))
    node = await world.start(0)
    await until(lambda: node.state.mismatches)
    await asyncio.sleep(0.3)
    assert node.state.last_signed is None and node.store.newest() == []
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{node.url}/healthz") as response:
            health = await response.json()
        async with session.get(f"{node.url}/readyz") as response:
            assert response.status == 503
    assert health["mismatches"][0]["chain"] == 2 and health["decision"]["verdict"] == "mismatch"
    assert b'lon_mismatch_total{chain="2"}' in node.metrics.text()


async def test_chain_without_sources_blocks_signing_until_it_is_back(world: World) -> None:
    world.make_key(0)
    world.chains[1].down = True
    node = await world.start(0)
    await until(lambda: "0 of the required 1" in node.state.chains[2].problem)
    await asyncio.sleep(0.2)
    assert node.state.last_signed is None
    assert node.state.chains[1].problem == ""
    world.chains[1].down = False
    await until(lambda: signed_number(node) == 2)


async def test_clock_far_behind_the_chain_blocks_signing(world: World) -> None:
    world.make_key(0)
    world.chains[0].ahead = 600
    node = await world.start(0)
    await until(lambda: node.state.clock_problem)
    await asyncio.sleep(0.2)
    assert node.state.last_signed is None
    world.chains[0].ahead = 0
    await until(lambda: signed_number(node) == 2)


async def test_finality_breach_freezes_across_restarts(world: World) -> None:
    world.make_key(0)
    node = await world.start(0)
    await until(lambda: signed_number(node) == 2)
    world.chains[0].salt, world.chains[0].height = 2, 12
    await until(lambda: node.state.frozen)
    await world.stop(0)
    world.chains[0].salt = 1
    for chain in world.chains:
        chain.proven = 3
    node = await world.start(0)
    await until(lambda: node.state.decision is not None)
    await asyncio.sleep(0.2)
    assert node.state.frozen and signed_number(node) == 0
    node.store.unfreeze()
    await world.stop(0)
    node = await world.start(0)
    await until(lambda: signed_number(node) == 3)


async def test_own_key_seen_elsewhere_freezes(world: World) -> None:
    world.make_key(0)
    node = await world.start(0)
    await until(lambda: node.pool.window)
    stranger = signed_to_json(signed(KEYS[0], attestation(9)))
    async with aiohttp.ClientSession() as session, session.post(f"{node.url}/v1/signatures", json=stranger) as response:
        assert response.status == 202
    await until(lambda: node.state.frozen)
    assert node.state.frozen is not None and "elsewhere" in node.state.frozen


async def test_restart_signs_the_same_again_and_nothing_else(world: World) -> None:
    world.make_key(0)
    node = await world.start(0)
    await until(lambda: signed_number(node) == 2)
    (before,) = node.store.at(0, 2)
    await world.stop(0)
    (world.folder / "0-store.db").unlink()
    node = await world.start(0)
    await until(lambda: node.store.at(0, 2))
    assert node.store.at(0, 2) == [before] and node.state.frozen is None
    await world.stop(0)
    for chain in world.chains:  # the chains tell another story now: S1
        chain.facts[2] = BlockFact(2, u256(77), u256(77))
    node = await world.start(0)
    await until(lambda: node.state.last_refusal)
    assert node.state.last_refusal.startswith("S1")
    assert b'lon_sign_refusals_total{rule="S1"}' in node.metrics.text()


async def test_second_instance_does_not_start(world: World) -> None:
    world.make_key(0)
    await world.start(0)
    with pytest.raises(DatabaseLocked):
        await world.node(0).run(asyncio.Event())


async def test_missing_database_is_refused(world: World) -> None:
    with pytest.raises(ProtectionDatabaseError, match="--bootstrap"):
        await world.node(0).run(asyncio.Event())
    assert not world.database(0).exists()


async def test_bootstrap_closes_what_peers_and_chains_know(world: World) -> None:
    for seat in (0, 1):
        world.make_key(seat)
    other = await world.start(1)
    node = await world.start(0, [other.url])
    await until(lambda: len(other.store.at(0, 2)) == 2)
    await world.stop(0)
    world.database(0).unlink()
    node = await world.start(0, [other.url], bootstrap=True)
    await until(lambda: node.state.signer_problem == "")
    database = node.signing.signer._signer._database  # type: ignore[union-attr]
    assert database.watermark(0) == 3  # signed 2, plus one checkpoint
    assert database.find(Kind.ATTEST, 0, 2) == []
    for chain in world.chains:
        chain.committed = chain.proven = 4
    await until(lambda: signed_number(node) == 4)


async def test_bootstrap_needs_every_peer(world: World) -> None:
    silent = "http://127.0.0.1:9"
    with pytest.raises(ProtectionDatabaseError, match=r"peers http://127\.0\.0\.1:9 are silent"):
        await world.node(0, [silent], bootstrap=True).run(asyncio.Event())
    assert not world.database(0).exists()
    node = await world.start(0, [silent], bootstrap=True, ignore_silent_peers=True)
    await until(lambda: node.state.signer_problem == "")
    world.chains[0].down = True
    await world.stop(0)
    world.database(0).unlink()
    with pytest.raises(ProtectionDatabaseError, match="not observable"):
        await world.node(0, [silent], bootstrap=True, ignore_silent_peers=True).run(asyncio.Event())
