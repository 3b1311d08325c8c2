# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Rate of a wrapped entry: what one LP token or one share is worth in its parts
@notice Fast down, slow up: the rate used is the lesser of the rate of now and its moving average. The average follows the rate last
        poked, of which it takes up at most 1 % more than itself, with a time constant of 6 hours; so a rate that was blown up for
        a moment, or for many moments, cannot be borrowed against.

        | slot      | bits                                                            |
        |-----------|-----------------------------------------------------------------|
        | _averages | time 255..224, rate last poked 223..112, average 111..0         |
"""
from contracts.interfaces import IPriceBook
from snekmate.utils import math

TAU: constant(uint256) = 6 * 3600  # s
WAD: constant(uint256) = 10**18
LOW_112: constant(uint256) = 2**112 - 1
RISE_MAX: constant(uint256) = 100  # 1 / 1 %

_averages: HashMap[uint256, uint256]


@internal
def _start(entry: uint256, spot: uint256):
    """
    @notice A new wrapper: its average is the rate of now.
    """
    assert 0 < spot and spot <= LOW_112, "price/rate"
    self._averages[entry] = block.timestamp << 224 | spot << 112 | spot


@internal
def _follow(entry: uint256, spot: uint256):
    assert 0 < spot and spot <= LOW_112, "price/rate"
    average: uint256 = self._average(entry)
    target: uint256 = min(spot, average + average // RISE_MAX)
    self._averages[entry] = block.timestamp << 224 | target << 112 | average
    log IPriceBook.TargetPoked(entry=entry, spot=spot, average=average)


@internal
@view
def _average(entry: uint256) -> uint256:
    """
    @return average + (last - average) * (1 - e^(-dt / TAU)), rounded down
    """
    word: uint256 = self._averages[entry]
    average: uint256 = word & LOW_112
    last: uint256 = (word >> 112) & LOW_112
    elapsed: uint256 = block.timestamp - (word >> 224)
    if elapsed == 0 or last == average:
        return average
    weight: uint256 = convert(math._wad_exp(-convert(elapsed * WAD // TAU, int256)), uint256)
    return (average * weight + last * (WAD - weight)) // WAD
