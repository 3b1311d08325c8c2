"""Sizes, storage layouts and ABIs of the settlement contracts change only on purpose (SNAPSHOT_UPDATE=1)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.snapshots import FOLDER, check_snapshot

ROOT = Path(__file__).resolve().parents[3]
SIZE_LIMIT = 24_576  # EIP-170
CONTRACTS = ["Rollup", "OracleGate", "ProofGate", "Groth16Verifier", "StreamChecker", "Codec"]
STATEFUL = {"Rollup": "rollup/Rollup.vy", "OracleGate": "oracle/OracleGate.vy", "ProofGate": "verifier/ProofGate.vy"}


def check_file(folder: str, name: str, value: Any) -> None:
    path = FOLDER / folder / f"{name}.json"
    if os.environ.get("SNAPSHOT_UPDATE") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    assert json.loads(path.read_text()) == value, f"{folder}/{name}: run with SNAPSHOT_UPDATE=1 if this is meant"


@pytest.mark.parametrize("name", CONTRACTS)
def test_size(project: Any, name: str) -> None:
    size = len(getattr(project, name).contract_type.get_runtime_bytecode())
    check_snapshot("sizes", name, size)
    assert size < SIZE_LIMIT


@pytest.mark.parametrize("name", CONTRACTS)
def test_abi(project: Any, name: str) -> None:
    abi = [
        entry.model_dump(mode="json", by_alias=True, exclude_none=True)
        for entry in getattr(project, name).contract_type.abi
    ]
    check_file("abi", name, sorted(abi, key=lambda e: (e["type"], e.get("name", ""))))


@pytest.mark.parametrize("name", STATEFUL)
def test_storage(name: str) -> None:
    vyper = shutil.which("vyper")
    assert vyper
    source = f"contracts/{STATEFUL[name]}"
    out = subprocess.run([vyper, "-f", "layout", source], cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    check_file("storage", name, json.loads(out).get("storage_layout", {}))


@pytest.mark.parametrize("name", ["ProofGate", "Codec"])
def test_stateless(name: str) -> None:
    """Nothing to upgrade, nothing to corrupt."""
    vyper = shutil.which("vyper")
    assert vyper
    source = {"ProofGate": "contracts/verifier/ProofGate.vy", "Codec": "contracts/codec/Codec.vy"}[name]
    out = subprocess.run([vyper, "-f", "layout", source], cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    assert not json.loads(out).get("storage_layout")
