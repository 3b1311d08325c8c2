"""Configuration of sequencer, prover and relayer: one YAML file, single keys overridden by ZKLINK_* variables.

registry: registry.json          # relative paths are relative to the file
journal: zklink.sqlite
sequencer: {port: 3030}          # ZKLINK_SEQUENCER__PORT=3031 overrides
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

GWEI = 10**9


class ConfigError(ValueError):
    """Raised when a configuration file cannot be used; names each wrong key and the reason."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Section):
    """Where a service serves HTTP; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)


class SequencerConfig(Listen):
    """API and pace of the sequencer."""

    port: int = Field(default=3030, ge=0, le=65535)
    block_seconds: float = Field(default=5.0, ge=0, le=3600)
    """Oldest entry of a block that is not full."""
    poll_seconds: float = Field(default=1.0, gt=0, le=60)
    queue: int = Field(default=10_000, ge=1)
    """Transactions that may wait for a verdict; more are refused."""
    rate_per_second: float = Field(default=200.0, gt=0)
    """Requests of one client address."""
    rate_burst: int = Field(default=1_000, ge=1)
    max_connections: int = Field(default=1_000, ge=1)
    min_fees: dict[int, int] = {}
    """Token id -> smallest fee (L2 amount, 18 decimals). Empty: no minimum, every token."""

    @field_validator("min_fees")
    @classmethod
    def _fees(cls, value: dict[int, int]) -> dict[int, int]:
        if any(fee < 0 for fee in value.values()):
            raise ValueError("a fee is negative")
        return value


class ProverConfig(Listen):
    """One proving worker."""

    build: Path = Path("build")
    """Folder with circuits/<preset> and keys/<preset>."""
    worker: str = Field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    lease_seconds: float = Field(default=300.0, ge=1)
    """A killed worker's block is taken over after that long."""
    retry_seconds: float = Field(default=10.0, gt=0)
    poll_seconds: float = Field(default=0.5, gt=0, le=60)
    threads: int | None = Field(default=None, ge=1)


class KeyFile(_Section):
    """A hot key: 64 hex digits, or a V3 keystore with its password file. Both with mode 0600."""

    file: Path
    password_file: Path | None = None


class FeeConfig(_Section):
    """Limits of the relayer on one chain, in gwei per gas."""

    max_fee_gwei: float = Field(default=200.0, gt=0)
    max_tip_gwei: float = Field(default=5.0, gt=0)
    min_tip_gwei: float = Field(default=0.01, ge=0)
    bump_after_blocks: int = Field(default=3, ge=1)
    bump_percent: int = Field(default=15, ge=10, le=100)


class RelayerConfig(Listen):
    """Keys and limits of the relayer, by chain id; `default` fees hold where a chain has none."""

    keys: dict[int, KeyFile]
    fees: dict[int, FeeConfig] = {}
    default_fees: FeeConfig = FeeConfig()
    oracles: list[str] | None = None
    """Base URLs of oracle nodes; default: those of the registry's members."""
    poll_seconds: float = Field(default=1.0, gt=0, le=60)
    low_balance_wei: int = Field(default=10**16, ge=0)


class LogConfig(_Section):
    """Log lines on standard error."""

    format: Literal["json", "console"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(BaseSettings):
    """The whole file. A section is needed only by its service."""

    model_config = SettingsConfigDict(env_prefix="ZKLINK_", env_nested_delimiter="__", extra="forbid")

    registry: Path
    journal: Path
    log: LogConfig = LogConfig()
    rpc: dict[int, list[str]] = {}
    """Endpoints by chain id, tried in turn; default: the registry's."""
    sequencer: SequencerConfig = SequencerConfig()
    prover: ProverConfig = ProverConfig()
    relayer: RelayerConfig | None = None

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


def load_config(path: Path) -> Config:
    """Parse a YAML file. Raises ConfigError naming each wrong key and the reason."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a table of keys and values")
    try:
        config = Config(**data)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"{path}: " + "; ".join(lines)) from None
    return _absolute(config, path.resolve().parent)


def _absolute(config: Config, base: Path) -> Config:
    changes: dict[str, Any] = {"registry": base / config.registry, "journal": base / config.journal}
    changes["prover"] = config.prover.model_copy(update={"build": base / config.prover.build})
    if config.relayer is not None:
        keys = {
            chain: KeyFile(file=base / key.file, password_file=key.password_file and base / key.password_file)
            for chain, key in config.relayer.keys.items()
        }
        changes["relayer"] = config.relayer.model_copy(update={"keys": keys})
    return config.model_copy(update=changes)
