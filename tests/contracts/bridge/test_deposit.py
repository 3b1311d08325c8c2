"""deposit: what is locked, what is queued, what is refused."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.bridge.conftest import CAP, MANY
from tests.contracts.bridge.model import DEPOSIT, Request
from tests.contracts.conftest import NATIVE, PRIORITY_EXPIRY, REQUEST_FEE


def test_locks_and_queues_an_erc20(bridge, token, actors, deposit, chain):
    receipt = deposit(token, 1234, domain=3, owner=actors.bob, sub=5)
    request = Request(DEPOSIT, 0, 5, 2, 0, 3, actors.bob.address, 1234, actors.alice.address)
    now = chain.blocks[receipt.block_number].timestamp
    assert token.balanceOf(bridge) == bridge.held(token) == 1234
    assert bridge.requests() == (0, 1)
    assert bridge.request_hash(0) == request.hash()
    assert bridge.request_time(0) == bridge.oldest_open_request_time() == now
    assert receipt.return_value == 0
    (event,) = receipt.events.filter(bridge.RequestQueued)
    assert event.event_arguments == {
        "request_id": 0,
        "op": DEPOSIT,
        "account": 0,
        "sub_account": 5,
        "token_id": 2,
        "scale": 0,
        "domain": 3,
        "owner": actors.bob.address,
        "units": 1234,
        "payee": actors.alice.address,
        "deadline": now + PRIORITY_EXPIRY,
    }


def test_locks_and_queues_native_value(bridge, actors, deposit):
    deposit(NATIVE, 10**18)
    assert bridge.held(NATIVE) == 10**18
    assert bridge.fees() == REQUEST_FEE
    assert bridge.balance == 10**18 + REQUEST_FEE
    alice = actors.alice.address
    assert bridge.request_hash(0) == Request(DEPOSIT, 0, 0, 1, 0, 0, alice, 10**18, alice).hash()


def test_carries_the_scale_of_the_token(bridge, usd, actors, deposit):
    deposit(usd, 5)
    alice = actors.alice.address
    assert bridge.request_hash(0) == Request(DEPOSIT, 0, 0, 3, 12, 0, alice, 5, alice).hash()


def test_credits_what_arrived_of_a_token_with_a_fee(bridge, odd, actors, deposit):
    odd.set_fee(100, 0, sender=actors.deployer)
    (event,) = deposit(odd, 10_000).events.filter(bridge.RequestQueued)
    assert event.units == bridge.held(odd) == odd.balanceOf(bridge) == 9_900


def test_ignores_a_donation(bridge, token, actors, deposit):
    token.mint(bridge, 77, sender=actors.deployer)
    (event,) = deposit(token, 10).events.filter(bridge.RequestQueued)
    assert event.units == bridge.held(token) == 10


def test_takes_a_token_that_returns_nothing(project, bridge, actors, deposit):
    silent = actors.deployer.deploy(project.NoReturnToken)
    bridge.list_token(9, silent, CAP, sender=actors.lister)
    silent.mint(actors.alice, 50, sender=actors.deployer)
    silent.approve(bridge, 50, sender=actors.alice)
    deposit(silent, 50)
    assert bridge.held(silent) == 50


def test_gives_the_surplus_back(bridge, token, actors, deposit):
    before = actors.alice.balance
    receipt = deposit(token, 10, value=REQUEST_FEE + 555)
    assert before - actors.alice.balance == REQUEST_FEE + receipt.total_fees_paid
    assert bridge.balance == bridge.fees() == REQUEST_FEE


def test_numbers_requests_without_gaps(bridge, token, usd, deposit):
    assert [deposit(coin, 1).return_value for coin in (token, usd, NATIVE)] == [0, 1, 2]
    assert bridge.requests() == (0, 3)


def test_reaches_the_cap_exactly(bridge, token, actors, deposit):
    bridge.set_cap(2, 100, sender=actors.governor)
    deposit(token, 100)
    with ape.reverts("bridge/cap"):
        deposit(token, 1)
    assert bridge.held(token) == 100


def test_refuses_an_unknown_domain(token, deposit):
    deposit(token, domain=8)
    with ape.reverts("bridge/domain"):
        deposit(token, domain=9)


def test_refuses_the_zero_owner(token, deposit):
    with ape.reverts("bridge/owner"):
        deposit(token, owner=ape.utils.ZERO_ADDRESS)


def test_refuses_a_sub_account_out_of_range(token, deposit):
    deposit(token, sub=15)
    with ape.reverts("bridge/sub_account"):
        deposit(token, sub=16)


@pytest.mark.parametrize("amount", [0, 2**128])
def test_refuses_an_amount_out_of_range(bridge, token, actors, deposit, amount):
    token.mint(actors.alice, 2**129, sender=actors.deployer)
    with ape.reverts("bridge/amount"):
        deposit(token, amount)


def test_refuses_an_unlisted_token(project, bridge, actors, deposit):
    other = actors.deployer.deploy(project.Token, "NEW", 18)
    other.mint(actors.alice, MANY, sender=actors.deployer)
    other.approve(bridge, MANY, sender=actors.alice)
    with ape.reverts("bridge/token_unlisted"):
        deposit(other)


def test_refuses_a_paused_token(bridge, token, usd, actors, deposit):
    bridge.pause_deposits(2, sender=actors.guardian)
    with ape.reverts("bridge/deposits_paused"):
        deposit(token)
    deposit(usd)


@pytest.mark.parametrize("coin_id", [1, 2])
def test_refuses_less_native_value_than_due(bridge, token, actors, coin_id):
    coin, due = (NATIVE, 1000 + REQUEST_FEE) if coin_id == 1 else (token, REQUEST_FEE)
    with ape.reverts("bridge/value"):
        bridge.deposit(coin, 1000, 0, actors.alice, 0, sender=actors.alice, value=due - 1)
    bridge.deposit(coin, 1000, 0, actors.alice, 0, sender=actors.alice, value=due)


def test_refuses_a_token_that_answers_false(bridge, odd, actors, deposit):
    odd.set_failure(False, True, sender=actors.deployer)
    with ape.reverts("bridge/pull_refused"):
        deposit(odd)


def test_refuses_a_transfer_of_which_nothing_arrives(bridge, odd, actors, deposit):
    odd.set_fee(10_000, 0, sender=actors.deployer)
    with ape.reverts("bridge/nothing_arrived"):
        deposit(odd)


def test_refuses_surplus_that_the_caller_does_not_take_back(project, bridge, actors):
    wallet = actors.deployer.deploy(project.Callee)
    wallet.set_refuses(True, sender=actors.deployer)
    data = bridge.deposit.encode_input(NATIVE, 100, 1, wallet, 0)
    with ape.reverts("bridge/surplus_refused"):
        wallet.act(bridge, data, 101 + REQUEST_FEE, sender=actors.alice, value=101 + REQUEST_FEE)
    wallet.act(bridge, data, 100 + REQUEST_FEE, sender=actors.alice, value=100 + REQUEST_FEE)


def test_passes_on_why_the_token_reverted(odd, actors, deposit):
    odd.set_failure(True, False, sender=actors.deployer)
    with ape.reverts("odd/fails"):
        deposit(odd)


def test_plain_native_transfers_are_refused(bridge, actors):
    with ape.reverts():
        actors.alice.transfer(bridge, 1)
