"""Table `blocks`: sealed blocks, contiguous from 1, each chained to the one before by a checksum."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from zklink.journal.errors import JournalConflict, JournalCorrupt
from zklink.journal.store import Journal


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One sealed block; `timestamp` in seconds, `body` is the sealed block's JSON."""

    number: int
    timestamp: int
    shape: int
    new_root: bytes
    body: str
    effects: bytes = b""
    """Witness data, compressed; not covered by the checksum: a wrong byte makes a proof fail, nothing else."""


class Blocks:
    """Reads for everybody; `insert` only inside the sequencer's sealing transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def insert(self, db: sqlite3.Connection, row: BlockRow) -> None:
        """Add the next block. Raises JournalConflict when it is not the next one."""
        last = db.execute("SELECT number, checksum FROM blocks ORDER BY number DESC LIMIT 1").fetchone()
        expected = last["number"] + 1 if last else 1
        if row.number != expected:
            raise JournalConflict(self._journal.path, f"block {row.number} sealed, expected {expected}")
        digest = _checksum(bytes(last["checksum"]) if last else bytes(32), row)
        db.execute(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
            (row.number, row.timestamp, row.shape, row.new_root, row.body, digest),
        )
        db.execute("INSERT INTO effects VALUES (?, ?)", (row.number, row.effects))

    def last_number(self) -> int:
        """Number of the newest sealed block, 0 before the first."""
        row = self._journal.one("SELECT max(number) AS number FROM blocks")
        return int(row["number"] or 0) if row else 0

    def get(self, number: int) -> BlockRow | None:
        """A sealed block, None when there is none."""
        row = self._journal.one("SELECT * FROM blocks WHERE number = ?", (number,))
        return _row(row) if row else None

    def effects(self, number: int) -> bytes:
        """Witness data of a block, empty when there is none."""
        row = self._journal.one("SELECT body FROM effects WHERE block = ?", (number,))
        return bytes(row["body"]) if row else b""

    def verified(self) -> Iterator[BlockRow]:
        """All blocks in order, each after its number and checksum were checked. Raises JournalCorrupt."""
        digest = bytes(32)
        for expected in range(1, self.last_number() + 1):
            raw = self._journal.one("SELECT * FROM blocks WHERE number = ?", (expected,))
            if raw is None:
                raise JournalCorrupt(self._journal.path, f"block {expected} is missing")
            row = _row(raw)
            digest = _checksum(digest, row)
            if digest != raw["checksum"]:
                raise JournalCorrupt(self._journal.path, f"block {row.number} fails its checksum")
            yield row


def _row(row: sqlite3.Row) -> BlockRow:
    return BlockRow(row["number"], row["timestamp"], row["shape"], bytes(row["new_root"]), row["body"])


def _checksum(previous: bytes, row: BlockRow) -> bytes:
    digest = hashlib.sha256(previous)
    for part in (f"{row.number} {row.timestamp} {row.shape}".encode(), row.new_root, row.body.encode()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
