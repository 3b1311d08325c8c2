"""Every call the bridge makes outwards x every entry point that moves value: the one lock holds.

The attacker is everything at once (rollup, fee collector, owner of pending balances, depositor), so that the lock is
all that stands in its way: each inner call succeeds when it is made from outside a hook.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.contracts.conftest import FEE_COLLECTOR, NATIVE, REQUEST_FEE
from tests.support.isolation import isolated

SURPLUS = 5


@pytest.fixture(scope="module")
def stage(project, deploy_bridge, listed, odd, actors):
    attacker = actors.deployer.deploy(project.Callee)
    bridge = listed(deploy_bridge(rollup=attacker.address))
    bridge.set_role(attacker, FEE_COLLECTOR, True, sender=actors.governor)
    odd.mint(attacker, 10**6, sender=actors.deployer)

    def act(target, data, value=0):
        attacker.act(target, data, value, sender=actors.alice, value=value)

    act(odd, odd.approve.encode_input(bridge, 10**6))
    fee = REQUEST_FEE
    bridge.deposit(NATIVE, 1000, 0, actors.alice, 0, sender=actors.alice, value=1000 + fee)
    bridge.deposit(odd, 1000, 0, actors.alice, 0, sender=actors.alice, value=fee)
    act(bridge, bridge.settle.encode_input(0, 0, [(attacker, 1, 100), (attacker, 4, 100)]))
    odd.set_callee(attacker, sender=actors.deployer)

    encode = SimpleNamespace(
        deposit_token=(bridge.deposit.encode_input(odd, 10, 0, attacker, 0), fee),
        deposit_native=(bridge.deposit.encode_input(NATIVE, 10, 0, attacker, 0), fee + 10),
        request_full_exit=(bridge.request_full_exit.encode_input(2, 0, 1, attacker), fee),
        claim_token=(bridge.claim.encode_input(attacker, odd), 0),
        claim_native=(bridge.claim.encode_input(attacker, NATIVE), 0),
        settle=(bridge.settle.encode_input(0, 1, [(attacker, 1, 100)]), 0),
        collect_fees=(bridge.collect_fees.encode_input(attacker), 0),
    )
    return SimpleNamespace(attacker=attacker, bridge=bridge, odd=odd, act=act, calls=vars(encode), alice=actors.alice)


# the outer call, and the native value beyond its fee that makes the bridge call back
HOOKS = {
    "deposit_token": 0,  # the token's transferFrom
    "claim_token": 0,  # the token's transfer
    "claim_native": 0,  # the receiver
    "collect_fees": 0,  # the receiver
    "deposit_native": SURPLUS,  # the surplus given back
    "request_full_exit": SURPLUS,
}
ENTRIES = [
    "deposit_token",
    "deposit_native",
    "request_full_exit",
    "claim_token",
    "claim_native",
    "settle",
    "collect_fees",
]


def snapshot(stage):
    bridge, odd, attacker = stage.bridge, stage.odd, stage.attacker
    return (
        bridge.requests(),
        bridge.fees(),
        bridge.held(NATIVE),
        bridge.held(odd),
        bridge.balance,
        odd.balanceOf(bridge),
        bridge.pending(attacker, NATIVE),
        bridge.pending(attacker, odd),
    )


@pytest.mark.parametrize("hook", HOOKS)
def test_no_entry_point_can_be_entered_from(stage, hook, chain):
    data, value = stage.calls[hook]
    value += HOOKS[hook]
    with isolated(chain):
        stage.act(stage.bridge, data, value)
        undisturbed = snapshot(stage)
    for entry in ENTRIES:
        inner, inner_value = stage.calls[entry]
        with isolated(chain):
            stage.attacker.arm(stage.bridge, inner, inner_value, sender=stage.alice, value=inner_value)
            stage.act(stage.bridge, data, value)
            assert (stage.attacker.calls(), stage.attacker.succeeded()) == (1, 0), entry
            assert snapshot(stage) == undisturbed, entry


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_same_calls_succeed_from_outside(stage, entry):
    data, value = stage.calls[entry]
    before = snapshot(stage)
    stage.act(stage.bridge, data, value)
    assert snapshot(stage) != before
