"""Chains, deployment and services of one machine, started, killed and restarted as separate processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from eth_account import Account
from eth_account.hdaccount import Mnemonic  # noqa: F401 - enables Account.from_mnemonic
from eth_account.signers.local import LocalAccount

from zklink.deploy.registry import Registry, load_registry
from zklink.localnet.processes import Service, answers, free_port

MNEMONIC = "test test test test test test test test test test test junk"
"""anvil's default accounts: known to everybody."""
DEPLOYER, SEQUENCER, FEE_ACCOUNT, FIRST_USER = 0, 1, 2, 3
ORACLE_NODES = 4
PASSPHRASE = "local development only"  # noqa: S105 - protects keys of a throw-away network
KEYSTORE_ITERATIONS = 1024  # scrypt N of throw-away keys: four nodes start at once on a laptop
ETHER = 10**18


def account(index: int) -> LocalAccount:
    """Development account `index` of anvil's mnemonic."""
    Account.enable_unaudited_hdwallet_features()
    return Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")


def rpc(url: str, method: str, *params: Any) -> Any:
    """One JSON-RPC call to a local node. Raises RuntimeError with the node's message."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        result = json.load(answer)
    if "error" in result:
        raise RuntimeError(f"{method}: {result['error'].get('message')}")
    return result["result"]


class LocalNetwork:
    """1. `start_chains`: one anvil per chain of the manifest, mining at once.
    2. `deploy`: oracle keys, then the Ape script; the registry is read back.
    3. `start_services`: sequencer, prover, relayer, four oracle nodes; then blocks come every second.
    4. `stop` ends everything that was started, by pid.
    """

    def __init__(self, root: Path, folder: Path, manifest: Path, say: Callable[[str], None] = print) -> None:
        self.root, self.folder, self.say = root, folder, say
        self.manifest: dict[str, Any] = yaml.safe_load(manifest.read_text())
        self.services: dict[str, Service] = {}
        self.chain_urls: dict[int, str] = {}
        self.api = f"http://127.0.0.1:{free_port()}"
        self.registry_path = folder / "registry.json"
        self._registry: Registry | None = None
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)

    @property
    def registry(self) -> Registry:
        if self._registry is None:
            self._registry = load_registry(self.registry_path)
        return self._registry

    # -- chains and contracts

    def start_chains(self) -> None:
        """Start the anvils. Raises RuntimeError or TimeoutError."""
        anvil = shutil.which("anvil") or str(Path(sys.prefix) / "bin" / "anvil")
        for chain in self.manifest["chains"]:
            port = free_port()
            cache = self.folder / f"anvil-{chain['id']}"
            command = [
                anvil, "--port", str(port), "--chain-id", str(chain["evm_chain_id"]), "--slots-in-an-epoch", "1",
                "--hardfork", "osaka", "--mnemonic", MNEMONIC, "--accounts", "20", "--cache-path", str(cache),
                "--silent",
            ]  # fmt: skip
            node = Service(f"chain-{chain['id']}", command, self.folder / "logs" / f"chain-{chain['id']}.log")
            node.start()
            self.services[node.name] = node
            self.chain_urls[chain["id"]] = f"http://127.0.0.1:{port}"
        for number, url in self.chain_urls.items():
            self._await(f"chain-{number}", lambda url=url: bool(_try_rpc(url, "eth_chainId")))

    def deploy(self) -> Registry:
        """Make the oracle keys, run `ape run deploy`, read the registry. Raises RuntimeError with the script's output."""
        self._make_oracle_keys()
        manifest = self.folder / "manifest.yml"
        manifest.write_text(yaml.safe_dump(self.manifest, sort_keys=False))
        ape = shutil.which("ape") or str(Path(sys.prefix) / "bin" / "ape")
        hosts = {f"ANVIL_ZK{number}_URL": url for number, url in self.chain_urls.items()}
        result = subprocess.run(
            [ape, "run", "deploy", "--environment", "local", "--manifest", manifest, "--registry", self.registry_path],
            cwd=self.root, env={**os.environ, **hosts, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        (self.folder / "logs" / "deploy.log").write_text(result.stdout + result.stderr)
        if result.returncode != 0:
            raise RuntimeError(f"ape run deploy failed:\n{(result.stdout + result.stderr)[-3000:]}")
        return self.registry

    def _make_oracle_keys(self) -> None:
        members = []
        (self.folder / "passphrase").write_text(PASSPHRASE)
        for index in range(1, ORACLE_NODES + 1):
            key = Account.create()
            home = self.folder / f"oracle-{index}"
            home.mkdir()
            keystore = Account.encrypt(key.key, PASSPHRASE, kdf="scrypt", iterations=KEYSTORE_ITERATIONS)
            (home / "keystore.json").write_text(json.dumps(keystore))
            url = f"http://127.0.0.1:{free_port()}"
            members.append({"address": key.address, "weight": 1, "url": url})
        self.manifest["oracle"] = {"epoch": 1, "members": members}

    def mine_every(self, seconds: float) -> None:
        """From now on blocks come by the clock, as on a real chain; 0 mines each transaction at once."""
        for url in self.chain_urls.values():
            rpc(url, "evm_setAutomine", seconds == 0)
            rpc(url, "evm_setIntervalMining", seconds)

    # -- services

    def service_names(self) -> Iterator[str]:
        """Every service that is not a chain."""
        return (name for name in self.services if not name.startswith("chain-"))

    def _zlk(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "zklink", *arguments]

    def _add(self, name: str, command: list[str], url: str | None) -> Service:
        service = Service(name, command, self.folder / "logs" / f"{name}.log", url)
        self.services[name] = service
        service.start()
        return service

    def _await(self, name: str, check: Callable[[], bool], timeout: float = 30) -> None:
        import time

        deadline = time.monotonic() + timeout
        while not check():
            if not self.services[name].running or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not answer: {self.services[name].tail()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End every process that this network started; services first, so that they can drain."""
        for service in reversed(self.services.values()):
            with suppress(OSError):
                service.stop(timeout=5)


def _try_rpc(url: str, method: str) -> Any:
    try:
        return rpc(url, method)
    except OSError:
        return None
