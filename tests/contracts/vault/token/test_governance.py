"""Caps, limits, flash settings: who may set what, and to what."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import WAD, ZERO
from tests.support.isolation import isolated

CAP, MINT, BURN, FLASH = 10**6 * WAD, 1_000 * WAD, 500 * WAD, 10_000 * WAD

CALLS = {
    "set_facilitator": ({"governor", "guardian"}, lambda token, people: (people.vault, CAP)),
    "set_bridge_limits": ({"governor", "guardian"}, lambda token, people: (people.bridge, MINT, BURN)),
    "set_flash": ({"governor", "guardian"}, lambda token, people: (FLASH, 0)),
    "lift_quarantine": ({"governor"}, lambda token, people: (people.vault,)),
    "mint": ({"vault"}, lambda token, people: (people.alice, 1)),
    "burn_and_collect": ({"vault"}, lambda token, people: (people.alice, 1, 1)),
    "set_quarantine": ({"vault"}, lambda token, people: (True,)),
    "crosschainMint": ({"bridge"}, lambda token, people: (people.alice, 1)),
    "set_role": ({"governor"}, lambda token, people: (people.alice, 1, True)),
    "offer_governor": ({"governor"}, lambda token, people: (people.alice,)),
}
EVERYBODY = "deployer governor guardian vault bridge stranger".split()
REFUSALS = {"roles/missing", "roles/not_governor", "token/not_facilitator", "token/bridge_limit"}


@pytest.mark.parametrize("name", CALLS)
def test_only_its_roles_may_call(zusd, people, chain, name):
    zusd.mint(people.alice, 10, sender=people.vault)
    allowed, arguments = CALLS[name]
    for actor in EVERYBODY:
        with isolated(chain):
            call, values = getattr(zusd, name), arguments(zusd, people)
            if actor in allowed:
                call(*values, sender=getattr(people, actor))
                continue
            with ape.reverts() as caught:
                call(*values, sender=getattr(people, actor))
            assert str(caught.value) in REFUSALS


def test_nothing_of_the_modules_beneath_is_exposed(zusd):
    """Who deployed it owns nothing: no minter, no owner, no plain burn."""
    names = {abi.name for abi in zusd.contract_type.abi if abi.type == "function"}
    assert not names & {"set_minter", "is_minter", "owner", "transfer_ownership", "renounce_ownership", "burn"}


def test_set_facilitator_keeps_the_level(zusd, people):
    zusd.mint(people.alice, 10, sender=people.vault)
    receipt = zusd.set_facilitator(people.vault, 2**128 - 1, sender=people.governor)
    assert receipt.events == [zusd.FacilitatorSet(facilitator=people.vault, cap=2**128 - 1)]
    assert (zusd.cap(people.vault), zusd.level(people.vault)) == (2**128 - 1, 10)


def test_set_facilitator_refuses(zusd, people):
    with ape.reverts("token/facilitator"):
        zusd.set_facilitator(ZERO, 1, sender=people.governor)
    with ape.reverts("token/cap_range"):
        zusd.set_facilitator(people.alice, 2**128, sender=people.governor)


def test_set_bridge_limits_stores(zusd, people):
    receipt = zusd.set_bridge_limits(people.other_bridge, 2**96 - 1, 5, sender=people.governor)
    assert receipt.events == [zusd.BridgeLimitsSet(bridge=people.other_bridge, mint_limit=2**96 - 1, burn_limit=5)]
    assert zusd.mintingMaxLimitOf(people.other_bridge) == zusd.mintingCurrentLimitOf(people.other_bridge) == 2**96 - 1
    assert zusd.burningMaxLimitOf(people.other_bridge) == zusd.burningCurrentLimitOf(people.other_bridge) == 5


def test_set_bridge_limits_refuses(zusd, people):
    with ape.reverts("token/bridge"):
        zusd.set_bridge_limits(ZERO, 1, 1, sender=people.governor)
    for limits in ((2**96, 0), (0, 2**96)):
        with ape.reverts("token/limit_range"):
            zusd.set_bridge_limits(people.bridge, *limits, sender=people.governor)


def test_set_flash_stores(zusd, people):
    receipt = zusd.set_flash(2**128 - 1, 10_000, sender=people.governor)
    assert receipt.events == [zusd.FlashSet(cap=2**128 - 1, fee=10_000)]
    assert zusd.maxFlashLoan(zusd) == 2**128 - 1
    assert zusd.flashFee(zusd, 100) == 1


def test_set_flash_refuses(zusd, people):
    with ape.reverts("token/cap_range"):
        zusd.set_flash(2**128, 0, sender=people.governor)
    with ape.reverts("token/fee_range"):
        zusd.set_flash(1, 10_001, sender=people.governor)


def test_a_guardian_only_lowers(zusd, people):
    higher = (
        (zusd.set_facilitator, (people.vault, CAP + 1)),
        (zusd.set_bridge_limits, (people.bridge, MINT + 1, BURN)),
        (zusd.set_bridge_limits, (people.bridge, MINT, BURN + 1)),
        (zusd.set_flash, (FLASH + 1, 0)),
        (zusd.set_flash, (FLASH, 1)),
    )
    for call, values in higher:
        with ape.reverts("token/only_lower"):
            call(*values, sender=people.guardian)
    zusd.set_facilitator(people.vault, CAP - 1, sender=people.guardian)
    zusd.set_bridge_limits(people.bridge, MINT - 1, BURN - 1, sender=people.guardian)
    zusd.set_flash(FLASH - 1, 0, sender=people.guardian)
    assert zusd.cap(people.vault) == CAP - 1


def test_constructor_refuses(project, people):
    with ape.reverts("token/custodian"):
        people.deployer.deploy(project.StableToken, people.governor, ZERO)
    with ape.reverts("roles/no_governor"):
        people.deployer.deploy(project.StableToken, ZERO, people.bridge)
