"""From files to a running node: what `zlk oracle` calls."""

from __future__ import annotations

import os
from pathlib import Path

from zklink.deploy.registry import Registry, load_registry
from zklink.oracle.config import OracleConfig, load_config, sources_of
from zklink.oracle.errors import ConfigError
from zklink.oracle.keystore import open_keystore, read_passphrase
from zklink.oracle.node import Node
from zklink.oracle.observer import ChainObserver
from zklink.oracle.source import RpcSource
from zklink.oracle.store import Store

PASSPHRASE_VARIABLE = "ZKLINK_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable


def build_node(path: Path, *, bootstrap: bool = False, ignore_silent_peers: bool = False) -> Node:
    """The node a configuration file describes. Raises ConfigError or KeystoreError."""
    config = load_config(path)
    registry = _registry(config)
    observers = observers_of(config, registry)
    passphrase_file = config.passphrase_file or (
        Path(os.environ[PASSPHRASE_VARIABLE]) if PASSPHRASE_VARIABLE in os.environ else None
    )
    if passphrase_file is None:
        raise ConfigError(f"passphrase_file: not set; name it in {path.name} or in {PASSPHRASE_VARIABLE}")
    account = open_keystore(config.keystore, read_passphrase(passphrase_file))
    if registry.oracle.member_set.index_of(int(account.address, 16)) is None:
        raise ConfigError(f"keystore: {account.address} is not a member of epoch {registry.oracle.epoch}")
    return Node(
        config, registry, observers, account, bootstrap=bootstrap, ignore_silent_peers=ignore_silent_peers
    )  # fmt: skip


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


def _registry(config: OracleConfig) -> Registry:
    try:
        return load_registry(config.registry)
    except (OSError, ValueError) as error:
        raise ConfigError(f"registry: {error}") from error
