"""Table `transactions`: what the sequencer accepted, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from zklink.journal.errors import JournalConflict
from zklink.journal.store import Journal


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One accepted L2 transaction; `body` is canonical JSON, `accepted_at` in seconds."""

    hash: bytes
    body: str
    account: int
    nonce: int
    accepted_at: int
    seq: int = 0
    state: str = "accepted"
    block: int | None = None
    position: int | None = None
    fail_reason: str | None = None


class Transactions:
    """Reads for everybody, writes only for the sequencer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def accept(self, db: sqlite3.Connection, row: TransactionRow) -> None:
        """Record a transaction under `row.seq`, or a failed one anew. Raises JournalConflict when open or sealed."""
        changed = db.execute(
            "INSERT INTO transactions (seq, hash, body, account, nonce, accepted_at, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 'accepted') ON CONFLICT (hash) DO UPDATE SET seq = excluded.seq,"
            " body = excluded.body, accepted_at = excluded.accepted_at, state = 'accepted', fail_reason = NULL"
            " WHERE state = 'failed'",
            (row.seq, row.hash, row.body, row.account, row.nonce, row.accepted_at),
        ).rowcount
        if changed != 1:
            raise JournalConflict(self._journal.path, f"transaction 0x{row.hash.hex()} is known already")

    def seal(self, db: sqlite3.Connection, hashes: Sequence[tuple[bytes, int]], block: int) -> None:
        """Mark (hash, position) as sealed in `block`. Raises JournalConflict unless each was `accepted`."""
        for tx_hash, position in hashes:
            changed = db.execute(
                "UPDATE transactions SET state = 'sealed', block = ?, position = ?"
                " WHERE hash = ? AND state = 'accepted'",
                (block, position, tx_hash),
            ).rowcount
            if changed != 1:
                raise JournalConflict(self._journal.path, f"transaction 0x{tx_hash.hex()} is not open")

    def fail(self, tx_hash: bytes, reason: str) -> None:
        """Mark an accepted transaction as failed; it never enters a block."""
        with self._journal.write() as db:
            db.execute(
                "UPDATE transactions SET state = 'failed', fail_reason = ? WHERE hash = ? AND state = 'accepted'",
                (reason, tx_hash),
            )

    def get(self, tx_hash: bytes) -> TransactionRow | None:
        """A transaction by hash, None when it was never accepted."""
        row = self._journal.one("SELECT * FROM transactions WHERE hash = ?", (tx_hash,))
        return _row(row) if row else None

    def open(self) -> list[TransactionRow]:
        """Accepted and not yet sealed, in order of acceptance."""
        return [_row(r) for r in self._journal.all("SELECT * FROM transactions WHERE state = 'accepted' ORDER BY seq")]

    def of_block(self, block: int) -> list[TransactionRow]:
        """Transactions of a block in its order."""
        rows = self._journal.all("SELECT * FROM transactions WHERE block = ? ORDER BY position", (block,))
        return [_row(r) for r in rows]


def _row(row: sqlite3.Row) -> TransactionRow:
    return TransactionRow(**{key: row[key] for key in row.keys()})  # noqa: SIM118 (a Row iterates over values)
