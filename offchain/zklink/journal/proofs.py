"""Tables `leases` and `proofs`: who proves which block, and the proofs that verified."""

from __future__ import annotations

import time
from dataclasses import dataclass

from zklink.journal.store import Journal


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A verified proof; `body` is JSON, `key_hash` names the verifying key, `seconds` the time it took."""

    block: int
    shape: int
    key_hash: str
    body: str
    seconds: float


class Proofs:
    """Reads for everybody, writes only for provers."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def lease(self, worker: str, seconds: float) -> int | None:
        """Take the oldest sealed block that has neither a proof nor a live lease; None when there is none."""
        now = time.time()
        with self._journal.write() as db:
            row = db.execute(
                "SELECT b.number FROM blocks b LEFT JOIN proofs p ON p.block = b.number"
                " LEFT JOIN leases l ON l.block = b.number"
                " WHERE p.block IS NULL AND (l.block IS NULL OR l.until < ? OR l.worker = ?)"
                " ORDER BY b.number LIMIT 1",
                (now, worker),
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "INSERT INTO leases VALUES (?, ?, ?, 1, NULL) ON CONFLICT (block) DO UPDATE"
                " SET worker = excluded.worker, until = excluded.until, attempts = attempts + 1",
                (row["number"], worker, now + seconds),
            )
            return int(row["number"])

    def extend(self, block: int, worker: str, seconds: float) -> bool:
        """Prolong an own lease; False when another worker took it over meanwhile."""
        with self._journal.write() as db:
            changed = db.execute(
                "UPDATE leases SET until = ? WHERE block = ? AND worker = ?", (time.time() + seconds, block, worker)
            ).rowcount
        return bool(changed)

    def record_failure(self, block: int, worker: str, failure: str, retry_after: float) -> None:
        """Note why a proof failed; the block becomes free again after `retry_after` seconds."""
        with self._journal.write() as db:
            db.execute(
                "UPDATE leases SET failure = ?, until = ?, worker = worker || ' (failed)'"
                " WHERE block = ? AND worker = ?",
                (failure[:500], time.time() + retry_after, block, worker),
            )

    def store(self, row: ProofRow) -> bool:
        """Store a verified proof; False when another prover was first (its proof stays)."""
        with self._journal.write() as db:
            changed = db.execute(
                "INSERT OR IGNORE INTO proofs VALUES (?, ?, ?, ?, ?)",
                (row.block, row.shape, row.key_hash, row.body, row.seconds),
            ).rowcount
            db.execute("DELETE FROM leases WHERE block = ?", (row.block,))
        return bool(changed)

    def get(self, block: int) -> ProofRow | None:
        """The proof of a block, None while there is none."""
        row = self._journal.one("SELECT * FROM proofs WHERE block = ?", (block,))
        return ProofRow(*row) if row else None

    def attempts(self, block: int) -> int:
        """How often a block was leased without success so far."""
        row = self._journal.one("SELECT attempts FROM leases WHERE block = ?", (block,))
        return int(row["attempts"]) if row else 0
