"""The protection database as a file: made whole or not at all, locked, and checked before it is believed (S6)."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from zklink.oracle.errors import DatabaseLocked, ProtectionDatabaseError

APPLICATION_ID = 0x4C4F4E31
"""SQLite application id ("LON1"): a file of another program is refused by name, not by accident."""
SCHEMA_VERSION = 2


def host_name() -> str:
    """What a change of host is told by: the machine id, else the host's name."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or socket.gethostname()
    except (OSError, UnicodeError):
        return socket.gethostname()


def create_file(
    path: Path,
    key: bytes,
    network: bytes | None,
    created_from: str,
    watermarks: Mapping[int, int] = MappingProxyType({}),
    closed: Mapping[int, int] = MappingProxyType({}),
) -> None:
    if path.exists():
        raise ProtectionDatabaseError(path, "exists already; a protection database is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = acquire(path)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    connection = connect(draft)
    try:
        connection.executescript(resources.files("zklink.oracle").joinpath("protection.sql").read_text())
        connection.execute("BEGIN IMMEDIATE")
        listen = None if created_from == "init" else created_from  # S7
        connection.execute(
            "INSERT INTO meta VALUES (1, ?, ?, ?, ?, ?)", (key, network, created_from, host_name(), listen)
        )
        connection.executemany("INSERT INTO watermark VALUES (?, ?, NULL)", watermarks.items())
        connection.executemany("INSERT INTO closed VALUES (?, ?)", closed.items())
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    finally:
        release(connection, None)
    os.chmod(draft, 0o600)
    # complete or absent: a half-made database must not look like an empty one
    _sync(draft)
    os.rename(draft, path)
    _sync(path.parent)
    release(None, lock)


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def acquire(path: Path) -> int:
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise DatabaseLocked(path, "another process uses this key; stop it first") from error
    return lock


def release(connection: sqlite3.Connection | None, lock: int | None) -> None:
    if connection is not None:
        connection.close()
    if lock is not None:
        os.close(lock)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_file(path: Path, connection: sqlite3.Connection) -> None:
    verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":  # S6
        raise ProtectionDatabaseError(path, f"corrupt ({verdict}); restore a copy or use --bootstrap")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:  # S6
        raise ProtectionDatabaseError(path, "is not a protection database")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:  # S6
        raise ProtectionDatabaseError(path, f"has schema version {version}, this program knows {SCHEMA_VERSION}")


def check_owner(path: Path, connection: sqlite3.Connection, key: bytes, network: bytes) -> None:
    row = connection.execute("SELECT key, network FROM meta WHERE id = 1").fetchone()
    if row is None:  # S6
        raise ProtectionDatabaseError(path, "names no key; restore a copy or use --bootstrap")
    if row[0] != key:  # S6
        raise ProtectionDatabaseError(path, f"belongs to key 0x{row[0].hex()}, not 0x{key.hex()}")
    if row[1] is None:
        connection.execute("UPDATE meta SET network = ?", (network,))
    elif row[1] != network:  # S6
        raise ProtectionDatabaseError(path, f"belongs to network 0x{row[1].hex()}, not 0x{network.hex()}")


def check_host(connection: sqlite3.Connection) -> None:
    here = host_name()
    # S7: on another host the key may still be in use on the first one
    connection.execute("UPDATE meta SET host = ?, must_listen = 'change of host' WHERE host <> ?", (here, here))


def check_watermarks(path: Path, connection: sqlite3.Connection) -> None:
    broken = connection.execute(
        "SELECT s.generation, s.block FROM signed s LEFT JOIN watermark w ON w.generation = s.generation"
        " WHERE s.kind = 'attest' AND (w.max_attest IS NULL OR w.max_attest < s.block) LIMIT 1"
    ).fetchone()
    if broken:  # S6
        raise ProtectionDatabaseError(
            path, f"watermark of generation {broken[0]} is below signed block {broken[1]}; use --bootstrap"
        )
