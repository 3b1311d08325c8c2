"""Configuration: every wrong key is named, the environment overrides the file, paths follow the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from zklink.config import ConfigError, load_config

GOOD: dict[str, Any] = {"registry": "r.json", "journal": "j.sqlite", "relayer": {"keys": {1: {"file": "k"}}}}


def write(tmp_path: Path, values: Any) -> Path:
    path = tmp_path / "zklink.yml"
    path.write_text(values if isinstance(values, str) else yaml.safe_dump(values))
    return path


def test_defaults_and_paths_relative_to_the_file(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD))
    assert config.registry == tmp_path / "r.json" and config.journal == tmp_path / "j.sqlite"
    assert config.relayer is not None and config.relayer.keys[1].file == tmp_path / "k"
    assert config.prover.build == tmp_path / "build"
    assert config.sequencer.host == "127.0.0.1"


def test_the_environment_overrides_single_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZKLINK_SEQUENCER__PORT", "4040")
    monkeypatch.setenv("ZKLINK_LOG__FORMAT", "json")
    config = load_config(write(tmp_path, GOOD | {"sequencer": {"port": 1, "queue": 7}}))
    assert (config.sequencer.port, config.sequencer.queue, config.log.format) == (4040, 7, "json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"registry": None}, "registry"),
        ({"sequencer": {"port": 70000}}, "sequencer.port"),
        ({"sequencer": {"prot": 1}}, "sequencer.prot"),
        ({"sequencer": {"block_seconds": -1}}, "sequencer.block_seconds"),
        ({"sequencer": {"min_fees": {1: -5}}}, "a fee is negative"),
        ({"relayer": {}}, "relayer.keys"),
        ({"relayer": {"keys": {1: {}}}}, "relayer.keys.1.file"),
        ({"relayer": {"keys": {1: {"file": "k"}}, "default_fees": {"bump_percent": 5}}}, "bump_percent"),
        ({"prover": {"lease_seconds": 0}}, "prover.lease_seconds"),
        ({"log": {"level": "loud"}}, "log.level"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, GOOD | changes))


def test_files_that_are_none(tmp_path: Path) -> None:
    for text, message in (("a: [", "is no YAML"), ("- 1", "must be a table"), ("", "must be a table")):
        with pytest.raises(ConfigError, match=message):
            load_config(write(tmp_path, text))
    with pytest.raises(ConfigError, match="No such file"):
        load_config(tmp_path / "gone.yml")
