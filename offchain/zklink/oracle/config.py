"""Configuration of one node: a YAML or TOML file, single keys overridden by ZKLINK_ORACLE_* variables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from zklink.deploy.fields import LOCAL
from zklink.deploy.registry import Registry
from zklink.oracle.errors import ConfigError
from zklink.oracle.signer_address import parse_signer_address

SOURCES_REQUIRED = 3
"""Agreeing sources per chain outside a local environment."""


class ChainSources(BaseModel):
    """Sources of one chain: `quorum` of `urls` must agree."""

    model_config = ConfigDict(extra="forbid")

    id: int = Field(ge=1, le=8)
    urls: list[str] = Field(min_length=1)
    quorum: int = Field(ge=1)
    proofs: bool = True
    """Check headers and storage proofs; false only for a chain whose headers hash differently."""

    @model_validator(mode="after")
    def _check(self) -> ChainSources:
        if self.quorum > len(self.urls):
            raise ValueError(f"quorum {self.quorum} is larger than the {len(self.urls)} urls")
        if 2 * self.quorum <= len(self.urls):
            raise ValueError(f"quorum {self.quorum} of {len(self.urls)} urls: two halves could both agree")
        if len(set(self.urls)) != len(self.urls):
            raise ValueError("urls: one source is named twice")
        return self


class OracleConfig(BaseSettings):
    """Keys of the file. Relative paths are relative to the file."""

    model_config = SettingsConfigDict(env_prefix="ZKLINK_ORACLE_", extra="forbid")

    registry: Path
    """Addresses, members and chains of the deployment (JSON)."""
    keystore: Path
    passphrase_file: Path | None = None
    """Falls back to ZKLINK_PASSPHRASE_FILE."""
    protection_database: Path
    signer: str | None = None
    """`unix:PATH` or `http://127.0.0.1:PORT` of `zlk oracle sign`; unset: the node signs in its own process."""
    signer_token_file: Path | None = None
    signer_address: str | None = None
    """Member address behind `signer`; the node then opens neither keystore nor protection database."""
    store: Path
    """Signatures, evidence and accepted blocks of this node (SQLite)."""
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(ge=0, le=65535)
    chains: list[ChainSources] = []
    """Empty: one source per chain, the registry's `rpc`, in local environments only."""
    peers: list[str] | None = None
    """Base URLs of the other nodes; default: the registry's member URLs except the own one."""
    checkpoint_interval: int | None = Field(default=None, ge=1)
    """K of the manifest; default: the registry's."""
    poll_seconds: float = Field(default=1.0, gt=0, le=60)
    gossip_seconds: float = Field(default=1.0, gt=0, le=60)
    source_deadline_seconds: float = Field(default=10.0, gt=0, le=120)
    clock_skew_seconds: float = Field(default=30.0, gt=0)
    """The node is not ready while a chain's newest final block is this far in the future."""
    doppelganger_seconds: float = Field(default=600.0, ge=0)
    """S7: how long to listen for the own key after a bootstrap, an import or a change of host."""
    bootstrap_wait_seconds: float = Field(default=60.0, ge=0)
    requests_per_second: float = Field(default=50.0, gt=0)
    request_burst: int = Field(default=200, ge=1)
    log_format: Literal["json", "console"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file."""
        return env_settings, init_settings


def load_config(path: Path) -> OracleConfig:
    """Parse a .yml, .yaml or .toml file. Raises ConfigError naming the key and the reason."""
    try:
        raw = path.read_text(encoding="utf-8")
        values: Any = tomllib.loads(raw) if path.suffix == ".toml" else yaml.safe_load(raw)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; make one with `zlk oracle init`") from error
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not readable as {path.suffix[1:]}: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: must be a table of keys and values")
    try:
        config = OracleConfig(**values)
    except ValidationError as error:
        lines = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"{path}: " + "; ".join(lines)) from error
    base = path.resolve().parent
    if config.signer is not None:
        for name in ("signer_token_file", "signer_address"):
            if getattr(config, name) is None:
                raise ConfigError(f"{path}: {name}: is needed because `signer` is set")
        config = config.model_copy(update={"signer": str(parse_signer_address(config.signer, base))})
    paths = ("registry", "keystore", "passphrase_file", "protection_database", "store", "signer_token_file")
    absolute = {name: (base / value).resolve() for name in paths if (value := getattr(config, name)) is not None}
    return config.model_copy(update=absolute)


def sources_of(config: OracleConfig, registry: Registry) -> dict[int, ChainSources]:
    """Sources of every chain. Raises ConfigError for a chain that is missing, unknown, or too weakly observed."""
    local = registry.environment == LOCAL
    registry_rpcs = {chain.id: chain.rpc for chain in registry.chains}
    given = {entry.id: entry for entry in config.chains}
    if len(given) != len(config.chains):
        raise ConfigError("chains: one chain is named twice")
    unknown = sorted(set(given) - set(registry_rpcs))
    if unknown:
        raise ConfigError(f"chains: {unknown} are not in the registry")
    for chain, rpc in registry_rpcs.items():
        if chain not in given and not local:
            raise ConfigError(f"chains: no sources for chain {chain}; name at least {SOURCES_REQUIRED}")
        entry = given.setdefault(chain, ChainSources(id=chain, urls=[rpc], quorum=1))
        if entry.quorum < SOURCES_REQUIRED and not local:
            raise ConfigError(
                f"chains: chain {chain} has quorum {entry.quorum}; {SOURCES_REQUIRED} agreeing sources are required"
            )
    return given
