"""Tables `requests` and `cursors`: priority requests of finalised blocks, and how far each chain was read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from zklink.journal.errors import JournalConflict
from zklink.journal.store import Journal


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One queued request; `body` is JSON, `deadline` in seconds of chain time."""

    chain: int
    request_id: int
    hash: bytes
    body: str
    deadline: int
    seq: int | None = None
    block: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """A key change authorised on `chain`; `owner` is domain << 160 | address."""

    chain: int
    owner: int
    nonce: int
    key_x: int
    key_y: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Events of `chain` up to block `number` (with that hash) are recorded."""

    chain: int
    number: int
    block_hash: str


class Requests:
    """Reads for everybody, writes only for the sequencer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def record(self, cursor: Cursor, rows: Sequence[RequestRow], facts: Sequence[FactRow] = ()) -> None:
        """Record requests, facts and the new cursor together. Raises JournalConflict on a gap or a step back."""
        path = self._journal.path
        with self._journal.write() as db:
            found = db.execute("SELECT number FROM cursors WHERE chain = ?", (cursor.chain,)).fetchone()
            if found and found["number"] > cursor.number:
                raise JournalConflict(path, f"cursor of chain {cursor.chain} would step back to {cursor.number}")
            last = db.execute("SELECT max(request_id) AS id FROM requests WHERE chain = ?", (cursor.chain,)).fetchone()
            expected = 0 if last["id"] is None else last["id"] + 1
            for row in rows:
                if (row.chain, row.request_id) != (cursor.chain, expected):
                    raise JournalConflict(
                        path, f"request {row.request_id} of chain {row.chain} queued, expected {expected}"
                    )  # fmt: skip
                db.execute(
                    "INSERT INTO requests (chain, request_id, hash, body, deadline) VALUES (?, ?, ?, ?, ?)",
                    (row.chain, row.request_id, row.hash, row.body, row.deadline),
                )
                expected += 1
            db.executemany(
                "INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?, ?)",
                [(f.chain, str(f.owner), f.nonce, str(f.key_x), str(f.key_y)) for f in facts],
            )
            db.execute(
                "INSERT INTO cursors VALUES (?, ?, ?) ON CONFLICT (chain) DO UPDATE"
                " SET number = excluded.number, block_hash = excluded.block_hash",
                (cursor.chain, cursor.number, cursor.block_hash),
            )

    def seal(self, db: sqlite3.Connection, taken: Sequence[tuple[int, int, int]], block: int) -> None:
        """Mark (chain, request id, position) as sealed. Raises JournalConflict unless each is its queue's head."""
        for chain, request_id, position in taken:
            head = db.execute(
                "SELECT min(request_id) AS id FROM requests WHERE chain = ? AND block IS NULL", (chain,)
            ).fetchone()["id"]
            if head != request_id:
                raise JournalConflict(
                    self._journal.path, f"request {request_id} of chain {chain} sealed before {head}"
                )  # fmt: skip
            db.execute(
                "UPDATE requests SET block = ?, position = ? WHERE chain = ? AND request_id = ?",
                (block, position, chain, request_id),
            )

    def take(self, db: sqlite3.Connection, chain: int, request_id: int, seq: int) -> None:
        """Give a request its place in the common order. Raises JournalConflict when it has one."""
        changed = db.execute(
            "UPDATE requests SET seq = ? WHERE chain = ? AND request_id = ? AND seq IS NULL", (seq, chain, request_id)
        ).rowcount
        if changed != 1:
            raise JournalConflict(self._journal.path, f"request {request_id} of chain {chain} was taken already")

    def facts(self) -> list[FactRow]:
        """Every authorised key change."""
        rows = self._journal.all("SELECT * FROM facts")
        return [FactRow(r["chain"], int(r["owner"]), r["nonce"], int(r["key_x"]), int(r["key_y"])) for r in rows]

    def last_seq(self) -> int:
        """Highest place given in the common order of requests and transactions, 0 before the first."""
        row = self._journal.one(
            "SELECT max(coalesce((SELECT max(seq) FROM requests), 0), coalesce((SELECT max(seq) FROM transactions), 0))"
        )
        return int(row[0]) if row else 0

    def cursor(self, chain: int) -> Cursor | None:
        """How far a chain was read, None before the first time."""
        row = self._journal.one("SELECT * FROM cursors WHERE chain = ?", (chain,))
        return Cursor(row["chain"], row["number"], row["block_hash"]) if row else None

    def open(self) -> list[RequestRow]:
        """Requests not yet sealed, by chain in queue order."""
        return [_row(r) for r in self._journal.all("SELECT * FROM requests WHERE block IS NULL ORDER BY 1, 2")]

    def get(self, request_hash: bytes) -> RequestRow | None:
        """A request by its transaction hash."""
        row = self._journal.one("SELECT * FROM requests WHERE hash = ?", (request_hash,))
        return _row(row) if row else None

    def of_block(self, block: int) -> list[RequestRow]:
        """Requests of a block in its order."""
        return [
            _row(r) for r in self._journal.all("SELECT * FROM requests WHERE block = ? ORDER BY position", (block,))
        ]


def _row(row: sqlite3.Row) -> RequestRow:
    return RequestRow(**{key: row[key] for key in row.keys()})  # noqa: SIM118 (a Row iterates over values)
