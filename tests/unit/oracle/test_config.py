"""Configuration files and what they are refused for."""

from pathlib import Path

import pytest
import yaml

from tests.unit.oracle.support import accounts, registry
from zklink.oracle.config import ChainSources, OracleConfig, load_config, sources_of
from zklink.oracle.errors import ConfigError

KEYS = accounts(4)
GOOD = {
    "registry": "r.json", "keystore": "k.json", "protection_database": "p.db", "store": "s.db", "listen_port": 9101,
}  # fmt: skip


def write(folder: Path, values: object) -> Path:
    path = folder / "oracle.yml"
    path.write_text(yaml.safe_dump(values))
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD))
    assert config.registry == tmp_path / "r.json" and config.store == tmp_path / "s.db"
    assert config.passphrase_file is None


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "oracle.toml"
    path.write_text("\n".join(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in GOOD.items()))
    assert load_config(path) == load_config(write(tmp_path, GOOD))


def test_environment_overrides_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZKLINK_ORACLE_LISTEN_PORT", "9200")
    assert load_config(write(tmp_path, GOOD)).listen_port == 9200


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"listen_port": 70000}, "listen_port"),
        ({"listen_port": "x"}, "listen_port"),
        ({"poll_seconds": 0}, "poll_seconds"),
        ({"surprise": 1}, "surprise"),
        ({"registry": None}, "registry"),
        ({"chains": [{"id": 1, "urls": [], "quorum": 1}]}, "chains.0.urls"),
        ({"chains": [{"id": 9, "urls": ["a"], "quorum": 1}]}, "chains.0.id"),
        ({"chains": [{"id": 1, "urls": ["a"], "quorum": 2}]}, "larger than the 1 urls"),
        ({"chains": [{"id": 1, "urls": ["a", "b"], "quorum": 1}]}, "two halves"),
        ({"chains": [{"id": 1, "urls": ["a", "a", "b"], "quorum": 2}]}, "named twice"),
    ],
)
def test_wrong_key_is_named(tmp_path: Path, change: dict, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load_config(write(tmp_path, GOOD | change))


@pytest.mark.parametrize(("text", "reason"), [("a: [", "not readable"), ("[]", "table of keys"), ("", "table of keys")])
def test_unreadable_file(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "oracle.yml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=reason):
        load_config(path)


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="oracle init"):
        load_config(tmp_path / "none.yml")


def config_with(*chains: ChainSources) -> OracleConfig:
    return OracleConfig(**GOOD, chains=list(chains))


def sources(chain: int, count: int, quorum: int) -> ChainSources:
    return ChainSources(id=chain, urls=[f"http://s{i}" for i in range(count)], quorum=quorum)


def test_local_falls_back_to_the_registry() -> None:
    found = sources_of(config_with(sources(2, 3, 2)), registry(KEYS))
    assert found[1].urls == ["http://127.0.0.1:9001"] and found[1].quorum == 1
    assert found[2].quorum == 2


def test_elsewhere_every_chain_needs_three_agreeing_sources() -> None:
    shapes = [{"id": 1, "steps": 8, "verifying_key_hash": "0x" + "00" * 32, "development": False}]
    public = registry(KEYS, environment="public", shapes=shapes)
    good = config_with(sources(1, 4, 3), sources(2, 3, 3))
    assert set(sources_of(good, public)) == {1, 2}
    with pytest.raises(ConfigError, match="no sources for chain 2"):
        sources_of(config_with(sources(1, 4, 3)), public)
    with pytest.raises(ConfigError, match="chain 2 has quorum 2"):
        sources_of(config_with(sources(1, 4, 3), sources(2, 3, 2)), public)


def test_chain_outside_the_registry() -> None:
    with pytest.raises(ConfigError, match=r"\[3\] are not in the registry"):
        sources_of(config_with(sources(3, 3, 2)), registry(KEYS))


def test_chain_named_twice() -> None:
    with pytest.raises(ConfigError, match="named twice"):
        sources_of(config_with(sources(1, 3, 2), sources(1, 3, 2)), registry(KEYS))
