"""Where a user's key may come from."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from zklink.sdk.errors import WalletError
from zklink.sdk.keystore import load_account

KEY = "0x" + "07" * 32
ADDRESS = Account.from_key(KEY).address


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ZKLINK_PRIVATE_KEY", "ZKLINK_KEYSTORE", "ZKLINK_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(KEY, "secret", kdf="scrypt", iterations=2)))
    return path


@pytest.mark.parametrize("text", [KEY, KEY[2:], f" {KEY}\n"])
def test_key_of_the_environment(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ZKLINK_PRIVATE_KEY", text)
    assert load_account().address == ADDRESS


@pytest.mark.parametrize("text", ["0x12", "zz" * 32, "00" * 32, "ff" * 32])
def test_bad_key_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ZKLINK_PRIVATE_KEY", text)
    with pytest.raises(WalletError, match="ZKLINK_PRIVATE_KEY") as error:
        load_account()
    assert text not in str(error.value) and error.value.__cause__ is None


def test_no_key_says_what_to_do() -> None:
    with pytest.raises(WalletError, match="ZKLINK_PRIVATE_KEY"):
        load_account()


def test_keystore_with_a_prompt(keystore: Path) -> None:
    asked = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "secret"

    assert load_account(str(keystore), ask).address == ADDRESS
    assert asked == ["Passphrase of key.json"]


def test_keystore_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, keystore: Path) -> None:
    monkeypatch.setenv("ZKLINK_PRIVATE_KEY", "0x" + "08" * 32)
    assert load_account(str(keystore), lambda _: "secret").address == ADDRESS


def test_keystore_and_passphrase_by_environment(
    monkeypatch: pytest.MonkeyPatch, keystore: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "pass"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    monkeypatch.setenv("ZKLINK_KEYSTORE", str(keystore))
    monkeypatch.setenv("ZKLINK_PASSPHRASE_FILE", str(secret))
    assert load_account().address == ADDRESS
    secret.chmod(0o644)
    with pytest.raises(WalletError, match="chmod 600"):
        load_account()
    monkeypatch.setenv("ZKLINK_PASSPHRASE_FILE", str(tmp_path / "none"))
    with pytest.raises(WalletError, match="cannot read"):
        load_account()


def test_ape_account_by_alias(keystore: Path, tmp_path: Path) -> None:
    folder = tmp_path / ".ape" / "accounts"
    folder.mkdir(parents=True)
    keystore.rename(folder / "alice.json")
    assert load_account("alice", lambda _: "secret").address == ADDRESS
    with pytest.raises(WalletError, match="bob"):
        load_account("bob", lambda _: "secret")


def test_wrong_passphrase(keystore: Path) -> None:
    with pytest.raises(WalletError, match="wrong passphrase"):
        load_account(str(keystore), lambda _: "guess")


def test_without_a_terminal(keystore: Path) -> None:
    with pytest.raises(WalletError, match="ZKLINK_PASSPHRASE_FILE"):
        load_account(str(keystore))


def test_file_that_is_no_keystore(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{")
    with pytest.raises(WalletError, match="JSON"):
        load_account(str(path), lambda _: "secret")
    path.write_text("{}")
    with pytest.raises(WalletError, match="not a keystore"):
        load_account(str(path), lambda _: "secret")
