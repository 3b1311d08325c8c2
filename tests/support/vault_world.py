"""A whole debt vault on a quick chain: the vault in three parts, zUSD, prices as told, two buckets and a strategy."""

from __future__ import annotations

from typing import Any

from tests.support.quick_chain import Chain, Contract

WAD = 10**18
MIN_DEBT = 100 * WAD
RATES = (970_000, 970_000, 985_000, 3_000, 10_000, 100_000, 700_000, 500, 1_000, 5_000, 40_000, 5_000)
"""ltv, ltvmax, lt, b0, bmax, beta, alpha, tin, phi0, delta, kappa, psi of the fiat tier."""
SOFT_RATES = (900_000, 900_000, 940_000, 6_000, 40_000, 100_000, 700_000, 500, 1_000, 5_000, 40_000, 5_000)
SIZES = (1_000_000, 500_000, 500_000, 1_000_000, 400_000, 500_000)
"""L, T, vmax, ceiling, psm_cap, mint_cap."""
DECIMALS = (6, 18)
PARTS = ("DebtVault", "VaultSolvency", "VaultPolicy")
GUARDIAN, STEWARD = 2, 8


class World:
    """Deployed contracts by name; governor and guardian are accounts 0 and 9 of the chain."""

    def __init__(self, chain: Chain, decimals: tuple[int, ...] = DECIMALS) -> None:
        self.chain = chain
        self.governor, self.guardian = chain.accounts[0], chain.accounts[9]
        self.users = chain.accounts[1:5]
        self.zusd = chain.deploy("vault/StableToken.vy", self.governor, chain.accounts[8])
        self.book = chain.deploy("mocks/vault/FixedPrices.vy")
        self.reader = chain.deploy("mocks/vault/VaultReader.vy")
        self.vault = deploy_vault(chain, self.zusd.address, self.book.address, self.governor)
        self.zusd.set_facilitator(self.vault.address, 10**10 * WAD)
        self.zusd.set_bridge_limits(self.governor, 2**95, 2**95)
        self.vault.set_role(self.guardian, GUARDIAN, True)
        self.tokens: list[Contract] = []
        for bucket, places in enumerate(decimals):
            token = chain.deploy("mocks/Token.vy", f"C{bucket}", places)
            self.tokens.append(token)
            self.book.set_quote(bucket, True, WAD, WAD, WAD, WAD)
            self.vault.list_bucket(bucket, token.address, SOFT_RATES if bucket else RATES, SIZES)
            for user in self.users:
                token.mint(user, 10**7 * 10**places)
                token.approve(self.vault.address, 2**256 - 1, sender=user)
        self.strategy = chain.deploy("mocks/vault/Strategy.vy", self.tokens[0].address, decimals[0])
        self.vault.set_strategy(0, (self.strategy.address, 2_000, 100_000, 10**14))

    def read(self) -> list[int]:
        """Words of contracts/mocks/vault/VaultReader.vy."""
        found: Any = self.reader.call(
            "read", self.vault.address, self.zusd.address, self.strategy.address, len(self.tokens), self.users
        )
        return list(found)


def deploy_vault(chain: Chain, zusd: str, book: str, governor: str) -> Contract:
    """The vault's address with the functions of its three parts."""
    policy = chain.deploy("vault/VaultPolicy.vy", zusd, book, MIN_DEBT)
    solvency = chain.deploy("vault/VaultSolvency.vy", zusd, book, MIN_DEBT, policy.address)
    core = chain.deploy("vault/DebtVault.vy", zusd, book, governor, MIN_DEBT, solvency.address)
    return Contract(chain, core.address, core.abi + solvency.abi + policy.abi)
