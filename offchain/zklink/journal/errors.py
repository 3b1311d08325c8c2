"""What can go wrong with the journal. After any of them the file is as it was before the call."""

from __future__ import annotations

import sqlite3


class JournalError(Exception):
    """Base of every error of this room; `path` is the file."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"journal {path}: {what}")
        self.path, self.what = path, what


class JournalFull(JournalError):
    """Raised when the disk or the file's page limit is exhausted; nothing was written."""


class JournalReadOnly(JournalError):
    """Raised when the file or its folder cannot be written; nothing was written."""


class JournalCorrupt(JournalError):
    """Raised when the file is no intact journal: not SQLite, damaged pages, or rows that fail their checksum."""


class JournalBusy(JournalError):
    """Raised when another process held the write lock longer than the timeout."""


class JournalUnavailable(JournalError):
    """Raised on an I/O error of the disk, or when the file cannot be opened."""


class WrongJournal(JournalError):
    """Raised when the file belongs to another deployment or another version of the schema."""

    def __init__(self, path: str, field: str, expected: object, found: object) -> None:
        super().__init__(path, f"{field} is {found}, expected {expected}")
        self.field, self.expected, self.found = field, expected, found


class JournalConflict(JournalError):
    """Raised when a write contradicts what is already recorded (another block under the same number, a gap, ...)."""


class LeaseHeld(JournalError):
    """Raised when another process of this kind works on the journal."""


_BY_CODE: dict[int, type[JournalError]] = {
    sqlite3.SQLITE_FULL: JournalFull,
    sqlite3.SQLITE_READONLY: JournalReadOnly,
    sqlite3.SQLITE_PERM: JournalReadOnly,
    sqlite3.SQLITE_CORRUPT: JournalCorrupt,
    sqlite3.SQLITE_NOTADB: JournalCorrupt,
    sqlite3.SQLITE_BUSY: JournalBusy,
    sqlite3.SQLITE_LOCKED: JournalBusy,
    sqlite3.SQLITE_IOERR: JournalUnavailable,
    sqlite3.SQLITE_CANTOPEN: JournalUnavailable,
    sqlite3.SQLITE_CONSTRAINT: JournalConflict,
}


def translate(path: str, error: sqlite3.Error) -> JournalError:
    """The error of this room for one of SQLite's (extended codes count as their primary code)."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = _BY_CODE.get((code or 0) & 0xFF)
    if kind is None:
        kind = JournalCorrupt if isinstance(error, sqlite3.DatabaseError) and "no such" in str(error) else JournalError
    return kind(path, str(error))
