"""The bridge in front of a real dollar token (proxy, 6 decimals, blocklist), on a fork."""

from __future__ import annotations

import ape
import pytest
from ape import Contract, accounts

pytestmark = pytest.mark.fork

MILLION = 10**12
REQUEST_FEE = 10**14
ABI = [
    {"type": "function", "name": name, "stateMutability": state, "inputs": inputs, "outputs": outputs}
    for name, state, inputs, outputs in (
        ("decimals", "view", [], [{"name": "", "type": "uint8"}]),
        ("balanceOf", "view", [{"name": "holder", "type": "address"}], [{"name": "", "type": "uint256"}]),
        (
            "approve",
            "nonpayable",
            [{"name": "spender", "type": "address"}, {"name": "amount", "type": "uint256"}],
            [{"name": "", "type": "bool"}],
        ),
    )
]


@pytest.fixture
def people(fork, origin):
    whale = accounts[origin.whale]  # impersonated
    fork.set_balance(whale.address, 10**20)
    me, recipient = accounts.test_accounts[0], accounts.test_accounts[1]
    return me, whale, recipient


@pytest.fixture
def dollar(origin, fork):
    return Contract(origin.dollar, abi=ABI)


@pytest.fixture
def bridge(project, people, dollar):
    me, *_ = people
    bridge = me.deploy(project.Bridge, 1, b"\1" * 32, me, me, 24, 5, 16, 7 * 86400, REQUEST_FEE, 14)
    bridge.set_role(me, 7, True, sender=me)
    bridge.list_token(2, dollar, 10**15, sender=me)
    return bridge


def test_reads_its_decimals(bridge, dollar):
    assert bridge.token_info(dollar.address).decimals == dollar.decimals() == 6


def test_a_deposit_comes_in_and_goes_out(bridge, dollar, people):
    me, whale, recipient = people
    dollar.approve(bridge, 2**256 - 1, sender=whale)
    before = dollar.balanceOf(recipient)
    receipt = bridge.deposit(dollar.address, MILLION, 0, whale, 0, sender=whale, value=REQUEST_FEE)
    (event,) = receipt.events.filter(bridge.RequestQueued)
    assert (event.units, event.scale) == (MILLION, 12)
    assert bridge.held(dollar.address) == dollar.balanceOf(bridge) == MILLION
    bridge.settle(0, 1, [(recipient, 2, MILLION)], sender=me)
    bridge.claim(recipient, dollar.address, sender=me)
    assert dollar.balanceOf(recipient) - before == MILLION
    assert bridge.held(dollar.address) == dollar.balanceOf(bridge) == 0


def test_a_claim_that_the_token_refuses_keeps_its_balance(bridge, dollar, people):
    """A dollar token takes no transfer to the zero address."""
    me, whale, recipient = people
    dollar.approve(bridge, MILLION, sender=whale)
    bridge.deposit(dollar.address, MILLION, 0, whale, 0, sender=whale, value=REQUEST_FEE)
    zero = ape.utils.ZERO_ADDRESS
    bridge.settle(0, 1, [(zero, 2, 1), (recipient, 2, 2)], sender=me)
    with ape.reverts():
        bridge.claim(zero, dollar.address, sender=me)
    assert bridge.pending(zero, dollar.address) == 1
    bridge.claim(recipient, dollar.address, sender=me)
    assert dollar.balanceOf(bridge) == MILLION - 2
