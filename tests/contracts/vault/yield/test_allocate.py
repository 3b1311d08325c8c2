"""The idle band, the strategy's cap, and strategies that misbehave while coins move."""

from __future__ import annotations

import ape
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import ZERO
from tests.contracts.vault.desk_numbers import FEE, GAIN_MAX, START, UNIT
from tests.support.isolation import isolated


def test_brings_idle_down_to_a_quarter(desk, strategy, coin, people):
    receipt = desk.allocate(sender=people.stranger)
    (event,) = receipt.events.filter(desk.Allocated)
    assert (event.bucket, event.strat, event.moved) == (3, 750 * UNIT, 750 * UNIT)
    assert coin.balanceOf(desk) == 250 * UNIT
    assert desk.owned() == strategy.balanceOf(desk)
    assert coin.allowance(desk, strategy) == 0


def test_nothing_to_do_inside_the_band(placed, people):
    receipt = placed.allocate(sender=people.stranger)
    assert receipt.return_value == 0
    assert receipt.events == []


def test_brings_idle_up_to_a_quarter(placed, people):
    placed.take(
        745 * UNIT, sender=people.deployer
    )  # 995 idle, then an outflow is what a vault would do; here: a deposit back
    placed.allocate(sender=people.stranger)
    assert placed.book().strat == 750 * UNIT


def test_the_cap_binds_and_a_lower_cap_brings_back(desk, strategy, people):
    desk.set_policy((strategy, GAIN_MAX, FEE, 500 * UNIT), sender=people.deployer)
    desk.allocate(sender=people.stranger)
    assert desk.book().strat == 500 * UNIT
    desk.lower_cap(100 * UNIT, sender=people.deployer)
    receipt = desk.allocate(sender=people.stranger)
    assert receipt.return_value == -400 * UNIT
    assert desk.book().strat == 100 * UNIT


def test_without_strategy_nothing_moves(desk, people):
    desk.set_policy((ZERO, 0, 0, 0), sender=people.deployer)
    with ape.reverts("vault/no_strategy"):
        desk.allocate(sender=people.stranger)


def test_refuses_a_strategy_that_cannot_pay_back_at_once(desk, people, habits):
    habits(limit=750 * UNIT - 3)
    with ape.reverts("vault/liquidity"):
        desk.allocate(sender=people.stranger)
    habits(limit=750 * UNIT - 2)
    desk.allocate(sender=people.stranger)


def test_refuses_a_strategy_that_is_worth_less_at_once(desk, people, habits):
    habits(lie_bps=9_999)
    with ape.reverts("vault/loss"):
        desk.allocate(sender=people.stranger)


def test_refuses_a_strategy_that_takes_less_than_it_says(desk, people, habits):
    habits(spare=1)
    with ape.reverts("vault/strategy"):
        desk.allocate(sender=people.stranger)


def test_a_strategy_that_reverts_reverts_the_allocation_only(desk, people, habits):
    habits(fails=True)
    with ape.reverts("strategy/fails"):
        desk.allocate(sender=people.stranger)
    assert desk.book().assets == START


def test_refuses_a_token_that_approves_nothing(project, people):
    sulky = people.deployer.deploy(project.SulkyToken)
    strategy = people.deployer.deploy(project.Strategy, sulky, 6)
    desk = people.deployer.deploy(project.DeskVault, sulky, 6)
    sulky.mint(people.alice, START, sender=people.deployer)
    desk.deposit(START, sender=people.alice)
    desk.set_policy((strategy, GAIN_MAX, FEE, START), sender=people.deployer)
    with ape.reverts("vault/approve"):
        desk.allocate(sender=people.stranger)


def test_a_strategy_cannot_re_enter(desk, strategy, people):
    for call in (desk.allocate, desk.harvest, desk.trip, desk.exit_strategy):
        strategy.arm(desk, call.encode_input(), sender=people.deployer)
        desk.allocate(sender=people.stranger)
        assert not strategy.succeeded()
        desk.take(750 * UNIT, sender=people.deployer)


