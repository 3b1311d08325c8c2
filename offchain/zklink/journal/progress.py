"""Tables `progress` and `stages`: how far each chain is, and which transaction took it there."""

from __future__ import annotations

from dataclasses import dataclass

from zklink.journal.store import Journal


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Highest block of each stage on a chain, as read at its block `at_block`."""

    chain: int
    committed: int
    proven: int
    synced: int
    executed: int
    at_block: int


class Progress:
    """Reads for everybody, writes only for the relayer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def record(self, row: ProgressRow) -> None:
        """Replace what is known of a chain (a reorganisation may take counters back)."""
        with self._journal.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?)",
                (row.chain, row.committed, row.proven, row.synced, row.executed, row.at_block),
            )

    def record_stage(self, chain: int, stage: str, first: int, through: int, tx: str) -> None:
        """Note the transaction that took blocks first..through into a stage."""
        with self._journal.write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?)",
                [(chain, stage, block, tx) for block in range(first, through + 1)],
            )

    def all(self) -> dict[int, ProgressRow]:
        """Progress by chain."""
        return {r["chain"]: ProgressRow(*r) for r in self._journal.all("SELECT * FROM progress")}

    def stages(self, block: int) -> list[tuple[str, int, str]]:
        """(stage, chain, transaction hash) of one block."""
        rows = self._journal.all("SELECT stage, chain, tx FROM stages WHERE block = ? ORDER BY chain", (block,))
        return [(r["stage"], r["chain"], r["tx"]) for r in rows]
