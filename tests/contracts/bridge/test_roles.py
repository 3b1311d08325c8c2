"""Who may do what, and what the constructor refuses."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.conftest import DEPLOYMENT_ID, FEE_COLLECTOR, GUARDIAN, LISTER, NATIVE
from tests.support.isolation import isolated

ZERO = ape.utils.ZERO_ADDRESS
NOBODY = "0x" + "be" * 20

CALLS = {
    "list_token": ({"lister"}, lambda bridge, coin: (bridge.list_token, (20, coin, 1))),
    "set_cap": ({"governor", "guardian"}, lambda bridge, coin: (bridge.set_cap, (2, 1))),
    "pause_deposits": ({"guardian"}, lambda bridge, coin: (bridge.pause_deposits, (2,))),
    "resume_deposits": ({"governor"}, lambda bridge, coin: (bridge.resume_deposits, (3,))),
    "collect_fees": ({"fee_collector"}, lambda bridge, coin: (bridge.collect_fees, (NOBODY,))),
    "set_role": ({"governor"}, lambda bridge, coin: (bridge.set_role, (NOBODY, 1, True))),
    "offer_governor": ({"governor"}, lambda bridge, coin: (bridge.offer_governor, (NOBODY,))),
    "settle": ({"rollup"}, lambda bridge, coin: (bridge.settle, (0, 0, []))),
}
EVERYBODY = "rollup governor lister guardian fee_collector stranger".split()


@pytest.mark.parametrize("name", CALLS)
def test_only_its_roles_may_call(project, bridge, usd, actors, deposit, chain, name):
    coin = actors.deployer.deploy(project.Token, "NEW", 18)
    deposit(usd)
    bridge.pause_deposits(3, sender=actors.guardian)
    allowed, prepare = CALLS[name]
    method, arguments = prepare(bridge, coin)
    refusal = "bridge/not_rollup" if name == "settle" else None
    for actor in EVERYBODY:
        with isolated(chain):
            sender = getattr(actors, actor)
            if actor in allowed:
                method(*arguments, sender=sender)
                continue
            with ape.reverts() as caught:
                method(*arguments, sender=sender)
            assert str(caught.value) in ({refusal} if refusal else {"roles/missing", "roles/not_governor"})


def test_governor_gives_and_takes_roles(bridge, actors):
    receipt = bridge.set_role(actors.bob, LISTER | GUARDIAN, True, sender=actors.governor)
    assert receipt.events == [bridge.RoleSet(account=actors.bob, role=3, granted=True)]
    bridge.set_role(actors.bob, LISTER, False, sender=actors.governor)
    assert not bridge.has_role(actors.bob, LISTER)
    assert bridge.has_role(actors.bob, GUARDIAN)
    assert not bridge.has_role(actors.bob, FEE_COLLECTOR)
    assert not bridge.has_role(actors.bob, LISTER | GUARDIAN)


def test_refuses_an_empty_role_or_holder(bridge, actors):
    for holder, role in ((ZERO, 1), (actors.bob, 0)):
        with ape.reverts("roles/empty"):
            bridge.set_role(holder, role, True, sender=actors.governor)


def test_governor_is_handed_over_in_two_steps(bridge, actors):
    bridge.offer_governor(actors.bob, sender=actors.governor)
    assert bridge.governor() == actors.governor
    with ape.reverts("roles/not_offered"):
        bridge.accept_governor(sender=actors.governor)
    bridge.accept_governor(sender=actors.bob)
    assert bridge.governor() == actors.bob
    assert bridge.offered_governor() == ZERO
    with ape.reverts("roles/not_governor"):
        bridge.offer_governor(actors.bob, sender=actors.governor)
    with ape.reverts("roles/not_offered"):
        bridge.accept_governor(sender=actors.bob)


def test_no_role_moves_custody(bridge, token, actors, deposit):
    """What every role together can do leaves `held` and the balance alone."""
    deposit(token, 100)
    deposit(NATIVE, 100)
    bridge.set_role(actors.stranger, 2**256 - 1, True, sender=actors.governor)
    bridge.set_cap(2, 0, sender=actors.stranger)
    bridge.pause_deposits(2, sender=actors.stranger)
    bridge.collect_fees(actors.stranger, sender=actors.stranger)
    assert bridge.held(token) == token.balanceOf(bridge) == 100
    assert bridge.held(NATIVE) == bridge.balance == 100


def test_constructor_stores_what_it_was_given(deploy_bridge, actors):
    bridge = deploy_bridge(chain_id=8, priority_expiry=1)
    assert bridge.chain_id() == 8
    assert bridge.deployment_id() == DEPLOYMENT_ID
    assert bridge.rollup() == actors.rollup
    assert bridge.governor() == actors.governor
    assert bridge.priority_expiry() == 1
    assert bridge.requests() == (0, 0)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("chain_id", 0, "bridge/chain_id"),
        ("chain_id", 9, "bridge/chain_id"),
        ("deployment_id", bytes(32), "bridge/deployment_id"),
        ("rollup", ZERO, "bridge/rollup"),
        ("governor", ZERO, "roles/no_governor"),
        ("account_bits", 0, "bridge/account_bits"),
        ("account_bits", 33, "bridge/account_bits"),
        ("sub_account_bits", 0, "bridge/sub_account_bits"),
        ("sub_account_bits", 9, "bridge/sub_account_bits"),
        ("token_bits", 0, "bridge/token_bits"),
        ("token_bits", 17, "bridge/token_bits"),
        ("priority_expiry", 0, "bridge/expiry_zero"),
        ("queue_bits", 0, "bridge/queue_bits"),
        ("queue_bits", 33, "bridge/queue_bits"),
    ],
)
def test_constructor_refuses(deploy_bridge, field, value, reason):
    with ape.reverts(reason):
        deploy_bridge(**{field: value})


def test_constructor_takes_the_largest_sizes(deploy_bridge):
    deploy_bridge(account_bits=32, sub_account_bits=8, token_bits=16, queue_bits=32)
