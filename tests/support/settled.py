"""Two chains with real contracts, an engine, relays and a hand-made oracle, as fixtures to import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from eth_account import Account
from eth_account.signers.local import LocalAccount

from tests.support.actors import Actor
from tests.support.anvil import KEYS, Anvil, anvil
from tests.support.deployment import MEMBERS, NATIVE, SEQUENCER, TRAPDOOR, deploy
from zklink.chain.bridge import Bridge
from zklink.chain.client import ChainClient, Finality
from zklink.chain.rollup import Rollup
from zklink.chain.sender import FeePolicy, Fees, suggest_fees
from zklink.deploy.manifest import Registry, parse_registry
from zklink.journal.blocks import Blocks
from zklink.journal.progress import Progress
from zklink.journal.proofs import ProofRow, Proofs
from zklink.journal.requests import Requests
from zklink.journal.store import Journal
from zklink.journal.submissions import Submissions
from zklink.protocol.attestation import Attestation, compact_signature, pack_signatures
from zklink.prover.backend import Proof
from zklink.relayer.bundles import BundleSource
from zklink.relayer.outbox import Outbox
from zklink.relayer.service import ChainRelay, RelayerMetrics
from zklink.relayer.view import RelayJournal
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine
from zklink.sequencer.observer import Observer


@pytest.fixture(scope="module")
def nodes() -> Iterator[dict[int, Anvil]]:
    with ExitStack() as stack:
        yield {c: stack.enter_context(anvil(31336 + c)) for c in (1, 2)}


@pytest.fixture(scope="module")
def registry(nodes: dict[int, Anvil]) -> Registry:
    return parse_registry(deploy(nodes))


@dataclass
class Oracle:
    """A node's public API with hand-made bundles."""

    registry: Registry
    bundles: dict[int, dict[str, Any]]

    def attest(self, block: int, root: int, sync_hash: bytes, signers: int = 4) -> dict[str, Any]:
        attestation = Attestation(1, 0, block, root, sync_hash)
        digest = attestation.digest(self.registry.deployment_id)
        table = self.registry.oracle.member_set
        signatures = {
            table.index_of(int(m.address, 16)): compact_signature(bytes(m.unsafe_sign_hash(digest).signature))
            for m in MEMBERS[:signers]
        }
        bitmap, data = pack_signatures(signatures)
        self.bundles[block] = {
            "generation": 0, "block": block, "epoch": 1, "state_root": f"0x{root:064x}",
            "sync_hash": "0x" + sync_hash.hex(), "bitmap": bitmap, "signatures": "0x" + data.hex(),
        }  # fmt: skip
        return self.bundles[block]

    async def latest(self, _: web.Request) -> web.Response:
        if not self.bundles:
            raise web.HTTPNotFound
        return web.json_response(self.bundles[max(self.bundles)])

    async def one(self, request: web.Request) -> web.Response:
        found = self.bundles.get(int(request.match_info["block"]))
        if found is None:
            raise web.HTTPNotFound
        return web.json_response(found)


