"""The honest strategy obeys ERC-4626: laws of its text, over random states."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.desk_numbers import UNIT
from tests.support.isolation import isolated

FEW = settings(max_examples=10, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
amounts = st.integers(0, 2_000 * UNIT)
states = st.tuples(st.integers(0, 100 * UNIT), st.integers(0, 40 * UNIT))


@pytest.fixture
def vault(strategy, coin, people):
    for holder in (people.alice, people.bob):
        coin.mint(holder, 10**6 * UNIT, sender=people.deployer)
    coin.approve(strategy, 2**256 - 1, sender=people.bob)
    strategy.deposit(77 * UNIT, people.bob, sender=people.bob)
    return strategy


def shake(vault, coin, people, state):
    gain, loss = state
    if gain:
        coin.mint(vault, gain, sender=people.deployer)
    if loss:
        vault.lose(loss, sender=people.deployer)


@FEW
@given(states, amounts)
def test_conversions_round_down_and_do_not_depend_on_the_caller(vault, coin, people, chain, state, amount):
    with isolated(chain):
        shake(vault, coin, people, state)
        shares = vault.convertToShares(amount, sender=people.bob)
        assert shares == vault.convertToShares(amount, sender=people.alice)
        assert vault.convertToAssets(shares) <= amount
        assert vault.convertToShares(vault.convertToAssets(amount)) <= amount


@FEW
@given(states, amounts)
def test_a_deposit_gives_no_less_than_its_preview(vault, coin, people, chain, state, amount):
    with isolated(chain):
        shake(vault, coin, people, state)
        preview, before, coins = vault.previewDeposit(amount), vault.balanceOf(people.bob), coin.balanceOf(people.bob)
        assert amount <= vault.maxDeposit(people.bob)
        receipt = vault.deposit(amount, people.bob, sender=people.bob)
        got = vault.balanceOf(people.bob) - before
        assert got == receipt.return_value >= preview
        assert coins - coin.balanceOf(people.bob) == amount
        (event,) = receipt.events.filter(vault.Deposit)
        assert (event.sender, event.owner, event.assets, event.shares) == (people.bob, people.bob, amount, got)


@FEW
@given(states, amounts)
def test_a_mint_takes_no_more_than_its_preview(vault, coin, people, chain, state, shares):
    with isolated(chain):
        shake(vault, coin, people, state)
        preview, coins, before = vault.previewMint(shares), coin.balanceOf(people.bob), vault.balanceOf(people.bob)
        receipt = vault.mint(shares, people.bob, sender=people.bob)
        assert coins - coin.balanceOf(people.bob) == receipt.return_value <= preview
        assert vault.balanceOf(people.bob) - before == shares


@FEW
@given(states, st.integers(0, 100))
def test_a_withdrawal_burns_no_more_than_its_preview(vault, coin, people, chain, state, percent):
    with isolated(chain):
        shake(vault, coin, people, state)
        amount = vault.maxWithdraw(people.bob) * percent // 100
        preview, coins, before = vault.previewWithdraw(amount), coin.balanceOf(people.bob), vault.balanceOf(people.bob)
        receipt = vault.withdraw(amount, people.bob, people.bob, sender=people.bob)
        assert before - vault.balanceOf(people.bob) == receipt.return_value <= preview
        assert coin.balanceOf(people.bob) - coins == amount


@FEW
@given(states, st.integers(0, 100))
def test_a_redemption_pays_no_less_than_its_preview(vault, coin, people, chain, state, percent):
    with isolated(chain):
        shake(vault, coin, people, state)
        shares = vault.maxRedeem(people.bob) * percent // 100
        preview, coins = vault.previewRedeem(shares), coin.balanceOf(people.bob)
        receipt = vault.redeem(shares, people.bob, people.bob, sender=people.bob)
        assert coin.balanceOf(people.bob) - coins == receipt.return_value >= preview


@FEW
@given(states, amounts)
def test_round_trips_never_win(vault, coin, people, chain, state, amount):
    with isolated(chain):
        shake(vault, coin, people, state)
        before = coin.balanceOf(people.alice)
        coin.approve(vault, amount, sender=people.alice)
        shares = vault.deposit(amount, people.alice, sender=people.alice).return_value
        vault.redeem(shares, people.alice, people.alice, sender=people.alice)
        assert coin.balanceOf(people.alice) <= before


def test_names_its_asset(vault, coin):
    assert vault.asset() == coin
    assert vault.totalAssets() == coin.balanceOf(vault)
