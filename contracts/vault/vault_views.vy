# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Views of the debt vault
@notice All under the lock: they revert while the vault is at work. ERC-4626 in meaning, with a bucket before each argument.
"""
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import debt_book
from contracts.vault import vault_state

uses: vault_state

PPM: constant(uint256) = 10**6


@external
@view
@nonreentrant
def position(bucket: uint256, owner: address) -> (uint256, uint256, uint256):
    b: vault_state.Bucket = vault_state._load(bucket)
    assets: uint256 = 0
    debt: uint256 = 0
    assets, debt = self._claim(b, owner)
    q: vault_state.Prices = vault_state._prices(b)
    value: uint256 = asset_book._value_down(assets, b.u, q.middle)
    return assets, debt, vault_state._health(bucket, value, debt)


@external
@view
@nonreentrant
def credit_line(bucket: uint256, owner: address) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    assets: uint256 = 0
    debt: uint256 = 0
    assets, debt = self._claim(b, owner)
    line: uint256 = self._credit(b, assets)
    return line - min(line, debt)


@external
@view
@nonreentrant
def maxWithdraw(bucket: uint256, owner: address) -> uint256:
    """
    @dev Debt needs value >= ceil(debt / ltv); a last unit may be missing to rounding.
    """
    b: vault_state.Bucket = vault_state._load(bucket)
    assets: uint256 = 0
    debt: uint256 = 0
    assets, debt = self._claim(b, owner)
    if debt == 0:
        return assets
    q: vault_state.Prices = vault_state._prices(b)
    if not q.ok:
        return 0
    ltv: uint256 = bucket_config._rate(vault_state.cfg[bucket], bucket_config.LTV)
    value: uint256 = (debt * PPM + ltv - 1) // ltv
    per: uint256 = b.u * min(q.low, q.target)
    bound: uint256 = (value * asset_book.WAD + per - 1) // per + 1
    return assets - min(bound, assets)


@external
@view
@nonreentrant
def exposure(bucket: uint256) -> (uint256, uint256):
    b: vault_state.Bucket = vault_state._load(bucket)
    target: uint256 = bucket_config._size(vault_state.cap[bucket], bucket_config.TARGET)
    return b.book.debt + (vault_state.prot[bucket] >> 128), target


@external
@view
@nonreentrant
def flags(bucket: uint256) -> uint256:
    word: uint256 = vault_state.meta[bucket]
    shown: uint256 = (word >> 168) & (2**16 - 1)
    if block.timestamp < (word >> vault_state.SALES_UNTIL) & vault_state.LOW_32 or word & vault_state.SHUT != 0:
        shown |= vault_state.SELL_OFF >> 168
    return shown


@external
@view
@nonreentrant
def words(bucket: uint256) -> uint256[9]:
    return [
        vault_state.meta[bucket], vault_state.debt[bucket], vault_state.asset[bucket], vault_state.prot[bucket],
        vault_state.flow[bucket], vault_state.yields[bucket], vault_state.loss[bucket], vault_state.cfg[bucket],
        vault_state.cap[bucket],
    ]


@external
@view
@nonreentrant
def position_word(bucket: uint256, owner: address) -> uint256:
    return vault_state.positions[bucket][owner]


@external
@view
@nonreentrant
def accumulator(bucket: uint256, generation: uint256) -> uint256:
    return vault_state.accumulators[bucket << 32 | generation]


@external
@view
@nonreentrant
def global_word() -> uint256:
    return vault_state.glob


@external
@view
@nonreentrant
def shutdown_at() -> uint256:
    return vault_state.shutdown_at


@external
@view
@nonreentrant
def asset(bucket: uint256) -> address:
    return vault_state._load(bucket).token


@external
@view
@nonreentrant
def totalAssets(bucket: uint256) -> uint256:
    return vault_state._load(bucket).worth


@external
@view
@nonreentrant
def convertToShares(bucket: uint256, assets: uint256) -> uint256:
    return self._shares_down(bucket, assets)


@external
@view
@nonreentrant
def previewDeposit(bucket: uint256, assets: uint256) -> uint256:
    return self._shares_down(bucket, assets)


@external
@view
@nonreentrant
def previewWithdraw(bucket: uint256, assets: uint256) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    return asset_book._shares_up(assets, b.worth, b.shares, b.u)


@external
@view
@nonreentrant
def convertToAssets(bucket: uint256, shares: uint256) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    return asset_book._assets_down(shares, b.worth, b.shares, b.u)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _shares_down(bucket: uint256, assets: uint256) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    return asset_book._shares_down(assets, b.worth, b.shares, b.u)


@internal
@view
def _claim(b: vault_state.Bucket, owner: address) -> (uint256, uint256):
    """
    @return (assets, debt)
    """
    p: vault_state.Position = vault_state._position(b, owner)
    return asset_book._assets_down(p.shares, b.worth, b.shares, b.u), debt_book._debt_up(p.units, b.book)


@internal
@view
def _credit(b: vault_state.Bucket, assets: uint256) -> uint256:
    q: vault_state.Prices = vault_state._prices(b)
    ltv: uint256 = bucket_config._rate(vault_state.cfg[b.id], bucket_config.LTV)
    return ltv * asset_book._value_down(assets, b.u, min(q.low, q.target)) // PPM
