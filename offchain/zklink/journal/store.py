"""The SQLite file: opening, checking, and transactions that leave everything or nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from zklink.journal.errors import JournalCorrupt, JournalError, WrongJournal, translate

VERSION = 1
BUSY_SECONDS = 10.0


class Journal:
    """One open journal.

    1. Opening creates the schema, or checks version, deployment and page integrity of an existing file.
    2. `write` is one transaction: BEGIN IMMEDIATE, COMMIT with fsync (WAL, synchronous=FULL), ROLLBACK on any error.
    3. Every SQLite error leaves as one of `journal.errors`.

    Safe to share between threads of a process; other processes open the same path themselves.
    """

    def __init__(self, path: str | Path, deployment_id: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """`deployment_id`: 0x hex, compared with the file's own. Raises a JournalError."""
        self.path = str(path)
        self._lock = threading.RLock()
        with self._translated():
            self._db = sqlite3.connect(
                self.path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )  # fmt: skip
        try:
            with self._translated():
                self._prepare(deployment_id)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, deployment_id: str) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._create(deployment_id)
            elif version != VERSION:
                raise WrongJournal(self.path, "schema version", VERSION, version)
            self._db.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        found = self._db.execute("SELECT value FROM meta WHERE key = 'deployment_id'").fetchone()
        if found is None or found[0] != deployment_id:
            raise WrongJournal(self.path, "deployment_id", deployment_id, found and found[0])
        report = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if report != "ok":
            raise JournalCorrupt(self.path, str(report))

    def _create(self, deployment_id: str) -> None:
        script = resources.files("zklink.journal").joinpath("schema.sql").read_text()
        for statement in _statements(script):  # executescript would commit our transaction
            self._db.execute(statement)
        self._db.execute("INSERT INTO meta VALUES ('deployment_id', ?)", (deployment_id,))
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file; the journal object is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction. Commits when the block ends, rolls back when it raises."""
        with self._lock, self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        if self._db.in_transaction:  # a full disk may have ended it already
            self._db.execute("ROLLBACK")

    def all(self, sql: str, args: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Rows of a query."""
        with self._lock, self._translated():
            return self._db.execute(sql, args).fetchall()

    def one(self, sql: str, args: Sequence[Any] = ()) -> sqlite3.Row | None:
        """First row of a query."""
        with self._lock, self._translated():
            row: sqlite3.Row | None = self._db.execute(sql, args).fetchone()
            return row

    def is_writable(self) -> bool:
        """Whether a write succeeds now (rewrites one row with its own value)."""
        try:
            with self.write() as db:
                db.execute("UPDATE meta SET value = value WHERE key = 'deployment_id'")
        except JournalError:
            return False
        return True

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise translate(self.path, error) from error
        except UnicodeDecodeError as error:  # SQLite quotes damaged bytes in its message
            raise JournalCorrupt(self.path, "damaged text") from error


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
