"""What one node knows of one chain at one finalised block."""

from __future__ import annotations

from dataclasses import dataclass, field


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
