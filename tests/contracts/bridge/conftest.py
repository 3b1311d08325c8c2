"""A bridge with four listed tokens: NATIVE 1 (18 decimals), token 2 (18), usd 3 (6, proxy), odd 4 (8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.conftest import NATIVE

CAP = 10**22
MANY = 10**21


@pytest.fixture(scope="module")
def token(project: Any, actors: Any) -> Any:
    return actors.deployer.deploy(project.Token, "TKN", 18)


@pytest.fixture(scope="module")
def usd(project: Any, actors: Any) -> Any:
    logic = actors.deployer.deploy(project.UsdLogic)
    proxy = actors.deployer.deploy(project.DelegateProxy, logic)
    usd = project.UsdLogic.at(proxy.address)
    usd.initialize(actors.deployer, sender=actors.deployer)
    return usd


@pytest.fixture(scope="module")
def odd(project: Any, actors: Any) -> Any:
    return actors.deployer.deploy(project.OddToken, 8)


@pytest.fixture(scope="module")
def listed(actors: Any, token: Any, usd: Any, odd: Any) -> Any:
    """listed(bridge): list the four tokens, give alice of each, with allowance."""

    def prepare(bridge: Any) -> Any:
        for token_id, address in enumerate((NATIVE, token, usd, odd), start=1):
            bridge.list_token(token_id, address, CAP, sender=actors.lister)
        for coin in (token, usd, odd):
            coin.mint(actors.alice, MANY, sender=actors.deployer)
            coin.approve(bridge, 2**256 - 1, sender=actors.alice)
        return bridge

    return prepare


@pytest.fixture(scope="module")
def bridge(deploy_bridge: Any, listed: Any) -> Any:
    return listed(deploy_bridge())


@pytest.fixture
def deposit(bridge: Any, actors: Any) -> Any:
    """deposit(token, amount=, ...): alice deposits with the exact fee."""

    def act(coin: Any, amount: int = 1000, *, domain: int = 0, owner: Any = None, sub: int = 0, **tx: Any) -> Any:
        value = bridge.request_fee() + (amount if coin == NATIVE else 0)
        tx = {"sender": actors.alice, "value": value} | tx
        return bridge.deposit(coin, amount, domain, owner or actors.alice, sub, **tx)

    return act


@pytest.fixture
def credit(bridge: Any, actors: Any) -> Any:
    """credit(recipient, token_id, units): the rollup credits a payout."""

    def act(recipient: Any, token_id: int, units: int) -> Any:
        return bridge.settle(0, 0, [(recipient, token_id, units)], sender=actors.rollup)

    return act
