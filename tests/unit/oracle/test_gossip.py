"""Peers that are silent, slow, huge or lying do no harm (LON T46, T47)."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, member_set, signed
from zklink.oracle import gossip as room
from zklink.oracle.codec import signed_to_json
from zklink.oracle.gossip import Gossip
from zklink.oracle.metrics import Metrics
from zklink.oracle.pool import SignaturePool, Window
from zklink.oracle.store import Store

KEYS = accounts(4)
GOOD = signed_to_json(signed(KEYS[1], attestation(5)))


async def pull_from(answer: web.StreamResponse | None, others: list[str] | None = None):
    async def handler(request: web.Request) -> web.StreamResponse:
        if answer is None:
            await asyncio.sleep(30)
        return answer  # type: ignore[return-value]

    app = web.Application()
    app.router.add_get("/v1/signatures", handler)
    server = TestServer(app)
    await server.start_server()
    peer = str(server.make_url("")).rstrip("/")
    pool = SignaturePool(Store(":memory:"), member_set(KEYS), DEPLOYMENT)
    pool.set_window(Window.around(0, 0, 10, 1))
    gossip = Gossip([peer, *(others or [])], pool, Metrics())
    await gossip.start()
    try:
        await gossip.pull()
        await gossip.push(signed(KEYS[0], attestation(5)))
        return gossip.problems[peer], pool.store.newest()
    finally:
        await gossip.close()
        await server.close()


async def test_good_answer_is_stored() -> None:
    _, stored = await pull_from(web.json_response({"signatures": [GOOD]}))
    assert len(stored) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda: web.json_response({"signatures": [GOOD]}, status=500), "status 500"),
        (lambda: web.Response(text="hello"), "nonsense"),
        (lambda: web.json_response([]), "nonsense"),
        (lambda: web.Response(text='{"signatures": ' + "[" * 200_000), "nested deeper"),
        (lambda: web.json_response({"signatures": 5}), "nonsense"),
        (lambda: web.json_response({"signatures": [{**GOOD, "sig": "0x"}]}), "nonsense"),
        (lambda: web.json_response({"signatures": [{**GOOD, "signer": KEYS[0].address}]}), "unusable"),
        (lambda: web.Response(body=b"x" * (room.MAX_ANSWER_BYTES + 1)), "longer than"),
    ],
)
async def test_bad_answer_is_noted_and_nothing_stored(answer, problem: str) -> None:
    noted, stored = await pull_from(answer())
    # the later push to the same peer may succeed or fail; what the pull found is kept either way
    assert problem in noted
    assert stored == []


async def test_slow_peer_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PEER_SECONDS", 0.2)
    noted, _ = await pull_from(None, ["http://127.0.0.1:9"])
    assert noted


async def test_conflict_from_a_peer_becomes_evidence() -> None:
    other = signed_to_json(signed(KEYS[1], attestation(5, root=99)))
    pool = SignaturePool(Store(":memory:"), member_set(KEYS), DEPLOYMENT)
    pool.set_window(Window.around(0, 0, 10, 1))
    pool.accept(signed(KEYS[1], attestation(5)))

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({"signatures": [other]})

    app = web.Application()
    app.router.add_get("/v1/signatures", handler)
    async with TestServer(app) as server:
        metrics = Metrics()
        gossip = Gossip([str(server.make_url("")).rstrip("/")], pool, metrics)
        await gossip.start()
        await gossip.pull()
        await gossip.close()
    assert len(pool.store.evidence()) == 1
    assert b"lon_conflicts_total" in metrics.text()


async def test_nothing_is_pulled_before_the_first_observation() -> None:
    pool = SignaturePool(Store(":memory:"), member_set(KEYS), DEPLOYMENT)
    gossip = Gossip(["http://127.0.0.1:9"], pool, Metrics())
    await gossip.start()
    await gossip.pull()
    await gossip.close()
    assert gossip.problems == {"http://127.0.0.1:9": "not asked yet"}
