"""A bucket of 6 decimals with 1,000 coins, all idle, and an honest strategy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.vault.conftest import DAY
from tests.contracts.vault.desk_numbers import FEE, GAIN_MAX, HONEST, START, UNIT


@pytest.fixture(scope="module")
def coin(project: Any, people: Any) -> Any:
    return people.deployer.deploy(project.Token, "USD", 6)


@pytest.fixture(scope="module")
def strategy(project: Any, people: Any, coin: Any) -> Any:
    strategy = people.deployer.deploy(project.Strategy, coin, 6)
    coin.mint(people.stranger, 50 * UNIT, sender=people.deployer)
    coin.approve(strategy, 50 * UNIT, sender=people.stranger)
    strategy.deposit(50 * UNIT, people.stranger, sender=people.stranger)
    return strategy


@pytest.fixture(scope="module")
def desk(project: Any, people: Any, coin: Any, strategy: Any) -> Any:
    desk = people.deployer.deploy(project.DeskVault, coin, 6)
    coin.mint(people.alice, 10 * START, sender=people.deployer)
    coin.approve(desk, 10 * START, sender=people.alice)
    desk.deposit(START, sender=people.alice)
    desk.set_policy((strategy, GAIN_MAX, FEE, 10 * START), sender=people.deployer)
    return desk


@pytest.fixture
def habits(strategy: Any, people: Any) -> Any:
    """habits(lie_bps=...): the strategy takes a habit up."""

    def take(**changes: Any) -> None:
        strategy.set_habits(*(HONEST | changes).values(), sender=people.deployer)

    return take


@pytest.fixture
def placed(desk: Any, people: Any) -> Any:
    """The desk after an allocation: 750 in the strategy, 250 idle."""
    desk.allocate(sender=people.stranger)
    return desk


@pytest.fixture
def later(chain: Any) -> Any:
    """later(seconds): time passes."""

    def wait(seconds: int = DAY) -> None:
        chain.mine(timestamp=chain.blocks.head.timestamp + seconds)

    return wait


@pytest.fixture
def earn(coin: Any, strategy: Any, people: Any) -> Any:
    """earn(amount): what the desk's shares gain; the stranger's 50 of 800 gain with them."""

    def act(amount: int) -> None:
        coin.mint(strategy, amount * 800 // 750, sender=people.deployer)

    return act
