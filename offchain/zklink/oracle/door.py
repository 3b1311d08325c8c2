"""From files to a running node: what `zlk oracle` calls."""

from __future__ import annotations

import json
import os
from pathlib import Path

from eth_account.signers.local import LocalAccount

from zklink.deploy.registry import Registry, load_registry
from zklink.oracle.config import OracleConfig, load_config, sources_of
from zklink.oracle.errors import ConfigError
from zklink.oracle.interchange import export_database, import_database
from zklink.oracle.keystore import keystore_address, open_keystore, read_passphrase
from zklink.oracle.node import Node
from zklink.oracle.observer import ChainObserver
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.signer_address import SignerAddress, parse_signer_address, read_token
from zklink.oracle.signer_client import RemoteSigner
from zklink.oracle.signer_server import SignerServer
from zklink.oracle.signing import open_signer
from zklink.oracle.source import RpcSource
from zklink.oracle.store import Store
from zklink.oracle.watch import Watcher
from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import u256
from zklink.protocol.types import address_from_hex, address_to_hex

PASSPHRASE_VARIABLE = "ZKLINK_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable


def build_node(path: Path, *, bootstrap: bool = False, ignore_silent_peers: bool = False) -> Node:
    """The node a configuration file describes. Raises ConfigError or KeystoreError."""
    config = load_config(path)
    registry = load(config)
    observers = observers_of(config, registry)
    account = open_account(config, registry) if config.signer is None else _remote_signer(config, registry)
    return Node(
        config, registry, observers, account, bootstrap=bootstrap, ignore_silent_peers=ignore_silent_peers
    )  # fmt: skip


def build_signer(path: Path) -> tuple[SignerServer, SignerAddress]:
    """The signer's process of a configuration file. Raises ConfigError, KeystoreError, ProtectionDatabaseError."""
    config = load_config(path)
    if config.signer is None or config.signer_token_file is None:
        raise ConfigError(f"signer: not set in {path.name}; name unix:PATH or http://127.0.0.1:PORT")
    registry = load(config)
    account = open_account(config, registry)
    token = read_token(config.signer_token_file)
    server = SignerServer(open_signer(config, account, registry.deployment_id), token)
    return server, parse_signer_address(config.signer, path.parent)


def export_to(path: Path, out: Path) -> int:
    """Write the protection database of a (stopped) node's configuration as a document; its number of rows."""
    config = load_config(path)
    registry = load(config)
    key, network = _owner(config), u256(registry.deployment_id)
    database = ProtectionDatabase.open(config.protection_database, key, network)
    try:
        document = export_database(database, key, network)
        # the copy that signs next is the other one
        database.set_listening("export")  # S7
    finally:
        database.close()
    with out.open("x", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
    return len(document["signed"])


def import_from(path: Path, document: Path) -> int:
    """Merge a document into the protection database of a (stopped) node's configuration; the number of new rows."""
    config = load_config(path)
    registry = load(config)
    return import_database(
        config.protection_database, document.read_bytes(), _owner(config), u256(registry.deployment_id)
    )  # fmt: skip


def open_account(config: OracleConfig, registry: Registry) -> LocalAccount:
    """The member's key. Raises ConfigError or KeystoreError."""
    passphrase_file = config.passphrase_file or (
        Path(os.environ[PASSPHRASE_VARIABLE]) if PASSPHRASE_VARIABLE in os.environ else None
    )
    if passphrase_file is None:
        raise ConfigError(f"passphrase_file: not set; name it in the configuration or in {PASSPHRASE_VARIABLE}")
    account = open_keystore(config.keystore, read_passphrase(passphrase_file))
    _check_member(registry, "keystore", int(account.address, 16))
    return account


def _remote_signer(config: OracleConfig, registry: Registry) -> RemoteSigner:
    assert config.signer is not None and config.signer_token_file is not None and config.signer_address is not None
    try:
        address = address_from_hex("signer_address", config.signer_address)
    except FieldError as error:
        raise ConfigError(str(error)) from error
    _check_member(registry, "signer_address", address)
    at = parse_signer_address(config.signer, Path())
    return RemoteSigner(at, read_token(config.signer_token_file), address, registry.deployment_id)


def _check_member(registry: Registry, field: str, address: int) -> None:
    if registry.oracle.member_set.index_of(address) is None:
        raise ConfigError(f"{field}: {address_to_hex(address)} is not a member of epoch {registry.oracle.epoch}")


def _owner(config: OracleConfig) -> bytes:
    return bytes.fromhex(keystore_address(config.keystore)[2:])


def observers_of(config: OracleConfig, registry: Registry) -> dict[int, ChainObserver]:
    """One observer per chain of the registry."""
    deadline = config.source_deadline_seconds
    return {
        chain: ChainObserver(
            chain,
            [RpcSource(registry, chain, i, url, deadline, sources.proofs) for i, url in enumerate(sources.urls, 1)],
            sources.quorum,
            deadline,
        )
        for chain, sources in sorted(sources_of(config, registry).items())
    }


def unfreeze(path: Path) -> str | None:
    """Lift a freeze of the (stopped) node of a configuration file; the reason it had."""
    store = Store(load_config(path).store)
    try:
        reason = store.frozen()
        store.unfreeze()
        return reason
    finally:
        store.close()


def load(config: OracleConfig) -> Registry:
    """The registry a configuration names. Raises ConfigError."""
    try:
        return load_registry(config.registry)
    except (OSError, ValueError) as error:
        raise ConfigError(f"registry: {error}") from error


def build_watcher(path: Path) -> tuple[OracleConfig, Watcher]:
    """A watcher over the sources of a configuration file; opens no key, no database, no store."""
    config = load_config(path)
    registry = load(config)
    interval = config.checkpoint_interval or registry.checkpoint_interval
    return config, Watcher(observers_of(config, registry), interval, registry.chain_count)
