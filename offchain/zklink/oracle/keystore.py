"""The member's key: an Ethereum keystore (version 3) on disk, its passphrase in a file of its own."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from zklink.oracle.errors import KeystoreError

SCRYPT_N = 2**18


def read_passphrase(path: Path) -> str:
    """First line of a passphrase file. Raises KeystoreError if others than its owner can read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KeystoreError(f"passphrase_file: cannot read {path} ({error.strerror})") from error
    if stat.S_ISREG(mode) and mode & 0o077:
        raise KeystoreError(f"passphrase_file: {path} is readable by others; run chmod 600 on it")
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise KeystoreError(f"passphrase_file: {path} is empty")
    return line


def create_keystore(path: Path, passphrase: str, scrypt_n: int = SCRYPT_N) -> str:
    """Make a fresh key, write it encrypted, return its checksum address. Never overwrites a file."""
    account: LocalAccount = Account.from_key(secrets.token_bytes(32))
    document = Account.encrypt(account.key, passphrase, kdf="scrypt", iterations=scrypt_n)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeystoreError(f"keystore: {path} exists already and is never overwritten") from error
    except OSError as error:
        raise KeystoreError(f"keystore: cannot write {path} ({error.strerror})") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"address": account.address.lower()[2:], **document}, file)
        file.flush()
        os.fsync(file.fileno())
    return str(account.address)


def open_keystore(path: Path, passphrase: str) -> LocalAccount:
    """Decrypt a keystore. Raises KeystoreError (never shows the passphrase or any key material)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KeystoreError(f"keystore: cannot read {path} ({error.strerror})") from error
    except ValueError as error:
        raise KeystoreError(f"keystore: {path} is not JSON") from error
    try:
        key = Account.decrypt(document, passphrase)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeystoreError(f"keystore: {path} cannot be decrypted; wrong passphrase or not a v3 file") from error
    return Account.from_key(bytes(key))


def keystore_address(path: Path) -> str:
    """Address a keystore names, without opening it; 0x and 40 digits. Raises KeystoreError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["address"].removeprefix("0x").lower()
        if len(bytes.fromhex(found)) != 20:
            raise ValueError(found)
    except OSError as error:
        raise KeystoreError(f"keystore: cannot read {path} ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeystoreError(f"keystore: {path} names no address") from error
    return "0x" + str(found)
