"""A new member's files: keystore, empty protection database, configuration."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml

from zklink.oracle.errors import ConfigError
from zklink.oracle.keystore import SCRYPT_N, create_keystore, read_passphrase
from zklink.oracle.protection import ProtectionDatabase

LIGHT_SCRYPT_N = 2**12
"""For local networks: the key is worth nothing there, and many nodes start at once."""
LIGHT_CLOCK_SKEW = 3600


@dataclass(frozen=True, slots=True)
class NewMember:
    """What `init_member` made. `address` is the member's entry in the set."""

    address: str
    config: Path
    keystore: Path
    passphrase_file: Path


def init_member(
    folder: Path,
    registry: Path,
    port: int,
    passphrase_file: Path | None = None,
    light: bool = False,
    host: str = "127.0.0.1",
) -> NewMember:
    """Make key, passphrase (unless given), protection database and oracle.yml. Never overwrites anything.

    The database is born with the key, so it is known to be empty; it binds to the network it is first opened for.
    Raises ConfigError, KeystoreError or ProtectionDatabaseError.
    """
    config = folder / "oracle.yml"
    if config.exists():
        raise ConfigError(f"{config} exists already; choose another folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = passphrase_file or _make_passphrase(folder / "passphrase")
    keystore = folder / "keystore.json"
    address = create_keystore(keystore, read_passphrase(secret), LIGHT_SCRYPT_N if light else SCRYPT_N)
    database = folder / "protection.db"
    ProtectionDatabase.create(database, bytes.fromhex(address[2:]))
    values: dict[str, str | int] = {
        "registry": _relative(registry, folder),
        "keystore": keystore.name,
        "passphrase_file": _relative(secret, folder),
        "protection_database": database.name,
        "store": "store.db",
        "listen_host": host,
        "listen_port": port,
    }
    if light:  # a development chain that mines fast runs ahead: each block takes at least one second of its time
        values["clock_skew_seconds"] = LIGHT_CLOCK_SKEW
    with config.open("x", encoding="utf-8") as file:
        file.write("# Oracle node. Keys: docs/runbooks/attest.md. Outside local networks name `chains` (sources).\n")
        yaml.safe_dump(values, file, sort_keys=False)
    return NewMember(address, config, keystore, secret)


def _make_passphrase(path: Path) -> Path:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(f"{path} exists already; name it with --passphrase-file to use it") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return path


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path.resolve(), folder.resolve())
