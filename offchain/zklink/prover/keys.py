"""Key files of a preset: build/keys/<preset>/, written by tools/circuits.py (development) or by a ceremony.

    shape-<id>.zkey                     proving key, snarkjs's format
    shape-<id>.verification_key.json    snarkjs's format;  verification_key.json is the one of the lowest shape
    key.json                            {"development", "notice", "preset", "shapes": {id: {"steps", "hashes": {...}}}}

Hashes are SHA-256 of files, and of the pieces the shape's system is assembled from; a key is used with exactly those.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zklink.crypto.groth16 import ProvingKey, VerifyingKey
from zklink.prover.errors import KeyMismatch
from zklink.witness.block import PIECES

RECORD = "key.json"


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises OSError."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def piece_hashes(circuits: Path) -> dict[str, str]:
    """Hash of the constraint system of every piece in build/circuits/<preset>."""
    return {piece: file_hash(circuits / f"{piece}.r1cs") for piece in PIECES}


class KeyFolder:
    """The keys of one preset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def zkey(self, shape_id: int) -> Path:
        """Path of a shape's proving key."""
        return self.folder / f"shape-{shape_id}.zkey"

    def verification_key(self, shape_id: int) -> Path:
        """Path of a shape's verification key."""
        return self.folder / f"shape-{shape_id}.verification_key.json"

    def record(self) -> dict[str, Any]:
        """Content of key.json. Raises KeyMismatch when there is none."""
        try:
            record: dict[str, Any] = json.loads((self.folder / RECORD).read_text())
        except (OSError, ValueError) as error:
            raise KeyMismatch(f"{RECORD}: {error}; make it with tools/circuits.py") from None
        return record

    def check(self, shape_id: int, pieces: dict[str, str]) -> None:
        """Raises KeyMismatch unless the files are the recorded ones and the key was made for these pieces."""
        shape = self.record().get("shapes", {}).get(str(shape_id))
        if shape is None:
            raise KeyMismatch(f"{RECORD}: no key for shape {shape_id}")
        hashes = shape["hashes"]
        if hashes["pieces"] != pieces:
            raise KeyMismatch(f"shape {shape_id}: the key was made for other circuits")
        for name, path in (("zkey", self.zkey(shape_id)), ("verification_key", self.verification_key(shape_id))):
            if not path.is_file() or file_hash(path) != hashes[name]:
                raise KeyMismatch(f"{path.name}: missing, or not the file that was recorded")

    def proving_key(self, shape_id: int) -> ProvingKey:
        """Reads a proving key, points unchecked: call `check` first. Raises OSError or ValueError."""
        return ProvingKey.read_zkey(self.zkey(shape_id), checked=False)

    def verifying_key(self, shape_id: int) -> VerifyingKey:
        """Reads a verification key. Raises OSError or ValueError."""
        return VerifyingKey.from_json(self.verification_key(shape_id).read_text())

    def write_record(self, record: dict[str, Any], shape_ids: Iterable[int]) -> None:
        """Writes key.json, and verification_key.json as a copy of the lowest shape's."""
        lowest = self.verification_key(min(shape_ids)).read_text()
        (self.folder / "verification_key.json").write_text(lowest)
        (self.folder / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
