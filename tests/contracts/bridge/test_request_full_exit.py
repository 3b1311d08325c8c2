"""request_full_exit: who asks, what is queued, what is refused."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.bridge.model import FULL_EXIT, Request
from tests.contracts.conftest import PRIORITY_EXPIRY, REQUEST_FEE


@pytest.fixture
def ask(bridge, actors):
    def act(account=7, sub=2, token_id=3, recipient=None, **tx):
        recipient = recipient or actors.bob
        tx = {"sender": actors.alice, "value": bridge.request_fee()} | tx
        return bridge.request_full_exit(account, sub, token_id, recipient, **tx)

    return act


def test_queues_what_a_key_asks_under_domain_0(bridge, actors, ask, chain):
    receipt = ask()
    now = chain.blocks[receipt.block_number].timestamp
    request = Request(FULL_EXIT, 7, 2, 3, 12, 0, actors.alice.address, 0, actors.bob.address)
    assert bridge.request_hash(0) == request.hash()
    assert bridge.request_time(0) == now
    (event,) = receipt.events.filter(bridge.RequestQueued)
    assert event.event_arguments == {
        "request_id": 0,
        "op": FULL_EXIT,
        "account": 7,
        "sub_account": 2,
        "token_id": 3,
        "scale": 12,
        "domain": 0,
        "owner": actors.alice.address,
        "units": 0,
        "payee": actors.bob.address,
        "deadline": now + PRIORITY_EXPIRY,
    }


def test_queues_what_a_contract_asks_under_the_chain_s_domain(project, deploy_bridge, listed, actors):
    bridge = listed(deploy_bridge(chain_id=4))
    wallet = actors.deployer.deploy(project.Callee)
    data = bridge.request_full_exit.encode_input(7, 2, 3, actors.bob)
    wallet.act(bridge, data, REQUEST_FEE, sender=actors.alice, value=REQUEST_FEE)
    request = Request(FULL_EXIT, 7, 2, 3, 12, 4, wallet.address, 0, actors.bob.address)
    assert bridge.request_hash(0) == request.hash()


def test_leaves_custody_alone_and_gives_the_surplus_back(bridge, actors, ask):
    before = actors.alice.balance
    receipt = ask(value=REQUEST_FEE + 9)
    assert before - actors.alice.balance == REQUEST_FEE + receipt.total_fees_paid
    assert bridge.balance == bridge.fees() == REQUEST_FEE


def test_may_name_the_fee_account(ask):
    ask(account=0)


def test_works_while_deposits_are_paused(bridge, actors, ask):
    bridge.pause_deposits(3, sender=actors.guardian)
    bridge.set_cap(3, 0, sender=actors.guardian)
    ask()


def test_refuses_the_reserve_account(ask):  # FEX-1
    with ape.reverts("bridge/reserve_account"):
        ask(account=1)


def test_refuses_an_account_out_of_range(ask):
    ask(account=2**12 - 1)
    with ape.reverts("bridge/account"):
        ask(account=2**12)


def test_refuses_a_sub_account_out_of_range(ask):
    ask(sub=15)
    with ape.reverts("bridge/sub_account"):
        ask(sub=16)


def test_refuses_the_zero_recipient(ask):
    with ape.reverts("bridge/recipient"):
        ask(recipient=ape.utils.ZERO_ADDRESS)


@pytest.mark.parametrize("token_id", [0, 5])
def test_refuses_an_unlisted_token(ask, token_id):
    with ape.reverts("bridge/token_unlisted"):
        ask(token_id=token_id)


def test_refuses_less_than_the_fee(ask):
    with ape.reverts("bridge/value"):
        ask(value=REQUEST_FEE - 1)


def test_refuses_surplus_that_the_caller_does_not_take_back(project, bridge, actors):
    wallet = actors.deployer.deploy(project.Callee)
    wallet.set_refuses(True, sender=actors.deployer)
    data = bridge.request_full_exit.encode_input(7, 2, 3, actors.bob)
    with ape.reverts("bridge/surplus_refused"):
        wallet.act(bridge, data, REQUEST_FEE + 1, sender=actors.alice, value=REQUEST_FEE + 1)
