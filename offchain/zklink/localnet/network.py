"""Chains, deployment and services of one machine, started, killed and restarted as separate processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from eth_account import Account
from eth_account.signers.local import LocalAccount

from zklink.deploy.registry import Registry, load_registry
from zklink.localnet.processes import Service, free_port
from zklink.localnet.rpc import rpc, send_unlocked
from zklink.oracle.setup import init_member

MNEMONIC = "test test test test test test test test test test test junk"
"""anvil's default accounts: known to everybody."""
DEPLOYER, SEQUENCER, FEE_ACCOUNT, FIRST_USER = 0, 1, 2, 3
ORACLE_NODES = 4
MINT = bytes.fromhex("40c10f19")  # selector of mint(address,uint256)
CHAIN_PREFIX = "chain-"


def account(index: int) -> LocalAccount:
    """Development account `index` of anvil's mnemonic."""
    Account.enable_unaudited_hdwallet_features()
    return Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")


class LocalNetwork:
    """1. `start_chains`: one anvil per chain of the manifest, mining at once.
    2. `deploy`: oracle keys, then the Ape script; the registry is read back.
    3. `start_services`: sequencer, prover, relayer, four oracle nodes, each a process with its own log.
    4. `stop` ends everything that was started, by pid.
    """

    def __init__(self, root: Path, folder: Path, manifest: Path) -> None:
        self.root, self.folder = root, folder
        self.manifest: dict[str, Any] = yaml.safe_load(manifest.read_text())
        self.services: dict[str, Service] = {}
        self.chain_urls: dict[int, str] = {}
        self.api = f"http://127.0.0.1:{free_port()}"
        self.registry_path = folder / "registry.json"
        self._registry: Registry | None = None
        if folder.exists():
            shutil.rmtree(folder)
        (folder / "logs").mkdir(parents=True)

    @property
    def registry(self) -> Registry:
        """The deployment, once `deploy` is done."""
        if self._registry is None:
            self._registry = load_registry(self.registry_path)
        return self._registry

    # -- chains and contracts

    def start_chains(self) -> None:
        """Start the anvils. Raises RuntimeError when one does not answer."""
        anvil = shutil.which("anvil") or str(Path(sys.prefix) / "bin" / "anvil")
        for chain in self.manifest["chains"]:
            number, port = int(chain["id"]), free_port()
            command = [
                anvil, "--port", str(port), "--chain-id", str(chain["evm_chain_id"]), "--slots-in-an-epoch", "1",
                "--hardfork", "osaka", "--mnemonic", MNEMONIC, "--accounts", "20",
                "--cache-path", str(self.folder / f"{CHAIN_PREFIX}{number}"),
            ]  # fmt: skip
            self._add(f"{CHAIN_PREFIX}{number}", command, None)
            self.chain_urls[number] = f"http://127.0.0.1:{port}"
        for number in self.chain_urls:
            self._await_chain(number)

    def _await_chain(self, number: int, timeout: float = 20) -> None:
        service, deadline = self.services[f"{CHAIN_PREFIX}{number}"], time.monotonic() + timeout
        while True:
            with suppress(OSError):
                rpc(self.chain_urls[number], "eth_chainId")
                return
            if not service.running or time.monotonic() > deadline:
                raise RuntimeError(f"{service.name} does not answer: {service.tail()}")
            time.sleep(0.05)

    def deploy(self) -> Registry:
        """Make the oracle keys, run `ape run deploy`. Raises RuntimeError with the script's output."""
        self.manifest["oracle"] = {"epoch": 1, "members": [self._make_member(i) for i in range(1, ORACLE_NODES + 1)]}
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

    def _make_member(self, index: int) -> dict[str, Any]:
        port = free_port()
        member = init_member(self.folder / f"oracle-{index}", self.registry_path, port, light=True)
        return {"address": member.address, "weight": 1, "url": f"http://127.0.0.1:{port}"}

    def mine_every(self, seconds: int) -> None:
        """From now on blocks come by the clock, as on a real chain; 0 mines each transaction at once."""
        for url in self.chain_urls.values():
            rpc(url, "evm_setIntervalMining", seconds)
            rpc(url, "evm_setAutomine", seconds == 0)

    def mint(self, holder: str, symbol: str, units: int) -> None:
        """Give `holder` units of a mock token on every chain that has it."""
        for chain in self.registry.chains:
            for token in chain.tokens:
                if token.symbol == symbol:
                    data = MINT + bytes(12) + bytes.fromhex(holder[2:]) + units.to_bytes(32, "big")
                    send_unlocked(self.chain_urls[chain.id], account(DEPLOYER).address, token.address, data)

    # -- services

    def start_services(self, block_seconds: float = 2.0) -> None:
        """Write the services' files and start them all. Raises RuntimeError or TimeoutError with a log's end."""
        self._write_configuration(block_seconds)
        config = str(self.folder / "zklink.yml")
        self._add("sequencer", self._zlk("run", "sequencer", "--config", config), self.api)
        for name, url in (("prover", self._url("prover")), ("relayer", self._url("relayer"))):
            self._add(name, self._zlk("run", name, "--config", config), url)
        for i, member in enumerate(self.manifest["oracle"]["members"], 1):
            command = self._zlk("oracle", "serve", "--config", str(self.folder / f"oracle-{i}" / "oracle.yml"))
            self._add(f"oracle-{i}", command, member["url"])
        for name in self.service_names():
            self.services[name].wait_ready(120)

    def _write_configuration(self, block_seconds: float) -> None:
        key = self.folder / "relayer.key"
        key.touch(mode=0o600)
        key.write_text(account(SEQUENCER).key.hex().removeprefix("0x"))
        self._ports = {"prover": free_port(), "relayer": free_port()}
        values = {
            "registry": "registry.json",
            "journal": "zklink.sqlite",
            "sequencer": {"port": int(self.api.rsplit(":", 1)[1]), "block_seconds": block_seconds, "poll_seconds": 0.5},
            "prover": {
                "port": self._ports["prover"], "build": str(self.root / "build"), "lease_seconds": 6,
                "retry_seconds": 2,
            },
            "relayer": {
                "port": self._ports["relayer"], "poll_seconds": 0.5,
                "keys": {number: {"file": key.name} for number in self.chain_urls},
            },
        }  # fmt: skip
        (self.folder / "zklink.yml").write_text(yaml.safe_dump(values, sort_keys=False))

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    def service_names(self) -> Iterator[str]:
        """Every service that is not a chain."""
        return (name for name in self.services if not name.startswith(CHAIN_PREFIX))

    def _zlk(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "zklink.cli", *arguments]

    def _add(self, name: str, command: list[str], url: str | None) -> None:
        service = Service(name, command, self.folder / "logs" / f"{name}.log", url)
        self.services[name] = service
        service.start()

    def stop(self) -> None:
        """End every process that this network started; services before chains, so that they can drain."""
        ordered = sorted(self.services.values(), key=lambda service: service.name.startswith(CHAIN_PREFIX))
        for service in ordered:
            service.terminate()
        for service in ordered:
            service.stop(timeout=5)
