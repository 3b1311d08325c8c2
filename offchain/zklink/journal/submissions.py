"""Table `submissions`: the relayer's outbox. Nothing is broadcast that is not here first."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from zklink.journal.store import Journal

OPEN = ("PLANNED", "SIGNED", "SENT", "MINED")
IN_FLIGHT = ("SIGNED", "SENT")


@dataclass(slots=True)
class Submission:
    """One transaction to one chain: fees in wei per gas, `hashes` of every version signed for `nonce`."""

    chain: int
    kind: str
    first: int
    through: int
    sender: str
    target: str
    data: bytes
    gas: int
    state: str = "PLANNED"
    nonce: int | None = None
    raw: bytes | None = None
    hashes: list[str] = field(default_factory=list)
    max_fee: int = 0
    tip: int = 0
    attempts: int = 0
    sent_at_block: int | None = None
    mined_block: int | None = None
    mined_hash: str | None = None
    mined_tx: str | None = None
    reason: str | None = None
    id: int = 0

    @property
    def job(self) -> str:
        """Idempotency key within a chain."""
        return f"{self.kind}:{self.through}"


_COLUMNS = (
    "job", "chain", "kind", "first", "through", "state", "sender", "target", "data", "gas", "nonce", "raw", "hashes",
    "max_fee", "tip", "attempts", "sent_at_block", "mined_block", "mined_hash", "mined_tx", "reason",
)  # fmt: skip


class Submissions:
    """Reads for everybody, writes only for the relayer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def save(self, row: Submission) -> None:
        """Insert (id 0) or update, durably before it returns. Raises JournalConflict on a second open row of a job."""
        values = [_value(row, name) for name in _COLUMNS]
        with self._journal.write() as db:
            if row.id:
                changes = ", ".join(f"{name} = ?" for name in _COLUMNS)
                db.execute(f"UPDATE submissions SET {changes} WHERE id = ?", (*values, row.id))  # noqa: S608 (own constants)
            else:
                marks = ", ".join("?" * len(_COLUMNS))
                names = ", ".join(_COLUMNS)
                row.id = int(
                    db.execute(f"INSERT INTO submissions ({names}) VALUES ({marks})", values).lastrowid or 0  # noqa: S608
                )

    def open(self, chain: int) -> list[Submission]:
        """Rows that may still change, oldest first."""
        rows = self._journal.all(
            "SELECT * FROM submissions WHERE chain = ? AND state IN ('PLANNED', 'SIGNED', 'SENT', 'MINED') ORDER BY id",
            (chain,),
        )
        return [_row(r) for r in rows]

    def find(self, chain: int, kind: str, through: int) -> list[Submission]:
        """Every row of one job, oldest first."""
        rows = self._journal.all(
            "SELECT * FROM submissions WHERE chain = ? AND kind = ? AND through = ? ORDER BY id", (chain, kind, through)
        )
        return [_row(r) for r in rows]

    def with_nonce(self, chain: int, sender: str, nonce: int) -> Submission | None:
        """The newest row that used a nonce, None when there is none."""
        row = self._journal.one(
            "SELECT * FROM submissions WHERE chain = ? AND sender = ? AND nonce = ? ORDER BY id DESC LIMIT 1",
            (chain, sender, nonce),
        )
        return _row(row) if row else None

    def highest_nonce(self, chain: int, sender: str) -> int | None:
        """Highest nonce ever signed by a key on a chain, None before the first."""
        row = self._journal.one(
            "SELECT max(nonce) AS nonce FROM submissions WHERE chain = ? AND sender = ?", (chain, sender)
        )
        return None if row is None or row["nonce"] is None else int(row["nonce"])


def _value(row: Submission, name: str) -> Any:
    if name == "hashes":
        return json.dumps(row.hashes)
    value = getattr(row, name)
    return str(value) if name in ("max_fee", "tip") else value


def _row(row: sqlite3.Row) -> Submission:
    values = {key: row[key] for key in row.keys() if key != "job"}  # noqa: SIM118 (a Row iterates over values)
    values["hashes"] = json.loads(values["hashes"])
    values["max_fee"], values["tip"] = int(values["max_fee"]), int(values["tip"])
    return Submission(**values)
