"""Random use of every way to change the supply, against a model of integers: PCD-I2, levels, limits, balances."""

from __future__ import annotations

import ape
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import WAD
from tests.support.isolation import isolated

LIMIT = 10**6 * WAD
amounts = st.integers(0, 400).map(lambda whole: whole * WAD)
actions = st.sampled_from(["mint", "burn", "come", "leave", "send", "flash", "quarantine"])


class Model:
    """Balances of alice and the bridge, level, bridged totals; one facilitator, one bridge with limits out of reach."""

    def __init__(self):
        self.alice = self.bridge = self.level = self.came = self.left = self.collected = 0
        self.quarantined = False

    @property
    def supply(self):
        return self.level + self.came - self.left

    def refuses(self, action, amount):
        return {
            "burn": amount > self.level or amount > self.alice,
            "leave": self.quarantined or amount > self.bridge,
            "send": self.quarantined or amount > self.alice,
        }.get(action, False)

    def apply(self, action, amount):
        if action == "mint":
            self.alice, self.level = self.alice + amount, self.level + amount
        elif action == "burn":
            self.alice, self.level = self.alice - amount, self.level - amount
        elif action == "come":
            self.bridge, self.came = self.bridge + amount, self.came + amount
        elif action == "leave":
            self.bridge, self.left = self.bridge - amount, self.left + amount
        elif action == "send":
            self.alice, self.bridge = self.alice - amount, self.bridge + amount
        elif action == "quarantine":
            self.quarantined = not self.quarantined


def act(zusd, people, borrower, model, action, amount):
    calls = {
        "mint": lambda: zusd.mint(people.alice, amount, sender=people.vault),
        "burn": lambda: zusd.burn_and_collect(people.alice, amount, 0, sender=people.vault),
        "come": lambda: zusd.crosschainMint(people.bridge, amount, sender=people.bridge),
        "leave": lambda: zusd.crosschainBurn(people.bridge, amount, sender=people.bridge),
        "send": lambda: zusd.transfer(people.bridge, amount, sender=people.alice),
        "flash": lambda: borrower.borrow(zusd, amount, b"", sender=people.stranger),
        "quarantine": lambda: zusd.set_quarantine(not model.quarantined, sender=people.vault),
    }
    return calls[action]()


@settings(max_examples=12, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(actions, amounts), min_size=3, max_size=12))
def test_supply_is_what_was_issued_and_bridged(project, zusd, people, chain, steps):
    with isolated(chain):
        borrower = people.deployer.deploy(project.FlashBorrower)
        borrower.prepare(borrower.answer(), 2**256 - 1, "0x" + "00" * 20, b"", sender=people.deployer)
        zusd.set_bridge_limits(people.bridge, LIMIT, LIMIT, sender=people.governor)
        model = Model()
        for action, amount in steps:
            if model.refuses(action, amount):
                with ape.reverts():
                    act(zusd, people, borrower, model, action, amount)
            else:
                act(zusd, people, borrower, model, action, amount)
                model.apply(action, amount)
            if action == "flash":
                assert borrower.seen_open() == amount
                assert borrower.seen_supply() == model.supply + amount
            assert zusd.totalSupply() == model.supply
            assert zusd.level(people.vault) == model.level
            assert (zusd.bridged_in(), zusd.bridged_out()) == (model.came, model.left)
            assert (zusd.balanceOf(people.alice), zusd.balanceOf(people.bridge)) == (model.alice, model.bridge)
            assert zusd.flash_open() == 0
