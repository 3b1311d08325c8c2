"""The public door: every bad input gets a clear answer that names the field, and changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.actors import ONE, Actor
from tests.support.registry import registry_json
from zklink.deploy.manifest import Registry, parse_registry
from zklink.journal.progress import Progress, ProgressRow
from zklink.journal.requests import Cursor, RequestRow
from zklink.journal.store import Journal
from zklink.observe import health_application
from zklink.protocol.ops import op_to_json
from zklink.protocol.request import PriorityRequest
from zklink.protocol.txhash import request_transaction_hash, transaction_hash
from zklink.sequencer import errors
from zklink.sequencer.admission import Admission
from zklink.sequencer.api.events import EventHub
from zklink.sequencer.api.limits import RateLimit
from zklink.sequencer.api.methods import Api
from zklink.sequencer.api.server import MAX_BODY, Server
from zklink.sequencer.clock import Clock
from zklink.sequencer.engine import Engine
from zklink.sequencer.intake import Intake
from zklink.sequencer.metrics import SequencerMetrics
from zklink.sequencer.service import Pace, SequencerService


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


# ---- envelopes


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b'{"a":NaN}', -32700),
        (b'{"jsonrpc":"2.0","jsonrpc":"2.0"}', -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' + b"9" * 5000 + b"}", -32700),
        (b"null", -32600),
        (b'"x"', -32600),
        (b"7", -32600),
        (b"[]", -32600),
        (b"[" + b"1," * 100 + b"1]", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"getAccount"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"getAccount"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"getAccount"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"getAccount"}', -32600),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_call"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"getAccount","params":7}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"getAccount","params":[1,2]}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"getAccount","params":{"acount":1}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"getAccount"}', -32602),
    ],
)
async def test_malformed_envelopes(door: Door, body: bytes, code: int) -> None:
    answer = await door.raw(body)
    assert answer["error"]["code"] == code and answer["error"]["message"]


async def test_a_batch_answers_each_and_notifications_not_at_all(door: Door) -> None:
    one = {"jsonrpc": "2.0", "id": 1, "method": "getChangePubkeyChainId"}
    silent = {"jsonrpc": "2.0", "method": "getChangePubkeyChainId"}
    answers = await door.raw([one, silent, {"jsonrpc": "2.0", "id": "x", "method": "nope"}])
    assert [(a["id"], a.get("result")) for a in answers] == [(1, 1), ("x", None)]
    async with door.client.post("/", data=json.dumps(silent)) as response:
        assert response.status == 204


async def test_a_body_over_the_limit_is_refused(door: Door) -> None:
    async with door.client.post("/", data=b"x" * (MAX_BODY + 1)) as response:
        assert response.status == 413
        assert (await response.json())["error"]["data"]["field"] == "body"


async def test_the_rate_limit_counts_the_requests_of_a_batch(door: Door) -> None:
    door.limit._rate, door.limit._burst = 0.0001, 5
    door.limit._buckets.clear()
    request = {"jsonrpc": "2.0", "id": 1, "method": "getChangePubkeyChainId"}
    assert (await door.raw([request] * 4))[0]["result"] == 1
    async with door.client.post("/", data=json.dumps([request] * 4)) as response:
        assert response.status == 429
        assert (await response.json())["error"]["code"] == errors.TOO_MANY
    assert (await door.raw(request))["result"] == 1


# ---- parameters


@pytest.mark.parametrize(
    ("method", "params", "code", "field"),
    [
        ("getAccount", [99], errors.NO_ACCOUNT, "id"),
        ("getAccount", [-1], errors.ACCOUNT, "account"),
        ("getAccount", [1 << 40], errors.ACCOUNT, "account"),
        ("getAccount", [True], -32602, "account"),
        ("getAccount", [1.0], -32602, "account"),
        ("getAccount", ["0x12"], -32602, "account"),
        ("getAccount", ["0x" + "zz" * 20], -32602, "account"),
        ("getAccount", ["0x" + "11" * 20], errors.NO_ACCOUNT, "account"),
        ("getAccount", [{"domain": 9, "address": "0x" + "11" * 20}], -32602, "account.domain"),
        ("getAccount", [{"address": "0x" + "11" * 20}], -32602, "account"),
        ("getAccount", [None], -32602, "account"),
        ("getAccountBalances", [99], errors.NO_ACCOUNT, "id"),
        ("getAccountBalances", [0, 16], errors.SUB_ACCOUNT, "subAccountId"),
        ("getAccountBalances", ["0"], -32602, "id"),
        ("getTokenReserve", [64], errors.TOKEN, "tokenId"),
        ("getTokenReserve", [9], errors.NO_TOKEN, "tokenId"),
        ("getBlockByNumber", [5], errors.NO_BLOCK, "number"),
        ("getBlockByNumber", [-5], errors.BLOCK_RANGE, "blockNumber"),
        ("getBlockByNumber", [1, "yes"], -32602, "includeTx"),
        ("getBlockOnChainByNumber", [5], errors.NO_BLOCK, "number"),
        ("getTransactionByHash", ["0x12"], -32602, "txHash"),
        ("getTransactionByHash", ["0x" + "zz" * 32], -32602, "txHash"),
        ("getTransactionByHash", ["0x" + "11" * 32], errors.NO_TRANSACTION, "txHash"),
        ("getWebSocketEvents", ["weather", 0], -32602, "topic"),
        ("getWebSocketEvents", [["blocks"], 0], -32602, "topic"),
        ("getWebSocketEvents", ["blocks", 0], errors.BLOCK_RANGE, "offset"),
        ("sendTransaction", [], -32602, "tx"),
        ("sendTransaction", [None], errors.TX_FORMAT, "operation"),
        ("sendTransaction", [[]], errors.TX_FORMAT, "operation"),
        ("sendTransaction", [{}], errors.TX_TYPE, "type"),
        ("sendTransaction", [{"type": "DANCE"}], errors.TX_TYPE, "type"),
        ("sendTransaction", [{"type": {}}], errors.TX_TYPE, "type"),
        ("sendTransaction", [{"type": "NOOP"}], errors.TX_TYPE, "type"),
    ],
)
async def test_bad_parameters(door: Door, method: str, params: list[Any], code: int, field: str) -> None:
    answer = await door.call(method, *params)
    assert (answer["code"], answer["data"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"account": -1}, errors.ACCOUNT, "account"),
        ({"account": "2"}, errors.ACCOUNT, "account"),
        ({"account": 1 << 40}, errors.ACCOUNT, "account"),
        ({"sub_account": 300}, errors.SUB_ACCOUNT, "sub_account"),
        ({"token": 70_000}, errors.TOKEN, "token"),
        ({"token": 9}, errors.NO_TOKEN, "token"),
        ({"token": 3}, errors.FEE, "token"),
        ({"amount": 5}, errors.TX_FORMAT, "amount"),
        ({"amount": "-5"}, errors.TX_FORMAT, "amount"),
        ({"amount": "1e18"}, errors.TX_FORMAT, "amount"),
        ({"amount": "0x10"}, errors.TX_FORMAT, "amount"),
        ({"amount": "123456789012345678901"}, errors.TX_FORMAT, "amount"),
        ({"amount": str(1 << 128)}, errors.TX_FORMAT, "amount"),
        ({"fee": "4097"}, errors.TX_FORMAT, "fee"),
        ({"fee": "9"}, errors.FEE, "fee"),
        ({"nonce": 1 << 32}, errors.TX_FORMAT, "nonce"),
        ({"nonce": None}, errors.TX_FORMAT, "nonce"),
        ({"to": "0x12"}, errors.TX_FORMAT, "to"),
        ({"to": {"domain": 0, "address": "0x12"}}, errors.TX_FORMAT, "to.address"),
        ({"signature": "0x12"}, errors.L2_SIGNATURE, "signature"),
        ({"signature": {"r8x": "0", "r8y": "1", "s": "x"}}, errors.L2_SIGNATURE, "signature.s"),
        ({"signature": None}, errors.L2_SIGNATURE, "signature"),
        ({"memo": "hello"}, errors.TX_FORMAT, "memo"),
        ({"type": "DEPOSIT"}, errors.ACCOUNT, "account"),
    ],
)
async def test_bad_fields_of_a_transaction(door: Door, changes: dict[str, Any], code: int, field: str) -> None:
    account = door.fund()
    tx = op_to_json(door.alice.transfer(account, 0, door.bob.owner, ONE, fee=10)) | changes
    root = door.engine.ledger.root
    answer = await door.call("sendTransaction", tx)
    assert (answer["code"], answer["data"]["field"]) == (code, field), answer
    assert door.engine.ledger.root == root and door.engine.transactions.open() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    )
)
def test_no_input_is_an_internal_error(body: Any) -> None:
    from zklink.sequencer.errors import ApiError

    registry = parse_registry(registry_json())
    admission = Admission(frozenset(registry.listing.decimals), {})
    for tx in (body, {"type": "TRANSFER", "account": body}, {"type": body}, {"type": "CHANGE_KEY", "key": body}):
        with pytest.raises(ApiError):
            admission.decode(tx)


# ---- the way of a transaction


async def test_key_transfer_receipt(door: Door) -> None:
    account = door.fund()
    key = door.alice.change_key(account, 0, fee=10)
    transfer = door.alice.transfer(account, 1, door.bob.owner, ONE, fee=10)
    assert (
        await door.call("sendTransaction", op_to_json(key))
        == "0x" + transaction_hash(key, door.registry.deployment_id).hex()
    )
    sent = await door.call("sendTransaction", op_to_json(transfer))
    assert await door.call("sendTransaction", op_to_json(transfer)) == sent
    found = await door.call("getTransactionByHash", sent)
    assert found["receipt"]["status"] == "accepted" and found["tx"]["type"] == "TRANSFER"
    assert (await door.call("getAccount", door.alice.wallet.address))["nonce"] == 2
    assert await door.call("getAccountBalances", 3) == {"0": {"1": str(ONE)}}
    block = door.engine.seal()
    receipt = (await door.call("getTransactionByHash", sent, False))["receipt"]
    assert (receipt["status"], receipt["block"], receipt["index"], receipt["created"]) == ("sealed", 1, 2, True)
    progress = Progress(door.engine.journal)
    for chain in (1, 2, 3):
        progress.record(ProgressRow(chain, 1, 1 if chain < 3 else 0, 0, 0, 9))
    receipt = (await door.call("getTransactionByHash", sent))["receipt"]
    assert receipt["status"] == "committed"
    assert receipt["chains"] == {"1": "proven", "2": "proven", "3": "committed"}
    shown = await door.call("getBlockByNumber", None, True)
    assert shown["rootHash"] == f"0x{block.header.new_root:064x}"
    assert [tx["txHash"] for tx in shown["transactions"]][2] == sent
    assert await door.call("getTokenReserve", 1) == {"1": str(100 * ONE), "2": "0", "3": "0"}
    latest = await door.call("getLatestBlockNumber")
    assert (latest["lastBlockNumber"], latest["committed"], latest["verified"]) == (1, 1, 0)


async def test_the_ethereum_signature_may_come_beside_the_transaction(door: Door) -> None:
    account = door.fund()
    tx = op_to_json(door.alice.change_key(account, 0, fee=10))
    signature = tx.pop("eth_signature")
    assert (await door.call("sendTransaction", tx, "0x12"))["code"] == errors.KEY_AUTH_DATA
    assert str(await door.call("sendTransaction", tx, signature)).startswith("0x")
    double = await door.call("sendTransaction", tx | {"eth_signature": signature}, signature)
    assert double["code"] == errors.KEY_AUTH_DATA


async def test_a_batch_of_transactions_keeps_its_order(door: Door) -> None:
    account = door.fund()
    await door.call("sendTransaction", op_to_json(door.alice.change_key(account, 0, fee=10)))
    ops = [door.alice.transfer(account, 1 + i, door.bob.owner, ONE, fee=10) for i in range(12)]
    answers = await door.raw(
        [
            {"jsonrpc": "2.0", "id": i, "method": "sendTransaction", "params": [op_to_json(op)]}
            for i, op in enumerate(ops)
        ]
    )
    assert all(answer["result"].startswith("0x") for answer in answers)
    assert door.engine.ledger.balance(3, 0, 1) == 12 * ONE


async def test_stage_transactions_are_shown_by_chain(door: Door) -> None:
    door.fund()
    door.engine.seal()
    Progress(door.engine.journal).record_stage(2, "prove", 1, 1, "0xabc")
    assert await door.call("getBlockOnChainByNumber", 1) == {
        "committed": [], "verified": [{"chainId": 2, "txHash": "0xabc"}], "synced": [], "executed": [],
    }  # fmt: skip


async def test_a_full_queue_refuses_explicitly(door: Door) -> None:
    account = door.fund()
    door.intake._capacity = 0
    answer = await door.call(
        "sendTransaction", op_to_json(door.alice.transfer(account, 0, door.bob.owner, ONE, fee=10))
    )
    assert answer["code"] == errors.BUSY


async def test_a_journal_that_cannot_write_refuses_and_is_not_ready(door: Door) -> None:
    account = door.fund()
    door.engine.journal.one("PRAGMA query_only = ON")
    answer = await door.call("sendTransaction", op_to_json(door.alice.change_key(account, 0, fee=10)))
    assert answer["code"] == errors.BUSY
    async with door.client.get("/readyz") as response:
        assert response.status == 503 and "journal" in (await response.json())["problems"]
    door.engine.journal.one("PRAGMA query_only = OFF")
    assert str(await door.call("sendTransaction", op_to_json(door.alice.change_key(account, 0, fee=10)))).startswith(
        "0x"
    )
    async with door.client.get("/readyz") as response:
        assert response.status == 200


async def test_descriptions_and_health(door: Door) -> None:
    chains = await door.call("getSupportChains")
    assert [(c["chainId"], c["primary"]) for c in chains] == [(1, True), (2, False), (3, False)]
    assert (await door.call("getSupportTokens"))["2"]["chains"]["2"]["decimals"] == 8
    assert (await door.call("getDeployment"))["deploymentId"] == door.registry.deployment_hex
    async with door.client.get("/livez") as response:
        assert response.status == 200
    async with door.client.get("/metrics") as response:
        assert "zklink_block_number" in await response.text()


# ---- WebSocket


async def test_events_come_without_gap_and_again_by_offset(door: Door) -> None:
    account = door.fund()
    async with door.client.ws_connect("/ws") as socket:
        await socket.send_str(
            json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": ["transactions"]})
        )
        offset = (await socket.receive_json())["result"]
        sent = await door.call("sendTransaction", op_to_json(door.alice.change_key(account, 0, fee=10)))
        door.engine.seal()
        events = [(await socket.receive_json())["params"] for _ in range(3)]
        assert {e["data"]["status"] for e in events if e["data"]["txHash"] == sent} == {"accepted", "sealed"}
        await socket.send_str(json.dumps({"jsonrpc": "2.0", "id": 2, "method": "getAccount", "params": [0]}))
        assert (await socket.receive_json())["result"]["id"] == 0
        await socket.send_str("{")
        assert (await socket.receive_json())["error"]["code"] == -32700
    assert await door.call("getWebSocketEvents", "transactions", offset) == events


async def test_a_slow_listener_is_told_and_closed(door: Door) -> None:
    async with door.client.ws_connect("/ws") as socket:
        await socket.send_str(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": ["blocks"]}))
        await socket.receive_json()
        for number in range(1_500):
            door.hub.publish("blocks", {"n": number})
        async with asyncio.timeout(10):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
        assert socket.close_code == 1013


async def test_connections_are_bounded(door: Door) -> None:
    sockets = [await door.client.ws_connect("/ws") for _ in range(3)]
    async with door.client.get("/ws") as response:
        assert response.status == 503
    for socket in sockets:
        await socket.close()
