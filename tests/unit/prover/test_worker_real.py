"""The worker as a process with real keys: a proof, a kill in the middle of one, and a damaged key."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.actors import Actor
from tests.support.registry import registry_json
from zklink.deploy.manifest import Registry, parse_registry
from zklink.journal.blocks import BlockRow, Blocks
from zklink.journal.proofs import Proofs
from zklink.journal.store import Journal
from zklink.protocol.block import SealedBlock
from zklink.protocol.hashing import u256
from zklink.prover.backend import Proof
from zklink.prover.errors import KeyMismatch
from zklink.prover.keys import KeyFolder
from zklink.prover.native import NativeBackend
from zklink.prover.worker import RegisteredBackend, verifying_key_hash
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context
from zklink.state.ledger import Ledger

BUILD = Path(__file__).resolve().parents[3] / "build"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not (BUILD / "keys" / "minimal" / "key.json").exists(), reason="needs `make keys`"),
]


@pytest.fixture
def registry() -> Registry:
    data = registry_json()
    key = KeyFolder(BUILD / "keys" / "minimal").verifying_key(1)
    data["shapes"][0]["verifying_key_hash"] = verifying_key_hash(key)
    return parse_registry(data)


@pytest.fixture
def folder(tmp_path: Path, registry: Registry) -> Iterator[Path]:
    """A journal with one sealed block, and a configuration beside it."""
    data = registry.model_dump(mode="json", exclude_none=True)
    for name in ("deployment_id", "genesis_root", "salt"):
        data[name] = f"0x{int(data[name]):064x}"
    (tmp_path / "registry.json").write_text(json.dumps(data))
    settings: dict[str, Any] = {
        "registry": "registry.json",
        "journal": "j.sqlite",
        "prover": {"build": str(BUILD), "lease_seconds": 3, "poll_seconds": 0.1, "retry_seconds": 1},
    }
    (tmp_path / "zklink.yml").write_text(yaml.safe_dump(settings))
    ledger = Ledger.genesis(registry.network)
    builder = BlockBuilder(ledger, Context(registry.network, registry.listing), 8)
    builder.add(Actor.of(1, registry.deployment_id).deposit(1, 10**18))
    block, effects = builder.seal(1, 100, registry.block_shapes[0], builder.old_root)
    journal = Journal(tmp_path / "j.sqlite", registry.deployment_hex)
    row = BlockRow(1, 100, 1, u256(ledger.root), json.dumps(block.to_json()), effects.to_bytes())
    with journal.write() as db:
        Blocks(journal).insert(db, row)
    journal.close()
    return tmp_path


def start(folder: Path) -> subprocess.Popen[bytes]:
    log = (folder / "log").open("ab")
    command = [sys.executable, "-m", "zklink.cli", "run", "prover", "--config", str(folder / "zklink.yml")]
    return subprocess.Popen(command, stdout=log, stderr=log)


def test_a_worker_killed_in_the_middle_of_a_proof_is_replaced(folder: Path, registry: Registry) -> None:
    journal = Journal(folder / "j.sqlite", registry.deployment_hex)
    proofs = Proofs(journal)
    first = start(folder)
    try:
        deadline = time.monotonic() + 60
        while not proofs.attempts(1) and time.monotonic() < deadline:
            time.sleep(0.01)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert proofs.get(1) is None and proofs.attempts(1) == 1
        second = start(folder)
        try:
            while proofs.get(1) is None and time.monotonic() < deadline + 60:
                time.sleep(0.1)
            second.send_signal(signal.SIGTERM)
            assert second.wait(timeout=30) == 0
        finally:
            second.kill()
            second.wait()
    finally:
        first.kill()
        first.wait()
    found = proofs.get(1)
    assert found is not None, (folder / "log").read_text()[-2000:]
    proof = Proof.from_json(found.body)
    block = SealedBlock.from_json(json.loads(Blocks(journal).get(1).body))
    assert proof.public == block.public_inputs
    assert NativeBackend(registry.preset_sizes, BUILD).verify(proof, 1)
    journal.close()


def test_a_damaged_key_is_refused_by_its_hash(tmp_path: Path, registry: Registry) -> None:
    shutil.copytree(BUILD / "keys" / "minimal", tmp_path / "keys" / "minimal")
    (tmp_path / "circuits").mkdir()
    (tmp_path / "circuits" / "minimal").symlink_to(BUILD / "circuits" / "minimal")
    expected = {1: registry.shapes[0].verifying_key_hash}
    assert RegisteredBackend(NativeBackend(registry.preset_sizes, tmp_path), expected).key_hash(1) == expected[1]
    key = tmp_path / "keys" / "minimal" / "shape-1.zkey"
    with key.open("r+b") as file:
        file.seek(key.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(KeyMismatch, match=r"shape-1\.zkey"):
        RegisteredBackend(NativeBackend(registry.preset_sizes, tmp_path), expected).key_hash(1)
