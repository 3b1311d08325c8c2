"""Every bad input gets a clear answer that names the field, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.actors import ONE
from tests.support.registry import registry_json
from tests.unit.sequencer.conftest import Door
from zklink.deploy.manifest import parse_registry
from zklink.protocol.ops import op_to_json
from zklink.sequencer import errors
from zklink.sequencer.admission import Admission
from zklink.sequencer.api.server import MAX_BODY

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
