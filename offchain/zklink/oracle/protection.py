"""Double-sign protection: what this key has ever signed, on disk before any signature leaves the process.

One SQLite file per key, WAL with `synchronous=FULL`, guarded by an exclusive `flock`.

| rule | meaning |
|---|---|
| S1 | one content per (kind, generation, block), whatever the epoch; the same digest returns the stored signature |
| S2 | nothing at or below the generation's watermark, nothing in a generation older than the newest, unless a repeat |
| S3 | after an abort (g, K) no attestation (g, n > K); an abort only if K >= the highest attested block of g |
| S4 | the epoch of a kind never goes back; one rotation per epoch left |
| S5 | record and fsync, then return the signature |
| S6 | a missing, corrupt or foreign database is refused |
| S7 | after a bootstrap, an import or a change of host nothing is signed before the node has listened for its own key |
| S8 | export and import merge: `interchange.py` |
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from zklink.oracle.errors import ProtectionDatabaseError, SigningRefused
from zklink.oracle.protection_file import (
    acquire,
    check_file,
    check_host,
    check_owner,
    check_watermarks,
    connect,
    create_file,
    release,
)
from zklink.oracle.protection_rows import Claim, Kind, Record, record_of

__all__ = ["Claim", "Kind", "ProtectionDatabase", "Record"]


class ProtectionDatabase:
    """Open handle on the database of one key on one network. Not shared between threads or processes."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        self._path = path
        self.connection = connection
        self._lock = lock

    @classmethod
    def create(cls, path: Path, key: bytes) -> None:
        """Make the empty database of a key that was made in this very moment (`created_from = init`).

        It binds to the first network it is opened for. Raises ProtectionDatabaseError if the file exists.
        """
        create_file(path, key, network=None, created_from="init")

    @classmethod
    def bootstrap(
        cls, path: Path, key: bytes, network: bytes, generation: int, floor: int, known: int | None = None
    ) -> None:
        """Make the database of a key that may have signed before: nothing at or below `floor` may be signed.

        Signatures through `known` (default: floor) are taken for the earlier life's; a later one is somebody else's.
        Raises ProtectionDatabaseError if the file exists: a database is never overwritten.
        """
        closed = {generation: floor if known is None else known}
        create_file(path, key, network=network, created_from="bootstrap", watermarks={generation: floor}, closed=closed)

    @classmethod
    def create_imported(cls, path: Path, key: bytes, network: bytes) -> None:
        """Make the empty database a document is about to be merged into."""
        create_file(path, key, network=network, created_from="import")

    @classmethod
    def open(cls, path: Path, key: bytes, network: bytes) -> ProtectionDatabase:
        """Lock and check an existing database.

        Raises DatabaseLocked if another process has it, ProtectionDatabaseError if it is missing, corrupt, or
        belongs to another key (20 bytes) or network (32 bytes).
        """
        if not path.exists():  # S6
            raise ProtectionDatabaseError(path, "missing; restore it, or start once with --bootstrap")
        lock = acquire(path)
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(path)
            check_file(path, connection)
            check_owner(path, connection, key, network)
            check_watermarks(path, connection)
            check_host(connection)
        except sqlite3.Error as error:  # S6
            release(connection, lock)
            raise ProtectionDatabaseError(path, f"unreadable ({error}); restore a copy or use --bootstrap") from error
        except BaseException:
            release(connection, lock)
            raise
        return cls(path, connection, lock)

    def close(self) -> None:
        """Close the file and give the lock back."""
        release(self.connection, self._lock)

    def sign(self, claim: Claim, sign_digest: Callable[[bytes], bytes]) -> bytes:
        """Return the one signature (64 bytes) for `claim`, recorded on disk before it is returned.

        Raises SigningRefused with the rule that forbids it; then nothing was recorded and nothing was signed.
        """
        with self.transaction():
            reason = self.must_listen()
            if reason:  # S7
                raise SigningRefused("S7", f"listening for this key first ({reason})")
            stored = self._check_content(claim)
            if stored is not None and stored.claim.digest == claim.digest:
                return stored.signature
            self._check_epoch(claim)
            self._check_watermark(claim, repeat=stored is not None)
            self._check_abort(claim)
            signature = sign_digest(claim.digest)
            self._record(claim, signature)
        # S5: the commit above has been fsynced
        return signature

    def find(self, kind: Kind, generation: int, block: int) -> list[Record]:
        """Everything signed for (kind, generation, block), oldest epoch first."""
        rows = self.connection.execute(
            "SELECT kind, generation, block, epoch, content, digest, signature FROM signed"
            " WHERE kind = ? AND generation = ? AND block = ? ORDER BY epoch",
            (kind.value, generation, block),
        )
        return [record_of(row) for row in rows]

    def watermark(self, generation: int) -> int:
        """Highest block number that is closed for attestation in `generation` (0 if none)."""
        row = self.connection.execute("SELECT max_attest FROM watermark WHERE generation = ?", (generation,)).fetchone()
        return int(row[0]) if row else 0

    def accounted(self, claim: Claim) -> bool:
        """Whether a signature of `claim` needs no explanation: released here, or closed by a bootstrap."""
        if found := self.find(claim.kind, claim.generation, claim.block):
            return any(record.claim.content == claim.content for record in found)
        row = self.connection.execute("SELECT through FROM closed WHERE generation = ?", (claim.generation,)).fetchone()
        return row is not None and claim.block <= row[0]

    def must_listen(self) -> str:
        """Why S7 forbids signatures for now; empty when it does not."""
        return str(self.connection.execute("SELECT must_listen FROM meta").fetchone()[0] or "")

    def set_listening(self, reason: str | None) -> None:
        """Demand listening before the next signature (S7), or end it (None)."""
        self.connection.execute("UPDATE meta SET must_listen = ?", (reason,))

    def check_writable(self) -> None:
        """Raise ProtectionDatabaseError when a write transaction cannot be opened (for /readyz)."""
        try:
            with self.transaction():
                pass
        except sqlite3.Error as error:
            raise ProtectionDatabaseError(self._path, str(error)) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One write transaction: all of it or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _check_content(self, claim: Claim) -> Record | None:
        """The stored record of the same digest, else one of the same content, else None. Raises S1."""
        found: Record | None = None
        for record in self.find(claim.kind, claim.generation, claim.block):
            if record.claim.content != claim.content:  # S1
                rule = "S4" if claim.kind is Kind.ROTATE else "S1"
                raise SigningRefused(
                    rule, f"another content is signed for {claim.kind} g={claim.generation} n={claim.block}"
                )
            if found is None or record.claim.digest == claim.digest:
                found = record
        return found

    def _check_epoch(self, claim: Claim) -> None:
        row = self.connection.execute("SELECT max(epoch) FROM signed WHERE kind = ?", (claim.kind.value,)).fetchone()
        if row[0] is not None and claim.epoch < row[0]:  # S4
            raise SigningRefused("S4", f"epoch {claim.epoch} is older than {row[0]}")
        if any(r.claim.epoch == claim.epoch for r in self.find(claim.kind, claim.generation, claim.block)):  # S1
            raise SigningRefused("S1", f"epoch {claim.epoch} already has another digest for block {claim.block}")

    def _check_watermark(self, claim: Claim, repeat: bool) -> None:
        if claim.kind is not Kind.ATTEST or repeat:
            return
        newest = self.connection.execute("SELECT max(generation) FROM watermark").fetchone()[0]
        if newest is not None and claim.generation < newest:  # S2
            raise SigningRefused("S2", f"generation {claim.generation} is older than {newest}")
        closed = self.watermark(claim.generation)
        if claim.block <= closed:  # S2
            raise SigningRefused("S2", f"block {claim.block} is not above the watermark {closed}")

    def _check_abort(self, claim: Claim) -> None:
        if claim.kind is Kind.ABORT:
            highest = self.watermark(claim.generation)
            if claim.block < highest:  # S3
                raise SigningRefused("S3", f"abort keeps {claim.block}, but {highest} was attested")
        if claim.kind is not Kind.ATTEST:
            return
        row = self.connection.execute(
            "SELECT abort_keep FROM watermark WHERE generation = ?", (claim.generation,)
        ).fetchone()
        if row and row[0] is not None and claim.block > row[0]:  # S3
            raise SigningRefused("S3", f"block {claim.block} was aborted (kept through {row[0]})")

    def _record(self, claim: Claim, signature: bytes) -> None:
        self.connection.execute(
            "INSERT INTO signed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                claim.kind.value,
                claim.generation,
                claim.block,
                claim.epoch,
                claim.content,
                claim.digest,
                signature,
                time.time(),
            ),
        )
        if claim.kind is Kind.ROTATE:
            return
        attested = claim.block if claim.kind is Kind.ATTEST else 0
        kept = claim.block if claim.kind is Kind.ABORT else None
        self.connection.execute(
            "INSERT INTO watermark VALUES (:g, :a, :k) ON CONFLICT (generation) DO UPDATE SET"
            " max_attest = max(max_attest, :a),"
            " abort_keep = CASE WHEN :k IS NULL THEN abort_keep ELSE min(:k, coalesce(abort_keep, :k)) END",
            {"g": claim.generation, "a": attested, "k": kept},
        )
