"""S8: the protection database as a JSON document (`lon-spi-1`), to move a key to another host.

    {"format": "lon-spi-1", "network": 0x32, "key": 0x20,
     "signed": [{"kind", "generation", "block", "epoch", "content", "digest", "signature"}],
     "watermarks": [{"generation", "max_attest", "abort_keep"}], "closed": [{"generation", "through"}]}

An import only ever forbids more: attested watermarks merge by maximum, kept numbers of aborts by minimum, rows by
union.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from zklink.oracle.errors import ConfigError, ProtectionDatabaseError, SigningRefused
from zklink.oracle.protection import Kind, ProtectionDatabase, Record
from zklink.oracle.protection_rows import MAX_INTEGER, record_of
from zklink.protocol.attestation import recover_member
from zklink.protocol.errors import FieldError
from zklink.wire import parse_json

FORMAT = "lon-spi-1"
_COLUMNS = ("kind", "generation", "block", "epoch", "content", "digest", "signature")
_ROW_BYTES = {"content": 32, "digest": 32, "signature": 64}


def export_database(database: ProtectionDatabase, key: bytes, network: bytes) -> dict[str, Any]:
    """The document of an open database."""
    rows = database.connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM signed ORDER BY 1, 2, 3, 4")  # noqa: S608
    marks = database.connection.execute("SELECT generation, max_attest, abort_keep FROM watermark ORDER BY 1")
    closed = database.connection.execute("SELECT generation, through FROM closed ORDER BY 1")
    return {
        "format": FORMAT,
        "network": "0x" + network.hex(),
        "key": "0x" + key.hex(),
        "signed": [
            {n: "0x" + v.hex() if isinstance(v, bytes) else v for n, v in zip(_COLUMNS, row, strict=True)}
            for row in rows
        ],
        "watermarks": [{"generation": g, "max_attest": a, "abort_keep": k} for g, a, k in marks],
        "closed": [{"generation": g, "through": n} for g, n in closed],
    }


def import_database(path: Path, raw: bytes, key: bytes, network: bytes) -> int:
    """Merge a document into the database at `path` (made when missing); the number of new rows.

    Raises ConfigError for a malformed or foreign document, ProtectionDatabaseError when both histories together hold
    two contents for one number: that key has equivocated. Nothing is changed then.
    """
    records, marks, closed = _parse(raw, key, network)
    if not path.exists():
        ProtectionDatabase.create_imported(path, key, network)
    database = ProtectionDatabase.open(path, key, network)
    try:
        with database.transaction():
            added = sum(_merge_record(path, database, record) for record in records)
            for record in records:
                if record.claim.kind is Kind.ATTEST:
                    _merge_mark(database, record.claim.generation, record.claim.block, None)
            for generation, attested, kept in marks:
                _merge_mark(database, generation, attested, kept)
            for generation, through in closed:
                database.connection.execute(
                    "INSERT INTO closed VALUES (?, ?) ON CONFLICT (generation) DO UPDATE"
                    " SET through = max(through, excluded.through)",
                    (generation, through),
                )
            database.set_listening("import")  # S7
        return added
    finally:
        database.close()


def _merge_record(path: Path, database: ProtectionDatabase, record: Record) -> bool:
    claim = record.claim
    for known in database.find(claim.kind, claim.generation, claim.block):
        same_epoch = known.claim.epoch == claim.epoch
        if known.claim.content != claim.content or (same_epoch and known.claim.digest != claim.digest):  # S8
            raise ProtectionDatabaseError(
                path, f"document and database hold two contents for {claim.kind} g={claim.generation} n={claim.block}"
            )
        if same_epoch:
            return False
    database.connection.execute(
        "INSERT INTO signed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            claim.kind.value,
            claim.generation,
            claim.block,
            claim.epoch,
            claim.content,
            claim.digest,
            record.signature,
            time.time(),
        ),
    )
    return True


def _merge_mark(database: ProtectionDatabase, generation: int, attested: int, kept: int | None) -> None:
    database.connection.execute(
        "INSERT INTO watermark VALUES (:g, :a, :k) ON CONFLICT (generation) DO UPDATE SET"
        " max_attest = max(max_attest, :a),"
        " abort_keep = CASE WHEN :k IS NULL THEN abort_keep ELSE min(:k, coalesce(abort_keep, :k)) END",
        {"g": generation, "a": attested, "k": kept},
    )


def _parse(
    raw: bytes, key: bytes, network: bytes
) -> tuple[list[Record], list[tuple[int, int, int | None]], list[tuple[int, int]]]:
    try:
        document = parse_json(raw)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ConfigError(f"document: format must be {FORMAT}")
        for name, wanted in (("key", key), ("network", network)):
            if document[name] != "0x" + wanted.hex():
                raise ConfigError(f"document: {name} is {document[name]}, this database is of 0x{wanted.hex()}")
        records = [_record(row, key) for row in document["signed"]]
        marks = [
            (_number(m["generation"]), _number(m["max_attest"]),
             None if m["abort_keep"] is None else _number(m["abort_keep"]))
            for m in document["watermarks"]
        ]  # fmt: skip
        closed = [(_number(c["generation"]), _number(c["through"])) for c in document["closed"]]
    except (KeyError, TypeError, ValueError, AttributeError, SigningRefused) as error:
        raise ConfigError(f"document: malformed: {error!r}"[:300]) from error
    return records, marks, closed


def _record(row: dict[str, Any], key: bytes) -> Record:
    values = [
        _bytes(row[n], _ROW_BYTES[n]) if n in _ROW_BYTES else row[n] if n == "kind" else _number(row[n])
        for n in _COLUMNS
    ]
    record = record_of(tuple(values))  # type: ignore[arg-type]
    try:
        signer = recover_member(record.claim.digest, record.signature)
    except FieldError as error:
        raise ValueError(f"signature of {record.claim.kind} {record.claim.block}: {error}") from error
    if signer != int.from_bytes(key, "big"):
        raise ValueError(f"signature of {record.claim.kind} {record.claim.block} is another key's")
    return record


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INTEGER:
        raise ValueError(f"{value!r} is not a number from 0 to 2^63-1")
    return value


def _bytes(value: str, length: int) -> bytes:
    raw = bytes.fromhex(value.removeprefix("0x"))
    if len(raw) != length:
        raise ValueError(f"{value[:20]} must have {length} bytes")
    return raw