def test_take_pays_exactly(placed, strategy, coin, people):
    before = strategy.balanceOf(placed)
    placed.take(100 * UNIT + 1, sender=people.deployer)
    assert coin.balanceOf(placed) == 350 * UNIT + 1
    assert placed.book().strat == 650 * UNIT - 1
    assert placed.owned() == strategy.balanceOf(placed) < before


@pytest.mark.parametrize("habit", [{"fails": True}, {"short": 1}, {"limit": 99 * UNIT}])
def test_take_refuses_an_illiquid_strategy(placed, people, habits, habit):
    habits(**habit)
    with ape.reverts("vault/liquidity"):
        placed.take(100 * UNIT, sender=people.deployer)


def test_donations_change_nothing(placed, strategy, coin, people):
    """Of coins, of shares of the strategy."""
    book, owned, shortfall = placed.book(), placed.owned(), placed.shortfall()
    coin.mint(placed, 5 * UNIT, sender=people.deployer)
    strategy.transfer(placed, 5 * UNIT, sender=people.stranger)
    assert (placed.book(), placed.owned(), placed.shortfall()) == (book, owned, shortfall)


def test_a_strategy_that_burns_more_than_was_owned_is_refused(placed, strategy, people, habits):
    """Donated shares are no cover for the desk's own."""
    strategy.transfer(placed, 50 * 10**6, sender=people.stranger)
    strategy.lose(700 * UNIT, sender=people.deployer)  # 800 shares of 100: 99 cost 792, and 750 are owned
    with ape.reverts("vault/strategy"):
        placed.take(99 * UNIT, sender=people.deployer)
    placed.take(90 * UNIT, sender=people.deployer)


def test_policy_is_kept_and_checked(project, desk, strategy, coin, people, placed):
    assert tuple(desk.policy()) == (strategy, GAIN_MAX, FEE, 10 * START)
    other = people.deployer.deploy(project.Strategy, coin, 6)
    with ape.reverts("vault/strategy_busy"):
        desk.set_policy((other, GAIN_MAX, FEE, START), sender=people.deployer)
    receipt = desk.set_policy((strategy, 1, 2, 3), sender=people.deployer)
    assert receipt.events == [desk.StrategySet(bucket=3, strategy=strategy, gain_max=1, fee=2, cap=3)]
    for policy in ((strategy, 2**20, 0, 0), (strategy, 0, 10**6, 0), (strategy, 0, 0, 2**128)):
        with ape.reverts("vault/policy"):
            desk.set_policy(policy, sender=people.deployer)
    desk.exit_strategy(sender=people.deployer)
    foreign = people.deployer.deploy(project.Strategy, people.deployer.deploy(project.Token, "EUR", 6), 6)
    with ape.reverts("vault/strategy_asset"):
        desk.set_policy((foreign, 1, 1, 1), sender=people.deployer)
    desk.set_policy((other, GAIN_MAX, FEE, START), sender=people.deployer)


def test_lower_cap_only_lowers(desk, strategy, people):
    with ape.reverts("vault/only_lower"):
        desk.lower_cap(10 * START + 1, sender=people.deployer)
    receipt = desk.lower_cap(5, sender=people.deployer)
    assert receipt.events == [desk.StrategySet(bucket=3, strategy=strategy, gain_max=GAIN_MAX, fee=FEE, cap=5)]


@settings(max_examples=10, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 3_000 * UNIT), st.integers(0, 100)), min_size=1, max_size=4))
def test_idle_ends_in_the_band_whatever_came_before(desk, coin, people, chain, steps):
    """Deposits and withdrawals from the strategy of any size, an allocation after each."""
    with isolated(chain):
        for amount, percent in steps:
            if amount:
                desk.deposit(min(amount, 9 * START // len(steps)), sender=people.alice)
            need = desk.book().strat * percent // 100
            if need:
                desk.take(need, sender=people.deployer)
            desk.allocate(sender=people.stranger)
            book = desk.book()
            idle = book.assets - book.strat
            assert coin.balanceOf(desk) == idle
            assert book.assets * 20 <= idle * 100 <= book.assets * 30
            assert desk.shortfall() == 0
