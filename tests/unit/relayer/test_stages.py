"""Deposit to claimable payout over real contracts on two chains; only the prover is staged."""

from __future__ import annotations

import asyncio
import os
import signal
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

from tests.support.actors import ONE, Actor
from tests.support.anvil import KEYS, Anvil, anvil
from tests.support.deployment import MEMBERS, NATIVE, SEQUENCER, TOKEN_ID, TRAPDOOR, deploy
from zklink.chain.bridge import Bridge
from zklink.chain.client import ChainClient, Finality
from zklink.chain.errors import WrongContract
from zklink.chain.rollup import Rollup
from zklink.chain.sender import FeePolicy, Fees, suggest_fees
from zklink.deploy.manifest import Registry, parse_registry
from zklink.journal.blocks import Blocks
from zklink.journal.progress import Progress
from zklink.journal.proofs import ProofRow, Proofs
from zklink.journal.requests import Requests
from zklink.journal.store import Journal
from zklink.journal.submissions import Submissions
from zklink.protocol.amounts import PackedFee
from zklink.protocol.attestation import Attestation, MemberSet, compact_signature, pack_signatures
from zklink.protocol.keys import change_key_digest
from zklink.protocol.ops import ChangeKey
from zklink.prover.backend import Proof
from zklink.relayer import commit
from zklink.relayer.bundles import BundleSource, parse_bundle
from zklink.relayer.errors import BadBundle, Diverged
from zklink.relayer.outbox import Outbox
from zklink.relayer.service import ChainRelay, RelayerMetrics, RelayerService
from zklink.relayer.view import RelayJournal
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine, submitted
from zklink.sequencer.errors import SequencerHalted
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
async def world(registry: Registry, nodes: dict[int, Anvil], tmp_path: Path) -> AsyncIterator[World]:
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


def key_change(world: World, account: int) -> ChangeKey:
    user = world.user
    op = user.sign(ChangeKey(account, 0, TOKEN_ID, 1, 0, user.owner, user.key, PackedFee.of(0)))
    digest = change_key_digest(user.deployment_id, op)
    return replace(op, eth_signature=bytes(user.wallet.unsafe_sign_hash(digest).signature))


async def test_deposit_to_payout_over_two_chains(world: World) -> None:
    await world.deposit(1, 3 * ONE)
    await world.deposit(2, 2 * ONE)
    await world.observe()
    account = world.engine.ledger.find(world.user.owner)
    assert world.engine.ledger.balance(account, 0, TOKEN_ID) == 5 * ONE
    withdraw = world.user.withdraw(account, 1, 2, ONE, token=TOKEN_ID, fee=10**15)
    batch = [submitted(op, world.registry.network) for op in (key_change(world, account), withdraw)]
    world.engine.submit(batch)
    assert all(item.done for item in batch), [str(item.error) for item in batch]
    block = world.engine.seal()
    await world.until("committed", 1)
    world.prove(1)
    await world.until("proven", 1)
    await world.tick(2)
    assert all(relay.counters.synced == 0 for relay in world.relays)  # nobody attested yet
    sync_hash = await world.rollup(1).sync_hash(1)
    assert sync_hash == await world.rollup(2).sync_hash(1)
    world.oracle.attest(1, block.header.new_root, sync_hash)
    await world.until("executed", 1)
    assert await world.bridge(2).pending(world.user.wallet.address, NATIVE) == ONE
    assert await world.bridge(1).requests() == (1, 1)
    stages = Progress(world.journal).stages(1)
    assert sorted({(stage, chain) for stage, chain, _ in stages}) == sorted(
        (stage, chain) for stage in ("commit", "prove", "sync", "execute") for chain in (1, 2)
    )
    rows = Submissions(world.journal).find(1, "commit", 1)
    assert [row.state for row in rows] in (["MINED"], ["FINAL"])


async def test_several_blocks_share_one_proof_call_and_one_attestation(world: World) -> None:
    for _ in range(3):
        await world.deposit(1, ONE)
        await world.observe()
        world.engine.seal()
    await world.until("committed", 3)
    for number in (1, 2, 3):
        world.prove(number)
    await world.until("proven", 3)
    assert len(Submissions(world.journal).find(1, "prove", 3)) == 1
    root = world.engine.ledger.root
    world.oracle.attest(3, root, await world.rollup(1).sync_hash(3))
    await world.until("executed", 3)
    assert len(Submissions(world.journal).find(2, "sync", 3)) == 1


async def test_a_restarted_relayer_goes_on_from_chain_and_journal(world: World) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    for _ in range(6):
        world.relays = [
            relay_of((world.registry, world.journal, world.clients, world.bundles), c) for c in world.clients
        ]  # fmt: skip
        for relay in world.relays:
            await relay.start()
        await world.tick()
        if Blocks(world.journal).last_number() and not Proofs(world.journal).get(1):
            world.prove(1)
    assert [relay.counters.proven for relay in world.relays] == [1, 1]
    assert len(Submissions(world.journal).find(1, "commit", 1)) == 1


