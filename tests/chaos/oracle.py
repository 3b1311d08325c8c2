"""Random faults against the oracle network and its relayer: nothing wrong is signed, and every run ends attested.

    python -m tests.chaos.oracle --runs 60 --kills 1000 --seed 1

Each run takes one new block through one schedule: a random mixture of lying, dead, slow, stale and contradicting
sources, silent peers, wrong clocks, or a reorganisation before or after finality. Then the faults end and every chain
must accept a bundle. Besides, a signer is killed between record and send, and a relayer at each of its points.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.chaos.kills import kill_relayer, kill_signer
from tests.chaos.network import QUORUM, SEATS, SOURCES, Chains, Network, rollback
from tests.chaos.proxy import CONTRADICTING, MODES
from tests.support.anvil import anvil

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = ("sources", "peers", "clocks", "reorg_before_finality", "reorg_after_finality")


async def sources(network: Network, rng: random.Random) -> str:
    """Every source of every chain gets a mode of its own; fewer than q contradict together."""
    told = []
    for chain, proxies in network.sources.items():
        liars = 0
        for proxy in proxies:
            mode = rng.choice(MODES)
            if mode in CONTRADICTING:
                liars += 1
                mode = mode if liars <= SOURCES - QUORUM + 1 else "honest"
            await proxy.misbehave(mode)
            told.append(f"{chain}:{mode}")
    await network.new_block()
    await network.pause(1.5)
    return " ".join(told)


async def peers(network: Network, rng: random.Random) -> str:
    """Two thirds of every node's peers are silent; still everybody gets the bundle from the rest."""
    order = list(SEATS)
    rng.shuffle(order)
    ring = {(order[i], order[(i + 1) % 4]) for i in SEATS}
    for link, proxy in network.links.items():
        await proxy.misbehave("honest" if link in ring else "dead")
    number = await network.new_block()
    await network.until(lambda: all(n.pool.bundle(0, number) for n, _, _ in network.nodes.values()))
    return "ring " + "".join(map(str, order))


async def clocks(network: Network, rng: random.Random) -> str:
    """Clocks ten minutes off: a node that is behind signs nothing."""
    behind = rng.sample(list(SEATS), 2)
    for seat in SEATS:
        network.skew[seat] = -600.0 if seat in behind else rng.choice([0.0, 600.0])
    await network.pause(0.7)
    before = {seat: network.nodes[seat][0].state.last_signed for seat in behind}
    await network.new_block()
    await network.pause(1.5)
    for seat in behind:
        state = network.nodes[seat][0].state
        assert state.last_signed == before[seat] and state.clock_problem, f"seat {seat} signed with a wrong clock"
    return f"behind {behind}"


async def reorg_before_finality(network: Network, rng: random.Random) -> str:
    """A block is committed and proven, not final, and replaced by another one."""
    chains, before = network.chains, dict(network.chains.stored)
    other = rng.randrange(1, 10**6)

    def orphan() -> None:
        changed = {"h": other}
        chains.commit(chain1=changed, chain2=changed)
        chains.prove()

    await asyncio.to_thread(orphan)
    await network.pause(1.2)
    for chain in chains.web3:
        await asyncio.to_thread(rollback, chains, chain, 2)
    chains.stored = before
    await network.new_block()
    return f"orphan {other}"


async def reorg_after_finality(network: Network, rng: random.Random) -> str:
    """One chain takes final blocks back: every node freezes, and stays so until its operator acts."""
    chain = rng.choice(list(network.chains.web3))
    number = await network.new_block()
    await network.until(lambda: all(_signed(n) >= number for n, _, _ in network.nodes.values()))
    await asyncio.to_thread(network.chains.mine)
    await network.until(lambda: all(_caught_up(network, seat, chain) for seat in SEATS))
    w3 = network.chains.web3[chain]

    def rewrite() -> None:
        rollback(network.chains, chain, 3)
        w3.provider.make_request("evm_increaseTime", [7])  # type: ignore[arg-type]
        w3.provider.make_request("anvil_mine", ["0x8"])  # type: ignore[arg-type]

    await asyncio.to_thread(rewrite)
    await network.until(lambda: all(n.state.frozen for n, _, _ in network.nodes.values()))
    return f"chain {chain}"


def _signed(node: Any) -> int:
    return node.state.last_signed[1] if node.state.last_signed else 0


def _caught_up(network: Network, seat: int, chain: int) -> bool:
    status = network.nodes[seat][0].network.health[chain].status
    final = int(network.chains.web3[chain].eth.get_block("finalized")["number"])
    return status is not None and status.block_number == final


async def play(folder: Path, runs: int, kills: int, seed: int) -> dict[str, Any]:
    """The report of `runs` runs, `kills` kills of the signer and one kill at each point of the relayer."""
    rng, began, told = random.Random(seed), time.monotonic(), []
    ended = 0
    with anvil(31337) as first, anvil(31338) as second:
        for node in (first, second):  # a full pipe would stop it
            threading.Thread(target=node.process.communicate, daemon=True).start()
        network = Network(Chains({1: first, 2: second}), folder)
        await network.start()
        try:
            await network.new_block()
            await network.attested()
            for run in range(runs):
                name = SCHEDULES[run % len(SCHEDULES)]
                start = time.monotonic()
                what = await globals()[name](network, rng)
                await network.heal()
                await network.attested()
                ended += 1
                told.append({"schedule": name, "faults": what, "seconds": round(time.monotonic() - start, 1)})
                print(f"[{run + 1}/{runs}] {name}: {what}", flush=True)
        finally:
            await network.stop()
    signer = await asyncio.to_thread(kill_signer, folder / "kill.db", kills)
    relayer = await asyncio.to_thread(kill_relayer, folder / "relay", seed)
    return {
        "runs": runs,
        "ended_attested": ended,
        "wrong_signatures": network.judge.wrong + signer["wrong_signatures"],
        "contradictions": network.judge.contradictions + signer["contradictions"],
        "nonce_gaps": relayer["nonce_gaps"],
        "signatures_judged": len(network.judge.seen),
        "signer": signer,
        "relayer": relayer,
        "seconds": round(time.monotonic() - began, 1),
        "schedules": told,
    }


def is_clean(report: dict[str, Any]) -> bool:
    """Whether a report is as it must be."""
    bad = report["wrong_signatures"] + report["contradictions"] + report["nonce_gaps"] + report["relayer"]["doubled"]
    return bad == 0 and report["ended_attested"] == report["runs"]


def main() -> None:
    """Command line; exit status 1 when a figure is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60, help="runs of the network (60)")
    parser.add_argument("--kills", type=int, default=1000, help="kills of the signer (1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults (1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(play(Path(folder), options.runs, options.kills, options.seed))
    out = ROOT / "build" / "chaos-oracle" / "report.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({k: v for k, v in report.items() if k != "schedules"}, indent=1))
    raise SystemExit(0 if is_clean(report) else 1)


if __name__ == "__main__":
    main()
