"""Watches the rollups: which transaction brought which block to which stage on which chain, at what gas, when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eth_utils.abi import event_abi_to_log_topic

from zklink.chain.contract import load_abi
from zklink.deploy.registry import Registry
from zklink.localnet.rpc import rpc

STAGE_EVENTS = {
    "BlockCommitted": "committed",
    "BlocksProven": "proven",
    "BlocksSynced": "synced",
    "BlockExecuted": "executed",
}
STAGES = tuple(STAGE_EVENTS.values())


@dataclass(frozen=True, slots=True)
class Passage:
    """A block reached a stage on a chain. `blocks` share the transaction and so its gas; `seconds` since the start."""

    block: int
    chain: int
    stage: str
    tx: str
    gas: int
    blocks: int
    seconds: float


def topics() -> dict[str, str]:
    """Topic (0x hex) of each stage event -> stage."""
    events = {e["name"]: e for e in load_abi("Rollup") if e["type"] == "event"}
    return {"0x" + event_abi_to_log_topic(events[name]).hex(): stage for name, stage in STAGE_EVENTS.items()}  # type: ignore[arg-type]


class StageWatch(threading.Thread):
    """Polls every chain for stage events until `stop`; `passages` is what it saw, in order."""

    def __init__(self, registry: Registry, urls: dict[int, str], say: Callable[[Passage], None]) -> None:
        super().__init__(daemon=True, name="stage-watch")
        self.passages: list[Passage] = []
        self._urls, self._say, self._ended = urls, say, threading.Event()
        self._rollups = {chain.id: chain.contracts["Rollup"] for chain in registry.chains}
        self._stage_of = topics()
        self._next = {chain.id: chain.start_block for chain in registry.chains}
        self._reached = {(chain.id, stage): 0 for chain in registry.chains for stage in STAGES}
        self._began = time.monotonic()

    def run(self) -> None:
        while not self._ended.wait(0.3):
            for chain in self._urls:
                with suppress(OSError):
                    self._poll(chain)

    def stop(self) -> None:
        """Read what is left, then end."""
        self._ended.set()
        self.join()
        for chain in self._urls:
            with suppress(OSError):
                self._poll(chain)

    def _poll(self, chain: int) -> None:
        url = self._urls[chain]
        head = int(rpc(url, "eth_blockNumber"), 16)
        if head < self._next[chain]:
            return
        query = {
            "address": self._rollups[chain],
            "fromBlock": hex(self._next[chain]),
            "toBlock": hex(head),
            "topics": [list(self._stage_of)],
        }
        logs = rpc(url, "eth_getLogs", query)
        self._next[chain] = head + 1
        for log in logs:
            self._record(
                chain, url, self._stage_of[log["topics"][0]], int(log["topics"][1], 16), log["transactionHash"]
            )

    def _record(self, chain: int, url: str, stage: str, through: int, tx: str) -> None:
        gas = int(rpc(url, "eth_getTransactionReceipt", tx)["gasUsed"], 16)
        first = self._reached[chain, stage] + 1
        self._reached[chain, stage] = through
        seconds = round(time.monotonic() - self._began, 1)
        for block in range(first, through + 1):
            passage = Passage(block, chain, stage, tx, gas, through - first + 1, seconds)
            self.passages.append(passage)
            self._say(passage)

    def reached(self, chain: int, stage: str) -> int:
        """The highest block that this chain brought to the stage."""
        return self._reached[chain, stage]

    def table(self) -> list[dict[str, Any]]:
        """One entry per block and chain with its stages."""
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for passage in self.passages:
            row = rows.setdefault((passage.block, passage.chain), {"block": passage.block, "chain": passage.chain})
            row[passage.stage] = {
                "tx": passage.tx, "gas": passage.gas, "blocks_in_tx": passage.blocks, "seconds": passage.seconds,
            }  # fmt: skip
        return [rows[key] for key in sorted(rows)]
