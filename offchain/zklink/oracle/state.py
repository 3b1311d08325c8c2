"""What the node knows about itself: written by its tasks, read by the HTTP API and the metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zklink.oracle.decision import Decision, Verdict
from zklink.oracle.view import ChainStatus


@dataclass(slots=True)
class ChainHealth:
    """Last look at one chain. `problem` is empty while q sources agree."""

    chain: int
    quorum: int
    sources: int
    status: ChainStatus | None = None
    problem: str = "not observed yet"
    healthy_sources: int = 0
    quarantined: tuple[str, ...] = ()


@dataclass(slots=True)
class NodeState:
    """Everything /readyz and /healthz are made of."""

    signer: str
    deployment_id: str
    chains: dict[int, ChainHealth]
    signer_problem: str = "not opened yet"
    frozen: str | None = None
    clock_problem: str = ""
    decision: Decision | None = None
    mismatches: list[dict[str, Any]] = field(default_factory=list)
    last_signed: tuple[int, int] | None = None
    last_refusal: str = ""
    peers: dict[str, str] = field(default_factory=dict)
    loop_lag: float = 0.0

    def problems(self) -> list[str]:
        """Why this node is not ready; empty when it is."""
        found = [f"chain {c.chain}: {c.problem}" for c in self.chains.values() if c.problem]
        if self.signer_problem:
            found.append(f"signer: {self.signer_problem}")
        if self.frozen:
            found.append(f"frozen: {self.frozen}")
        if self.clock_problem:
            found.append(f"clock: {self.clock_problem}")
        if self.mismatches:
            found.append("chains disagree about a block")
        return found

    def to_json(self) -> dict[str, Any]:
        """/healthz. Never holds a source URL."""
        return {
            "ready": not self.problems(),
            "problems": self.problems(),
            "signer": self.signer,
            "deploymentId": self.deployment_id,
            "frozen": self.frozen,
            "mismatches": self.mismatches,
            "decision": None if self.decision is None else _decision(self.decision),
            "lastSigned": None if self.last_signed is None else
            {"generation": self.last_signed[0], "block": self.last_signed[1]},
            "lastRefusal": self.last_refusal or None,
            "chains": [_chain(c) for c in self.chains.values()],
            "peers": self.peers,
        }  # fmt: skip


def _decision(decision: Decision) -> dict[str, Any]:
    number = decision.message.block_number if decision.verdict is Verdict.SIGN and decision.message else None
    return {"verdict": decision.verdict.value, "reason": decision.reason, "block": number}


def _chain(health: ChainHealth) -> dict[str, Any]:
    status = health.status
    facts = {} if status is None else {
        "finalBlock": status.block_number, "finalHash": status.block_hash, "timestamp": status.timestamp,
        "committed": status.committed, "proven": status.proven, "synced": status.synced, "executed": status.executed,
        "attested": status.attested, "generation": status.generation, "epoch": status.epoch,
    }  # fmt: skip
    return {
        "chain": health.chain, "problem": health.problem or None, "quorum": health.quorum, "sources": health.sources,
        "healthySources": health.healthy_sources, "quarantined": list(health.quarantined), **facts,
    }  # fmt: skip
