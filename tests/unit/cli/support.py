"""An API in a thread, a registry file, and a way to call the command line."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from click.testing import CliRunner, Result

from tests.unit.oracle.support import DEPLOYMENT, accounts, registry
from zklink.cli import main

ALICE_KEY = "0x" + "07" * 32
HASH = "0x" + "ab" * 32


class FakeApi:
    """Answers the sequencer's methods from `answers`; keeps the parameters of every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[Any]]] = []
        self.ready = 200
        self.answers: dict[str, Any] = {
            "getDeployment": {"deploymentId": f"0x{DEPLOYMENT:064x}", "minFees": {"2": "12345000000000000"}},
            "getSupportTokens": {
                "2": {"id": 2, "symbol": "USDC", "chains": {"1": {"address": "0x" + "cc" * 20, "decimals": 6}}}
            },
            "getAccount": {
                "id": 7, "domain": 0, "address": "0x" + "11" * 20, "nonce": 3, "pubKey": {"x": "0", "y": "0"},
            },
            "getAccountBalances": {"0": {"2": str(125 * 10**17)}},
            "getLatestBlockNumber": {"lastBlockNumber": 5, "committed": 4, "verified": 3},
            "getBlockByNumber": {
                "number": 5, "rootHash": "0x05", "timestamp": 1,
                "transactions": [{"txHash": HASH, "tx": {"type": "TRANSFER"}, "status": {}}],
            },
            "getBlockOnChainByNumber": {"committed": [{"chainId": 1, "txHash": HASH}], "verified": []},
            "getTransactionByHash": {
                "txHash": HASH, "tx": {"type": "TRANSFER"},
                "receipt": {"status": "proven", "success": True, "block": 5, "chains": {"1": "proven", "2": "synced"}},
            },
            "sendTransaction": HASH,
        }  # fmt: skip
        self.url = ""

    def sent(self) -> list[Any]:
        return [params for method, params in self.calls if method == "sendTransaction"]

    async def post(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls.append((body["method"], body["params"]))
        answer = self.answers[body["method"]]
        kind = "error" if isinstance(answer, dict) and "code" in answer else "result"
        return web.json_response({"jsonrpc": "2.0", "id": body["id"], kind: answer})

    async def readyz(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ready": self.ready == 200, "problems": {}}, status=self.ready)

    async def healthz(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.answers["healthz"])


def serve(api: FakeApi) -> Callable[[], None]:
    """Serve `api` on loopback in a thread; returns what stops it."""
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/", api.post)
        app.router.add_get("/readyz", api.readyz)
        app.router.add_get("/healthz", api.healthz)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        api.url = f"http://{host}:{port}"
        return runner

    def work() -> None:
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    started.wait(10)

    def stop() -> None:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)

    return stop


def write_registry(path: Path, urls: list[str] | None = None) -> None:
    """A registry with USDC (6 decimals) on chain 1 and 2, and USDT only on chain 1."""
    data = registry(accounts(4), urls=urls).model_dump(mode="json")
    for name in ("deployment_id", "genesis_root", "salt"):
        data[name] = f"0x{data[name]:064x}"
    tokens = [{"id": 2, "symbol": "USDC", "address": "0x" + "cc" * 20, "decimals": 6}]
    data["chains"][0]["tokens"] = [*tokens, {"id": 4, "symbol": "ONE", "address": "0x" + "ce" * 20, "decimals": 18}]
    data["chains"][1]["tokens"] = tokens
    for chain in data["chains"]:
        chain["rpc"] = "http://127.0.0.1:9"
    path.write_text(json.dumps(data))


def zlk(*arguments: str, **environment: str | None) -> Result:
    """Call the command line in this process."""
    blank = dict.fromkeys(("ZKLINK_PRIVATE_KEY", "ZKLINK_KEYSTORE", "ZKLINK_PASSPHRASE_FILE", "ZKLINK_REGISTRY",
                           "ZKLINK_API", "NO_COLOR"))  # fmt: skip
    return CliRunner(mix_stderr=False).invoke(main, list(arguments), env={**blank, "COLUMNS": "200", **environment})