async def test_a_chain_that_holds_another_block_stops_its_relay(world: World) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    await world.until("committed", 1)
    world.prove(1)
    journal = world.relays[0].journal
    sealed = journal.sealed(1)
    journal._sealed[1] = replace(sealed, u=sealed.u + 1)
    with pytest.raises(Diverged, match="public inputs"):
        await world.relays[0].tick()


async def test_a_wrong_contract_is_refused_at_start(world: World) -> None:
    relay = world.relays[0]
    relay.primary = False
    with pytest.raises(WrongContract, match="is_primary"):
        await relay.start()
    relay.primary, relay.deployment_id = True, relay.deployment_id + 1
    with pytest.raises(WrongContract, match="deployment_id"):
        await relay.start()


async def test_a_tampered_commit_is_not_sent_and_is_reported(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    monkeypatch.setattr(commit, "counts", lambda sealed: 0)
    await world.relays[0].tick()
    assert "commit" in world.relays[0].trouble
    assert Submissions(world.journal).find(1, "commit", 1) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signatures": "0x"}, "as many"),
        ({"bitmap": 3}, "as many"),
        ({"bitmap": 1 << 7}, "does not exist"),
        ({"block": 2}, "is another's"),
        ({"state_root": "0x" + "00" * 32}, "is another's"),
        ({"sync_hash": "0x" + "00" * 32}, "not zero"),
        ({"epoch": 2}, "epoch 2"),
        ({"epoch": True}, "integer"),
        ({"signatures": 7}, "malformed"),
        ({"signatures": "0xzz"}, "malformed"),
    ],
)
def test_a_bundle_is_believed_only_when_it_verifies(registry: Registry, changes: dict[str, Any], reason: str) -> None:
    good = Oracle(registry, {}).attest(1, 5, b"\1" * 32)
    members: MemberSet = registry.oracle.member_set
    assert parse_bundle("x", good, registry.deployment_id, members).block == 1
    with pytest.raises(BadBundle, match=reason):
        parse_bundle("x", good | changes, registry.deployment_id, members)


def test_a_bundle_needs_more_than_two_thirds(registry: Registry) -> None:
    light = Oracle(registry, {}).attest(1, 5, b"\1" * 32, signers=2)
    with pytest.raises(BadBundle, match="too little weight"):
        parse_bundle("x", light, registry.deployment_id, registry.oracle.member_set)
    with pytest.raises(BadBundle, match="is another's"):
        full = Oracle(registry, {}).attest(1, 5, b"\1" * 32)
        parse_bundle("x", full, registry.deployment_id + 1, registry.oracle.member_set)


@pytest.mark.parametrize("body", [b"{", b"[" * 5000, b"\xff", b"null", b"7" * 5000])
async def test_a_node_that_answers_nonsense_is_noted_and_harmless(registry: Registry, body: bytes) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{tail:.*}", nonsense)
    server = TestServer(app)
    await server.start_server()
    source = BundleSource([str(server.make_url(""))], registry.deployment_id, registry.oracle.member_set)
    await source.start()
    await source.refresh([3])
    assert source.known == () and len(source.troubles) == 1
    await source.close()
    await server.close()


async def test_a_chain_that_stands_still_does_not_hold_up_the_other(world: World, nodes: dict[int, Anvil]) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    world.clients[2]._deadline, world.clients[2]._attempts = 0.2, 1
    service = RelayerService(world.relays, world.bundles, 0.05)
    os.kill(nodes[2].process.pid, signal.SIGSTOP)
    task = asyncio.create_task(service.run())
    try:
        await eventually(lambda: world.committed(1) == 1)
        await eventually(lambda: "chain 2 chain" in service.problems())
    finally:
        os.kill(nodes[2].process.pid, signal.SIGCONT)
    await eventually(lambda: world.committed(2) == 1)
    service.stop()
    await task
    await world.bundles.start()


async def test_a_block_committed_by_somebody_else_is_not_committed_again(world: World) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    await world.until("committed", 1)
    with world.journal.write() as db:
        db.execute("DELETE FROM submissions WHERE chain = 2")  # as if another relayer had done it, with another key
    world.relays[1].outbox._account = Account.from_key(KEYS[0])
    await world.tick(3)
    assert Submissions(world.journal).find(2, "commit", 1) == []
    assert Progress(world.journal).all()[2].committed == 1


async def test_an_old_journal_is_noticed_before_the_sequencer_goes_on(world: World) -> None:
    await world.deposit(1, ONE)
    await world.observe()
    world.engine.seal()
    await world.until("committed", 1)
    await world.observers[0].check_not_behind(1)
    with pytest.raises(SequencerHalted, match="chain 1 has block 1, the journal ends at 0"):
        await world.observers[0].check_not_behind(0)


async def test_requests_that_differ_from_the_queues_hashes_are_not_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.deposit(1, ONE)
    for client in world.clients.values():
        await client.request("anvil_mine", ["0x3"])
    bridge = world.observers[0]._bridge
    honest = bridge.queued

    async def lying(first: int, last: int) -> list[Any]:
        return [replace(event, units=event.units + 1) for event in await honest(first, last)]

    monkeypatch.setattr(bridge, "queued", lying)
    with pytest.raises(SequencerHalted, match="differ from the queue's hashes"):
        await world.observers[0].step()
    assert Requests(world.journal).open() == []
