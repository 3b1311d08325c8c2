"""The registry of a deployment (JSON): what was deployed, where. Spec: docs/spec/registry.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from zklink.deploy.errors import ManifestError
from zklink.deploy.fields import (
    LOCAL,
    LOCAL_CHAIN_IDS,
    Address,
    AnyFinality,
    ChainNumber,
    FinalityEntry,
    Model,
    OracleEntry,
    TokenNumber,
    Url,
    Word,
    parse,
)
from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.keys import deployment_id as derive_deployment_id
from zklink.protocol.presets import PRESETS, Preset, Shape


class ShapeEntry(Model):
    """A registered shape: hash of its verifying key (32 bytes hex), and whether that key is a development key."""

    id: int = Field(ge=1, lt=1 << 32)
    steps: int = Field(ge=1, lt=1 << 16)
    verifying_key_hash: str = Field(pattern=r"^0x[0-9a-f]{64}$")
    development: bool


class TokenEntry(Model):
    """A token of one chain, as its bridge lists it."""

    id: TokenNumber
    symbol: str = Field(min_length=1, max_length=16)
    address: Address
    decimals: int = Field(ge=0, le=18)


class ChainEntry(Model):
    """One chain: where it is reached, and its contracts by name."""

    id: ChainNumber
    evm_chain_id: int = Field(ge=1, lt=1 << 64)
    rpc: Url
    start_block: int = Field(default=0, ge=0)
    finality: AnyFinality = FinalityEntry()
    contracts: dict[str, Address]
    tokens: tuple[TokenEntry, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _check(self) -> ChainEntry:
        for name in ("Rollup", "Bridge", "OracleGate"):
            if name not in self.contracts:
                raise ValueError(f"contracts.{name} is missing")
        if len({token.id for token in self.tokens}) != len(self.tokens):
            raise ValueError("tokens: one id is listed twice")
        return self


class Registry(Model):
    """What was deployed. Everything a service or a user's software needs to know of one deployment."""

    environment: str = Field(min_length=1, max_length=32)
    preset: Literal["production", "minimal"]
    deployment_id: Word
    genesis_root: Word
    fee_address: Address
    salt: Word
    chain_count: ChainNumber
    primary: ChainNumber
    checkpoint_interval: int = Field(default=1, ge=1)
    shapes: tuple[ShapeEntry, ...] = Field(min_length=1, strict=False)
    chains: tuple[ChainEntry, ...] = Field(min_length=1, strict=False)
    oracle: OracleEntry

    @model_validator(mode="after")
    def _check(self) -> Registry:
        if [chain.id for chain in self.chains] != list(range(1, self.chain_count + 1)):
            raise ValueError(f"chains: ids must be 1..{self.chain_count} in order")
        if self.primary > self.chain_count:
            raise ValueError(f"primary: must be one of 1..{self.chain_count}")
        if len({chain.evm_chain_id for chain in self.chains}) != self.chain_count:
            raise ValueError("chains: one evm_chain_id is used twice")
        if len({shape.id for shape in self.shapes}) != len(self.shapes):
            raise ValueError("shapes: one id is listed twice")
        self._check_development()
        self._check_tokens()
        main = self.chain(self.primary)
        expected = derive_deployment_id(
            main.evm_chain_id, int(main.contracts["Rollup"], 16), self.genesis_root, self.salt.to_bytes(32, "big")
        )
        if self.deployment_id != expected:
            raise ValueError("deployment_id: does not follow from primary chain, rollup, genesis root and salt")
        return self

    def _check_development(self) -> None:
        local_chains = all(chain.evm_chain_id in LOCAL_CHAIN_IDS for chain in self.chains)
        if self.environment == LOCAL and not local_chains:
            raise ValueError("environment: local is for development chains only")
        for shape in self.shapes:
            if shape.development and self.environment != LOCAL:
                raise ValueError(f"shapes: shape {shape.id} has a development key, environment is {self.environment}")

    def _check_tokens(self) -> None:
        symbols: dict[int, str] = {}
        for chain in self.chains:
            for token in chain.tokens:
                if token.id >= PRESETS[self.preset].max_tokens:
                    raise ValueError(f"chains: token {token.id} is beyond preset {self.preset}")
                if symbols.setdefault(token.id, token.symbol) != token.symbol:
                    raise ValueError(f"chains: token {token.id} has several symbols")

    def chain(self, chain: int) -> ChainEntry:
        """A chain by protocol id. Raises KeyError."""
        for entry in self.chains:
            if entry.id == chain:
                return entry
        raise KeyError(chain)

    @property
    def deployment_hex(self) -> str:
        """deployment_id as 0x and 64 digits."""
        return f"0x{self.deployment_id:064x}"

    @property
    def network(self) -> Network:
        """The facts that words, challenges and transitions depend on."""
        return Network(
            self.preset_sizes, self.deployment_id, self.chain_count, self.primary, int(self.fee_address, 16)
        )  # fmt: skip

    @property
    def preset_sizes(self) -> Preset:
        """Sizes of the ledger."""
        return PRESETS[self.preset]

    @property
    def listing(self) -> TokenListing:
        """Decimals of every token by chain."""
        listing: dict[int, dict[int, int]] = {}
        for chain in self.chains:
            for token in chain.tokens:
                listing.setdefault(token.id, {})[chain.id] = token.decimals
        return TokenListing(listing)

    @property
    def block_shapes(self) -> tuple[Shape, ...]:
        """Registered shapes, smallest first."""
        return tuple(sorted((Shape(s.id, s.steps) for s in self.shapes), key=lambda shape: shape.steps))


def parse_registry(data: Any, source: str = "registry") -> Registry:
    """A registry from its JSON object. Raises ManifestError naming every wrong field."""
    return parse(Registry, source, data)


def load_registry(path: Path) -> Registry:
    """A registry from its file. Raises OSError or ManifestError."""
    try:
        data = json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(str(path), [("registry", f"is no JSON: {error}")]) from None
    return parse_registry(data, str(path))
