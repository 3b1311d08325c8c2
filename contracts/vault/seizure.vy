# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title How much a liquidation pays and takes
@notice Pure. Solvent: the bonus grows with depth and never exceeds the cushion. Insolvent: payment, collateral and debt in one
        proportion. Either way collateral per debt of the target does not fall. Spec: docs/spec/vault/liquidations.md.
"""
from contracts.vault import asset_book
from contracts.vault import bucket_config

WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6
SCALE: constant(uint256) = 10**12  # WAD of a ppm


struct Target:
    value: uint256   # V, at the middle price
    debt: uint256    # d
    shares: uint256  # c
    lt: uint256      # ppm, now


struct Terms:
    pay: uint256     # by the liquidator
    debt: uint256    # removed from the target, >= pay
    assets: uint256  # seized, solvent mode
    shares: uint256  # seized, insolvent mode


@internal
@pure
def _is_unhealthy(t: Target) -> bool:
    return t.debt * PPM > t.lt * t.value


@internal
@pure
def _is_solvent(t: Target, rates: uint256) -> bool:
    return t.value * PPM >= t.debt * (PPM + bucket_config._rate(rates, bucket_config.B0))


@internal
@pure
def _solvent(t: Target, rates: uint256, most: uint256, price: uint256, u: uint256, min_debt: uint256) -> Terms:
    bonus: uint256 = bucket_config._rate(rates, bucket_config.B0) * SCALE
    bonus += (t.debt * WAD * PPM // (t.lt * t.value) - WAD) // 2
    bonus = min(bonus, bucket_config._rate(rates, bucket_config.BMAX) * SCALE)
    bonus = min(bonus, t.value * WAD // t.debt - WAD)
    ltv: uint256 = bucket_config._rate(rates, bucket_config.LTV)
    short: uint256 = (t.debt * PPM - ltv * t.value) * WAD
    per: uint256 = PPM * WAD - ltv * (WAD + bonus)
    close: uint256 = min((short + per - 1) // per, t.debt)
    if t.debt - close < min_debt:
        close = t.debt
    pay: uint256 = min(most, close)
    return Terms(pay=pay, debt=pay, assets=pay * (WAD + bonus) // (price * u), shares=0)


@internal
@pure
def _insolvent(t: Target, rates: uint256, most: uint256) -> Terms:
    depth: uint256 = 0
    if t.value < t.debt:
        depth = WAD - t.value * WAD // t.debt
    bonus: uint256 = min(
        bucket_config._rate(rates, bucket_config.B0) * SCALE + depth,
        bucket_config._rate(rates, bucket_config.BMAX) * SCALE,
    )
    full: uint256 = (t.value * WAD + WAD + bonus - 1) // (WAD + bonus)
    if most >= full:
        return Terms(pay=full, debt=t.debt, assets=0, shares=t.shares)
    return Terms(pay=most, debt=t.debt * most // full, assets=0, shares=t.shares * most // full)


@internal
@pure
def _kept_down(assets: uint256, pay: uint256, price: uint256, u: uint256, beta: uint256) -> uint256:
    """
    @return Of the seized assets, the part of the bonus that stays with the protocol
    """
    plain: uint256 = asset_book._assets_for_down(pay, u, price)
    if assets <= plain:
        return 0
    return (assets - plain) * beta // PPM
