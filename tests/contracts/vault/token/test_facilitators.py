"""mint, burn_and_collect, caps and levels, quarantine."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import WAD, ZERO

CAP = 10**6 * WAD


def test_mint_issues_and_raises_the_level(zusd, people):
    receipt = zusd.mint(people.alice, 100, sender=people.vault)
    assert receipt.events == [zusd.Transfer(sender=ZERO, receiver=people.alice, value=100)]
    assert zusd.balanceOf(people.alice) == zusd.totalSupply() == zusd.level(people.vault) == 100
    assert zusd.cap(people.vault) == CAP


def test_mint_reaches_the_cap_exactly(zusd, people):
    zusd.mint(people.alice, 1, sender=people.vault)
    with ape.reverts("token/cap"):
        zusd.mint(people.alice, CAP, sender=people.vault)
    zusd.mint(people.alice, CAP - 1, sender=people.vault)
    assert zusd.level(people.vault) == CAP


@pytest.mark.parametrize("amount", [2**128, 2**256 - 1])
def test_mint_refuses_what_would_carry_into_the_cap(zusd, people, amount):
    with ape.reverts("token/cap"):
        zusd.mint(people.alice, amount, sender=people.vault)


def test_mint_refuses_the_zero_address(zusd, people):
    with ape.reverts("erc20: mint to the zero address"):
        zusd.mint(ZERO, 1, sender=people.vault)


def test_burn_and_collect_burns_and_takes(zusd, people):
    zusd.mint(people.alice, 100, sender=people.vault)
    receipt = zusd.burn_and_collect(people.alice, 60, 15, sender=people.vault)
    assert receipt.events == [
        zusd.Transfer(sender=people.alice, receiver=ZERO, value=60),
        zusd.Transfer(sender=people.alice, receiver=people.vault, value=15),
    ]
    assert zusd.balanceOf(people.alice) == 25
    assert zusd.balanceOf(people.vault) == 15
    assert zusd.level(people.vault) == zusd.totalSupply() == 40


def test_burn_and_collect_of_nothing_collected_moves_nothing(zusd, people):
    zusd.mint(people.alice, 100, sender=people.vault)
    receipt = zusd.burn_and_collect(people.alice, 60, 0, sender=people.vault)
    assert receipt.events == [zusd.Transfer(sender=people.alice, receiver=ZERO, value=60)]


def test_refuses_to_burn_what_another_issued(zusd, people):
    zusd.set_facilitator(people.other_vault, CAP, sender=people.governor)
    zusd.mint(people.alice, 100, sender=people.vault)
    zusd.mint(people.alice, 40, sender=people.other_vault)
    with ape.reverts("token/level"):
        zusd.burn_and_collect(people.alice, 41, 0, sender=people.other_vault)
    zusd.burn_and_collect(people.alice, 40, 0, sender=people.other_vault)
    assert (zusd.level(people.vault), zusd.level(people.other_vault)) == (100, 0)


@pytest.mark.parametrize(("burned", "collected"), [(101, 0), (60, 41)])
def test_burn_and_collect_refuses_more_than_the_owner_has(zusd, people, burned, collected):
    zusd.mint(people.alice, 100, sender=people.vault)
    zusd.mint(people.bob, 100, sender=people.vault)
    with ape.reverts():
        zusd.burn_and_collect(people.alice, burned, collected, sender=people.vault)


def test_a_facilitator_without_cap_may_still_burn(zusd, people):
    zusd.mint(people.alice, 100, sender=people.vault)
    zusd.set_facilitator(people.vault, 0, sender=people.governor)
    with ape.reverts("token/cap"):
        zusd.mint(people.alice, 1, sender=people.vault)
    zusd.burn_and_collect(people.alice, 100, 0, sender=people.vault)
    assert zusd.totalSupply() == 0


def test_only_facilitators_issue(zusd, people):
    zusd.mint(people.alice, 100, sender=people.vault)
    for sender in (people.stranger, people.governor, people.deployer, people.bridge, people.guardian):
        for call, arguments in (
            (zusd.mint, (people.alice, 1)),
            (zusd.burn_and_collect, (people.alice, 1, 0)),
            (zusd.set_quarantine, (True,)),
        ):
            with ape.reverts("token/not_facilitator"):
                call(*arguments, sender=sender)


def test_quarantine_stops_transfers_to_the_custodian_only(zusd, people):
    zusd.mint(people.alice, 100, sender=people.vault)
    zusd.approve(people.bob, 100, sender=people.alice)
    receipt = zusd.set_quarantine(True, sender=people.vault)
    assert receipt.events == [zusd.QuarantineSet(facilitator=people.vault, quarantined=True)]
    assert zusd.quarantined()
    with ape.reverts("token/quarantined"):
        zusd.transfer(people.bridge, 1, sender=people.alice)
    with ape.reverts("token/quarantined"):
        zusd.transferFrom(people.alice, people.bridge, 1, sender=people.bob)
    zusd.transfer(people.bob, 1, sender=people.alice)
    zusd.transferFrom(people.alice, people.bob, 1, sender=people.bob)
    zusd.burn_and_collect(people.alice, 1, 0, sender=people.vault)
    zusd.set_quarantine(False, sender=people.vault)
    assert not zusd.quarantined()
    zusd.transfer(people.bridge, 1, sender=people.alice)
    zusd.transfer(people.alice, 1, sender=people.bridge)


def test_quarantine_lasts_until_the_last_facilitator_lifts_it(zusd, people):
    zusd.set_facilitator(people.other_vault, CAP, sender=people.governor)
    for vault in (people.vault, people.other_vault):
        zusd.set_quarantine(True, sender=vault)
    assert zusd.set_quarantine(True, sender=people.vault).events == []
    zusd.set_quarantine(False, sender=people.vault)
    assert zusd.quarantined()
    zusd.lift_quarantine(people.other_vault, sender=people.governor)
    assert not zusd.quarantined()
    assert zusd.lift_quarantine(people.other_vault, sender=people.governor).events == []
