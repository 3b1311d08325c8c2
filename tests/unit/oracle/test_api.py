"""HTTP API: good paths, bad inputs, limits (LON T46, T47)."""

import json
from collections.abc import Callable

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, member_set, signed
from zklink.oracle.api import MAX_BODY_BYTES, Api
from zklink.oracle.codec import signed_from_json, signed_to_json
from zklink.oracle.limits import RateLimiter
from zklink.oracle.metrics import Metrics
from zklink.oracle.pool import SignaturePool, Window
from zklink.oracle.state import ChainHealth, NodeState
from zklink.oracle.store import Store

KEYS = accounts(4)
GOOD = signed_to_json(signed(KEYS[0], attestation(5)))


class Door:
    def __init__(self, client: TestClient, pool: SignaturePool, state: NodeState, metrics: Metrics) -> None:
        self.client, self.pool, self.state, self.metrics = client, pool, state, metrics


@pytest.fixture
async def door():
    async for opened in _open(RateLimiter(1000, 1000)):
        yield opened


async def _open(limiter: RateLimiter):
    store = Store(":memory:")
    pool = SignaturePool(store, member_set(KEYS), DEPLOYMENT)
    pool.set_window(Window.around(0, 0, 10, 1))
    state = NodeState("0x00", "0x01", {1: ChainHealth(1, 1, 1)})
    metrics = Metrics()
    async with TestClient(TestServer(Api(pool, store, state, metrics, limiter).application())) as client:
        yield Door(client, pool, state, metrics)
    store.close()


async def post(door: Door, body: object) -> tuple[int, dict]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with door.client.post("/v1/signatures", data=raw) as response:
        return response.status, await response.json()


async def get(door: Door, path: str) -> tuple[int, dict]:
    async with door.client.get(path) as response:
        return response.status, await response.json()


async def test_signatures_become_a_bundle(door: Door) -> None:
    assert (await get(door, "/v1/bundles/latest"))[0] == 404
    assert await post(door, GOOD) == (202, {"accepted": "new"})
    assert await post(door, GOOD) == (202, {"accepted": "known"})
    for key in KEYS[1:3]:
        assert (await get(door, "/v1/bundles/0/5"))[0] == 404
        assert (await post(door, signed_to_json(signed(key, attestation(5)))))[0] == 202
    status, bundle = await get(door, "/v1/bundles/0/5")
    assert status == 200
    assert set(bundle) == {
        "generation", "block", "epoch", "state_root", "sync_hash", "bitmap", "signatures", "weight", "total",
    }  # fmt: skip
    assert (bundle["block"], bundle["bitmap"], bundle["weight"], bundle["total"]) == (5, 0b111, 3, 4)
    assert len(bytes.fromhex(bundle["signatures"][2:])) == 3 * 64
    assert await get(door, "/v1/bundles/latest") == (200, bundle)


async def test_conflict_answers_with_the_stored_message(door: Door) -> None:
    await post(door, GOOD)
    status, answer = await post(door, signed_to_json(signed(KEYS[0], attestation(5, root=12))))
    assert status == 409
    assert answer["stored"] == GOOD
    assert len((await get(door, "/v1/evidence"))[1]["evidence"]) == 1
    assert b'lon_conflicts_total{signer="%s"} 1.0' % GOOD["signer"].encode() in door.metrics.text()


def broken(change: Callable[[dict], object]) -> object:
    body = json.loads(json.dumps(GOOD))
    changed = change(body)
    return body if changed is None else changed


