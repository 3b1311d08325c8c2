"""The signer in a process of its own: structs only, rules apply, the node checks what it gets back."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.cli.support import zlk
from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, signed
from tests.unit.oracle.test_node import KEYS, World, signed_number, until, world
from tests.unit.oracle.test_setup import write_registry
from zklink.oracle.codec import message_to_json
from zklink.oracle.config import load_config
from zklink.oracle.errors import ConfigError, SignerUnavailable, SigningRefused
from zklink.oracle.node import Node
from zklink.oracle.observer import ChainObserver
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.setup import init_member
from zklink.oracle.signer import Signer
from zklink.oracle.signer_address import SignerAddress, parse_signer_address, read_token
from zklink.oracle.signer_client import RemoteSigner
from zklink.oracle.signer_server import SignerServer
from zklink.protocol.attestation import recover_member
from zklink.protocol.hashing import u256
from zklink.protocol.oracle_messages import Abort, Rotate

__all__ = ["world"]
TOKEN = "t" * 20
OWN = int(KEYS[0].address, 16)


def make_signer(folder: Path) -> Signer:
    key, path = bytes.fromhex(KEYS[0].address[2:]), folder / "0.db"
    if not path.exists():
        ProtectionDatabase.create(path, key)
    return Signer(KEYS[0], ProtectionDatabase.open(path, key, u256(DEPLOYMENT)), DEPLOYMENT)


@pytest.fixture
async def socket(tmp_path: Path) -> AsyncIterator[Path]:
    stop, path = asyncio.Event(), tmp_path / "s.sock"
    task = asyncio.create_task(SignerServer(make_signer(tmp_path), TOKEN).run(SignerAddress(path), stop))
    await until(lambda: path.exists() or task.done())
    yield path
    stop.set()
    await task


@pytest.fixture
async def remote(socket: Path) -> AsyncIterator[RemoteSigner]:
    made = RemoteSigner(SignerAddress(socket), TOKEN, OWN, DEPLOYMENT)
    yield made
    await made.close()


async def test_it_signs_structs_and_applies_the_rules(remote: RemoteSigner, socket: Path) -> None:
    assert os.stat(socket).st_mode & 0o077 == 0
    assert (await remote.status()).must_listen == ""
    item = await remote.attest(attestation(5))
    assert item == signed(KEYS[0], attestation(5))
    assert await remote.attest(attestation(5)) == item
    assert await remote.accounted(attestation(5)) and not await remote.accounted(attestation(6))
    with pytest.raises(SigningRefused, match="S1"):
        await remote.attest(attestation(5, root=12))
    with pytest.raises(SigningRefused, match="FORM"):
        await remote.attest(attestation(6, root=0))
    await remote.check_ready()


async def ask(socket: Path, path: str, body: object, token: str = TOKEN, raw: bytes | None = None) -> tuple[int, dict]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session,
        session.post(
            f"http://signer{path}",
            data=raw,
            json=None if raw is not None else body,
            headers={"Authorization": f"Bearer {token}"},
        ) as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"digest": "0x" + "11" * 32}, "message"),
        ("0x" + "11" * 32, "message"),
        ({**message_to_json(attestation(5)), "digest": "0x" + "11" * 32}, "message"),
        ({**message_to_json(attestation(5)), "blockNumber": -1}, "message.blockNumber"),
        ({**message_to_json(attestation(5)), "syncHash": "0x" + "00" * 32}, "message.sync_hash"),
    ],
)
async def test_a_hash_is_never_signed(socket: Path, body: object, field: str) -> None:  # LON T40
    status, answer = await ask(socket, "/v1/attest", body)
    assert (status, answer["field"]) == (422, field)


async def test_deep_and_large_bodies_are_refused(socket: Path) -> None:
    assert (await ask(socket, "/v1/attest", None, raw=b"[" * 4000))[0] == 422
    assert (await ask(socket, "/v1/attest", None, raw=b"1" * 5000))[0] == 413


async def test_without_the_token_nothing_is_answered(socket: Path) -> None:
    status, answer = await ask(socket, "/v1/attest", message_to_json(attestation(5)), token="x" * 20)
    assert status == 401 and "sig" not in answer


async def test_aborts_and_rotations_have_their_rules(socket: Path) -> None:
    async def sig(path: str, body: dict, digest: bytes) -> int:
        status, answer = await ask(socket, path, body)
        assert status == 200, answer
        return recover_member(digest, bytes.fromhex(answer["sig"][2:]))

    abort = {"setEpoch": 1, "generation": 0, "keepThrough": 5, "reason": "0x" + "00" * 32}
    assert (await ask(socket, "/v1/attest", message_to_json(attestation(5))))[0] == 200
    assert (await ask(socket, "/v1/abort", abort | {"keepThrough": 4}))[1]["rule"] == "S3"
    assert await sig("/v1/abort", abort, Abort(1, 0, 5, bytes(32)).digest(DEPLOYMENT)) == OWN
    assert (await ask(socket, "/v1/abort", abort | {"reason": "0x" + "01" * 32}))[1]["rule"] == "S1"
    assert (await ask(socket, "/v1/attest", message_to_json(attestation(6))))[1]["rule"] == "S3"
    rotate = {"fromEpoch": 2, "setHash": "0x" + "22" * 32, "activateAt": 9, "immediate": False}
    message = Rotate(2, b"\x22" * 32, 9, False)
    assert await sig("/v1/rotate", rotate, message.digest(DEPLOYMENT)) == OWN
    assert await sig("/v1/rotate", rotate, message.digest(DEPLOYMENT)) == OWN
    for changes in ({"setHash": "0x" + "33" * 32}, {"activateAt": 10}, {"immediate": True}, {"fromEpoch": 1}):
        assert (await ask(socket, "/v1/rotate", rotate | changes))[1]["rule"] == "S4", changes
    assert (await ask(socket, "/v1/rotate", rotate | {"immediate": 0}))[1]["field"] == "message.immediate"


async def test_a_node_signs_through_it_and_waits_while_it_is_away(world: World, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"

    async def signer() -> tuple[asyncio.Event, asyncio.Task[None]]:
        stop = asyncio.Event()
        task = asyncio.create_task(SignerServer(make_signer(tmp_path), TOKEN).run(SignerAddress(path), stop))
        await until(lambda: path.exists() or task.done())
        return stop, task

    stop, task = await signer()
    template = world.node(0)
    observers = {c.id: ChainObserver(c.id, template.network.observers[c.id].sources, 1, 1.0) for c in world.chains}
    remote = RemoteSigner(SignerAddress(path), TOKEN, OWN, DEPLOYMENT)
    node, ended = Node(template._config, template._registry, observers, remote), asyncio.Event()
    running = asyncio.create_task(node.run(ended))
    try:
        await until(lambda: signed_number(node) == 2)
        stop.set()
        await task
        for chain in world.chains:
            chain.committed = chain.proven = 3
        await until(lambda: "signer unix:" in node.state.signer_problem)
        assert signed_number(node) == 2 and node.state.problems()
        stop, task = await signer()
        await until(lambda: signed_number(node) == 3)
    finally:
        ended.set()
        await running
        stop.set()
        await task
        template.store.close()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"sig": "0x" + signed(KEYS[1], attestation(5)).signature.hex()}, "another key's"),
        ({"sig": "0x" + signed(KEYS[0], attestation(6)).signature.hex()}, "another key's"),
        ({"sig": "0x11"}, "nonsense"),
        ({}, "nonsense"),
        ([], "nonsense"),
    ],
)
async def test_what_comes_back_is_checked(answer: object, problem: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/v1/attest", handler)
    async with TestServer(app) as server:
        remote = RemoteSigner(SignerAddress(None, "127.0.0.1", server.port or 0), TOKEN, OWN, DEPLOYMENT)
        with pytest.raises(SignerUnavailable, match=problem):
            await remote.attest(attestation(5))
        await remote.close()


async def test_another_members_signer_is_refused(socket: Path) -> None:
    remote = RemoteSigner(SignerAddress(socket), TOKEN, int(KEYS[1].address, 16), DEPLOYMENT)
    with pytest.raises(SignerUnavailable, match="another key"):
        await remote.status()
    await remote.close()


@pytest.mark.parametrize("text", ["http://10.0.0.1:9", "https://127.0.0.1:9", "unix:", "http://127.0.0.1", "x", ""])
def test_only_sockets_and_loopback_are_addresses(text: str) -> None:
    with pytest.raises(ConfigError, match="signer"):
        parse_signer_address(text, Path("d"))


def test_the_token_is_private_and_long(tmp_path: Path) -> None:
    token = tmp_path / "token"
    with pytest.raises(ConfigError, match="cannot read"):
        read_token(token)
    token.write_text("t" * 16 + "\n")
    token.chmod(0o640)
    with pytest.raises(ConfigError, match="readable by others"):
        read_token(token)
    token.chmod(0o600)
    assert read_token(token) == "t" * 16
    token.write_text("t" * 15)
    with pytest.raises(ConfigError, match="fewer than"):
        read_token(token)


def test_the_process(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 0, light=True)
    write_registry(tmp_path / "registry.json", [made.address, *(a.address for a in accounts(3))])
    token = tmp_path / "n1" / "token"
    token.write_text(hashlib.sha256(b"x").hexdigest())
    token.chmod(0o600)
    values = yaml.safe_load(made.config.read_text()) | {"signer": "unix:s.sock"}
    made.config.write_text(yaml.safe_dump(values))
    with pytest.raises(ConfigError, match="signer_token_file"):
        load_config(made.config)
    values |= {"signer_token_file": "token", "signer_address": made.address}
    made.config.write_text(yaml.safe_dump(values))
    command = [sys.executable, "-m", "zklink.cli", "oracle", "sign", "--config", str(made.config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "NO_COLOR": "1"})
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "n1" / "s.sock").exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        assert zlk("oracle", "sign", "--config", str(made.config)).exit_code == 78  # the lock
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()
