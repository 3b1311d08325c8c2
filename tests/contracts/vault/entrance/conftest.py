"""A real bridge that lists zUSD as token 1, a vault of numbers with usd in bucket 0, the entrance and the redeemer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import rlp
from eth_utils import keccak, to_checksum_address

from tests.contracts.vault.conftest import WAD

LISTED = 2**15
CAP = 10**9 * WAD
LATE = 2**64


def contract_address(deployer: str, nonce: int) -> str:
    """Where a deployer's contract of that nonce will lie."""
    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(deployer[2:]), nonce]))[-20:])


@pytest.fixture(scope="module")
def stage(project: Any, people: Any, actors: Any, deploy_bridge: Any) -> SimpleNamespace:
    """Alice holds 1,000 usd, approved to the entrance."""
    deployer = people.deployer
    bridge = deploy_bridge()
    zusd = deployer.deploy(project.StableToken, people.governor, bridge)
    bridge.list_token(1, zusd, CAP, sender=actors.lister)
    vault = deployer.deploy(project.SimpleVault, zusd)
    zusd.set_facilitator(vault, CAP, sender=people.governor)
    usd = deployer.deploy(project.Token, "USD", 6)
    vault.set_bucket(0, usd, 10**12, LISTED, 10**6 * WAD, 10**6 * WAD, 10**6 * WAD, sender=deployer)
    # the purse's logic is deployed first: it knows the entrance's address beforehand
    nonce = deployer.nonce + 1
    predicted = contract_address(deployer.address, nonce)
    logic = deployer.deploy(project.Purse, predicted, bridge)
    entrance = deployer.deploy(project.Entrance, vault, zusd, bridge, logic)
    assert entrance.address == predicted
    router = deployer.deploy(project.SaleRouter, people.governor, vault, zusd)
    redeemer = deployer.deploy(project.Redeemer, vault, router, zusd)
    usd.mint(people.alice, 1_000 * 10**6, sender=deployer)
    usd.approve(entrance, 2**255, sender=people.alice)
    return SimpleNamespace(
        bridge=bridge,
        zusd=zusd,
        vault=vault,
        usd=usd,
        logic=logic,
        entrance=entrance,
        router=router,
        redeemer=redeemer,
    )
