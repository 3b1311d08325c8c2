"""Deposit, exit and claim against an invented chain that answers like a node."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from zklink.chain.contract import load_abi
from zklink.protocol.ops import Deposit
from zklink.protocol.request import PriorityRequest
from zklink.protocol.txhash import request_transaction_hash
from zklink.protocol.types import Owner
from zklink.sdk.bridge import NATIVE, BridgeDoor, request_of
from zklink.sdk.deployment import ChainPlace
from zklink.sdk.errors import BridgeError
from zklink.sdk.tokens import TokenOnChain

ALICE = Account.from_key("0x" + "07" * 32)
BRIDGE = to_checksum_address("0x" + "bb" * 20)
USDC = TokenOnChain(to_checksum_address("0x" + "cc" * 20), 6)
ETH = TokenOnChain(NATIVE, 18)
DEPLOYMENT = 77


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def queued_log() -> dict[str, Any]:
    (event,) = [e for e in load_abi("Bridge") if e.get("name") == "RequestQueued"]
    types = [i["type"] for i in event["inputs"]]
    values = {
        "request_id": 4, "op": 1, "account": 0, "sub_account": 0, "token_id": 2,
        "scale": 12, "domain": 0, "owner": ALICE.address, "units": 500,
        "payee": ALICE.address, "deadline": 99,
    }  # fmt: skip
    assert list(values) == [i["name"] for i in event["inputs"]]
    topic = keccak(text=f"RequestQueued({','.join(types)})")
    data = encode(types[1:], list(values.values())[1:])
    return {
        "address": BRIDGE.lower(), "topics": ["0x" + topic.hex(), "0x" + (4).to_bytes(32, "big").hex()],
        "data": "0x" + data.hex(), "blockNumber": "0x9", "blockHash": "0x" + "00" * 32, "logIndex": "0x0",
        "transactionHash": "0x" + "00" * 32, "transactionIndex": "0x0",
    }  # fmt: skip


class Node:
    """Answers the calls of the SDK and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.allowance, self.tokens, self.native, self.pending = 0, 1000, 10**19, 0
        self.revert: str | None = None
        self.status = "0x1"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": body["id"]}
        result = getattr(self, body["method"])(*body["params"])
        answer |= result if isinstance(result, dict) and "error" in result else {"result": result}
        return web.json_response(answer)

    def eth_chainId(self) -> str:
        return hex(31337)

    def eth_getBalance(self, *_: object) -> str:
        return hex(self.native)

    def eth_call(self, tx: dict[str, str], *_: object) -> str:
        data = bytes.fromhex(tx["data"][2:])
        value = {
            selector("request_fee()"): 100, selector("pending(address,address)"): self.pending,
            selector("allowance(address,address)"): self.allowance, selector("balanceOf(address)"): self.tokens,
        }[data[:4]]  # fmt: skip
        return "0x" + value.to_bytes(32, "big").hex()

    def eth_estimateGas(self, *_: object) -> Any:
        if self.revert:
            data = "0x08c379a0" + encode(["string"], [self.revert]).hex()
            return {"error": {"code": 3, "message": "execution reverted", "data": data}}
        return hex(100_000)

    def eth_feeHistory(self, *_: object) -> dict[str, Any]:
        return {"baseFeePerGas": ["0x7", "0x7"], "reward": [["0x1"]]}

    def eth_getTransactionCount(self, *_: object) -> str:
        return hex(len(self.sent))

    def eth_sendRawTransaction(self, raw: str) -> str:
        self.sent.append(TypedTransaction.from_bytes(HexBytes(raw)).as_dict())
        return "0x" + keccak(HexBytes(raw)).hex()

    def eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any]:
        last = bytes(self.sent[-1]["data"])[:4]
        queues = last in (selector("deposit(address,uint256,uint8,address,uint8)"),)
        return {
            "status": self.status,
            "blockNumber": "0x9",
            "gasUsed": "0x10",
            "logs": [queued_log()] if queues else [],
        }


@pytest.fixture
async def node():
    made = Node()
    app = web.Application()
    app.router.add_post("/", made.handle)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/"))  # type: ignore[attr-defined]
        yield made


def door(node: Node) -> BridgeDoor:
    return BridgeDoor(ChainPlace(1, 31337, node.url, BRIDGE, "0x" + "dd" * 20), DEPLOYMENT)  # type: ignore[attr-defined]


