# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Collateral of a bucket: shares, value, loss factor
@notice Pure. Shares have 18 decimals, assets are native, u = 10^(18 - decimals). One virtual asset and u virtual shares make the
        first depositor's inflation worthless. Profit that is still locked is in yield_book.vy.
        Spec: docs/spec/vault/asset-book.md.

        | word  | bits                                              |
        |-------|---------------------------------------------------|
        | asset | A 255..128, N 127..0                              |
        | prot  | pod 255..128, psh 127..0                          |
"""

WAD: constant(uint256) = 10**18
LOW_128: constant(uint256) = 2**128 - 1


@internal
@pure
def _pack_pair(high: uint256, low: uint256) -> uint256:
    assert high <= LOW_128 and low <= LOW_128, "vault/width"
    return high << 128 | low


@internal
@pure
def _shares_down(assets: uint256, worth: uint256, shares: uint256, u: uint256) -> uint256:
    """
    @param worth E: recorded assets less locked profit
    @param shares N
    """
    return assets * (shares + u) // (worth + 1)


@internal
@pure
def _shares_up(assets: uint256, worth: uint256, shares: uint256, u: uint256) -> uint256:
    return (assets * (shares + u) + worth) // (worth + 1)


@internal
@pure
def _assets_down(amount: uint256, worth: uint256, shares: uint256, u: uint256) -> uint256:
    """
    @param amount Shares to be turned into assets
    """
    return amount * (worth + 1) // (shares + u)


@internal
@pure
def _value_down(assets: uint256, u: uint256, price: uint256) -> uint256:
    return assets * u * price // WAD


@internal
@pure
def _assets_for_down(zusd: uint256, u: uint256, price: uint256) -> uint256:
    """
    @param zusd Value, in zUSD wei
    @return Assets worth at most that
    """
    return zusd * WAD // (price * u)


@internal
@pure
def _loss_factor(recorded: uint256, target: uint256, high_water: uint256) -> uint256:
    """
    @notice A fall of the target below its high-water mark counts as a loss.
    """
    if target >= high_water:
        return recorded
    return recorded * target // high_water
