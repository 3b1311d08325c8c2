"""JSON-RPC over HTTP and WebSocket, and answers that are none."""

import asyncio
import json

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from zklink.sdk.client import Client
from zklink.sdk.errors import ApiError, ApiUnreachable, InputError, WaitTimeout
from zklink.sdk.stages import OperationFailed, check_stage, find, reached, wait_for


def answer_to(body: dict) -> dict:
    match body["method"]:
        case "echo":
            result: object = body["params"]
        case "fail":
            return {"jsonrpc": "2.0", "id": body["id"], "error": {"code": 206, "message": "amount: too little"}}
        case _:
            result = None
    return {"jsonrpc": "2.0", "id": body["id"], "result": result}


@pytest.fixture
async def server():
    async def post(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body["method"] == "sleep":
            await asyncio.sleep(5)
        if body["method"] == "html":
            return web.Response(text="<html>", status=502)
        if body["method"] == "wrong id":
            return web.json_response({"jsonrpc": "2.0", "id": -1, "result": 1})
        if body["method"] == "neither":
            return web.json_response({"jsonrpc": "2.0", "id": body["id"]})
        return web.json_response(answer_to(body))

    async def socket(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        held: list[dict] = []
        async for message in ws:
            if message.type is not WSMsgType.TEXT:
                continue
            body = json.loads(message.data)
            if body["method"] == "close":
                await ws.close()
                break
            held.append(body)
            if body["method"] != "hold":  # answers come out of order, between pushes
                await ws.send_json({"jsonrpc": "2.0", "method": "event", "params": {}})
                for one in reversed(held):
                    await ws.send_json(answer_to(one | {"method": "echo"}))
                held.clear()
        return ws

    app = web.Application()
    app.router.add_post("/", post)
    app.router.add_get("/ws", socket)
    async with TestServer(app) as made:
        yield str(made.make_url("/"))


async def test_http(server: str) -> None:
    async with Client(server) as client:
        assert await client.call("echo", 1, "a") == [1, "a"]
        with pytest.raises(ApiError, match="too little") as error:
            await client.call("fail")
        assert error.value.code == 206


@pytest.mark.parametrize("method", ["html", "wrong id", "neither"])
async def test_nonsense(server: str, method: str) -> None:
    async with Client(server) as client:
        with pytest.raises(ApiUnreachable):
            await client.call(method)


async def test_silence(server: str) -> None:
    async with Client(server, deadline=0.2) as client:
        with pytest.raises(ApiUnreachable, match=r"0\.2 s"):
            await client.call("sleep")


async def test_nobody_there() -> None:
    async with Client("http://127.0.0.1:9") as client:
        with pytest.raises(ApiUnreachable, match="--api"):
            await client.call("echo")


async def test_websocket_answers_by_id(server: str) -> None:
    async with Client(server.replace("http", "ws")) as client:
        held = asyncio.create_task(client.call("hold", 1))
        await asyncio.sleep(0.05)
        assert await client.call("echo", 2) == [2]
        assert await held == [1]


async def test_websocket_that_closes_and_is_opened_again(server: str) -> None:
    async with Client(server.replace("http", "ws")) as client:
        with pytest.raises(ApiUnreachable, match="closed"):
            await client.call("close")
        assert await client.call("echo", 3) == [3]


def test_scheme() -> None:
    with pytest.raises(InputError, match="api"):
        Client("ftp://x")


class Story:
    """A client whose transaction has these statuses, one a question."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)

    async def transaction(self, tx_hash: str) -> dict:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == "unknown":
            raise ApiError("getTransactionByHash", 203, "unknown")
        if status == "broken":
            raise ApiError("getTransactionByHash", 500, "internal")
        return {"txHash": tx_hash, "receipt": {"status": status, "failReason": "nonce"}}


async def test_wait_reports_every_stage_once() -> None:
    seen: list[str] = []
    story = Story("unknown", "accepted", "accepted", "sealed", "proven", "executed")
    answer = await wait_for(story, "0x1", "synced", 5, seen.append, poll=0)  # type: ignore[arg-type]
    assert answer["receipt"]["status"] == "executed"
    assert seen == ["unknown", "accepted", "sealed", "proven", "executed"]


async def test_wait_ends_with_a_failure_or_in_time() -> None:
    with pytest.raises(OperationFailed, match="nonce"):
        await wait_for(Story("accepted", "failed"), "0x1", "sealed", 5, poll=0)  # type: ignore[arg-type]
    with pytest.raises(WaitTimeout, match="is accepted"):
        await wait_for(Story("accepted"), "0x1", "sealed", 0.05, poll=0.01)  # type: ignore[arg-type]
    with pytest.raises(ApiError):
        await find(Story("broken"), "0x1")  # type: ignore[arg-type]


def test_stages() -> None:
    assert reached("proven", "sealed") and not reached("sealed", "proven") and not reached("failed", "accepted")
    assert check_stage("synced") == "synced"
    for bad in ("unknown", "done"):
        with pytest.raises(InputError):
            check_stage(bad)
