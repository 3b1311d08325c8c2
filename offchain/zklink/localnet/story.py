"""The demo: money moves across three chains under proofs and signatures, then forgeries are refused."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from zklink.localnet.audit import Audit, audit
from zklink.localnet.network import FIRST_USER, LocalNetwork
from zklink.localnet.stages import Passage, StageWatch
from zklink.localnet.tamper import Forger
from zklink.localnet.users import User

STAGE_COLOURS = {"committed": "blue", "proven": "magenta", "synced": "yellow", "executed": "green"}
MINTED = 10_000 * 10**6
WITHHELD_SECONDS = 4  # long enough for a block to be executed, were it proven


class Story:
    """1. `play`: deposits, keys, transfer, withdrawal, full exit, claims.
    2. `tell_balances`, `check`: balances everywhere, invariant PRO-I1 from chain data.
    3. `tamper`: withheld block, forged proof, forged deposit.
    """

    def __init__(self, network: LocalNetwork, console: Console) -> None:
        self.network, self.console = network, console
        self.began = time.monotonic()
        names = ("alice", "bob", "carol", "dave")
        self.users = {name: User(name, FIRST_USER + i, network) for i, name in enumerate(names)}
        self.watch = StageWatch(network.registry, network.chain_urls, self._say_passage)
        self.facts: dict[str, Any] = {}

    def _say_passage(self, passage: Passage) -> None:
        shared = f" (one transaction for {passage.blocks} blocks)" if passage.blocks > 1 else ""
        colour = STAGE_COLOURS[passage.stage]
        self.console.print(
            f"  [dim]{passage.seconds:6.1f} s[/]  block {passage.block}  chain {passage.chain}  "
            f"[{colour}]{passage.stage:9}[/]  {passage.gas:>9,} gas{shared}"
        )

    def _do(self, *actions: tuple[str, str]) -> list[Any]:
        """Commands of several users at the same time; their answers in order."""
        running = []
        for name, line in actions:
            self.console.print(f"[bold cyan]{name}[/]$ zlk {line}")
            running.append(self.users[name].start(*line.split()))
        return [command.result() for command in running]

    def play(self) -> None:
        """The main job. Raises CommandFailed."""
        say = self.console.rule
        carol = self.users["carol"].address
        say("1. Deposits on three chains (USDC has 6 decimals, ETH is the native coin)")
        self.watch.start()
        self._do(
            ("alice", "deposit 1000 USDC --chain 1 --wait sealed"),
            ("bob", "deposit 5 ETH --chain 2 --wait sealed"),
            ("dave", "deposit 250 USDC --chain 3 --wait sealed"),
        )
        say("2. One wallet signature gives the L2 key; the key goes into the account")
        self._do(
            ("alice", "key activate --token USDC --wait sealed"), ("bob", "key activate --token ETH --wait sealed")
        )
        say("3. A transfer to somebody who has no account yet")
        self._do(("alice", f"transfer 400 USDC --to {carol} --fee 0.5 --wait sealed"))
        self._do(("carol", "key activate --token USDC --wait sealed"))
        say("4. Carol leaves on chain 3 with money that alice deposited on chain 1 and dave on chain 3")
        self._do(("carol", "withdraw 150 USDC --chain 3 --fee 0.5 --wait executed"))
        claims = self._do(("carol", "claim USDC --chain 3"))
        say("5. Full exits asked on chain 2: the chains' contracts force them, no L2 key is needed")
        self._do(("bob", "exit ETH --chain 2 --wait executed"), ("carol", "exit USDC --chain 2 --wait executed"))
        claims += self._do(("bob", "claim ETH --chain 2"), ("carol", "claim USDC --chain 1"))
        self.facts["claims"] = claims

    def settle(self, timeout: float = 120) -> None:
        """Wait until every chain has executed every block it committed. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while True:
            time.sleep(1.0)
            heights = {self.watch.reached(c, s) for c in self.network.chain_urls for s in ("committed", "executed")}
            if len(heights) == 1:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"chains are not at rest after {timeout} s: {heights}")

    def check(self) -> Audit:
        """PRO-I1 on L2 and on every chain, from chain data alone; prints custody."""
        self.console.rule("Balances")
        found = asyncio.run(audit(self.network.registry, self.network.chain_urls))
        custody = Table("chain", "token", "bridge balance", "held", "reserve", "unconsumed", "unclaimed", "sound")
        decimals = {token.symbol: token.decimals for chain in self.network.registry.chains for token in chain.tokens}
        for entry in found.custody:
            numbers = (entry.balance, entry.held, entry.reserve, entry.unconsumed_deposits, entry.unclaimed)
            shown = (_amount(number, decimals[entry.token]) for number in numbers)
            custody.add_row(str(entry.chain), entry.token, *shown, "yes" if entry.sound else "[red]NO[/]")
        self.console.print(custody)
        people = Table("account", "owner", "balances on L2")
        symbols = {token.id: token.symbol for chain in self.network.registry.chains for token in chain.tokens}
        names = {int(user.address, 16): user.name for user in self.users.values()}
        for index, leaf in found.ledger.accounts():
            if index == 1:
                continue
            held = ", ".join(f"{_amount(b, 18)} {symbols[t]}" for _, t, b in found.ledger.balances(index)) or "-"
            people.add_row(str(index), "fees" if index == 0 else names.get(leaf.owner.address, "?"), held)
        self.console.print(people)
        verdict = "[bold green]holds[/]" if found.holds else f"[bold red]BROKEN[/] {found.problems}"
        self.console.print(f"Invariant PRO-I1, from the chains' data alone, after block {found.block}: {verdict}")
        return found

    def tamper(self, *, forge_deposit: bool) -> dict[str, Any]:
        """The attacks; what each one came to."""
        result = asyncio.run(self._withhold_and_forge_proof())
        self.settle()
        if forge_deposit:
            self.console.rule("7. A sequencer that invents a deposit of chain 2 in what it tells chain 1")
            for name in ("sequencer", "relayer", "prover"):
                self.network.services[name].stop()
            lie = result["forged_deposit"] = asyncio.run(self._invent_deposit())
            how = f"valid proofs on chains {lie['proven_on']}, no attestation above {lie['attested_through']}"
            self._verdict("a forged deposit", lie["stopped"], how)
        return result

    async def _withhold_and_forge_proof(self) -> dict[str, Any]:
        self.console.rule("6. A withheld block, and a forged proof for it")
        prover, forger, chains = self.network.services["prover"], Forger(self.network), self.network.chain_urls
        before, last = await forger.balances(), self.watch.reached(1, "executed")
        proof = await forger.old_proof(1)
        prover.kill()
        self.console.print("the prover is gone (kill -9); alice withdraws all the same")
        await asyncio.to_thread(self._do, ("alice", "withdraw 100 USDC --chain 1 --fee 0.5 --wait committed"))
        refusals = {str(chain): await forger.offer_proof(chain, proof) for chain in chains}
        await asyncio.sleep(WITHHELD_SECONDS)
        executed = {str(chain): self.watch.reached(chain, "executed") for chain in chains}
        unchanged = before == await forger.balances()
        await forger.close()
        prover.start()
        prover.wait_ready(120)
        result = {
            "forged_proof": {
                "offered": f"the proof of block {last} for block {last + 1}",
                "refusals": refusals,
                "refused": all(refusals.values()),
            },
            "withheld_block": {
                "block": last + 1,
                "executed": executed,
                "bridge_balances_unchanged": unchanged,
                "money_stayed": unchanged and set(executed.values()) == {last},
            },
        }
        self._verdict("a forged proof", all(refusals.values()), refusals["1"])
        self._verdict("a withheld block as executed", bool(result["withheld_block"]["money_stayed"]), "nothing moved")
        return result

    async def _invent_deposit(self) -> dict[str, Any]:
        forger = Forger(self.network)
        try:
            return await forger.invent_deposit(victim=2, told=1, symbol="USDC")
        finally:
            await forger.close()

    def _verdict(self, what: str, stopped: bool, how: str) -> None:
        self.console.print(f"{what}: " + ("[bold green]refused[/]" if stopped else "[bold red]TAKEN[/]") + f" ({how})")


