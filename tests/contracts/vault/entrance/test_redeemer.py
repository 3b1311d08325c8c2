"""Withdraw and sell: what was sent to the redeemer is sold at once, for the one who is named."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import WAD, ZERO
from tests.support.snapshots import check_snapshot

LATE = 2**64
UNIT = 10**6


@pytest.fixture
def arrived(stage, people):
    """5 zUSD lie in the redeemer, as the bridge's executor sends them before its call."""
    stage.usd.mint(people.deployer, 10**6 * UNIT, sender=people.deployer)
    stage.usd.approve(stage.vault, 10**6 * UNIT, sender=people.deployer)
    stage.vault.swap_in(0, 1_000 * UNIT, 0, people.deployer, LATE, sender=people.deployer)
    stage.zusd.transfer(stage.redeemer, 5 * WAD, sender=people.deployer)
    return 5 * WAD


def test_redeems_by_one_bucket(stage, people, arrived):
    receipt = stage.redeemer.redeem(0, 5 * UNIT, people.bob, LATE, sender=people.stranger)
    assert receipt.return_value == stage.usd.balanceOf(people.bob) == 5 * UNIT
    assert stage.zusd.balanceOf(stage.redeemer) == 0
    (event,) = receipt.events.filter(stage.redeemer.Redeemed)
    assert tuple(event.event_arguments.values()) == (people.bob, stage.usd, arrived, 5 * UNIT)


def test_redeems_by_the_rule(stage, people, arrived):
    receipt = stage.redeemer.redeem_for(stage.usd, 5 * UNIT, people.bob, LATE, sender=people.stranger)
    assert receipt.return_value == stage.usd.balanceOf(people.bob) == 5 * UNIT
    assert stage.zusd.balanceOf(stage.redeemer) == stage.zusd.allowance(stage.redeemer, stage.router) == 0
    (event,) = receipt.events.filter(stage.redeemer.Redeemed)
    assert tuple(event.event_arguments.values()) == (people.bob, stage.usd, arrived, 5 * UNIT)


def test_a_sale_that_fails_leaves_everything(stage, people, arrived):
    with ape.reverts("vault/min_out"):
        stage.redeemer.redeem(0, 5 * UNIT + 1, people.bob, LATE, sender=people.stranger)
    with ape.reverts("router/min_out"):
        stage.redeemer.redeem_for(stage.usd, 5 * UNIT + 1, people.bob, LATE, sender=people.stranger)
    with ape.reverts("vault/deadline"):
        stage.redeemer.redeem(0, 1, people.bob, 1, sender=people.stranger)
    assert stage.zusd.balanceOf(stage.redeemer) == arrived


def test_refuses_nothing_and_nobody(stage, people):
    for call, first in ((stage.redeemer.redeem, 0), (stage.redeemer.redeem_for, stage.usd)):
        with ape.reverts("redeem/nothing"):
            call(first, 0, people.bob, LATE, sender=people.stranger)
        with ape.reverts("redeem/to"):
            call(first, 0, ZERO, LATE, sender=people.stranger)


def test_constructor_refuses(project, stage, people):
    good = [stage.vault, stage.router, stage.zusd]
    for index in range(3):
        values = [ZERO if at == index else value for at, value in enumerate(good)]
        with ape.reverts("redeem/address"):
            people.deployer.deploy(project.Redeemer, *values)


def test_gas_and_size(project, stage, people, arrived):
    receipt = stage.redeemer.redeem_for(stage.usd, 1, people.bob, LATE, sender=people.stranger)
    check_snapshot("gas", "Redeemer.redeem_for", receipt.gas_used, 500)
    size = len(project.Redeemer.contract_type.get_runtime_bytecode())
    check_snapshot("sizes", "Redeemer", size)
    assert size < 24_576
