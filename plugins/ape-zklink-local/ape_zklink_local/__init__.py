"""Local anvil chains at the same time, each an Ape network of its own: `ethereum:zk1`, `ethereum:zk2`, ...

Ape keys its caches of chain ids, contracts and snapshots by network *name*. Two chains driven through `ethereum:local`
therefore get each other's chain id; with a name for each chain they do not.

This module imports no Ape when it is imported, so that `ape_zklink_local.process` serves programs without Ape too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pluggy

hookimpl = pluggy.HookimplMarker("ape")

CHAINS = {"zk1": 31337, "zk2": 31338, "zk3": 31339, "zk4": 31340}
"""Network name -> EVM chain id."""
PROVIDER = "zklink-local"
"""Ape names a provider after its package; the full choice is `ethereum:zk1:zklink-local`."""


@hookimpl
def config_class() -> type:
    from .provider import LocalConfig

    return LocalConfig


@hookimpl
def networks() -> Iterator[tuple[str, str, type]]:
    from .provider import local_network

    for name, chain_id in CHAINS.items():
        yield "ethereum", name, local_network(chain_id)
        yield "ethereum", f"{name}-copy", local_network(chain_id)


@hookimpl
def providers() -> Iterator[tuple[str, str, type]]:
    from .provider import AnvilProvider, CopyProvider

    for name in CHAINS:
        yield "ethereum", name, AnvilProvider
        yield "ethereum", f"{name}-copy", CopyProvider


def on(name: str) -> Any:
    """`with on("zk2") as provider:` makes a chain the active one. Cheap (0.1 ms) once the chain runs.

    Ape's active chain is a global of the process: use it from one thread only.
    """
    from ape import networks as manager

    network = manager.ethereum.get_network(name)
    return network.use_provider(network.get_provider(PROVIDER, connect=True))


def fork(name: str) -> Any:
    """`with fork("zk2") as provider:` is a throw-away copy of a running local chain; nothing flows back."""
    from ape import networks as manager

    with on(name) as upstream:
        url = upstream.http_uri
    network = manager.ethereum.get_network(f"{name}-copy")
    provider = network.get_provider(PROVIDER, provider_settings={"upstream": url}, connect=True)
    return network.use_provider(provider, disconnect_after=True)
