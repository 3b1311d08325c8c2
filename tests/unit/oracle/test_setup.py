"""Making a member's files, and opening a node from them."""

import json
from pathlib import Path

import pytest

from tests.unit.oracle.support import accounts, registry
from zklink.oracle.config import load_config
from zklink.oracle.door import build_node, unfreeze
from zklink.oracle.errors import ConfigError, KeystoreError
from zklink.oracle.setup import init_member
from zklink.oracle.store import Store


def write_registry(path: Path, addresses: list[str]) -> None:
    made = registry(accounts(4)).model_dump(mode="json")
    for name in ("deployment_id", "genesis_root", "salt"):
        made[name] = f"0x{made[name]:064x}"
    made["oracle"]["members"] = [{"address": a, "weight": 1} for a in addresses]
    path.write_text(json.dumps(made))


def test_member_can_be_opened(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 9101, light=True)
    for path in (made.keystore, made.passphrase_file, tmp_path / "n1" / "protection.db"):
        assert path.stat().st_mode & 0o077 == 0
    config = load_config(made.config)
    assert (config.registry, config.listen_port) == (tmp_path / "registry.json", 9101)
    assert config.clock_skew_seconds == 3600
    write_registry(tmp_path / "registry.json", [made.address, *(a.address for a in accounts(3))])
    node = build_node(made.config)
    assert node.state.signer == made.address
    node.store.close()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "r.json", 9101, light=True)
    before = made.keystore.read_text()
    with pytest.raises(ConfigError, match="exists already"):
        init_member(tmp_path / "n1", tmp_path / "r.json", 9101, light=True)
    made.config.unlink()
    with pytest.raises(ConfigError, match="--passphrase-file"):
        init_member(tmp_path / "n1", tmp_path / "r.json", 9101, light=True)
    with pytest.raises(KeystoreError, match="never overwritten"):
        init_member(tmp_path / "n1", tmp_path / "r.json", 9101, made.passphrase_file, light=True)
    assert made.keystore.read_text() == before


def test_stranger_cannot_open_a_node(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 9101, light=True)
    write_registry(tmp_path / "registry.json", [a.address for a in accounts(4)])
    with pytest.raises(ConfigError, match="not a member"):
        build_node(made.config)


def test_missing_registry_and_passphrase_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZKLINK_PASSPHRASE_FILE", raising=False)
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 9101, light=True)
    with pytest.raises(ConfigError, match="registry"):
        build_node(made.config)
    write_registry(tmp_path / "registry.json", [made.address, *(a.address for a in accounts(3))])
    made.config.write_text(made.config.read_text().replace("passphrase_file: passphrase\n", ""))
    with pytest.raises(ConfigError, match="ZKLINK_PASSPHRASE_FILE"):
        build_node(made.config)
    monkeypatch.setenv("ZKLINK_PASSPHRASE_FILE", str(made.passphrase_file))
    build_node(made.config).store.close()


def test_unfreeze(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "r.json", 9101, light=True)
    assert unfreeze(made.config) is None
    store = Store(load_config(made.config).store)
    store.freeze("first")
    store.freeze("second")
    store.put_accepted(1, 5, "0x00")
    store.close()
    assert unfreeze(made.config) == "first"
    store = Store(load_config(made.config).store)
    assert store.frozen() is None and store.accepted(1) is None
    store.close()
