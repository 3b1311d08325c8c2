"""A deployment as the SDK uses it: chains with their bridges, and tokens by id. Read from the registry file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zklink.deploy.registry import ChainEntry, Registry, load_registry
from zklink.sdk.errors import InputError
from zklink.sdk.tokens import Token, TokenOnChain


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """One chain: protocol id, EVM chain id, RPC URL and contract addresses (checksum hex)."""

    id: int
    evm_chain_id: int
    rpc: str
    bridge: str
    rollup: str
    finality: Literal["finalized", "depth", "instant"] = "finalized"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything a user's software needs to know of one deployment."""

    environment: str
    deployment_id: int
    primary: int
    chains: Mapping[int, ChainPlace]
    tokens: Mapping[int, Token]
    oracle_urls: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """From a registry file. Raises InputError naming what is wrong."""
        try:
            return cls.of(load_registry(path))
        except (OSError, ValueError) as error:
            raise InputError("registry", f"{path}: {error}") from error

    @classmethod
    def of(cls, registry: Registry) -> Deployment:
        """From a parsed registry."""
        chains = {c.id: _place(c) for c in registry.chains}
        places: dict[int, dict[int, TokenOnChain]] = {}
        symbols: dict[int, str] = {}
        for chain in registry.chains:
            for token in chain.tokens:
                places.setdefault(token.id, {})[chain.id] = TokenOnChain(token.address, token.decimals)
                symbols[token.id] = token.symbol
        tokens = {i: Token(i, symbols[i], places[i]) for i in sorted(places)}
        urls = tuple(m.url for m in registry.oracle.members if m.url)
        return cls(registry.environment, registry.deployment_id, registry.primary, chains, tokens, urls)

    def chain(self, chain: int) -> ChainPlace:
        """A chain by protocol id. Raises InputError listing the known ones."""
        try:
            return self.chains[chain]
        except KeyError:
            raise InputError("chain", f"{chain} is unknown; known chains: {sorted(self.chains)}") from None


def _place(chain: ChainEntry) -> ChainPlace:
    return ChainPlace(
        id=chain.id,
        evm_chain_id=chain.evm_chain_id,
        rpc=chain.rpc,
        bridge=chain.contracts["Bridge"],
        rollup=chain.contracts["Rollup"],
        finality=chain.finality.policy,
        depth=chain.finality.depth,
    )
