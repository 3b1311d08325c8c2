"""A fork of the chain named by MAINNET_RPC_URL; without it, of a stand-in (chain id 1) that is started here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ape import accounts, networks

from ape_zklink_local.process import start
from tests.support.ape_build import prepare_ape

USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
USDC_WHALE = "0x37305B1cD40574E4C5Ce33f8e8306Be057fD7341"  # the reserve of a stablecoin
STAND_IN_WHALE = "0x00000000000000000000000000000000000a11ce"


def pytest_configure() -> None:
    prepare_ape()  # among others: what a stand-in "mainnet" deploys must not be remembered


@dataclass(frozen=True, slots=True)
class Origin:
    """The chain to fork: its URL, a 6-decimals dollar token on it, and somebody who holds much of that."""

    url: str
    dollar: str
    whale: str


@pytest.fixture(scope="module")
def origin(project: Any) -> Iterator[Origin]:
    if url := os.environ.get("MAINNET_RPC_URL"):
        yield Origin(url, USDC, USDC_WHALE)
        return
    with start(1) as node:  # Ape checks the id against the network's name
        with networks.parse_network_choice(f"ethereum:mainnet:{node.url}", disconnect_after=True) as provider:
            me = accounts.test_accounts[0]
            once = {"sender": me, "required_confirmations": 0}
            logic = me.deploy(project.UsdLogic, required_confirmations=0)
            proxy = me.deploy(project.DelegateProxy, logic, required_confirmations=0)
            dollar = project.UsdLogic.at(proxy.address)
            dollar.initialize(me, **once)
            dollar.mint(STAND_IN_WHALE, 10**15, **once)
            provider.make_request("anvil_mine", ["0x3"])
        yield Origin(node.url, proxy.address, STAND_IN_WHALE)


@pytest.fixture
def fork(origin: Origin) -> Iterator[Any]:
    settings = {"host": "auto", "evm_version": "osaka"}
    with (
        networks.parse_network_choice(f"ethereum:mainnet:{origin.url}", disconnect_after=True),
        networks.fork(provider_name="foundry", provider_settings=settings) as provider,
    ):
        yield provider
