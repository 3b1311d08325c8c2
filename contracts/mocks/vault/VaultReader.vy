# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The state of a debt vault in one call, for tests that compare it after every step
"""
from ethereum.ercs import IERC20
from ethereum.ercs import IERC4626

from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultViews

OWNERS: constant(uint256) = 8
BUCKETS: constant(uint256) = 4


@external
@view
def read(vault: address, zusd: address, strategy: address, buckets: uint256, owners: DynArray[address, OWNERS]) -> DynArray[uint256, 256]:
    """
    @return glob, level, supply, zUSD of the vault, live worth of the strategy; per bucket nine words, K, tokens of the vault; per
            owner zUSD, and per bucket his position word and tokens
    """
    seen: DynArray[uint256, 256] = [
        staticcall IVaultViews(vault).global_word(),
        staticcall IStableToken(zusd).level(vault),
        staticcall IERC20(zusd).totalSupply(),
        staticcall IERC20(zusd).balanceOf(vault),
    ]
    live: uint256 = 0
    if strategy != empty(address):
        owned: uint256 = staticcall IERC20(strategy).balanceOf(vault)
        live = min(staticcall IERC4626(strategy).convertToAssets(owned), staticcall IERC4626(strategy).previewRedeem(owned))
    seen.append(live)
    for b: uint256 in range(buckets, bound=BUCKETS):
        words: uint256[9] = staticcall IVaultViews(vault).words(b)
        for word: uint256 in words:
            seen.append(word)
        seen.append(staticcall IVaultViews(vault).accumulator(b, words[1] & (2**32 - 1)))
        seen.append(staticcall IERC20(staticcall IVaultViews(vault).asset(b)).balanceOf(vault))
    for owner: address in owners:
        seen.append(staticcall IERC20(zusd).balanceOf(owner))
        for b: uint256 in range(buckets, bound=BUCKETS):
            seen.append(staticcall IVaultViews(vault).position_word(b, owner))
            seen.append(staticcall IERC20(staticcall IVaultViews(vault).asset(b)).balanceOf(owner))
    return seen
