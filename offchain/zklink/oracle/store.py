"""What one node remembers besides its own signatures: peers' signatures, evidence, accepted blocks, a freeze.

Losing this file costs time, not safety: signatures come back from the peers. One writer (this node), SQLite, WAL.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from zklink.oracle.errors import ConfigError
from zklink.protocol.attestation import Attestation
from zklink.protocol.hashing import u256


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """A message, the address of the member that signed it, and the compact signature (64 bytes)."""

    message: Attestation
    signer: int
    signature: bytes


_COLUMNS = "generation, block, epoch, signer, state_root, sync_hash, signature"


class Store:
    """Open handle on the node's own database."""

    def __init__(self, path: Path | str) -> None:
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(resources.files("zklink.oracle").joinpath("store.sql").read_text())
        except sqlite3.Error as error:
            raise ConfigError(f"store: {path} is not usable ({error}); delete it, it is rebuilt from peers") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # signatures

    def add(self, item: SignedAttestation) -> None:
        """Keep one signature; the first one of (generation, block, signer, epoch) stays."""
        m = item.message
        self._connection.execute(
            f"INSERT OR IGNORE INTO signatures ({_COLUMNS}, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                m.generation,
                m.block_number,
                m.set_epoch,
                _address(item.signer),
                u256(m.state_root),
                m.sync_hash,
                item.signature,
                time.time(),
            ),
        )

    def of_signer(self, generation: int, block: int, signer: int) -> list[SignedAttestation]:
        """Signatures of one member at (generation, block), by epoch."""
        return list(
            self._select(
                "generation = ? AND block = ? AND signer = ? ORDER BY epoch", (generation, block, _address(signer))
            )
        )

    def at(self, generation: int, block: int) -> list[SignedAttestation]:
        """All signatures at (generation, block)."""
        return list(self._select("generation = ? AND block = ? ORDER BY epoch, signer", (generation, block)))

    def newest(
        self,
        generation: int | None = None,
        block: int | None = None,
        signer: int | None = None,
        since: int = 0,
        limit: int = 500,
    ) -> list[SignedAttestation]:
        """Signatures at or above block `since`, newest first, at most `limit`."""
        return list(
            self._select(
                "(?1 IS NULL OR generation = ?1) AND (?2 IS NULL OR block = ?2) AND (?3 IS NULL OR signer = ?3)"
                " AND block >= ?4 ORDER BY generation DESC, block DESC, signer LIMIT ?5",
                (generation, block, None if signer is None else _address(signer), since, limit),
            )
        )

    def highest(self) -> list[tuple[int, int]]:
        """(generation, block) pairs that have signatures, newest first."""
        rows = self._connection.execute(
            "SELECT DISTINCT generation, block FROM signatures ORDER BY generation DESC, block DESC"
        )
        return [(int(g), int(n)) for g, n in rows]

    def prune(self, generation: int, below: int) -> None:
        """Forget signatures and observations of blocks below `below` and of older generations."""
        self._connection.execute(
            "DELETE FROM signatures WHERE generation < ? OR (generation = ? AND block < ?)",
            (generation, generation, below),
        )
        self._connection.execute("DELETE FROM observations WHERE block < ?", (below,))

    def _select(self, condition: str, values: tuple[object, ...]) -> Iterator[SignedAttestation]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM signatures WHERE {condition}", values)  # noqa: S608
        for generation, block, epoch, signer, root, sync_hash, signature in rows:
            message = Attestation(epoch, generation, block, int.from_bytes(root, "big"), sync_hash)
            yield SignedAttestation(message, int.from_bytes(signer, "big"), signature)

    # evidence

    def add_evidence(self, signer: int, generation: int, block: int, first: object, second: object) -> bool:
        """Keep a pair of conflicting messages for ever; False if one of this (signer, g, n) is kept already."""
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?)",
            (_address(signer), generation, block, json.dumps(first), json.dumps(second), time.time()),
        )
        return cursor.rowcount == 1

    def evidence(self) -> list[dict[str, object]]:
        """All conflicts seen."""
        rows = self._connection.execute("SELECT signer, generation, block, first, second FROM evidence ORDER BY at")
        return [
            {"signer": "0x" + signer.hex(), "generation": g, "block": n, "first": json.loads(first),
             "second": json.loads(second)}
            for signer, g, n, first, second in rows
        ]  # fmt: skip

    # observations

    def put_observation(self, block: int, content: object) -> None:
        """Remember what this node saw when it decided about `block`."""
        self._connection.execute(
            "INSERT OR REPLACE INTO observations VALUES (?, ?, ?)", (block, json.dumps(content), time.time())
        )

    def observation(self, block: int) -> object | None:
        """What was remembered for `block`."""
        row = self._connection.execute("SELECT content FROM observations WHERE block = ?", (block,)).fetchone()
        return json.loads(row[0]) if row else None

    # finality guard

    def put_accepted(self, chain: int, number: int, block_hash: str) -> None:
        """Remember the newest block of `chain` this node took for final."""
        self._connection.execute("INSERT OR REPLACE INTO accepted VALUES (?, ?, ?)", (chain, number, block_hash))

    def accepted(self, chain: int) -> tuple[int, str] | None:
        """(number, hash) of that block."""
        row = self._connection.execute("SELECT number, hash FROM accepted WHERE chain = ?", (chain,)).fetchone()
        return (int(row[0]), str(row[1])) if row else None

    def freeze(self, reason: str) -> None:
        """Forbid signing until an operator lifts it; survives restarts. The first reason stays."""
        self._connection.execute("INSERT OR IGNORE INTO freeze VALUES (1, ?, ?)", (reason, time.time()))

    def frozen(self) -> str | None:
        """Reason of the freeze, if any."""
        row = self._connection.execute("SELECT reason FROM freeze").fetchone()
        return str(row[0]) if row else None

    def unfreeze(self) -> None:
        """Lift the freeze and forget the accepted blocks (an operator looked at the chains)."""
        self._connection.execute("DELETE FROM freeze")
        self._connection.execute("DELETE FROM accepted")


def _address(address: int) -> bytes:
    return address.to_bytes(20, "big")
