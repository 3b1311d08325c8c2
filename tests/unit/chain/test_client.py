"""The client against a real node and against endpoints that misbehave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from eth_abi import encode

from tests.support.anvil import Anvil, anvil
from zklink.chain.client import BlockRef, ChainClient, Finality, revert_reason
from zklink.chain.errors import CallReverted, ChainUnavailable, FinalityBroken, NoContract, RpcError, WrongChain
from zklink.chain.rollup import Rollup, StoredBlock, genesis_block

Answer = Callable[[dict[str, Any], int], Any]


@pytest.fixture
async def endpoint() -> AsyncIterator[Callable[[Answer], Any]]:
    servers = []

    async def start(answer: Answer) -> str:
        count = 0

        async def handle(request: web.Request) -> web.StreamResponse:
            nonlocal count
            count += 1
            found = answer(await request.json(), count)
            if asyncio.iscoroutine(found):
                found = await found
            if isinstance(found, web.StreamResponse):
                return found
            return web.json_response({"jsonrpc": "2.0", "id": 1} | found)

        app = web.Application()
        app.router.add_post("/", handle)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/"))

    yield start
    for server in servers:
        await server.close()


def fast(urls: list[str], **options: Any) -> ChainClient:
    return ChainClient(1, 31337, urls, **{"attempts": 4, "deadline": 0.5, **options})


async def test_reads_of_a_real_node(client: ChainClient) -> None:
    block = await client.block()
    assert block.number == 0 and (await client.block(0)).hash == block.hash
    assert await client.balance("0xf39Fd6e51aad88F6F4ce6aB8827279cfFFb92266", block) == 10_000 * 10**18
    assert await client.code("0x" + "11" * 20) == b""
    assert await client.receipt("0x" + "00" * 32) is None and await client.transaction("0x" + "00" * 32) is None


@pytest.mark.parametrize(
    ("finality", "expected"),
    [
        (Finality("finalized"), 8),
        (Finality("finalized", 3), 5),
        (Finality("depth", 4), 6),
        (Finality("depth", 40), 0),
        (Finality("instant"), 10),
    ],
)
async def test_what_is_final(shared_node: Anvil, finality: Finality, expected: int) -> None:
    client = ChainClient(1, 31337, [shared_node.url], finality)
    head = (await client.block()).number
    if head < 10:
        await client.request("anvil_mine", [hex(10 - head)])
    assert (await client.final_block()).number == expected
    await client.close()


async def test_a_pinned_block_that_was_reorganised_does_not_answer(client: ChainClient) -> None:
    snapshot = await client.request("evm_snapshot", [])
    await client.request("anvil_mine", ["0x1"])
    pinned = await client.block()
    await client.request("evm_revert", [snapshot])
    await client.request("anvil_mine", ["0x1", "0x5"])
    with pytest.raises(RpcError):
        await client.balance("0x" + "11" * 20, pinned)
    with pytest.raises(FinalityBroken):
        await client.check_connected(pinned)


async def test_another_chain_is_refused(node: Anvil) -> None:
    client = ChainClient(2, 1, [node.url])
    with pytest.raises(WrongChain, match="evm_chain_id is 31337, expected 1"):
        await client.start()
    await client.close()


async def test_any_endpoint_of_another_chain_is_refused(node: Anvil) -> None:
    with anvil(31338) as other:
        client = ChainClient(1, 31337, [node.url, other.url])
        with pytest.raises(WrongChain):
            await client.start()
        await client.close()


async def test_no_url_is_refused() -> None:
    with pytest.raises(ValueError, match="rpc is empty"):
        ChainClient(1, 31337, [])


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: web.Response(status=500),
        lambda: web.Response(status=502, text="bad gateway"),
        lambda: web.Response(status=429),
        lambda: {"error": {"code": -32005, "message": "limit exceeded"}},
    ],
)
async def test_passing_trouble_is_waited_out(endpoint, trouble: Callable[[], Any]) -> None:
    url = await endpoint(lambda request, n: trouble() if n < 3 else {"result": "0x7"})
    client = fast([url])
    assert await client.request("eth_blockNumber", []) == "0x7"
    await client.close()


async def test_a_silent_endpoint_ends_in_an_error_in_time(endpoint) -> None:
    url = await endpoint(lambda request, n: asyncio.sleep(5, {"result": "0x1"}))
    client = fast([url], attempts=2, deadline=0.2)
    async with asyncio.timeout(10):
        with pytest.raises(ChainUnavailable, match="chain 1: eth_blockNumber got no answer"):
            await client.request("eth_blockNumber", [])
    assert not client.healthy
    await client.close()


async def test_the_next_endpoint_takes_over(endpoint) -> None:
    url = await endpoint(lambda request, n: {"result": "0x7a69"})
    client = fast(["http://127.0.0.1:1", url])
    await client.start()
    assert await client.request("eth_blockNumber", []) == "0x7a69"
    await client.close()


async def test_nothing_to_talk_to() -> None:
    client = fast(["http://127.0.0.1:1"], attempts=1)
    with pytest.raises(ChainUnavailable):
        await client.start()
    await client.close()


async def test_answers_of_a_healthy_endpoint_are_not_retried(endpoint) -> None:
    calls = []

    def answer(request: dict[str, Any], n: int) -> Any:
        calls.append(n)
        data = "0x08c379a0" + encode(["string"], ["bridge/paused"]).hex()
        return {"error": {"code": 3, "message": "execution reverted", "data": data}}

    client = fast([await endpoint(answer)])
    with pytest.raises(CallReverted) as caught:
        await client.call("0x" + "11" * 20, b"")
    assert caught.value.reason == "bridge/paused" and calls == [1]
    await client.close()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, ""),
        ("0x", ""),
        ("0x1234", "0x1234"),
        ("0x08c379a0", "0x08c379a0"),
        ("zz", ""),
        ({"data": "0x08c379a0" + encode(["string"], ["a/b"]).hex()}, "a/b"),
    ],
)
def test_reasons_of_reverts(data: object, reason: str) -> None:
    assert revert_reason(data) == reason


async def test_an_address_without_code_is_named(client: ChainClient) -> None:
    with pytest.raises(NoContract, match="Rollup has no code"):
        await Rollup(client, "0x" + "11" * 20).check_deployed()


def test_the_stored_block_hash_has_every_field() -> None:
    base = genesis_block(b"\1" * 32, b"\2" * 32)
    hashes = {base.hash()}
    for index, name in enumerate(StoredBlock.__dataclass_fields__):
        values = [getattr(base, n) for n in StoredBlock.__dataclass_fields__]
        values[index] = b"\7" * 32 if isinstance(values[index], bytes) else 7
        hashes.add(StoredBlock(*values).hash())
        assert name
    assert len(hashes) == 13


def test_block_refs_are_values() -> None:
    assert BlockRef(1, "0x1", "0x0", 5) == BlockRef(1, "0x1", "0x0", 5)


async def test_abandoned_requests_do_not_block_later_ones(node: Anvil) -> None:
    client = ChainClient(1, node.evm_chain_id, [node.url], attempts=1, deadline=5)
    for turns in range(20):
        asked = [asyncio.ensure_future(client.block()) for _ in range(10)]
        for _ in range(turns % 6 + 1):
            await asyncio.sleep(0)
        for request in asked:
            request.cancel()
        time.sleep(0.002)  # noqa: ASYNC251 - a busy event loop: the lock is given while nobody looks
        await asyncio.gather(*asked, return_exceptions=True)
    assert (await client.block()).number >= 0
    await client.close()
