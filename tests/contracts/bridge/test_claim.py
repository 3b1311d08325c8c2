"""claim: a pull by anyone to the recorded recipient; whatever goes wrong stays with that claim."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.bridge.conftest import CAP
from tests.contracts.conftest import NATIVE


def test_anyone_makes_the_recipient_be_paid(bridge, token, actors, deposit, credit):
    deposit(token, 100)
    credit(actors.bob, 2, 60)
    receipt = bridge.claim(actors.bob, token, sender=actors.stranger)
    assert token.balanceOf(actors.bob) == 60
    assert bridge.held(token) == token.balanceOf(bridge) == 40
    assert bridge.pending(actors.bob, token) == 0
    assert receipt.return_value == 60
    assert receipt.events == [
        bridge.Claimed(recipient=actors.bob, token=token, units=60),
        token.Transfer(sender=bridge, receiver=actors.bob, amount=60),
    ]


def test_pays_native_value(bridge, actors, deposit, credit):
    deposit(NATIVE, 100)
    credit(actors.bob, 1, 60)
    before, fees = actors.bob.balance, bridge.fees()
    bridge.claim(actors.bob, NATIVE, sender=actors.stranger)
    assert actors.bob.balance - before == 60
    assert bridge.held(NATIVE) == 40
    assert bridge.balance == 40 + fees


def test_pays_all_credits_at_once(bridge, token, actors, deposit, credit):
    deposit(token, 100)
    credit(actors.bob, 2, 1)
    credit(actors.bob, 2, 2)
    assert bridge.pending(actors.bob, token) == 3
    bridge.claim(actors.bob, token, sender=actors.stranger)
    assert token.balanceOf(actors.bob) == 3


def test_pays_a_token_that_returns_nothing(project, bridge, actors, deposit, credit):
    silent = actors.deployer.deploy(project.NoReturnToken)
    bridge.list_token(9, silent, CAP, sender=actors.lister)
    silent.mint(actors.alice, 50, sender=actors.deployer)
    silent.approve(bridge, 50, sender=actors.alice)
    deposit(silent, 50)
    credit(actors.bob, 9, 50)
    bridge.claim(actors.bob, silent, sender=actors.bob)
    assert silent.balanceOf(actors.bob) == 50


def test_a_fee_on_transfer_is_the_recipient_s(bridge, odd, actors, deposit, credit):
    deposit(odd, 10_000)
    odd.set_fee(100, 0, sender=actors.deployer)
    credit(actors.bob, 4, 10_000)
    bridge.claim(actors.bob, odd, sender=actors.bob)
    assert odd.balanceOf(actors.bob) == 9_900
    assert bridge.held(odd) == odd.balanceOf(bridge) == 0


def test_works_while_deposits_are_paused_and_capped(bridge, token, actors, deposit, credit):
    deposit(token, 100)
    credit(actors.bob, 2, 100)
    bridge.pause_deposits(2, sender=actors.guardian)
    bridge.set_cap(2, 0, sender=actors.guardian)
    bridge.claim(actors.bob, token, sender=actors.stranger)


def test_a_blocked_recipient_blocks_nobody_else(bridge, usd, actors, deposit, credit):
    deposit(usd, 100)
    credit(actors.bob, 3, 10)
    credit(actors.carol, 3, 20)
    usd.blacklist(actors.bob, True, sender=actors.deployer)
    with ape.reverts("usd/blacklisted"):
        bridge.claim(actors.bob, usd, sender=actors.stranger)
    bridge.claim(actors.carol, usd, sender=actors.stranger)
    assert bridge.pending(actors.bob, usd) == 10
    usd.blacklist(actors.bob, False, sender=actors.deployer)
    bridge.claim(actors.bob, usd, sender=actors.stranger)
    assert (usd.balanceOf(actors.bob), usd.balanceOf(actors.carol)) == (10, 20)


def test_a_receiver_that_reverts_fails_its_own_claim_only(project, bridge, actors, deposit, credit):
    wallet = actors.deployer.deploy(project.Callee)
    wallet.set_refuses(True, sender=actors.deployer)
    deposit(NATIVE, 100)
    credit(wallet, 1, 10)
    credit(actors.bob, 1, 20)
    with ape.reverts("bridge/payout_refused"):
        bridge.claim(wallet, NATIVE, sender=actors.stranger)
    bridge.claim(actors.bob, NATIVE, sender=actors.stranger)
    assert bridge.pending(wallet, NATIVE) == 10
    wallet.set_refuses(False, sender=actors.deployer)
    bridge.claim(wallet, NATIVE, sender=actors.stranger)
    assert wallet.balance == 10


def test_refuses_when_nothing_is_pending(bridge, token, usd, actors, deposit, credit):
    deposit(token, 100)
    credit(actors.bob, 2, 10)
    for recipient, coin in ((actors.alice, token), (actors.bob, usd)):
        with ape.reverts("bridge/nothing_pending"):
            bridge.claim(recipient, coin, sender=actors.stranger)
    bridge.claim(actors.bob, token, sender=actors.stranger)
    with ape.reverts("bridge/nothing_pending"):  # a second time
        bridge.claim(actors.bob, token, sender=actors.stranger)


def test_refuses_an_unlisted_token(bridge, actors):
    with ape.reverts("bridge/token_unlisted"):
        bridge.claim(actors.bob, actors.stranger, sender=actors.bob)


def test_refuses_more_than_is_held(bridge, token, actors, deposit, credit):
    """Nor does a donation pay for it."""
    deposit(token, 100)
    token.mint(bridge, 1000, sender=actors.deployer)
    credit(actors.bob, 2, 101)
    with ape.reverts("bridge/not_held"):
        bridge.claim(actors.bob, token, sender=actors.bob)


def test_refuses_a_token_that_answers_false(bridge, odd, actors, deposit, credit):
    deposit(odd, 100)
    credit(actors.bob, 4, 10)
    odd.set_failure(False, True, sender=actors.deployer)
    with ape.reverts("bridge/payout_refused"):
        bridge.claim(actors.bob, odd, sender=actors.bob)


@pytest.mark.parametrize("extra_bps", [1, 5000])
def test_refuses_a_token_that_takes_more_than_it_was_told(bridge, odd, actors, deposit, credit, extra_bps):
    deposit(odd, 100_000)
    credit(actors.bob, 4, 10_000)
    odd.set_fee(0, extra_bps, sender=actors.deployer)
    with ape.reverts("bridge/overdrawn"):
        bridge.claim(actors.bob, odd, sender=actors.bob)
    assert bridge.held(odd) == odd.balanceOf(bridge) == 100_000
