"""Kills every service at random moments while money moves, then checks that nothing was doubled and nothing was lost.

    python -m tests.flows.kill_services --kills 10 --seed 1

Every service is ended with SIGKILL `kills` times and started again at once, in random order, while users submit
transfers and withdrawals. An operation counts once its submission was acknowledged. In the end the ledger rebuilt
from chain data must hold exactly what the acknowledged operations say, and PRO-I1 must hold on every chain.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from zklink.localnet.audit import audit
from zklink.localnet.network import FIRST_USER, LocalNetwork, account
from zklink.localnet.stages import StageWatch
from zklink.localnet.users import User
from zklink.protocol.types import Owner
from zklink.sdk.client import Client
from zklink.sdk.errors import ApiUnreachable
from zklink.sdk.wallet import Wallet

ROOT = Path(__file__).resolve().parents[2]
USDC, UNIT, FEE = 2, 10**18, 5 * 10**17
START = 1_000 * UNIT
PATIENCE = 300.0


@dataclass
class Expected:
    """What the acknowledged operations amount to, in L2 amounts of USDC."""

    balances: dict[str, int] = field(default_factory=dict)
    paid_out: dict[int, int] = field(default_factory=dict)
    operations: int = 0


class Traffic(threading.Thread):
    """Alice and bob pay each other and withdraw some; each operation is retried until it is acknowledged."""

    def __init__(self, network: LocalNetwork, users: dict[str, User], seed: int) -> None:
        super().__init__(daemon=True, name="traffic")
        self.network, self.users, self.random = network, users, random.Random(seed)
        self.expected = Expected({name: START for name in users})
        self.ended = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # the main thread reports it
            self.failure = error

    async def _work(self) -> None:
        deployment_id = self.network.registry.deployment_id
        wallets = {name: Wallet(account(user.index), deployment_id) for name, user in self.users.items()}
        nonces: dict[str, int] = {name: 1 for name in wallets}
        ids = {name: await self._id(wallet) for name, wallet in wallets.items()}
        names = list(wallets)
        while not self.ended.is_set():
            sender = self.random.choice(names)
            wallet, amount = wallets[sender], self.random.randint(1, 5) * UNIT
            if self.random.random() < 0.75:
                receiver = next(name for name in names if name != sender)
                op: Any = wallet.sign_transfer(
                    ids[sender], 0, USDC, amount, FEE, nonces[sender], wallets[receiver].owner, 0
                )
                moves = {sender: -(amount + FEE), receiver: amount}
                chain = 0
            else:
                chain = self.random.choice([1, 2])
                op = wallet.sign_withdraw(
                    ids[sender], 0, USDC, chain, amount, FEE, nonces[sender], int(wallet.address, 16)
                )
                moves = {sender: -(amount + FEE)}
            await self._until_acknowledged(op)
            nonces[sender] += 1
            self.expected.operations += 1
            for name, change in moves.items():
                self.expected.balances[name] += change
            if chain:
                self.expected.paid_out[chain] = self.expected.paid_out.get(chain, 0) + amount
            await asyncio.sleep(self.random.uniform(0.1, 0.6))

    async def _id(self, wallet: Wallet) -> int:
        async with Client(self.network.api) as client:
            return int((await client.account(wallet.address))["id"])

    async def _until_acknowledged(self, op: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with Client(self.network.api, deadline=5) as client:
                    await client.send(op)
                return
            except ApiUnreachable:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)


def run(folder: Path, kills: int, seed: int, console: Console) -> dict[str, Any]:
    """Play it in `folder`; the report."""
    began, rng = time.monotonic(), random.Random(seed)
    network = LocalNetwork(ROOT, folder, ROOT / "deployments" / "local.yml")
    try:
        network.start_chains()
        registry = network.deploy()
        users = {"alice": User("alice", FIRST_USER, network), "bob": User("bob", FIRST_USER + 1, network)}
        for user in users.values():
            network.mint(user.address, "USDC", 10_000 * 10**6)
        network.mine_every(1)
        network.start_services()
        console.print(f"ready after {time.monotonic() - began:.0f} s")
        for chain, user in enumerate(users.values(), 1):
            user.zlk("deposit", str(START // UNIT), "USDC", "--chain", str(chain), "--wait", "sealed")
            user.zlk("key", "activate", "--token", "USDC", "--fee", "0", "--wait", "sealed")
        watch = StageWatch(registry, network.chain_urls, lambda _: None)
        watch.start()
        traffic = Traffic(network, users, seed)
        traffic.start()
        order = [name for name in network.service_names() for _ in range(kills)]
        rng.shuffle(order)
        for i, name in enumerate(order, 1):
            time.sleep(rng.uniform(0.2, 2.0))
            service = network.services[name]
            service.kill()
            service.start()
            console.print(f"[{i}/{len(order)}] kill -9 {name}")
            if traffic.failure:
                raise traffic.failure
        for name in network.service_names():
            network.services[name].wait_ready(120)
        traffic.ended.set()
        traffic.join(PATIENCE)
        if traffic.failure:
            raise traffic.failure
        _settle(network, watch)
        watch.stop()
        return _report(network, watch, traffic.expected, users, order, time.monotonic() - began)
    finally:
        network.stop()


def _settle(network: LocalNetwork, watch: StageWatch) -> None:
    """Everything acknowledged is sealed and executed on every chain. Raises TimeoutError."""
    deadline, quiet_since, last = time.monotonic() + PATIENCE, time.monotonic(), 0
    while True:
        time.sleep(1)
        heights = {watch.reached(c, s) for c in network.chain_urls for s in ("committed", "executed")}
        if len(heights) != 1 or max(heights) != last:
            quiet_since, last = time.monotonic(), max(heights)
        elif time.monotonic() - quiet_since > 8:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"chains are not at rest: {heights}")


def _report(
    network: LocalNetwork,
    watch: StageWatch,
    expected: Expected,
    users: dict[str, User],
    order: list[str],
    seconds: float,
) -> dict[str, Any]:
    found = asyncio.run(audit(network.registry, network.chain_urls))
    owners = {Owner(0, int(user.address, 16)): name for name, user in users.items()}
    balances = {
        owners[leaf.owner]: {t: b for _, t, b in found.ledger.balances(index)}.get(USDC, 0)
        for index, leaf in found.ledger.accounts()
        if leaf.owner in owners
    }
    unclaimed = {entry.chain: entry.unclaimed * 10**12 for entry in found.custody if entry.token == "USDC"}
    paid = {chain: amount for chain, amount in unclaimed.items() if amount}
    return {
        "kills": {name: order.count(name) for name in sorted(set(order))},
        "operations": expected.operations,
        "blocks": found.block,
        "seconds": round(seconds, 1),
        "expected": {"balances": expected.balances, "paid_out": {str(c): a for c, a in expected.paid_out.items()}},
        "found": {"balances": balances, "paid_out": {str(c): a for c, a in paid.items()}},
        "balances_equal": balances == expected.balances and paid == expected.paid_out,
        "invariant_I1": found.holds,
        "custody": [asdict(entry) for entry in found.custody],
    }


def main() -> None:
    """Command line; exit status 1 when a figure is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="how often each service is killed (10)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments and the traffic (1)")
    options = parser.parse_args()
    folder, console = ROOT / "build" / "kill", Console()
    report = run(folder, options.kills, options.seed, console)
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    console.print_json(data={k: v for k, v in report.items() if k != "custody"})
    if not (report["balances_equal"] and report["invariant_I1"]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