def called(tx: dict[str, Any], signature: str) -> list[Any]:
    data = bytes(tx["data"])
    assert data[:4] == selector(signature)
    return list(decode(signature[signature.index("(") + 1 : -1].split(","), data[4:]))


async def test_erc20_deposit_approves_exactly_and_names_its_l2_hash(node: Node) -> None:
    async with door(node) as bridge:
        sent = await bridge.deposit(ALICE, USDC, 500, Owner(0, 5), 3)
    approve, deposit = node.sent
    assert called(approve, "approve(address,uint256)") == [BRIDGE.lower(), 500]
    assert called(deposit, "deposit(address,uint256,uint8,address,uint8)") == [
        USDC.address.lower(), 500, 0, "0x" + (5).to_bytes(20, "big").hex(), 3,
    ]  # fmt: skip
    assert deposit["value"] == 125  # the fee and a quarter; the bridge returns what is too much
    assert (approve["nonce"], deposit["nonce"]) == (0, 1)
    request = PriorityRequest(
        4, Deposit(1, Owner(0, int(ALICE.address, 16)), 0, 2, 12, 500, int(ALICE.address, 16)), 99
    )
    assert sent.request_id == 4
    assert sent.l2_hash == "0x" + request_transaction_hash(request, DEPLOYMENT).hex()


@pytest.mark.parametrize(("allowance", "amounts"), [(500, []), (600, []), (499, [0, 500])])
async def test_approval_only_where_needed(node: Node, allowance: int, amounts: list[int]) -> None:
    node.allowance = allowance
    async with door(node) as bridge:
        await bridge.deposit(ALICE, USDC, 500, Owner(0, 5), 0)
    assert [called(tx, "approve(address,uint256)")[1] for tx in node.sent[:-1]] == amounts


async def test_native_deposit_sends_amount_and_fee(node: Node) -> None:
    async with door(node) as bridge:
        await bridge.deposit(ALICE, ETH, 10**18, Owner(0, 5), 0)
    (deposit,) = node.sent
    assert deposit["value"] == 10**18 + 125


@pytest.mark.parametrize(("units", "reason"), [(0, "nothing"), (1001, "holds 1000 units")])
async def test_deposit_that_cannot_work_sends_nothing(node: Node, units: int, reason: str) -> None:
    async with door(node) as bridge:
        with pytest.raises(BridgeError, match=reason):
            await bridge.deposit(ALICE, USDC, units, Owner(0, 5), 0)
    assert node.sent == []


async def test_revert_reason_is_told_and_nothing_sent(node: Node) -> None:
    node.revert = "bridge/cap"
    async with door(node) as bridge:
        with pytest.raises(BridgeError, match="bridge/cap"):
            await bridge.deposit(ALICE, ETH, 1, Owner(0, 5), 0)
    assert node.sent == []


async def test_failed_transaction_is_an_error(node: Node) -> None:
    node.status = "0x0"
    async with door(node) as bridge:
        with pytest.raises(BridgeError, match="failed on chain 1"):
            await bridge.request_full_exit(ALICE, 7, 0, 2, ALICE.address)


async def test_full_exit(node: Node) -> None:
    async with door(node) as bridge:
        await bridge.request_full_exit(ALICE, 7, 1, 2, ALICE.address)
    (tx,) = node.sent
    assert called(tx, "request_full_exit(uint32,uint8,uint16,address)") == [7, 1, 2, ALICE.address.lower()]
    assert tx["value"] == 125


async def test_claim(node: Node) -> None:
    async with door(node) as bridge:
        with pytest.raises(BridgeError, match="nothing to claim"):
            await bridge.claim(ALICE, ALICE.address, USDC)
        node.pending = 5
        sent = await bridge.claim(ALICE, ALICE.address, USDC)
    assert sent.request_id is None and sent.l2_hash is None
    assert called(node.sent[0], "claim(address,address)") == [ALICE.address.lower(), USDC.address.lower()]


def test_full_exit_event() -> None:
    event = {"request_id": 1, "op": 5, "account": 7, "sub_account": 1, "token_id": 2,
        "scale": 12, "domain": 0, "owner": ALICE.address,
                 "units": 0, "payee": "0x" + "99" * 20, "deadline": 9}  # fmt: skip
    request = request_of(3, event)
    assert request.chain == 3 and request.operation.account == 7
