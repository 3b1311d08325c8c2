"""Registry and manifest: what is wrong is refused by the name of its field."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.registry import address, registry_json
from zklink.deploy.errors import ManifestError
from zklink.deploy.manifest import load_manifest, load_registry, parse_manifest, parse_registry

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = {
    "environment": "staging",
    "preset": "minimal",
    "salt": "0x" + "00" * 31 + "01",
    "shapes": [1],
    "primary": 1,
    "priority_expiry": 604800,
    "request_fee": "100",
    "fee_address": address(1),
    "governor": address(2),
    "guardian": address(3),
    "sequencer": address(4),
    "chains": [{"id": 1, "evm_chain_id": 10, "network": "a"}, {"id": 2, "evm_chain_id": 20, "network": "b"}],
    "tokens": [{"id": 2, "symbol": "USDC", "decimals": 6, "chains": [1], "addresses": {1: address(9)}, "cap": "1000"}],
    "oracle": {"members": [{"address": address(i), "weight": 1} for i in (11, 12, 13, 14)]},
}


def change(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    found = deepcopy(base)
    *parts, last = path.split(".")
    place: Any = found
    for part in parts:
        place = place[int(part)] if part.isdigit() else place[part]
    place[int(last) if last.isdigit() and isinstance(place, list) else last] = value
    return found


def test_a_registry_is_read_whole() -> None:
    registry = parse_registry(registry_json())
    assert registry.network.chain_count == 3 and registry.network.primary == 1
    assert registry.listing.scale(1, 2) == 12
    assert [shape.steps for shape in registry.block_shapes] == [8]
    assert registry.oracle.member_set.total_weight == 4
    assert registry.deployment_hex == registry_json()["deployment_id"]
    assert registry.chain(2).evm_chain_id == 31338


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("preset", "huge", "preset"),
        ("deployment_id", "0x" + "00" * 32, "deployment_id"),
        ("salt", "0x12", "salt"),
        ("genesis_root", "0x" + "00" * 31 + "01", "deployment_id"),
        ("fee_address", "0xfee0FEE0fee0fEE0Fee0fEE0feE0FEe0FEe0fEe0", "fee_address: checksum"),
        ("fee_address", "0x12", "fee_address"),
        ("primary", 9, "primary"),
        ("chain_count", 2, "chains: ids must be 1..2"),
        ("chains.0.rpc", "ftp://x", "chains.0.rpc"),
        ("chains.0.contracts", {"Rollup": address(1)}, "contracts.Bridge is missing"),
        ("chains.1.evm_chain_id", 31337, "one evm_chain_id is used twice"),
        ("chains.1.evm_chain_id", "31338", "chains.1.evm_chain_id"),
        ("chains.1.tokens.0.decimals", 19, "chains.1.tokens.0.decimals"),
        ("chains.1.tokens.0.id", 0, "chains.1.tokens.0.id"),
        ("chains.1.tokens.0.id", 2, "one id is listed twice"),
        ("chains.1.tokens.0.symbol", "OTHER", "token 1 has several symbols"),
        ("chains.2.tokens.1.id", 64, "token 64 is beyond preset minimal"),
        ("chains.0.finality", {"policy": "hope"}, "chains.0.finality"),
        ("shapes", [], "shapes"),
        ("shapes.0.verifying_key_hash", "ab", "verifying_key_hash"),
        ("oracle.members.0.weight", 0, "oracle.members.0.weight"),
        ("oracle.members.0.weight", 9, "third of the weight"),
        ("oracle.members.1.address", address(11), "one address is listed twice"),
        ("unknown", 1, "unknown"),
        ("environment", "production", "shape 1 has a development key"),
    ],
)
def test_a_wrong_field_of_a_registry_is_named(path: str, value: Any, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        parse_registry(change(registry_json(), path, value))


def test_a_local_environment_takes_development_chains_only() -> None:
    data = registry_json()
    data["chains"][1]["evm_chain_id"] = 10
    with pytest.raises(ManifestError, match="local is for development chains"):
        parse_registry(data)


def test_files_that_are_no_json_or_yaml(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("{")
    with pytest.raises(ManifestError, match="is no JSON"):
        load_registry(path)
    path.write_text("a: [")
    with pytest.raises(ManifestError, match="is no YAML"):
        load_manifest(path)
    path.write_text("- 1")
    with pytest.raises(ManifestError, match="manifest"):
        load_manifest(path)
    path.write_text(json.dumps([]))
    with pytest.raises(ManifestError, match="registry"):
        load_registry(path)
    with pytest.raises(OSError, match="gone"):
        load_registry(tmp_path / "gone")


def test_the_manifests_of_this_repository_are_valid() -> None:
    files = sorted((ROOT / "deployments").glob("*.yml"))
    assert files
    for path in files:
        assert load_manifest(path).environment == path.stem


def test_a_manifest_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "staging.yml"
    path.write_text(yaml.safe_dump(MANIFEST))
    manifest = load_manifest(path)
    assert manifest.request_fee == 100 and manifest.tokens[0].addresses[1] == address(9)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("shapes", [7], "shapes: preset minimal has"),
        ("primary", 3, "primary"),
        ("chains.1.id", 3, "ids must be 1, 2"),
        ("tokens.0.cap", "1e9", "tokens.0.cap"),
        ("tokens.0.cap", str(1 << 96), "cap: must be below"),
        ("tokens.0.chains", [1, 5], "addresses: must name exactly"),
        ("tokens.0.native", True, "exactly one of native"),
        ("priority_expiry", 10, "priority_expiry"),
        ("environment", "local", "local is for development chains"),
        ("governor", None, "governor: is required"),
        ("oracle", None, "oracle: is required"),
        ("oracle.members", [], "members"),
        ("request_fee", -1, "request_fee"),
        ("colour", "red", "colour"),
    ],
)
def test_a_wrong_field_of_a_manifest_is_named(path: str, value: Any, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        parse_manifest(change(MANIFEST, path, value))


def test_mocks_and_strange_chains_of_tokens() -> None:
    mock = {"id": 2, "symbol": "USDC", "chains": [1], "mock": "UsdLogic", "cap": "1"}
    with pytest.raises(ManifestError, match="token 2 is a mock"):
        parse_manifest(change(MANIFEST, "tokens", [mock]))
    native = {"id": 2, "symbol": "ETH", "chains": [3], "native": True, "cap": "1"}
    with pytest.raises(ManifestError, match="names a chain that is not in chains"):
        parse_manifest(change(MANIFEST, "tokens", [native]))
