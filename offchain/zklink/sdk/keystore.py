"""Where a user's key comes from: ZKLINK_PRIVATE_KEY, or a keystore file (Ape's own included). Never from argv."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from zklink.sdk.errors import WalletError

PRIVATE_KEY_VARIABLE = "ZKLINK_PRIVATE_KEY"
KEYSTORE_VARIABLE = "ZKLINK_KEYSTORE"
PASSPHRASE_VARIABLE = "ZKLINK_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
APE_ACCOUNTS = Path(".ape") / "accounts"
"""Ape's keystore folder below the home directory."""


def find_keystore(name: str) -> Path:
    """A keystore by path, or by the alias of an Ape account (`~/.ape/accounts/<alias>.json`)."""
    path = Path(name).expanduser()
    if path.is_file():
        return path
    ape = Path.home() / APE_ACCOUNTS / f"{name}.json"
    if "/" not in name and ape.is_file():
        return ape
    raise WalletError(f"keystore: neither a file nor an Ape account is named {name!r}; see `ape accounts list`")


def load_account(keystore: str | None = None, ask_passphrase: Callable[[str], str] | None = None) -> LocalAccount:
    """The user's account: an explicit keystore, else ZKLINK_PRIVATE_KEY, else ZKLINK_KEYSTORE.

    The passphrase comes from the file named by ZKLINK_PASSPHRASE_FILE, else from `ask_passphrase(prompt)`.
    """
    if keystore is None and (raw := os.environ.get(PRIVATE_KEY_VARIABLE)):
        return _from_key(raw)
    name = keystore or os.environ.get(KEYSTORE_VARIABLE)
    if not name:
        raise WalletError(
            f"no key: set {PRIVATE_KEY_VARIABLE}, or name a keystore with --keystore or {KEYSTORE_VARIABLE}"
        )
    return open_keystore(find_keystore(name), ask_passphrase)


def open_keystore(path: Path, ask_passphrase: Callable[[str], str] | None = None) -> LocalAccount:
    """Decrypt one keystore file. Raises WalletError; never shows key material."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WalletError(f"keystore: {path} is not a readable JSON file") from error
    try:
        key = Account.decrypt(document, passphrase_for(path, ask_passphrase))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WalletError(f"keystore: {path} cannot be decrypted; wrong passphrase or not a keystore file") from error
    return Account.from_key(bytes(key))


def passphrase_for(path: Path, ask: Callable[[str], str] | None = None) -> str:
    """Passphrase of a keystore, from ZKLINK_PASSPHRASE_FILE or asked for."""
    if name := os.environ.get(PASSPHRASE_VARIABLE):
        return _read_passphrase(Path(name))
    if ask is None:
        raise WalletError(f"passphrase: put it into a file (mode 600) and name the file in {PASSPHRASE_VARIABLE}")
    return ask(f"Passphrase of {path.name}")


def _read_passphrase(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").split("\n", 1)
    except OSError as error:
        raise WalletError(f"passphrase: cannot read {path} ({error.strerror})") from error
    if stat.S_ISREG(mode) and mode & 0o077:
        raise WalletError(f"passphrase: {path} is readable by others; run chmod 600 on it")
    return lines[0].rstrip("\r")


def _from_key(raw: str) -> LocalAccount:
    text = raw.strip().removeprefix("0x")
    try:
        key = bytes.fromhex(text)
        if len(key) != 32:
            raise ValueError("length")
        return Account.from_key(key)
    except ValueError:
        # without a cause: the original error may quote the key
        raise WalletError(f"{PRIVATE_KEY_VARIABLE}: must be 32 bytes in hex and below the curve's order") from None
