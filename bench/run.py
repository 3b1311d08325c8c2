"""What the hot paths cost: medians and ratios of one run. Absolute times are only as good as the machine is quiet.

    make bench            # build/bench/report.json and bench/table.md

The anchor is snarkjs, which proves the same block with the same key.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.support.actors import ALICE, NETWORK, new_context
from tests.support.random_blocks import random_blocks
from zklink.crypto import eddsa, poseidon
from zklink.protocol.presets import MINIMAL
from zklink.prover.native import NativeBackend
from zklink.prover.snarkjs import SnarkjsBackend
from zklink.state.ledger import Ledger
from zklink.state.replay import replay_block
from zklink.witness.block import witness
from zklink_native import prove, verify

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
REPEATS = 5


def timed(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median seconds of `work`."""
    samples = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        samples.append(time.perf_counter() - began)
    return statistics.median(samples)


def prover_rows() -> list[tuple[str, float, str]]:
    """(what, seconds, remark) of one block of eight steps."""
    native = NativeBackend(MINIMAL, BUILD)
    snarkjs = SnarkjsBackend(MINIMAL, BUILD, ROOT / "node_modules" / ".bin" / "snarkjs")
    shape = MINIMAL.shape(1)
    effects = next(random_blocks(1, 1))[1]
    proving_key, verifying_key = native.load(1)
    assignment = witness(effects, native.circuits, shape)
    public = [effects.z, effects.u, effects.h, effects.y]
    proof = prove(proving_key, assignment)
    ours = timed(lambda: prove(proving_key, assignment))
    theirs = timed(lambda: snarkjs.prove(effects), 1)
    return [
        (
            "witness of a block, 8 steps",
            timed(lambda: witness(effects, native.circuits, shape)),
            f"{len(assignment)} wires",
        ),
        ("Groth16 proof, native", ours, "177 k constraints, domain 2^18"),
        ("Groth16 proof, snarkjs (with witness and check)", theirs, f"{theirs / ours:.1f} x native"),
        ("Groth16 verification, native", timed(lambda: verify(verifying_key, public, proof), 20), ""),
    ]


def ledger_rows() -> list[tuple[str, float, str]]:
    """(what, seconds, remark) of the state machine."""
    blocks = list(random_blocks(2, 8))
    operations = sum(len(block.operations) for block, _ in blocks)
    message, secret = 12345, ALICE.secret
    key, signature = eddsa.public_key(secret), eddsa.sign(secret, message)
    many = [((key.x, key.y), signature, message)] * 256

    def replay() -> None:
        ledger, context = Ledger.genesis(NETWORK), new_context()
        for block, _ in blocks:
            replay_block(ledger, context, block.header, block.streams)
            ledger.commit()

    per_block = timed(replay, 3) / operations
    single = timed(lambda: eddsa.verify(key, signature, message), 50)
    batch = timed(lambda: eddsa.verify_many(many), 5) / len(many)
    nodes = bytes(32 * 8 * 1024)
    hashes = timed(lambda: poseidon.poseidon_many(nodes, 8, 2), 5) / 1024
    return [
        ("replay, per operation", per_block, f"{operations} operations, 8 blocks"),
        ("EdDSA verification, one by one", single, ""),
        ("EdDSA verification, 256 at once", batch, f"{single / batch:.1f} x faster each"),
        ("8-ary Poseidon, 1024 at once", hashes, f"{1 / hashes:,.0f} per second"),
    ]


def main() -> None:
    """Measure, show, write."""
    rows: list[tuple[str, float, str]] = []
    for part in track((prover_rows, ledger_rows), description="measuring"):
        rows += part()
    table = Table("what", "time", "remark", title="median of repeats in one run")
    lines = ["| what | time | remark |", "|---|---|---|"]
    for what, seconds, remark in rows:
        shown = f"{seconds:.2f} s" if seconds > 1 else f"{seconds * 1000:.2f} ms"
        table.add_row(what, shown, remark)
        lines.append(f"| {what} | {shown} | {remark} |")
    Console().print(table)
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    report = {what: {"seconds": seconds, "remark": remark} for what, seconds, remark in rows}
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    stamp = time.strftime("%Y-%m-%d", time.gmtime())
    text = f"# Figures of {stamp}\n\nTwo cores. `make bench` writes this page.\n\n" + "\n".join(lines) + "\n"
    (ROOT / "bench" / "table.md").write_text(text)


if __name__ == "__main__":
    main()