def _amount(units: int, decimals: int) -> str:
    return f"{(Decimal(units) / 10**decimals).normalize():,f}"


def constraint_counts(root: Path) -> dict[str, Any]:
    """Constraints per operation, from the snapshot that the circuit tests keep."""
    found: dict[str, Any] = json.loads((root / "tests" / "snapshots" / "constraints.json").read_text())
    return found


def run(root: Path, *, keep: bool, console: Console) -> dict[str, Any]:
    """Play the whole story; the report, also written to build/demo/report.json. In the end everything is stopped."""
    began = time.monotonic()
    network = LocalNetwork(root, root / "build" / "demo", root / "deployments" / "local.yml")
    report: dict[str, Any] = {"development_keys": True}
    try:
        console.rule("Three chains, contracts by the Ape script, seven services")
        console.print(
            "[bold yellow]Development keys and a development set-up: whoever knows their seeds can forge. Local only."
        )
        network.start_chains()
        registry = network.deploy()
        for i in range(4):
            network.mint(User("", FIRST_USER + i, network).address, "USDC", MINTED)
        network.mine_every(1)
        network.start_services()
        console.print(f"deployment {registry.deployment_hex}, ready after {time.monotonic() - began:.0f} s")
        story = Story(network, console)
        story.play()
        story.settle()
        found = story.check()
        report["invariant_I1"] = found.holds
        report["custody"] = [asdict(entry) | {"sound": entry.sound} for entry in found.custody]
        report["claims"] = story.facts["claims"]
        report["tamper"] = story.tamper(forge_deposit=not keep)
        story.watch.stop()
        report["blocks"] = story.watch.table()
        report["constraints"] = constraint_counts(root)
        report["seconds"] = round(time.monotonic() - began, 1)
        verdicts = {"forged_proof": "refused", "withheld_block": "money_stayed", "forged_deposit": "stopped"}
        report["ok"] = found.holds and all(report["tamper"][n][v] for n, v in verdicts.items() if n in report["tamper"])
        (network.folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
        console.print(f"report: build/demo/report.json, {report['seconds']} s")
        if keep:
            _wait_for_the_user(network, console)
        return report
    finally:
        network.stop()


def _wait_for_the_user(network: LocalNetwork, console: Console) -> None:
    console.rule("Running until Ctrl-C")
    for number, url in network.chain_urls.items():
        console.print(f"chain {number}: {url}  {network.registry.chain(number).contracts}")
    for name in network.service_names():
        console.print(f"{name}: {network.services[name].url}")
    console.print(f"export ZKLINK_REGISTRY={network.registry_path} ZKLINK_API={network.api}")
    console.print("export ZKLINK_PRIVATE_KEY=...   # any of anvil's development accounts 3..19")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("stopping")
