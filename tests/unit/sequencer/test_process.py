"""The sequencer as a process over real contracts: one at a time, killed at any moment, ended in order."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from eth_account import Account
from web3 import HTTPProvider, Web3

from tests.support.actors import ONE, Actor
from tests.support.anvil import KEYS, Anvil, anvil
from tests.support.deployment import NATIVE, TOKEN_ID, compiled, deploy
from zklink.deploy.manifest import Registry, parse_registry
from zklink.protocol.amounts import PackedFee
from zklink.protocol.keys import change_key_digest
from zklink.protocol.ops import ChangeKey, Operation, op_to_json
from zklink.protocol.txhash import transaction_hash

START_SECONDS = 40


@dataclass
class Process:
    """A sequencer under test."""

    config: Path
    api: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        log = self.config.with_suffix(".log").open("ab")
        command = [sys.executable, "-m", "zklink.cli", "run", "sequencer", "--config", str(self.config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def log(self) -> str:
        return self.config.with_suffix(".log").read_text()[-3000:]

    async def wait_ready(self, session: aiohttp.ClientSession, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, self.log()
            try:
                async with session.get(self.api + "/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        raise AssertionError(self.log())

    async def call(self, session: aiohttp.ClientSession, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        async with session.post(self.api, json=body) as response:
            answer = await response.json()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    async def wait_account(self, session: aiohttp.ClientSession, account: int) -> None:
        for _ in range(200):
            try:
                await self.call(session, "getAccount", account)
            except RuntimeError:
                await asyncio.sleep(0.1)
            else:
                return
        raise AssertionError(f"account {account} never came: {self.log()}")


@pytest.fixture(scope="module")
def nodes() -> Iterator[dict[int, Anvil]]:
    with ExitStack() as stack:
        yield {c: stack.enter_context(anvil(31336 + c)) for c in (1, 2)}


@pytest.fixture(scope="module")
def registry(nodes: dict[int, Anvil]) -> Registry:
    registry = parse_registry(deploy(nodes))
    w3 = Web3(HTTPProvider(nodes[1].url))
    user = Account.from_key(KEYS[2])
    bridge = w3.eth.contract(address=registry.chain(1).contracts["Bridge"], abi=compiled()["Bridge"]["abi"])
    deposit = bridge.functions.deposit(NATIVE, 1000 * ONE, 0, user.address, 0)
    value = 1000 * ONE + bridge.functions.request_fee().call()
    w3.eth.wait_for_transaction_receipt(deposit.transact({"from": user.address, "value": value}))
    for node in nodes.values():
        Web3(HTTPProvider(node.url)).provider.make_request("anvil_mine", ["0x4"])  # type: ignore[arg-type]
    return registry


@pytest.fixture
def process(registry: Registry, tmp_path: Path) -> Iterator[Process]:
    (tmp_path / "registry.json").write_text(json.dumps(json.loads(registry_text(registry))))
    with anvil_free_port() as port:
        settings = {
            "registry": "registry.json",
            "journal": "zklink.sqlite",
            "sequencer": {
                "port": port,
                "block_seconds": 0.3,
                "poll_seconds": 0.2,
                "rate_per_second": 1e6,
                "rate_burst": 10**6,
            },
        }
    (tmp_path / "zklink.yml").write_text(yaml.safe_dump(settings))
    found = Process(tmp_path / "zklink.yml", f"http://127.0.0.1:{port}")
    yield found
    for child in found.processes:
        child.kill()
        child.wait()


def registry_text(registry: Registry) -> str:
    data = registry.model_dump(mode="json", exclude_none=True)
    for name in ("deployment_id", "genesis_root", "salt"):
        data[name] = f"0x{int(data[name]):064x}"
    return json.dumps(data)


class anvil_free_port:
    """A port that is free now."""

    def __enter__(self) -> int:
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        return None


def user_of(registry: Registry) -> tuple[Actor, ChangeKey]:
    actor = replace(Actor.of(5, registry.deployment_id), wallet=Account.from_key(KEYS[2]))
    op = actor.sign(ChangeKey(2, 0, TOKEN_ID, 1, 0, actor.owner, actor.key, PackedFee.of(0)))
    digest = change_key_digest(registry.deployment_id, op)
    return actor, replace(op, eth_signature=bytes(actor.wallet.unsafe_sign_hash(digest).signature))


async def test_sigkill_loses_no_acknowledged_transaction_and_doubles_none(process: Process, registry: Registry) -> None:
    actor, key = user_of(registry)
    other = Actor.of(6, registry.deployment_id)
    rng, nonce = random.Random(11), 1
    acknowledged: dict[str, Operation] = {}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        child = process.start()
        await process.wait_ready(session, child)
        await process.wait_account(session, 2)
        await process.call(session, "sendTransaction", op_to_json(key))
        for _ in range(4):
            end = time.monotonic() + rng.uniform(0.3, 1.2)
            while time.monotonic() < end:
                ops: list[Operation] = [
                    actor.transfer(2, nonce + i, other.owner, ONE // 1000, token=TOKEN_ID) for i in range(3)
                ]
                answers = await asyncio.gather(
                    *(process.call(session, "sendTransaction", op_to_json(op)) for op in ops), return_exceptions=True
                )
                acknowledged |= {a: op for op, a in zip(ops, answers, strict=True) if isinstance(a, str)}
                nonce = 1 + len(acknowledged)
                if len(acknowledged) % 3:
                    break
            child.send_signal(signal.SIGKILL)
            child.wait()
            child = process.start()
            await process.wait_ready(session, child)
            nonce = int((await process.call(session, "getAccount", 2))["nonce"])
            assert nonce >= 1 + len(acknowledged)
            for tx_hash, op in acknowledged.items():
                assert tx_hash == "0x" + transaction_hash(op, registry.deployment_id).hex()
                assert (await process.call(session, "getTransactionByHash", tx_hash))["receipt"]["status"] != "failed"
        done = nonce - 1
        assert done >= len(acknowledged) > 20
        balances = await process.call(session, "getAccountBalances", 3)
        assert balances == {"0": {str(TOKEN_ID): str(done * (ONE // 1000))}}
        deadline = time.monotonic() + 20
        statuses: set[str] = set()
        while time.monotonic() < deadline and statuses != {"sealed"}:
            await asyncio.sleep(0.2)
            found = [await process.call(session, "getTransactionByHash", tx_hash) for tx_hash in acknowledged]
            statuses = {entry["receipt"]["status"] for entry in found}
        assert statuses == {"sealed"}


async def test_a_second_sequencer_refuses_and_the_first_goes_on(process: Process) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        first = process.start()
        await process.wait_ready(session, first)
        second = process.start()
        assert second.wait(timeout=START_SECONDS) != 0
        assert "another sequencer holds the lease" in process.log()
        assert str(first.pid) in process.log()
        assert await process.call(session, "getChangePubkeyChainId") == 1
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=15) == 0
        third = process.start()
        await process.wait_ready(session, third)
        assert third.poll() is None


async def test_a_chain_that_is_down_is_waited_for(
    process: Process, registry: Registry, nodes: dict[int, Anvil]
) -> None:
    os.kill(nodes[2].process.pid, signal.SIGSTOP)
    try:
        child = process.start()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            deadline = time.monotonic() + START_SECONDS
            problems: dict[str, str] = {}
            while time.monotonic() < deadline and "engine" not in problems:
                await asyncio.sleep(0.2)
                try:
                    async with session.get(process.api + "/readyz") as response:
                        problems = (await response.json())["problems"]
                except aiohttp.ClientError:
                    continue
            assert problems.get("engine") == "restoring" and child.poll() is None
            os.kill(nodes[2].process.pid, signal.SIGCONT)
            await process.wait_ready(session, child)
    finally:
        os.kill(nodes[2].process.pid, signal.SIGCONT)
