# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Limits of crosschain minting and burning (ERC-7281)
@notice Each bridge has a limit for either direction. What it used comes back linearly, the whole limit in 24 hours; so in any 24
        hours at most twice the limit passes (what was left, and what came back).

        | slot        | bits                                            |
        |-------------|-------------------------------------------------|
        | _mint/_burn | time 255..192, left at that time 191..96, limit 95..0 |
"""
from contracts.interfaces import IStableToken

DAY: constant(uint256) = 86400
LOW_96: constant(uint256) = 2**96 - 1

_mint: HashMap[address, uint256]
_burn: HashMap[address, uint256]


@external
@view
def mintingMaxLimitOf(bridge: address) -> uint256:
    return self._mint[bridge] & LOW_96


@external
@view
def burningMaxLimitOf(bridge: address) -> uint256:
    return self._burn[bridge] & LOW_96


@external
@view
def mintingCurrentLimitOf(bridge: address) -> uint256:
    return self._left(self._mint[bridge])


@external
@view
def burningCurrentLimitOf(bridge: address) -> uint256:
    return self._left(self._burn[bridge])


@internal
def _use_mint(bridge: address, amount: uint256):
    self._mint[bridge] = self._used(self._mint[bridge], amount)


@internal
def _use_burn(bridge: address, amount: uint256):
    self._burn[bridge] = self._used(self._burn[bridge], amount)


@internal
def _set_limits(bridge: address, mint_limit: uint256, burn_limit: uint256, only_lower: bool):
    assert bridge != empty(address), "token/bridge"
    assert mint_limit <= LOW_96 and burn_limit <= LOW_96, "token/limit_range"
    if only_lower:
        assert mint_limit <= self._mint[bridge] & LOW_96, "token/only_lower"
        assert burn_limit <= self._burn[bridge] & LOW_96, "token/only_lower"
    self._mint[bridge] = self._resized(self._mint[bridge], mint_limit)
    self._burn[bridge] = self._resized(self._burn[bridge], burn_limit)
    log IStableToken.BridgeLimitsSet(bridge=bridge, mint_limit=mint_limit, burn_limit=burn_limit)


@internal
@view
def _left(word: uint256) -> uint256:
    limit: uint256 = word & LOW_96
    refilled: uint256 = limit * (block.timestamp - (word >> 192)) // DAY
    return min(limit, ((word >> 96) & LOW_96) + refilled)


@internal
@view
def _used(word: uint256, amount: uint256) -> uint256:
    left: uint256 = self._left(word)
    assert amount <= left, "token/bridge_limit"
    return self._packed(left - amount, word & LOW_96)


@internal
@view
def _resized(word: uint256, limit: uint256) -> uint256:
    """
    @notice What is used stays used: a new limit does not refill the bucket.
    """
    used: uint256 = (word & LOW_96) - self._left(word)
    left: uint256 = 0
    if limit > used:
        left = limit - used
    return self._packed(left, limit)


@internal
@view
def _packed(left: uint256, limit: uint256) -> uint256:
    return block.timestamp << 192 | left << 96 | limit