@dataclass
class World:
    registry: Registry
    clients: dict[int, ChainClient]
    journal: Journal
    clock: Clock
    engine: Engine
    observers: list[Observer]
    relays: list[ChainRelay]
    bundles: BundleSource
    oracle: Oracle
    user: Actor

    def bridge(self, chain: int) -> Bridge:
        return Bridge(self.clients[chain], self.registry.chain(chain).contracts["Bridge"])

    def rollup(self, chain: int) -> Rollup:
        return Rollup(self.clients[chain], self.registry.chain(chain).contracts["Rollup"])

    async def send(self, chain: int, to: str, data: bytes, value: int = 0) -> None:
        client, wallet = self.clients[chain], self.user.wallet
        fees: Fees = await suggest_fees(client, FeePolicy())
        nonce = await client.nonce(wallet.address)
        raw = wallet.sign_transaction(
            {"type": 2, "chainId": client.evm_chain_id, "nonce": nonce, "to": to, "value": value, "data": data,
             "gas": 1_000_000, "maxFeePerGas": fees.max_fee, "maxPriorityFeePerGas": fees.tip}
        ).raw_transaction  # fmt: skip
        tx = await client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
        receipt = None
        while receipt is None:
            receipt = await client.receipt(tx)
        assert int(receipt["status"], 16) == 1

    async def deposit(self, chain: int, amount: int) -> None:
        bridge = self.bridge(chain)
        data = bridge.encode_deposit(NATIVE, amount, 0, self.user.wallet.address, 0)
        await self.send(chain, bridge.address, data, amount + await bridge.request_fee())

    async def observe(self) -> None:
        for client in self.clients.values():
            await client.request("anvil_mine", ["0x3"])
        for observer in self.observers:
            observer.caught_up = False
            while not observer.caught_up:
                rows, _ = await observer.step()
                self.engine.add_requests(rows)
        self.engine.take_requests()

    def prove(self, number: int) -> None:
        """As a prover would, with the key's secrets instead of a witness."""
        block = RelayJournal(Blocks(self.journal), Proofs(self.journal)).sealed(number)
        proof = Proof(tuple(TRAPDOOR.prove(block.public_inputs)), block.public_inputs)
        Proofs(self.journal).store(ProofRow(number, 1, "0x", proof.to_json(), 0.0))

    async def tick(self, times: int = 1) -> None:
        for _ in range(times):
            await self.bundles.refresh()
            for relay in self.relays:
                await relay.tick()

    def committed(self, chain: int) -> int:
        counters = self.relays[chain - 1].counters
        return counters.committed if counters else 0

    async def until(self, stage: str, number: int) -> None:
        async with asyncio.timeout(60):
            while True:
                await self.tick()
                if all(getattr(relay.counters, stage) >= number for relay in self.relays):
                    return


async def eventually(check: Callable[[], bool], seconds: float = 30) -> None:
    for _ in range(int(seconds / 0.05)):
        if check():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to be")


def relay_of(world_parts: tuple[Registry, Journal, dict[int, ChainClient], BundleSource], chain: int) -> ChainRelay:
    registry, journal, clients, bundles = world_parts
    client, progress = clients[chain], Progress(journal)
    return ChainRelay(
        client, Rollup(client, registry.chain(chain).contracts["Rollup"]),
        Outbox(client, SEQUENCER, Submissions(journal), progress, FeePolicy()),
        RelayJournal(Blocks(journal), Proofs(journal)), progress, bundles, RelayerMetrics(), 0, chain == 1,
        registry.chain_count, registry.genesis_root, registry.deployment_id, 0,
    )  # fmt: skip


@pytest.fixture
async def settled(registry: Registry, nodes: dict[int, Anvil], tmp_path: Path) -> AsyncIterator[World]:
    clients = {c: ChainClient(c, n.evm_chain_id, [n.url], Finality()) for c, n in nodes.items()}
    snapshots = {c: await client.request("evm_snapshot", []) for c, client in clients.items()}
    journal = Journal(tmp_path / "j.sqlite", registry.deployment_hex)
    clock = Clock(1)
    engine = Engine(journal, registry.network, registry.listing, registry.block_shapes, clock)
    oracle = Oracle(registry, {})
    app = web.Application()
    app.router.add_get("/v1/bundles/latest", oracle.latest)
    app.router.add_get("/v1/bundles/{generation}/{block}", oracle.one)
    server = TestServer(app)
    await server.start_server()
    bundles = BundleSource([str(server.make_url(""))], registry.deployment_id, registry.oracle.member_set)
    await bundles.start()
    relays = [relay_of((registry, journal, clients, bundles), c) for c in clients]
    observers = [
        Observer(
            client, Rollup(client, registry.chain(c).contracts["Rollup"]),
            Bridge(client, registry.chain(c).contracts["Bridge"]), Requests(journal), clock, registry.deployment_id, 0,
        )
        for c, client in clients.items()
    ]  # fmt: skip
    for observer, relay in zip(observers, relays, strict=True):
        await observer.start()
        await relay.start()
    engine.restore()
    user: LocalAccount = Account.from_key(KEYS[2])
    actor = replace(Actor.of(5, registry.deployment_id), wallet=user)
    yield World(registry, clients, journal, clock, engine, observers, relays, bundles, oracle, actor)
    await bundles.close()
    await server.close()
    journal.close()
    for c, client in clients.items():
        await client.request("evm_revert", [snapshots[c]])
        await client.close()
