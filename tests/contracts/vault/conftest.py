"""Who plays what around the vault, and zUSD."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

GUARDIAN = 2
ZERO = "0x" + "00" * 20
WAD = 10**18
DAY = 86400


@pytest.fixture(scope="session")
def people(accounts: Any) -> SimpleNamespace:
    """`vault` and `bridge` stand in for the contracts of that name."""
    names = "deployer governor guardian vault other_vault bridge other_bridge alice bob stranger".split()
    return SimpleNamespace(**dict(zip(names, accounts, strict=False)))


@pytest.fixture(scope="module")
def zusd(project: Any, people: SimpleNamespace) -> Any:
    """zUSD: a facilitator with a cap of a million, a bridge with limits of 1,000 and 500, flash loans to 10,000."""
    token = people.deployer.deploy(project.StableToken, people.governor, people.bridge)
    token.set_role(people.guardian, GUARDIAN, True, sender=people.governor)
    token.set_facilitator(people.vault, 10**6 * WAD, sender=people.governor)
    token.set_bridge_limits(people.bridge, 1_000 * WAD, 500 * WAD, sender=people.governor)
    token.set_flash(10_000 * WAD, 0, sender=people.governor)
    return token
