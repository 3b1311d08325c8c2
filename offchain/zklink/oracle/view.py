"""What one node knows of one chain at one finalised block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from zklink.protocol.attestation import Attestation
from zklink.protocol.hashing import u256


@dataclass(frozen=True, slots=True)
class BlockFact:
    """One stored block of one chain: `root` and `sync_hash` (32 bytes each) opened from the chain's stored hash."""

    number: int
    root: bytes
    sync_hash: bytes


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """Counters of one chain at the pinned final block (`block_hash` 0x hex, `timestamp` in seconds)."""

    chain: int
    block_number: int
    block_hash: str
    timestamp: int
    committed: int
    proven: int
    synced: int
    executed: int
    attested: int
    generation: int
    epoch: int


@dataclass(frozen=True, slots=True)
class ChainView:
    """Status and the facts of the block numbers asked for."""

    status: ChainStatus
    facts: dict[int, BlockFact] = field(default_factory=dict)


def observation_of(message: Attestation, views: Sequence[ChainView]) -> dict[str, object]:
    """What this node saw when it signed: kept for audits, served over HTTP, never accepted on chain."""
    return {
        "block": message.block_number,
        "generation": message.generation,
        "stateRoot": "0x" + u256(message.state_root).hex(),
        "syncHash": "0x" + message.sync_hash.hex(),
        "chains": [
            {"chain": v.status.chain, "finalBlock": v.status.block_number, "finalHash": v.status.block_hash,
             "committed": v.status.committed, "proven": v.status.proven, "attested": v.status.attested}
            for v in views
        ],
    }  # fmt: skip
