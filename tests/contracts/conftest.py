"""Shared by the tests of all contracts: a fresh build, and the people of a deployment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ape_ethereum.trace import TransactionTrace

from tests.support.ape_build import prepare_ape

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
DEPLOYMENT_ID = bytes.fromhex("00" + "1d" * 31)
LISTER, GUARDIAN, FEE_COLLECTOR = 1, 2, 4
REQUEST_FEE = 10**14
PRIORITY_EXPIRY = 7 * 86400


def pytest_configure() -> None:
    prepare_ape()


@pytest.fixture(scope="session", autouse=True)
def quiet_reverts() -> Iterator[None]:
    """Ape fetches and prints the call trace of every expected revert: half of the time. TRACES=1 gives them back."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("TRACES") != "1":
            patch.setattr(TransactionTrace, "show", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session")
def actors(accounts: Any) -> SimpleNamespace:
    """Test accounts by their role. `rollup` stands in for the rollup contract."""
    names = "deployer rollup governor lister guardian fee_collector alice bob carol stranger".split()
    return SimpleNamespace(**dict(zip(names, accounts, strict=False)))


@pytest.fixture(scope="session")
def deploy_bridge(project: Any, actors: SimpleNamespace) -> Any:
    """deploy_bridge(**changes): a bridge with the minimal preset's sizes and its roles given."""

    def deploy(**changes: Any) -> Any:
        values: dict[str, Any] = {
            "chain_id": 1,
            "deployment_id": DEPLOYMENT_ID,
            "rollup": actors.rollup.address,
            "governor": actors.governor.address,
            "account_bits": 12,
            "sub_account_bits": 4,
            "token_bits": 6,
            "priority_expiry": PRIORITY_EXPIRY,
            "request_fee_base": REQUEST_FEE,
            "queue_bits": 14,
        }
        bridge = actors.deployer.deploy(project.Bridge, *(values | changes).values())
        if values["governor"] == actors.governor.address and "governor" not in changes:
            for holder, role in (
                (actors.lister, LISTER),
                (actors.guardian, GUARDIAN),
                (actors.fee_collector, FEE_COLLECTOR),
            ):
                bridge.set_role(holder, role, True, sender=actors.governor)
        return bridge

    return deploy
