"""The manifest of a deployment (YAML): what is wanted. The registry (`registry.py`) says what was deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, model_validator

from zklink.deploy.errors import ManifestError
from zklink.deploy.fields import (
    LOCAL,
    LOCAL_CHAIN_IDS,
    Address,
    AnyFinality,
    ChainNumber,
    Count,
    FinalityEntry,
    Model,
    OracleEntry,
    TokenNumber,
    Url,
    Word,
    parse,
)
from zklink.deploy.registry import ChainEntry, Registry, ShapeEntry, TokenEntry, load_registry, parse_registry
from zklink.protocol.presets import PRESETS

__all__ = [
    "ChainEntry",
    "Manifest",
    "Registry",
    "ShapeEntry",
    "TokenEntry",
    "load_manifest",
    "load_registry",
    "parse_manifest",
    "parse_registry",
]


class ManifestChain(Model):
    """A chain to deploy to; `network` is the name the deployment tool knows it by, `rpc` overrides its address."""

    id: ChainNumber
    evm_chain_id: int = Field(ge=1, lt=1 << 64)
    network: str = Field(min_length=1)
    rpc: Url | None = None
    finality: AnyFinality | None = None


class ManifestToken(Model):
    """A token to list on `chains`; native, a mock to deploy, or `addresses` by chain id. `cap` in L1 units."""

    id: TokenNumber
    symbol: str = Field(min_length=1, max_length=16)
    decimals: int = Field(default=18, ge=0, le=18)
    native: bool = False
    chains: tuple[ChainNumber, ...] = Field(min_length=1, strict=False)
    mock: str | None = None
    addresses: dict[ChainNumber, Address] = Field(default={})
    cap: Count

    @model_validator(mode="after")
    def _check(self) -> ManifestToken:
        if self.native + (self.mock is not None) + bool(self.addresses) != 1:
            raise ValueError("exactly one of native, mock and addresses is needed")
        if self.addresses and set(self.addresses) != set(self.chains):
            raise ValueError("addresses: must name exactly the chains of `chains`")
        if self.cap >= 1 << 96:
            raise ValueError("cap: must be below 2^96")
        return self


class Manifest(Model):
    """What is wanted of one deployment."""

    environment: str = Field(min_length=1, max_length=32)
    preset: Literal["production", "minimal"]
    salt: Word
    shapes: tuple[int, ...] = Field(min_length=1, strict=False)
    primary: ChainNumber
    priority_expiry: int = Field(ge=3600)
    checkpoint_interval: int = Field(default=1, ge=1)
    finality: AnyFinality = FinalityEntry()
    request_fee: Count
    fee_address: Address | None = None
    governor: Address | None = None
    guardian: Address | None = None
    sequencer: Address | None = None
    chains: tuple[ManifestChain, ...] = Field(min_length=1, max_length=8, strict=False)
    tokens: tuple[ManifestToken, ...] = Field(default=(), strict=False)
    oracle: OracleEntry | None = None

    @model_validator(mode="after")
    def _check(self) -> Manifest:
        ids = [chain.id for chain in self.chains]
        if ids != list(range(1, len(ids) + 1)):
            raise ValueError("chains: ids must be 1, 2, .. in order")
        if self.primary not in ids:
            raise ValueError(f"primary: must be one of {ids}")
        if len({token.id for token in self.tokens}) != len(self.tokens):
            raise ValueError("tokens: one id is listed twice")
        for token in self.tokens:
            if not set(token.chains) <= set(ids):
                raise ValueError(f"tokens: token {token.id} names a chain that is not in chains")
            if token.mock and self.environment != LOCAL:
                raise ValueError(f"tokens: token {token.id} is a mock, environment is {self.environment}")
        known = {shape.id for shape in PRESETS[self.preset].shapes}
        if not set(self.shapes) <= known:
            raise ValueError(f"shapes: preset {self.preset} has {sorted(known)}")
        local_chains = all(chain.evm_chain_id in LOCAL_CHAIN_IDS for chain in self.chains)
        if self.environment == LOCAL and not local_chains:
            raise ValueError("environment: local is for development chains only")
        if self.environment != LOCAL:
            for name in ("fee_address", "governor", "guardian", "sequencer", "oracle"):
                if getattr(self, name) is None:
                    raise ValueError(f"{name}: is required outside a local environment")
        return self


def parse_manifest(data: Any, source: str = "manifest") -> Manifest:
    """A manifest from its mapping. Raises ManifestError naming every wrong field."""
    return parse(Manifest, source, data)


def load_manifest(path: Path) -> Manifest:
    """A manifest from its YAML file. Raises OSError or ManifestError."""
    try:
        data = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(str(path), [("manifest", f"is no YAML: {error}")]) from None
    return parse_manifest(data, str(path))
