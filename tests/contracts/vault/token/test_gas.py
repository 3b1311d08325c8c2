"""Gas of whole transactions, and size."""

from __future__ import annotations

from tests.contracts.vault.conftest import WAD
from tests.support.snapshots import check_snapshot

SIZE_LIMIT = 24_576
TOLERANCE = 120


def test_costs_what_is_recorded(zusd, people):
    zusd.mint(people.alice, 10**20, sender=people.vault)
    zusd.mint(people.bridge, 10**20, sender=people.vault)
    zusd.transfer(people.bob, WAD, sender=people.alice)
    zusd.approve(people.bob, 2**256 - 1, sender=people.alice)
    zusd.crosschainMint(people.alice, WAD, sender=people.bridge)
    zusd.crosschainBurn(people.bridge, WAD, sender=people.bridge)
    zusd.burn_and_collect(people.alice, WAD, WAD, sender=people.vault)
    calls = {
        "transfer": lambda: zusd.transfer(people.bob, WAD, sender=people.alice),
        "transfer_to_custodian": lambda: zusd.transfer(people.bridge, WAD, sender=people.alice),
        "transferFrom": lambda: zusd.transferFrom(people.alice, people.bob, WAD, sender=people.bob),
        "mint": lambda: zusd.mint(people.alice, WAD, sender=people.vault),
        "burn_and_collect": lambda: zusd.burn_and_collect(people.alice, WAD, WAD, sender=people.vault),
        "crosschainMint": lambda: zusd.crosschainMint(people.alice, WAD, sender=people.bridge),
        "crosschainBurn": lambda: zusd.crosschainBurn(people.bridge, WAD, sender=people.bridge),
    }
    for name, call in calls.items():
        check_snapshot("gas", f"StableToken.{name}", call().gas_used, TOLERANCE)


def test_size_is_recorded_and_below_the_limit(project):
    size = len(project.StableToken.contract_type.get_runtime_bytecode())
    check_snapshot("sizes", "StableToken", size)
    assert size < SIZE_LIMIT
