"""From a stablecoin to a deposit on L2 in one transaction; refunds find their user."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.conftest import NATIVE, REQUEST_FEE
from tests.contracts.vault.conftest import WAD, ZERO
from tests.support.snapshots import check_snapshot

LATE = 2**64
UNIT = 10**6


@pytest.fixture
def enter(stage, people):
    """enter(amount, ...): alice by the 1:1 layer, with the exact fee."""

    def act(amount=100 * UNIT, min_out=0, deadline=LATE, domain=0, owner=None, sub=0, **tx):
        tx = {"sender": people.alice, "value": REQUEST_FEE} | tx
        return stage.entrance.swap_in_and_deposit(0, amount, min_out, deadline, domain, owner or people.bob, sub, **tx)

    return act


@pytest.fixture
def borrow(stage, people):
    def act(amount=100 * UNIT, debt=90 * WAD, health=7, deadline=LATE, **tx):
        tx = {"sender": people.alice, "value": REQUEST_FEE} | tx
        return stage.entrance.borrow_and_deposit(0, amount, debt, health, deadline, 0, people.bob, 1, **tx)

    return act


def nothing_stays(stage, people):
    purse = stage.entrance.purse_of(people.alice)
    return all(coin.balanceOf(holder) == 0 for coin in (stage.usd, stage.zusd) for holder in (stage.entrance, purse))


def test_swaps_and_deposits(stage, people, enter):
    receipt = enter(min_out=100 * WAD)
    assert receipt.return_value == 0
    purse = stage.entrance.purse_of(people.alice)
    (queued,) = receipt.events.filter(stage.bridge.RequestQueued)
    assert (queued.owner, queued.units, queued.token_id, queued.payee) == (people.bob, 100 * WAD, 1, purse)
    (event,) = receipt.events.filter(stage.entrance.Entered)
    assert tuple(event.event_arguments.values()) == (people.alice, 0, 0, 100 * UNIT, 100 * WAD)
    assert stage.bridge.held(stage.zusd) == stage.zusd.totalSupply() == 100 * WAD
    assert stage.usd.balanceOf(people.alice) == 900 * UNIT
    assert nothing_stays(stage, people)
    assert stage.usd.allowance(stage.entrance, stage.vault) == stage.zusd.allowance(purse, stage.bridge) == 0


def test_comes_in_again_by_the_same_purse(stage, people, enter):
    first = enter().events.filter(stage.bridge.RequestQueued)[0].payee
    second = enter(1).events.filter(stage.bridge.RequestQueued)[0].payee
    assert first == second == stage.entrance.purse_of(people.alice) != stage.entrance.purse_of(people.bob)


def test_gives_the_surplus_back(stage, people, enter):
    before = people.alice.balance
    receipt = enter(value=REQUEST_FEE + 12_345)
    assert before - people.alice.balance == REQUEST_FEE + receipt.total_fees_paid
    assert stage.entrance.balance == 0


def test_borrows_for_the_caller_and_deposits(stage, people, borrow):
    receipt = borrow()
    (queued,) = receipt.events.filter(stage.bridge.RequestQueued)
    assert (queued.owner, queued.units, queued.sub_account) == (people.bob, 90 * WAD, 1)
    assert stage.vault.last_owner() == people.alice
    assert (stage.vault.last_collateral(), stage.vault.last_health()) == (100 * UNIT, 7)
    assert nothing_stays(stage, people)


def test_borrows_on_what_is_there_already(stage, people, borrow):
    borrow(amount=0)
    assert stage.vault.last_collateral() == 0
    assert stage.usd.balanceOf(people.alice) == 1_000 * UNIT


def test_a_refund_reaches_the_user_and_nobody_else(stage, people, actors, enter):
    enter()
    purse = stage.entrance.purse_of(people.alice)
    stage.bridge.settle(0, 1, [(purse, 1, 100 * WAD)], sender=actors.rollup)
    receipt = stage.entrance.recover(people.alice, stage.zusd, sender=people.stranger)
    (event,) = receipt.events.filter(stage.entrance.Recovered)
    assert tuple(event.event_arguments.values()) == (people.alice, stage.zusd, 100 * WAD)
    assert stage.zusd.balanceOf(people.alice) == 100 * WAD
    assert stage.bridge.held(stage.zusd) == 0


def test_a_refund_claimed_by_another_is_still_there(stage, people, actors, enter):
    enter()
    purse = stage.entrance.purse_of(people.alice)
    stage.bridge.settle(0, 1, [(purse, 1, 100 * WAD)], sender=actors.rollup)
    stage.bridge.claim(purse, stage.zusd, sender=people.stranger)
    stage.entrance.recover(people.alice, stage.zusd, sender=people.stranger)
    assert stage.zusd.balanceOf(people.alice) == 100 * WAD


def test_native_value_in_a_purse_can_be_recovered(stage, people, actors, enter):
    enter()
    stage.bridge.list_token(2, NATIVE, 10**20, sender=actors.lister)
    people.stranger.transfer(stage.entrance.purse_of(people.alice), 777)
    before = people.alice.balance
    stage.entrance.recover(people.alice, NATIVE, sender=people.stranger)
    assert people.alice.balance - before == 777


def test_a_purse_obeys_the_entrance_alone(project, stage, people, enter):
    enter()
    purse = project.Purse.at(stage.entrance.purse_of(people.alice))
    assert (purse.entrance(), purse.bridge()) == (stage.entrance, stage.bridge)
    for sender in (people.alice, people.deployer, people.governor):
        with ape.reverts("entrance/not_entrance"):
            purse.forward(stage.zusd, sender, sender=sender)
        with ape.reverts("entrance/not_entrance"):
            purse.deposit(sender, stage.zusd, 1, 0, sender, 0, sender=sender)


def test_quarantine_closes_the_entrance(stage, people, enter):
    stage.zusd.set_facilitator(people.vault, 1, sender=people.governor)
    stage.zusd.set_quarantine(True, sender=people.vault)
    with ape.reverts("token/quarantined"):
        enter()


def test_refuses_what_is_late(chain, enter, borrow):
    for act in (enter, borrow):
        with ape.reverts("entrance/deadline"):
            act(deadline=chain.blocks.head.timestamp - 1)


@pytest.mark.parametrize("debt", [0, 2**128])
def test_refuses_an_odd_debt(borrow, debt):
    with ape.reverts("entrance/debt"):
        borrow(debt=debt)


def test_passes_on_what_vault_and_bridge_refuse(stage, enter):
    with ape.reverts("vault/min_out"):
        enter(min_out=100 * WAD + 1)
    with ape.reverts("bridge/value"):
        enter(value=REQUEST_FEE - 1)
    with ape.reverts("bridge/domain"):
        enter(domain=9)


def test_a_token_that_says_no(project, stage, people, enter):
    odd = people.deployer.deploy(project.OddToken, 6)
    odd.mint(people.alice, 10**9, sender=people.deployer)
    odd.approve(stage.entrance, 10**9, sender=people.alice)
    stage.vault.set_bucket(0, odd, 10**12, 2**15, WAD, WAD, WAD, sender=people.deployer)
    odd.set_failure(False, True, sender=people.deployer)
    with ape.reverts("entrance/pull_refused"):
        enter()
    odd.set_failure(False, False, sender=people.deployer)
    odd.set_fee(100, 0, sender=people.deployer)
    (event,) = enter().events.filter(stage.entrance.Entered)
    assert event.amount == 99 * UNIT  # what arrived


def test_a_token_that_approves_nothing(project, stage, people, enter):
    sulky = people.deployer.deploy(project.SulkyToken)
    sulky.mint(people.alice, 10**9, sender=people.deployer)
    stage.vault.set_bucket(0, sulky, 10**12, 2**15, WAD, WAD, WAD, sender=people.deployer)
    with ape.reverts("entrance/approve"):
        enter()


def test_a_refund_that_the_token_refuses_stays(project, stage, people, actors):
    odd = people.deployer.deploy(project.OddToken, 6)
    stage.bridge.list_token(9, odd, 10**9, sender=actors.lister)
    odd.mint(stage.entrance.purse_of(people.alice), 5, sender=people.deployer)
    odd.set_failure(False, True, sender=people.deployer)
    with ape.reverts("entrance/refused"):
        stage.entrance.recover(people.alice, odd, sender=people.stranger)
    odd.set_failure(False, False, sender=people.deployer)
    stage.entrance.recover(people.alice, odd, sender=people.stranger)
    assert odd.balanceOf(people.alice) == 5


def test_a_caller_that_takes_no_surplus(project, stage, people):
    wallet = people.deployer.deploy(project.Callee)
    wallet.set_refuses(True, sender=people.deployer)
    stage.usd.mint(wallet, UNIT, sender=people.deployer)
    approve = stage.usd.approve.encode_input(stage.entrance, UNIT)
    wallet.act(stage.usd, approve, 0, sender=people.alice)
    data = stage.entrance.swap_in_and_deposit.encode_input(0, UNIT, 0, LATE, 0, people.bob, 0)
    with ape.reverts("entrance/refused"):
        wallet.act(stage.entrance, data, REQUEST_FEE + 1, sender=people.alice, value=REQUEST_FEE + 1)
    wallet.act(stage.entrance, data, REQUEST_FEE, sender=people.alice, value=REQUEST_FEE)


def test_constructors_refuse(project, stage, people):
    deployer = people.deployer
    for values in ((ZERO, stage.bridge), (stage.entrance, ZERO)):
        with ape.reverts("entrance/address"):
            deployer.deploy(project.Purse, *values)
    for values in ((ZERO, stage.zusd), (stage.vault, ZERO)):
        with ape.reverts("entrance/address"):
            deployer.deploy(project.Entrance, *values, stage.bridge, stage.logic)
    with ape.reverts("entrance/logic"):  # another's logic
        deployer.deploy(project.Entrance, stage.vault, stage.zusd, stage.bridge, stage.logic)


def test_gas_and_size(project, enter, borrow):
    check_snapshot("gas", "Entrance.swap_in_and_deposit_new_user", enter().gas_used, 500)
    check_snapshot("gas", "Entrance.swap_in_and_deposit", enter().gas_used, 500)
    check_snapshot("gas", "Entrance.borrow_and_deposit", borrow().gas_used, 500)
    for name in ("Entrance", "Purse"):
        size = len(getattr(project, name).contract_type.get_runtime_bytecode())
        check_snapshot("sizes", name, size)
        assert size < 24_576
