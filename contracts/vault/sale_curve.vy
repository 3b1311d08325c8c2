# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What a sale of zUSD costs, at which price, and who bears it
@notice Pure. The fee is an integral along the path of the sale: cutting a sale into pieces never pays. The price is the market's only
        where that is safe for every position of the bucket. Spec: docs/spec/vault/sale-curve.md.
"""
from contracts.vault import bucket_config

WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6
EPS: constant(uint256) = 5_000  # ppm; distance kept from the highest ltv


struct Split:
    protocol: uint256       # g_p: of the amount after haircut, what the protocol's own position bears
    user: uint256           # g_u
    user_fee: uint256       # f_u
    comp: uint256           # of f_u, to the debt holders
    reserve_fee: uint256    # f_res


@internal
@pure
def _haircut_down(amount: uint256, bad: uint256, issued: uint256) -> uint256:
    if bad == 0:
        return amount
    return amount * (issued - bad) // issued


@internal
@pure
def _fee_up(amount: uint256, pressure: uint256, exposure: uint256, rates: uint256, sizes: uint256) -> uint256:
    """
    @param amount g, after the haircut
    @param pressure v, decayed
    @param exposure D + pod before the sale
    @param rates, sizes Words of the bucket
    """
    limit: uint256 = bucket_config._size(sizes, bucket_config.VMAX)
    depth: uint256 = bucket_config._size(sizes, bucket_config.DEPTH)
    target: uint256 = bucket_config._size(sizes, bucket_config.TARGET)
    kappa: uint256 = bucket_config._rate(rates, bucket_config.KAPPA)
    below: uint256 = 0
    if limit > pressure:
        below = min(amount, limit - pressure)
    fee: uint256 = self._ceil(bucket_config._rate(rates, bucket_config.PHI0) * amount, PPM)
    fee += self._ceil(kappa * (2 * pressure * below + below * below), 2 * depth * PPM)
    fee += self._ceil(kappa * max(pressure, limit) * (amount - below), depth * PPM)
    if target + amount > exposure:
        after: uint256 = target + amount - exposure
        before: uint256 = 0
        if target > exposure:
            before = target - exposure
        psi: uint256 = bucket_config._rate(rates, bucket_config.PSI)
        fee += self._ceil(psi * (after * after - before * before), 2 * target * PPM)
    return fee


@internal
@pure
def _price(ok: bool, low: uint256, high: uint256, target: uint256, lam: uint256, rates: uint256) -> uint256:
    """
    @param lam Loss factor, a fall of the target included
    @return zUSD per whole token that a seller gives
    """
    par: uint256 = self._ceil(target * WAD, lam)
    if not ok:
        return par
    price: uint256 = high
    noise_low: uint256 = target * (PPM - bucket_config._rate(rates, bucket_config.DELTA))
    noise_high: uint256 = target * (PPM + bucket_config._rate(rates, bucket_config.PHI0))
    if noise_low <= price * PPM and price * PPM <= noise_high:
        price = target
    reference: uint256 = price
    if price < target:
        reference = min(price, low)
    # PCD-A7: safe for every position
    if reference * lam * PPM * PPM >= (PPM + EPS) * bucket_config._rate(rates, bucket_config.LTVMAX) * target * WAD:
        return price
    return max(par, price)


@internal
@pure
def _split(amount: uint256, fee: uint256, protocol_room: uint256, alpha: uint256) -> Split:
    """
    @param protocol_room min(pod, value of psh at the sale price)
    """
    protocol: uint256 = min(amount, protocol_room)
    user: uint256 = amount - protocol
    user_fee: uint256 = fee * user // amount
    comp: uint256 = user_fee * alpha // PPM
    return Split(protocol=protocol, user=user, user_fee=user_fee, comp=comp, reserve_fee=fee - comp)


@internal
@pure
def _ceil(numerator: uint256, denominator: uint256) -> uint256:
    return (numerator + denominator - 1) // denominator
