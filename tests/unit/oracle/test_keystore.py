"""Keystore and passphrase files."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from zklink.oracle.errors import KeystoreError
from zklink.oracle.keystore import create_keystore, open_keystore, read_passphrase


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse\nsecond line")
    path.chmod(0o600)
    return path


def test_round_trip_is_private_and_standard(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    address = create_keystore(path, "secret", scrypt_n=2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_keystore(path, "secret").address == address
    document = json.loads(path.read_text())
    assert document["version"] == 3
    assert Account.from_key(Account.decrypt(document, "secret")).address == address


def test_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("precious")
    with pytest.raises(KeystoreError, match="never overwritten"):
        create_keystore(path, "secret", scrypt_n=2)
    assert path.read_text() == "precious"


def test_wrong_passphrase_says_so_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    create_keystore(path, "secret", scrypt_n=2)
    with pytest.raises(KeystoreError, match="wrong passphrase") as error:
        open_keystore(path, "guess")
    assert "guess" not in str(error.value)


@pytest.mark.parametrize(("content", "reason"), [("nonsense", "not JSON"), ("{}", "cannot be decrypted")])
def test_broken_file(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(content)
    with pytest.raises(KeystoreError, match=reason):
        open_keystore(path, "secret")


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="cannot read"):
        open_keystore(tmp_path / "none", "secret")
    with pytest.raises(KeystoreError, match="cannot read"):
        read_passphrase(tmp_path / "none")


def test_passphrase_is_the_first_line(passphrase: Path) -> None:
    assert read_passphrase(passphrase) == "correct horse"


def test_passphrase_readable_by_others_is_refused(passphrase: Path) -> None:
    passphrase.chmod(0o640)
    with pytest.raises(KeystoreError, match="chmod 600"):
        read_passphrase(passphrase)


def test_empty_passphrase_is_refused(passphrase: Path) -> None:
    passphrase.write_text("\n")
    with pytest.raises(KeystoreError, match="empty"):
        read_passphrase(passphrase)
