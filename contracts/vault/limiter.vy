# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Leaky buckets: sale pressure and the limit of minting
@notice Pure but for the clock. A level leaks `size` over `period`. Leaks round down, so a level is never lower than it should be.
        Spec: docs/spec/vault/limiter.md.

        | word | bits                                                                      |
        |------|---------------------------------------------------------------------------|
        | flow | v 255..160, its time 159..128, minted 127..32, its time 31..0             |
"""

LOW_96: constant(uint256) = 2**96 - 1
LOW_32: constant(uint256) = 2**32 - 1
TAU: constant(uint256) = 6 * 3600  # s; sale pressure vmax leaks in this time
DAY: constant(uint256) = 86400     # s; mint_cap leaks in this time


@internal
@pure
def _leaked(level: uint256, elapsed: uint256, size: uint256, period: uint256) -> uint256:
    leak: uint256 = size * elapsed // period
    return level - min(level, leak)


@internal
@view
def _pressure(word: uint256, size: uint256) -> uint256:
    """
    @param size vmax, zUSD wei
    """
    return self._leaked(word >> 160, block.timestamp - ((word >> 128) & LOW_32), size, TAU)


@internal
@view
def _with_pressure(word: uint256, level: uint256) -> uint256:
    assert level <= LOW_96, "vault/width"
    return level << 160 | (block.timestamp & LOW_32) << 128 | word & (2**128 - 1)


@internal
@view
def _with_minted(word: uint256, amount: uint256, cap: uint256) -> uint256:
    """
    @param cap mint_cap, zUSD wei a day
    """
    level: uint256 = self._leaked((word >> 32) & LOW_96, block.timestamp - (word & LOW_32), cap, DAY) + amount
    assert level <= cap, "vault/mint-cap"
    return (word >> 128) << 128 | level << 32 | block.timestamp & LOW_32
