"""A gate whose rollup is a test account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.settlement import DEPLOYMENT_ID, table

ROOT, SYNC_HASH = b"\x11" * 32, b"\x22" * 32


@pytest.fixture(scope="module")
def deploy_gate(project: Any, actors: Any) -> Any:
    """deploy_gate(table=, ...): a gate of chain 1."""

    def deploy(**changes: Any) -> Any:
        values = {
            "chain_id": 1,
            "deployment_id": DEPLOYMENT_ID,
            "rollup": actors.rollup.address,
            "table": table(),
            "epoch": 1,
        } | changes
        return actors.deployer.deploy(project.OracleGate, *values.values())

    return deploy


@pytest.fixture(scope="module")
def gate(deploy_gate: Any) -> Any:
    return deploy_gate()


@pytest.fixture(scope="session")
def vectors() -> Any:
    """vectors(name): a golden vector file."""
    folder = Path(__file__).resolve().parents[2] / "vectors"
    return lambda name: json.loads((folder / f"{name}.json").read_text())
