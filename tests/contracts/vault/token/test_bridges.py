"""ERC-7802 entry points and the refilling limits of ERC-7281."""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import DAY, WAD, ZERO
from tests.support.isolation import isolated

MINT, BURN = 1_000 * WAD, 500 * WAD


def test_crosschain_mint_issues_without_a_level(zusd, people):
    receipt = zusd.crosschainMint(people.alice, 7, sender=people.bridge)
    assert receipt.events == [
        zusd.Transfer(sender=ZERO, receiver=people.alice, value=7),
        zusd.CrosschainMint(to=people.alice, amount=7, sender=people.bridge),
    ]
    assert (zusd.bridged_in(), zusd.bridged_out(), zusd.totalSupply()) == (7, 0, 7)
    assert zusd.level(people.vault) == 0


def test_crosschain_burn_of_the_bridge_itself(zusd, people):
    zusd.mint(people.bridge, 10, sender=people.vault)
    receipt = zusd.crosschainBurn(people.bridge, 7, sender=people.bridge)
    assert receipt.events == [
        zusd.Transfer(sender=people.bridge, receiver=ZERO, value=7),
        zusd.CrosschainBurn(owner=people.bridge, amount=7, sender=people.bridge),
    ]
    assert (zusd.bridged_in(), zusd.bridged_out(), zusd.totalSupply()) == (0, 7, 3)
    assert zusd.level(people.vault) == 10


def test_crosschain_burn_of_others_needs_their_allowance(zusd, people):
    zusd.mint(people.alice, 10, sender=people.vault)
    with ape.reverts("erc20: insufficient allowance"):
        zusd.crosschainBurn(people.alice, 7, sender=people.bridge)
    zusd.approve(people.bridge, 8, sender=people.alice)
    zusd.crosschainBurn(people.alice, 7, sender=people.bridge)
    assert zusd.allowance(people.alice, people.bridge) == 1


def test_nobody_else_has_a_limit(zusd, people):
    zusd.mint(people.stranger, 1, sender=people.vault)
    for sender in (people.stranger, people.governor, people.vault, people.other_bridge):
        with ape.reverts("token/bridge_limit"):
            zusd.crosschainMint(people.alice, 1, sender=sender)
        with ape.reverts("token/bridge_limit"):
            zusd.crosschainBurn(sender, 1, sender=sender)


def test_limits_are_reached_exactly_and_apart(zusd, people):
    zusd.mint(people.bridge, BURN + 1, sender=people.vault)
    for call, who, limit in ((zusd.crosschainMint, people.alice, MINT), (zusd.crosschainBurn, people.bridge, BURN)):
        with ape.reverts("token/bridge_limit"):
            call(who, limit + 1, sender=people.bridge)
        call(who, limit, sender=people.bridge)
    assert zusd.mintingMaxLimitOf(people.bridge) == MINT
    assert zusd.burningMaxLimitOf(people.bridge) == BURN


def test_a_used_limit_refills_in_a_day(zusd, people, chain):
    zusd.crosschainMint(people.alice, MINT, sender=people.bridge)
    zusd.mint(people.bridge, BURN, sender=people.vault)
    zusd.crosschainBurn(people.bridge, BURN, sender=people.bridge)
    before = chain.blocks.head.timestamp
    for part in (4, 2, 1):
        chain.mine(timestamp=before + DAY // part)
        assert zusd.mintingCurrentLimitOf(people.bridge) == pytest.approx(MINT // part, rel=1e-3)
        assert zusd.burningCurrentLimitOf(people.bridge) == pytest.approx(BURN // part, rel=1e-3)
    chain.mine(timestamp=before + 40 * DAY)
    assert zusd.mintingCurrentLimitOf(people.bridge) == MINT


def test_quarantine_keeps_zusd_from_leaving_and_lets_it_come(zusd, people):
    zusd.mint(people.bridge, 10, sender=people.vault)
    zusd.set_quarantine(True, sender=people.vault)
    with ape.reverts("token/quarantined"):
        zusd.crosschainBurn(people.bridge, 1, sender=people.bridge)
    zusd.crosschainMint(people.bridge, 1, sender=people.bridge)


@pytest.mark.parametrize("direction", [0, 1])
def test_a_new_limit_does_not_give_back_what_was_used(zusd, people, direction):
    zusd.mint(people.bridge, BURN, sender=people.vault)
    zusd.crosschainMint(people.alice, 400 * WAD, sender=people.bridge)
    zusd.crosschainBurn(people.bridge, 400 * WAD, sender=people.bridge)
    current = (zusd.mintingCurrentLimitOf, zusd.burningCurrentLimitOf)[direction]
    for limit, left in ((600 * WAD, 200 * WAD), (300 * WAD, 0)):
        zusd.set_bridge_limits(people.bridge, limit, limit, sender=people.governor)
        assert current(people.bridge) == pytest.approx(left, abs=WAD)


def test_answers_for_its_interfaces(zusd):
    assert zusd.supportsInterface("0x33331994")
    assert zusd.supportsInterface("0x01ffc9a7")
    assert not zusd.supportsInterface("0xffffffff")
    mint, burn = (int.from_bytes(keccak(text=f"crosschain{name}(address,uint256)")[:4]) for name in ("Mint", "Burn"))
    assert mint ^ burn == 0x33331994


@settings(max_examples=8, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 20 * 3600), st.integers(0, 100)), min_size=1, max_size=8))
def test_no_day_passes_more_than_twice_the_limit(zusd, people, chain, steps):
    """For a bridge, every window of 24 hours."""
    with isolated(chain):
        passed: list[tuple[int, int]] = []
        for wait, percent in steps:
            chain.mine(timestamp=chain.blocks.head.timestamp + wait + 1)
            amount = zusd.mintingCurrentLimitOf(people.bridge) * percent // 100
            receipt = zusd.crosschainMint(people.alice, amount, sender=people.bridge)
            passed.append((chain.blocks[receipt.block_number].timestamp, amount))
        for start, _ in passed:
            assert sum(amount for time, amount in passed if start <= time < start + DAY) <= 2 * MINT
