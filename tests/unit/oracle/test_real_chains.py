"""Nodes over real contracts on two local chains: observe, sign, aggregate; the rollups accept the bundle."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from web3 import HTTPProvider, Web3

from tests.support.anvil import Anvil, anvil
from tests.support.deployment import MEMBERS, SEQUENCER, TRAPDOOR, compiled, deploy
from tests.support.settlement import Stored, make_block
from tests.unit.oracle.test_node import until
from zklink.deploy.registry import Registry, parse_registry
from zklink.oracle.config import OracleConfig
from zklink.oracle.door import observers_of
from zklink.oracle.errors import SourceError
from zklink.oracle.node import Node
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.source import RpcSource
from zklink.protocol.hashing import u256
from zklink.protocol.statement import genesis_sync_hash


class Chains:
    """Two deployed chains and the blocks stored on them so far."""

    def __init__(self, nodes: dict[int, Anvil]) -> None:
        self.registry: Registry = parse_registry(deploy(nodes))
        self.web3 = {c: Web3(HTTPProvider(node.url)) for c, node in nodes.items()}
        root, sync = u256(self.registry.genesis_root), genesis_sync_hash(self.registry.deployment_id)
        self.stored = dict.fromkeys(nodes, Stored(new_root=root, sync_hash=sync))

    def rollup(self, chain: int) -> Any:
        address = self.registry.chain(chain).contracts["Rollup"]
        return self.web3[chain].eth.contract(address=address, abi=compiled()["Rollup"]["abi"])

    def send(self, chain: int, call: Any) -> None:
        w3 = self.web3[chain]
        transaction = call.build_transaction(
            {"from": SEQUENCER.address, "nonce": w3.eth.get_transaction_count(SEQUENCER.address)}
        )
        raw = SEQUENCER.sign_transaction(transaction).raw_transaction
        assert w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(raw))["status"] == 1

    def commit(self, **other_on: dict[str, Any]) -> None:
        """Commit the next block everywhere; `other_on={"2": {...}}` commits another one on chain 2."""
        times = [int(w3.eth.get_block("latest")["timestamp"]) for w3 in self.web3.values()]
        for chain, before in self.stored.items():
            options = {"deployment_id": u256(self.registry.deployment_id)} | other_on.get(f"chain{chain}", {})
            block = make_block(before, max(times), **options)
            self.send(chain, self.rollup(chain).functions.commit(*block.commit(chain, before, chain == 1)))
            self.stored[chain] = block.stored(chain, before)

    def prove(self) -> None:
        for chain, stored in self.stored.items():
            proof = TRAPDOOR.prove(stored.inputs)
            self.send(chain, self.rollup(chain).functions.prove([stored.words], [proof]))

    def mine(self) -> None:
        for w3 in self.web3.values():
            w3.provider.make_request("anvil_mine", ["0x4"])  # type: ignore[arg-type]


@pytest.fixture
def chains() -> Iterator[Chains]:
    with anvil(31337) as first, anvil(31338) as second:
        yield Chains({1: first, 2: second})


def make_node(folder: Path, registry: Registry, seat: int, peers: list[str]) -> Node:
    member = sorted(MEMBERS, key=lambda m: int(m.address, 16))[seat]
    config = OracleConfig(
        registry=folder / "r", keystore=folder / "k", protection_database=folder / f"{seat}.db",
        store=folder / f"{seat}-store.db", listen_port=0, peers=peers, poll_seconds=0.2, gossip_seconds=0.1,
        clock_skew_seconds=3600,
    )  # fmt: skip
    ProtectionDatabase.create(config.protection_database, bytes.fromhex(member.address[2:]))
    return Node(config, registry, observers_of(config, registry), member)


async def test_bundle_is_accepted_by_every_rollup(chains: Chains, tmp_path: Path) -> None:
    chains.commit()
    chains.mine()
    stop, urls, made = asyncio.Event(), [], []
    async with asyncio.TaskGroup() as tasks:
        try:
            for seat in range(3):
                node = make_node(tmp_path, chains.registry, seat, list(urls))
                tasks.create_task(node.run(stop))
                await until(lambda node=node: node.url)
                urls.append(node.url)
                made.append(node)
            await until(lambda: all(node.state.decision for node in made), 30)
            await asyncio.sleep(0.5)
            assert all(node.state.last_signed is None for node in made)  # committed everywhere, proven nowhere
            await asyncio.to_thread(chains.prove)
            await asyncio.sleep(0.5)
            assert all(node.state.last_signed is None for node in made)  # proven, not final
            await asyncio.to_thread(chains.mine)
            await until(lambda: made[2].pool.bundle(0, 1) is not None, 30)
            bundle = made[2].pool.bundle(0, 1)
            assert bundle is not None
            for chain, stored in chains.stored.items():
                call = chains.rollup(chain).functions.sync(stored.words, 1, bundle.bitmap, bundle.signatures)
                await asyncio.to_thread(chains.send, chain, call)
                assert chains.rollup(chain).functions.counters().call()[2] == 1
            await asyncio.to_thread(chains.mine)
            await until(lambda: made[0].state.decision and "attested on every" in made[0].state.decision.reason, 30)
        finally:
            stop.set()


async def test_chains_with_different_blocks_are_never_attested(chains: Chains, tmp_path: Path) -> None:
    chains.commit(chain2={"h": 4242})
    chains.prove()
    chains.mine()
    node, stop = make_node(tmp_path, chains.registry, 0, []), asyncio.Event()
    task = asyncio.create_task(node.run(stop))
    try:
        await until(lambda: node.state.mismatches, 30)
        await asyncio.sleep(0.5)
        assert node.state.mismatches[0]["what"] == "sync_hash" and node.store.newest() == []
    finally:
        stop.set()
        await task


async def test_source_of_another_chain_or_gate_is_refused(chains: Chains) -> None:
    registry = chains.registry
    wrong_chain = RpcSource(registry, 1, 1, registry.chain(2).rpc, 5.0)
    with pytest.raises(SourceError, match="31338"):
        await wrong_chain.head()
    await wrong_chain.close()
    members = tuple(m.model_copy(update={"weight": 2}) for m in registry.oracle.members)
    other = registry.model_copy(update={"oracle": registry.oracle.model_copy(update={"members": members})})
    wrong_members = RpcSource(other, 1, 1, registry.chain(1).rpc, 5.0)
    with pytest.raises(SourceError, match="not the registry's"):
        await wrong_members.head()
    await wrong_members.close()


@pytest.mark.parametrize(
    ("function", "lie"),
    [
        ("counters()", [9, 9, 9, 9]),
        ("attested()", [7]),
        ("generation()", [1]),
        ("epoch()", [2]),
        ("stored_hash(uint256)", [5]),
        ("sync_hash(uint256)", [5]),
    ],
)
async def test_source_that_lies_is_found_out(chains: Chains, function: str, lie: list[int]) -> None:
    await asyncio.to_thread(chains.commit)
    await asyncio.to_thread(chains.mine)
    selector = "0x" + Web3.keccak(text=function)[:4].hex()
    told = "0x" + b"".join(u256(value) for value in lie).hex()

    def answer(body: dict[str, Any]) -> Any:
        mine = body["method"] == "eth_call" and body["params"][0]["data"].startswith(selector)
        return told if mine else HONEST

    async with proxied_source(chains, answer) as (source, lies):
        head = await source.head()
        assert (await source.status(head)).committed == 1
        assert (await source.fact(1, head)).number == 1
        lies.set()
        with pytest.raises(SourceError):
            await source.status(head)
            await source.fact(1, head)


METHODS = (
    "eth_chainId", "eth_getCode", "eth_call", "eth_getLogs", "eth_getBlockByNumber", "eth_getBlockByHash",
    "eth_getProof",
)  # fmt: skip
NONSENSE = (None, "", "0x", "zz", 5, [], [5], {}, {"number": "0x1"}, "0x" + "ff" * 32)


async def test_nonsense_is_the_sources_failure(chains: Chains) -> None:
    await asyncio.to_thread(chains.commit)
    await asyncio.to_thread(chains.mine)
    for method, nonsense in product(METHODS, NONSENSE):
        if method == "eth_getCode" and nonsense == NONSENSE[-1]:
            continue  # any bytes are code

        def answer(body: dict[str, Any], method: str = method, nonsense: Any = nonsense) -> Any:
            return nonsense if body["method"] == method else HONEST

        async with proxied_source(chains, answer) as (source, lies):
            lies.set()
            with pytest.raises(SourceError):
                head = await source.head()
                await source.status(head)
                await source.fact(1, head)
                pytest.fail(f"{nonsense!r} was believed for {method}")


HONEST = object()


@asynccontextmanager
async def proxied_source(
    chains: Chains, answer: Callable[[dict[str, Any]], Any]
) -> AsyncIterator[tuple[RpcSource, asyncio.Event]]:
    """A source of chain 1 that answers as `answer(request)` says once the event is set, unless it says HONEST."""
    lies = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        told = answer(body) if lies.is_set() else HONEST
        if told is not HONEST:
            return web.json_response({"jsonrpc": "2.0", "id": body["id"], "result": told})
        async with session.post(chains.registry.chain(1).rpc, json=body) as honest:
            return web.json_response(await honest.json())

    app = web.Application()
    app.router.add_post("/", handle)
    async with TestServer(app) as server, ClientSession() as session:
        source = RpcSource(chains.registry, 1, 1, str(server.make_url("/")), 5.0)
        yield source, lies
        await source.close()
