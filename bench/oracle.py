"""Figures of the oracle network: bundles verified, signature to bundle, memory of a node.

    python -m bench.oracle            writes build/bench-oracle/report.json

Chains are invented and everything runs on this machine; what is measured is signing, HTTP gossip and aggregation. The
members share one process, so each of them has a fraction of a core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog

from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, member_set, registry, signed
from tests.unit.oracle.test_node import Chain, ChainSource
from tests.unit.oracle.test_setup import write_registry
from zklink.oracle.aggregate import aggregate
from zklink.oracle.config import OracleConfig
from zklink.oracle.node import Node
from zklink.oracle.observer import ChainObserver
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.setup import init_member
from zklink.protocol.attestation import check_attestation

ROOT = Path(__file__).resolve().parents[1]
MEMBERS, SIGNERS = 19, 13
START_SECONDS = 60.0


def verified_per_second(seconds: float) -> float:
    """Bundles of 13 signatures of 19 members that one core verifies in a second."""
    keys = accounts(MEMBERS)
    members = member_set(keys)
    bundles = []
    for number in range(1, 21):
        bundle = aggregate(members, [signed(key, attestation(number)) for key in keys[:SIGNERS]])
        assert bundle is not None
        bundles.append(bundle)
    done, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        bundle = bundles[done % len(bundles)]
        check_attestation(bundle.message, DEPLOYMENT, members, bundle.bitmap, bundle.signatures)
        done += 1
    return done / (time.process_time() - began)


async def signature_to_bundle(folder: Path, rounds: int) -> dict[str, float]:
    """Seconds from the first member's signature until a member, and until every member, has the bundle."""
    keys, chains = accounts(MEMBERS), [Chain(1), Chain(2)]
    nodes: list[Node] = []
    stop, tasks, urls = asyncio.Event(), [], []
    for seat, key in enumerate(keys):
        ProtectionDatabase.create(folder / f"{seat}.db", bytes.fromhex(key.address[2:]))
        config = OracleConfig(
            registry=folder, keystore=folder, protection_database=folder / f"{seat}.db",
            store=folder / f"{seat}-store.db", listen_port=0, peers=[], poll_seconds=0.25, gossip_seconds=2.0,
            requests_per_second=10_000, request_burst=10_000,
        )  # fmt: skip
        observers = {c.id: ChainObserver(c.id, [ChainSource(c)], 1, 5.0) for c in chains}
        node = Node(config, registry(keys), observers, key)
        nodes.append(node)
        tasks.append(asyncio.create_task(node.run(stop)))
        while not node.url:  # noqa: ASYNC110 - a port is free or not, nothing tells
            await asyncio.sleep(0.01)
        urls.append(node.url)
    for node in nodes:
        others = [url for url in urls if url != node.url]
        node.gossip._peers = others
        node.gossip.problems = dict.fromkeys(others, "not asked yet")
    first, everywhere = [], []
    for i in range(rounds):
        await asyncio.sleep(0.3)
        number = 10 + i
        for chain in chains:
            chain.committed = chain.proven = number
            chain.attested = number - 1
            chain.height += 1
        while not any(node.store.at(0, number) for node in nodes):  # noqa: ASYNC110 - the node is not changed for this
            await asyncio.sleep(0.005)
        began = time.monotonic()
        missing = list(nodes)
        while missing:
            await asyncio.sleep(0.02)
            missing = [node for node in missing if node.pool.bundle(0, number) is None]
            if len(missing) < MEMBERS and len(first) == i:
                first.append(time.monotonic() - began)
        everywhere.append(time.monotonic() - began)
    stop.set()
    await asyncio.gather(*tasks)
    return {
        "first_p50": round(statistics.median(first), 3),
        "first_max": round(max(first), 3),
        "everywhere_p50": round(statistics.median(everywhere), 3),
        "everywhere_max": round(max(everywhere), 3),
    }


def node_memory(folder: Path) -> float:
    """Resident MiB of `zlk oracle serve` once it listens and has looked at its chains."""
    made = init_member(folder / "n1", folder / "registry.json", 0, light=True)
    write_registry(folder / "registry.json", [made.address, *(a.address for a in accounts(3))])
    log = folder / "log"
    command = [sys.executable, "-m", "zklink.cli", "oracle", "serve", "--config", str(made.config)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "NO_COLOR": "1"})
    try:
        deadline = time.monotonic() + START_SECONDS
        while b"chain_stale" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text())
            time.sleep(0.1)
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="checkpoints that are signed (15)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of verifying (5)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report: dict[str, Any] = {
            "members": MEMBERS,
            "signers": SIGNERS,
            "verified_bundles_per_second_per_core": round(verified_per_second(options.seconds)),
            "signature_to_bundle_seconds": asyncio.run(signature_to_bundle(folder, options.rounds)),
            "node_resident_mib": round(node_memory(folder)),
            "cores": os.cpu_count(),
        }
    out = ROOT / "build" / "bench-oracle" / "report.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
