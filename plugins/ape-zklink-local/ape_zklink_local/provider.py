"""Ape's view of a local chain: a network with a fixed chain id and a provider that owns one anvil per process."""

from __future__ import annotations

import atexit
import os
from typing import Any, ClassVar

from ape.api import NetworkAPI
from ape_foundry.provider import FoundryNetworkConfig, FoundryProvider

from .process import Chain, start


class LocalConfig(FoundryNetworkConfig):
    """Section `zklink_local` of ape-config.yaml; all of ape-foundry's settings hold as well."""

    hosts: dict[str, str] = {}  # noqa: RUF012 - a pydantic field, copied for each instance
    """Network name -> URL of a node that already runs. `ANVIL_<NAME>_URL` in the environment wins over it."""
    evm_version: str = "osaka"
    code_size_limit: int | None = None
    """Bytes; None is the network's own limit (24,576), which is what deployments meet."""


def local_network(chain_id: int) -> type[NetworkAPI]:
    """The class of a local network that has this EVM chain id."""

    class LocalNetwork(NetworkAPI):
        @property
        def chain_id(self) -> int:
            return chain_id

        @property
        def is_local(self) -> bool:
            return True

        @property
        def gas_limit(self) -> Any:
            return "max"  # an estimate costs a round trip and hides gas bugs in the callee's callee

        @property
        def required_confirmations(self) -> int:
            return 0  # Ape's own default waits for blocks that an auto-mining node never makes

        @property
        def base_fee_multiplier(self) -> float:
            return 1.0

        @property
        def transaction_acceptance_timeout(self) -> int:
            return 20

    return LocalNetwork


class AnvilProvider(FoundryProvider):
    """Like ape-foundry's provider, but with one node for each network and process, on a free port.

    ape-foundry's own `host: auto` starts another node whenever a context is entered, and it cannot set the chain id.
    """

    _nodes: ClassVar[dict[str, Chain]] = {}

    @property
    def connection_id(self) -> str:
        return f"{self.network.choice}:{self.name}"

    @property
    def is_connected(self) -> bool:
        return self._web3 is not None  # ape-foundry asks the node five questions each time

    @property
    def settings(self) -> Any:
        return self.config_manager.get_config("zklink_local")

    @property
    def _node_url(self) -> str:
        name = self.network.name
        if url := os.environ.get(f"ANVIL_{name.upper()}_URL") or self.settings.hosts.get(name):
            return url
        if name not in self._nodes:
            node = self._start_node()
            atexit.register(node.stop)
            self._nodes[name] = node
        return self._nodes[name].url

    def _start_node(self, **options: Any) -> Chain:
        return start(
            self.network.chain_id,
            hardfork=self.settings.evm_version,
            mnemonic=self.mnemonic,
            code_size_limit=self.settings.code_size_limit,
            steps_tracing=True,  # Ape decodes reverts and gas from step traces
            extra=("--accounts", str(self.number_of_accounts), "--balance", str(self.initial_balance)),
            **options,
        )

    def connect(self) -> None:
        self._disconnected = False
        self._host = self._node_url
        self._set_web3()
        if self._web3 is None:
            raise ConnectionError(f"{self.network.name}: no anvil answers at {self._host}")
        self.network.verify_chain_id(self.chain_id)

    def disconnect(self) -> None:
        self._web3 = None
        self._host = None
        self._disconnected = True
        self.cached_chain_id = None

    @property
    def gas_price(self) -> int:
        return self.settings.gas_price


class CopyProvider(AnvilProvider):
    """A node of its own for each object, forked from the URL in its settings; gone when it is disconnected."""

    _node: Chain | None = None

    @property
    def connection_id(self) -> str:
        return f"{self.network.choice}:{self._host}"

    @property
    def _node_url(self) -> str:
        if self._node is None:
            self._node = self._start_node(fork_url=self.provider_settings["upstream"])
            atexit.register(self._node.stop)
        return self._node.url

    def disconnect(self) -> None:
        super().disconnect()
        if self._node is not None:
            self._node.stop()
            self._node = None
