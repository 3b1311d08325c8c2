"""sell_for: one min_out for all legs, the order of the rule, adapters."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import WAD, ZERO
from tests.support.snapshots import check_snapshot

LATE = 2**64
SELL_OFF, LISTED = 4, 2**15
SIZE_LIMIT = 24_576


def legs_of(*pairs):
    return [(bucket, amount * WAD) for bucket, amount in pairs]


@pytest.fixture
def sell(stage, people):
    """sell(coin, legs, ...): alice sells for bob."""

    def act(coin, legs, min_out=0, to=None, deadline=LATE, free_order=False):
        return stage.router.sell_for(coin, legs, min_out, to or people.bob, deadline, free_order, sender=people.alice)

    return act


def test_sells_in_kind(stage, people, zusd, sell):
    before = zusd.balanceOf(people.alice)
    receipt = sell(stage.dai, legs_of((2, 5)), min_out=5 * WAD)
    assert receipt.return_value == stage.dai.balanceOf(people.bob) == 5 * WAD
    assert before - zusd.balanceOf(people.alice) == 5 * WAD
    (event,) = receipt.events.filter(stage.router.Routed)
    assert tuple(event.event_arguments.values()) == (people.alice, stage.dai, people.bob, 5 * WAD, 5 * WAD, 1)


def test_sells_along_a_plan_with_adapters(stage, people, zusd, sell):
    legs = [(leg.bucket, leg.amount) for leg in stage.router.plan(stage.usd, 440 * WAD)]
    assert [bucket for bucket, _ in legs] == [3, 1, 0]
    sell(stage.usd, legs, min_out=440 * 10**6)
    assert stage.usd.balanceOf(people.bob) == 440 * 10**6
    for holder in (stage.router, stage.swap_adapter, stage.lp_adapter):
        for coin in (stage.usd, stage.eur, stage.pool, zusd):
            assert coin.balanceOf(holder) == 0
    assert stage.eur.allowance(stage.swap_adapter, stage.pool) == 0


def test_one_min_out_for_all_legs(stage, people, sell):
    stage.pool.set_coins(stage.usd, stage.eur, 99 * 10**16, sender=people.deployer)
    legs = legs_of((3, 150), (1, 50))
    with ape.reverts("router/min_out"):
        sell(stage.usd, legs, min_out=198 * 10**6 + 1)
    sell(stage.usd, legs, min_out=198 * 10**6)


@pytest.mark.parametrize(
    "legs",
    [legs_of((1, 5)), legs_of((1, 5), (3, 5)), legs_of((3, 5), (0, 5)), legs_of((3, 1), (3, 1)), legs_of((2, 1))],
)
def test_refuses_another_order_than_the_rules(stage, sell, legs):
    with ape.reverts("router/order"):
        sell(stage.usd, legs)


def test_refuses_more_legs_than_candidates(stage, sell):
    with ape.reverts("router/order"):
        sell(stage.dai, legs_of((2, 1), (2, 1)))


def test_a_free_order_is_the_callers_choice(stage, people, sell):
    sell(stage.usd, legs_of((0, 5), (1, 5)), free_order=True)
    assert stage.usd.balanceOf(people.bob) == 10 * 10**6


def test_a_bucket_without_adapter_is_refused(stage, sell):
    with ape.reverts("router/bucket"):
        sell(stage.usd, legs_of((2, 5)), free_order=True)


def test_refuses(stage, people, chain, sell):
    with ape.reverts("router/deadline"):
        sell(stage.dai, legs_of((2, 5)), deadline=chain.blocks.head.timestamp - 1)
    with ape.reverts("router/no_legs"):
        sell(stage.dai, [])
    with ape.reverts("router/to"):
        sell(stage.dai, legs_of((2, 5)), to=ZERO)
    with ape.reverts("erc20: transfer amount exceeds balance"):
        sell(stage.dai, legs_of((2, 600_000)))


def test_an_adapter_whose_token_approves_nothing(project, stage, people):
    sulky = people.deployer.deploy(project.SulkyToken)
    stage.pool.set_coins(stage.usd, sulky, WAD, sender=people.deployer)
    adapter = people.deployer.deploy(project.SwapAdapter, stage.pool, 1, 0)
    with ape.reverts("router/approve"):
        adapter.turn(1, people.bob, sender=people.stranger)


def test_passes_on_what_the_vault_refuses(stage, sell):
    with ape.reverts("vault/sale_size"):
        sell(stage.dai, legs_of((2, 801)))


def test_sells_only_what_the_caller_gave(stage, people, zusd):
    with ape.reverts("erc20: insufficient allowance"):
        stage.router.sell_for(stage.dai, legs_of((2, 1)), 0, people.bob, LATE, sender=people.stranger)


def test_set_adapter(project, stage, people):
    receipt = stage.router.set_adapter(1, stage.usd, ZERO, sender=people.governor)
    assert receipt.events == [stage.router.AdapterSet(bucket=1, token=stage.usd, adapter=ZERO)]
    assert stage.router.adapter(1, stage.usd) == ZERO
    assert stage.router.adapter(3, stage.usd) == stage.lp_adapter
    for sender in (people.alice, people.deployer, people.guardian):
        with ape.reverts("roles/not_governor"):
            stage.router.set_adapter(1, stage.usd, ZERO, sender=sender)
    with ape.reverts("router/bucket"):
        stage.router.set_adapter(8, stage.usd, ZERO, sender=people.governor)
    with ape.reverts("router/input"):
        stage.router.set_adapter(1, stage.usd, stage.lp_adapter, sender=people.governor)
    with ape.reverts("router/output"):
        stage.router.set_adapter(1, stage.eur, stage.swap_adapter, sender=people.governor)
    with ape.reverts("router/same_coin"):
        people.deployer.deploy(project.SwapAdapter, stage.pool, 1, 1)


def test_constructor_refuses(project, people, zusd):
    for vault, token in ((ZERO, zusd), (zusd, ZERO)):
        with ape.reverts("router/address"):
            people.deployer.deploy(project.SaleRouter, people.governor, vault, token)


def test_gas_and_size(project, stage, people, sell):
    sell(stage.usd, legs_of((3, 1)))
    for name, legs in (("one_leg", legs_of((3, 1))), ("three_legs", legs_of((3, 1), (1, 1), (0, 1)))):
        check_snapshot("gas", f"SaleRouter.sell_for_{name}", sell(stage.usd, legs).gas_used, 500)
    size = len(project.SaleRouter.contract_type.get_runtime_bytecode())
    check_snapshot("sizes", "SaleRouter", size)
    assert size < SIZE_LIMIT
