# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Rates and sizes of a bucket: their words and their bounds
@notice Pure. Spec: docs/spec/vault/config.md.

        | word  | fields, lowest first                                                                          |
        |-------|-----------------------------------------------------------------------------------------------|
        | cfg   | 20 bits each, ppm: ltv, ltvmax, lt, b0, bmax, beta, alpha, tin, phi0, delta, kappa, psi       |
        | cap   | 40 bits each, whole zUSD: L, T, vmax, ceiling, psm_cap, mint_cap                              |
"""

WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6

RATES: constant(uint256) = 12
LTV: constant(uint256) = 0
LTVMAX: constant(uint256) = 1   # highest ltv ever configured
LT: constant(uint256) = 2
B0: constant(uint256) = 3       # least bonus of a liquidation
BMAX: constant(uint256) = 4
BETA: constant(uint256) = 5     # part of the bonus that stays with the protocol
ALPHA: constant(uint256) = 6    # part of the users' layer's fee that the debt holders get
TIN: constant(uint256) = 7      # fee of swap_in
PHI0: constant(uint256) = 8     # floor of the sale fee
DELTA: constant(uint256) = 9    # noise below the target
KAPPA: constant(uint256) = 10   # pressure
PSI: constant(uint256) = 11     # scarcity

SIZES: constant(uint256) = 6
DEPTH: constant(uint256) = 0    # L
TARGET: constant(uint256) = 1   # T
VMAX: constant(uint256) = 2
CEILING: constant(uint256) = 3
PSM_CAP: constant(uint256) = 4
MINT_CAP: constant(uint256) = 5

HIGHEST_LTV: constant(uint256) = 990_000
BOUNDS: constant(uint256[12]) = [
    HIGHEST_LTV, HIGHEST_LTV, PPM, 50_000, 200_000, PPM, PPM, 10_000, 10_000, 20_000, 200_000, 50_000
]
LARGEST: constant(uint256) = 10**9  # zUSD; the widths of the debt words hold five times that


@internal
@pure
def _rate(word: uint256, index: uint256) -> uint256:
    return (word >> (20 * index)) & (2**20 - 1)


@internal
@pure
def _size(word: uint256, index: uint256) -> uint256:
    """
    @return zUSD wei
    """
    return ((word >> (40 * index)) & (2**40 - 1)) * WAD


@internal
@pure
def _pack_rates(rates: uint256[RATES]) -> uint256:
    """
    @notice Refuses what would make a liquidation lower the health of its target, or T2 fail.
    """
    word: uint256 = 0
    for i: uint256 in range(RATES):
        assert rates[i] <= BOUNDS[i], "vault/rate"
        word |= rates[i] << (20 * i)
    assert 0 < rates[LTV] and rates[LTV] < rates[LT] and rates[LTV] <= rates[LTVMAX], "vault/ltv-order"
    assert rates[B0] <= rates[BMAX] and rates[LT] * (PPM + rates[B0]) < PPM * PPM, "vault/bonus"
    assert rates[LTV] * (PPM + rates[BMAX]) < PPM * PPM, "vault/bonus-max"
    return word


@internal
@pure
def _pack_sizes(sizes: uint256[SIZES]) -> uint256:
    word: uint256 = 0
    for i: uint256 in range(SIZES):
        assert sizes[i] <= LARGEST, "vault/size"
        word |= sizes[i] << (40 * i)
    assert sizes[DEPTH] != 0 and sizes[TARGET] != 0, "vault/size-zero"
    return word