def put(key: str, value: object, inner: bool = False) -> Callable[[dict], object]:
    def change(body: dict) -> None:
        (body["message"] if inner else body)[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda b: b"", "body"),
        (lambda b: b"{", "body"),
        (lambda b: b"[" * 4000, "body"),
        (lambda b: b"\xff\xfe\x00", "body"),
        (lambda b: [], "body"),
        (lambda b: {**b, "extra": 1}, "body"),
        (lambda b: {k: v for k, v in b.items() if k != "sig"}, "body"),
        (put("scheme", "bls"), "scheme"),
        (put("message", 5), "message"),
        (put("blockNumber", "5", True), "message.blockNumber"),
        (put("blockNumber", True, True), "message.blockNumber"),
        (put("blockNumber", 5.0, True), "message.blockNumber"),
        (put("blockNumber", -1, True), "message.blockNumber"),
        (put("blockNumber", 2**63, True), "message.blockNumber"),
        (put("blockNumber", 21, True), "message.blockNumber"),
        (put("generation", 3, True), "message.generation"),
        (put("setEpoch", 2, True), "message.setEpoch"),
        (put("stateRoot", "0x12", True), "message.stateRoot"),
        (put("stateRoot", "0x" + "ff" * 32, True), "message.state_root"),
        (put("syncHash", "0x" + "00" * 32, True), "message.sync_hash"),
        (put("syncHash", "0x" + "zz" * 32, True), "message.syncHash"),
        (put("signer", "0x" + "00" * 20), "signer"),
        (put("signer", None), "signer"),
        (put("sig", "0x" + "00" * 64), "sig"),
        (put("sig", "0x" + "ff" * 64), "sig"),
        (put("sig", "0x" + "00" * 65), "sig"),
    ],
)
async def test_invalid_body_names_the_field_and_stores_nothing(door: Door, change, field: str) -> None:
    status, answer = await post(door, broken(change))
    assert (status, answer["field"]) == (422, field), answer
    assert door.pool.store.newest() == []


async def test_zero_root_is_refused(door: Door) -> None:
    status, answer = await post(door, signed_to_json(signed(KEYS[0], attestation(5, root=0))))
    assert (status, answer["field"]) == (422, "message.stateRoot")


async def test_body_above_the_limit_is_refused(door: Door) -> None:
    status, _ = await post(door, b"x" * (MAX_BODY_BYTES + 1))
    assert status == 413


async def test_too_many_requests() -> None:
    async for door in _open(RateLimiter(rate=0.001, burst=2)):
        statuses = [(await get(door, "/livez"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    "path",
    ["/v1/signatures?block=x", "/v1/signatures?since=-1", "/v1/signatures?generation=9999999999999999999",
     "/v1/signatures?signer=0x12", "/v1/bundles/0/x", "/v1/bundles/-1/5", "/v1/observations/1e3", "/v1/set/one"],
)  # fmt: skip
async def test_bad_numbers_in_the_address(door: Door, path: str) -> None:
    assert (await get(door, path))[0] == 422


@pytest.mark.parametrize("path", ["/v1/observations/5", "/v1/set/2", "/v1/nothing", "/v1/bundles/1/5"])
async def test_not_found_is_json(door: Door, path: str) -> None:
    status, answer = await get(door, path)
    assert status == 404 and answer["error"]


async def test_list_is_filtered_and_round_trips(door: Door) -> None:
    for key in KEYS[:2]:
        for number in (4, 5, 6):
            await post(door, signed_to_json(signed(key, attestation(number))))
    for query, count in {"": 6, "?block=5": 2, "?since=6": 2, "?generation=1": 0,
                         f"?signer={KEYS[0].address}": 3}.items():  # fmt: skip
        _, answer = await get(door, "/v1/signatures" + query)
        assert len(answer["signatures"]) == count
        assert all(signed_to_json(signed_from_json(item)) == item for item in answer["signatures"])


async def test_member_set(door: Door) -> None:
    status, answer = await get(door, "/v1/set/1")
    assert status == 200
    assert [m["address"] for m in answer["members"]] == [key.address for key in KEYS]


async def test_health_doors(door: Door) -> None:
    assert (await get(door, "/livez"))[0] == 200
    status, answer = await get(door, "/readyz")
    assert status == 503 and any("chain 1" in p for p in answer["problems"])
    status, answer = await get(door, "/healthz")
    assert status == 200 and answer["ready"] is False
    door.state.chains[1].problem = door.state.signer_problem = ""
    assert (await get(door, "/readyz"))[0] == 200
    door.state.frozen = "breach"
    assert (await get(door, "/readyz"))[0] == 503
    door.state.frozen, door.state.mismatches = None, [{"chain": 2}]
    assert (await get(door, "/readyz"))[0] == 503
    door.state.mismatches, door.state.clock_problem = [], "ahead"
    assert (await get(door, "/readyz"))[0] == 503
    door.state.loop_lag = 2.0
    assert (await get(door, "/livez"))[0] == 503
    async with door.client.get("/metrics") as response:
        assert b"lon_checkpoint_signed" in await response.read()
