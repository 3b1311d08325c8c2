# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Logic of a custodial dollar token: 6 decimals, blocklist, pause. Stands behind `DelegateProxy`
"""
event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

owner: public(address)
paused: public(bool)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
isBlacklisted: public(HashMap[address, bool])
totalSupply: public(uint256)


@external
@pure
def decimals() -> uint8:
    return 6


@external
def initialize(owner: address):
    assert self.owner == empty(address), "usd/initialized"
    self.owner = owner


@external
def mint(receiver: address, amount: uint256):
    self._only_owner()
    self.totalSupply += amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=empty(address), receiver=receiver, amount=amount)


@external
def blacklist(holder: address, listed: bool):
    self._only_owner()
    self.isBlacklisted[holder] = listed


@external
def pause(paused: bool):
    self._only_owner()
    self.paused = paused


@external
def approve(spender: address, amount: uint256) -> bool:
    self._check(msg.sender)
    self._check(spender)
    self.allowance[msg.sender][spender] = amount
    return True


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._move(msg.sender, receiver, amount)
    return True


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    self._check(msg.sender)
    self.allowance[sender][msg.sender] -= amount
    self._move(sender, receiver, amount)
    return True


@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert not self.paused, "usd/paused"
    self._check(sender)
    self._check(receiver)
    assert receiver != empty(address), "usd/zero"
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=sender, receiver=receiver, amount=amount)


@internal
@view
def _check(holder: address):
    assert not self.isBlacklisted[holder], "usd/blacklisted"


@internal
@view
def _only_owner():
    assert msg.sender == self.owner, "usd/owner"
