"""The way of a transaction through the public door, and everything that is shown there."""

from __future__ import annotations

import asyncio
import json

from tests.support.actors import ONE
from tests.unit.sequencer.conftest import Door
from zklink.journal.progress import Progress, ProgressRow
from zklink.protocol.ops import op_to_json
from zklink.protocol.txhash import transaction_hash
from zklink.sequencer import errors

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
