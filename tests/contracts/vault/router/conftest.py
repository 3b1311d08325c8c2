"""A vault of numbers with four buckets: usd 0 (6 decimals), eur 1 (6), dai 2 (18), lp 3 (a pool of usd)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.contracts.vault.conftest import WAD

LISTED, SELL_OFF, LOSS, CLOSED = 2**15, 4, 16, 32
LOT = 2**255
LATE = 2**64


@pytest.fixture(scope="module")
def stage(project: Any, people: Any, zusd: Any) -> SimpleNamespace:
    """Vault, coins, pool, router with adapters eur -> usd and lp -> usd; alice holds 500,000 zUSD, approved."""
    deployer = people.deployer
    vault = deployer.deploy(project.SimpleVault, zusd)
    zusd.set_facilitator(vault, 10**9 * WAD, sender=people.governor)
    usd, eur, dai = (
        deployer.deploy(project.Token, name, decimals) for name, decimals in (("USD", 6), ("EUR", 6), ("DAI", 18))
    )
    pool = deployer.deploy(project.Pool)
    pool.set_coins(usd, eur, WAD, sender=deployer)
    router = deployer.deploy(project.SaleRouter, people.governor, vault, zusd)
    for coin in (usd, eur, dai):
        coin.mint(vault, 10**12 * 10 ** coin.decimals(), sender=deployer)
        coin.mint(pool, 10**12 * 10 ** coin.decimals(), sender=deployer)
    pool.give(vault, 10**12 * WAD, sender=deployer)
    lp_adapter = deployer.deploy(project.LpAdapter, pool, 0)
    swap_adapter = deployer.deploy(project.SwapAdapter, pool, 1, 0)
    stage = SimpleNamespace(
        vault=vault,
        router=router,
        usd=usd,
        eur=eur,
        dai=dai,
        pool=pool,
        lp_adapter=lp_adapter,
        swap_adapter=swap_adapter,
    )

    def bucket(number: int, exposure: int, target: int, capacity: int | None = None, flags: int = LISTED) -> None:
        asset, unit = [(usd, 10**12), (eur, 10**12), (dai, 1), (pool, 10**12)][number]
        capacity = exposure if capacity is None else capacity
        vault.set_bucket(number, asset, unit, flags, capacity, exposure, target, sender=deployer)

    stage.bucket = bucket
    for number, (exposure, target) in enumerate(((900, 1_000), (600, 500), (800, 400), (700, 500))):
        bucket(number, exposure * WAD, target * WAD)
    router.set_adapter(1, usd, swap_adapter, sender=people.governor)
    router.set_adapter(3, usd, lp_adapter, sender=people.governor)
    zusd.set_facilitator(people.vault, 10**6 * WAD, sender=people.governor)
    zusd.mint(people.alice, 500_000 * WAD, sender=people.vault)
    zusd.set_facilitator(vault, 2**127, sender=people.governor)
    vault.set_bucket(7, dai, 1, 0, 0, 0, 0, sender=deployer)
    dai.mint(deployer, LOT // 2, sender=deployer)
    dai.approve(vault, LOT, sender=deployer)
    vault.swap_in(7, 10**6 * WAD, 0, deployer, LATE, sender=deployer)  # so that the vault has issued what it will burn
    zusd.approve(router, LOT, sender=people.alice)
    return stage
