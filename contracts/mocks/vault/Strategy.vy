# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title An ERC-4626 strategy that earns and loses when it is told, and has every bad habit
@dev Total assets are its balance, plus one virtual asset and share: honest as long as no habit is on.
"""
from ethereum.ercs import IERC20

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

event Deposit:
    sender: indexed(address)
    owner: indexed(address)
    assets: uint256
    shares: uint256

event Withdraw:
    sender: indexed(address)
    receiver: indexed(address)
    owner: indexed(address)
    assets: uint256
    shares: uint256

interface Coin:
    def transfer(receiver: address, amount: uint256) -> bool: nonpayable

asset: public(address)
name: public(constant(String[8])) = "Strategy"
symbol: public(constant(String[4])) = "STR"
decimals: public(uint8)
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])

lie_bps: public(uint256)      # convertToAssets and previewRedeem say so much of the truth; 10,000 is honest
preview_bps: public(uint256)  # previewRedeem, besides
limit: public(uint256)        # most that can be withdrawn now, assets
short: public(uint256)        # paid out less by so much
spare: public(uint256)        # left behind at a deposit by so much
fails: public(bool)
target: public(address)       # called back in deposit and withdraw
data: Bytes[1024]
succeeded: public(bool)


@deploy
def __init__(asset: address, decimals: uint8):
    self.asset = asset
    self.decimals = decimals
    self.lie_bps = 10000
    self.preview_bps = 10000
    self.limit = max_value(uint256)


@external
def set_habits(lie_bps: uint256, preview_bps: uint256, limit: uint256, short: uint256, spare: uint256, fails: bool):
    self.lie_bps = lie_bps
    self.preview_bps = preview_bps
    self.limit = limit
    self.short = short
    self.spare = spare
    self.fails = fails


@external
def arm(target: address, data: Bytes[1024]):
    self.target = target
    self.data = data
    self.succeeded = False


@external
def lose(amount: uint256):
    extcall Coin(self.asset).transfer(0x000000000000000000000000000000000000dEaD, amount)


@external
@view
def totalAssets() -> uint256:
    return self._total()


@external
@view
def convertToShares(assets: uint256) -> uint256:
    return self._shares(assets, False)


@external
@view
def convertToAssets(shares: uint256) -> uint256:
    assert not self.fails, "strategy/fails"
    return self._assets(shares, False) * self.lie_bps // 10000


@external
@view
def maxDeposit(receiver: address) -> uint256:
    return 2**128 - 1


@external
@view
def maxMint(receiver: address) -> uint256:
    return 2**128 - 1


@external
@view
def maxWithdraw(owner: address) -> uint256:
    return min(self.limit, self._assets(self.balanceOf[owner], False))


@external
@view
def maxRedeem(owner: address) -> uint256:
    if self.limit == max_value(uint256):
        return self.balanceOf[owner]
    return min(self._shares(self.limit, False), self.balanceOf[owner])


@external
@view
def previewDeposit(assets: uint256) -> uint256:
    return self._shares(assets, False)


@external
@view
def previewMint(shares: uint256) -> uint256:
    return self._assets(shares, True)


@external
@view
def previewWithdraw(assets: uint256) -> uint256:
    return self._shares(assets, True)


@external
@view
def previewRedeem(shares: uint256) -> uint256:
    return self._assets(shares, False) * self.lie_bps // 10000 * self.preview_bps // 10000


@external
def deposit(assets: uint256, receiver: address) -> uint256:
    shares: uint256 = self._shares(assets, False)
    self._enter(assets, shares, receiver)
    return shares


@external
def mint(shares: uint256, receiver: address) -> uint256:
    assets: uint256 = self._assets(shares, True)
    self._enter(assets, shares, receiver)
    return assets


@external
def withdraw(assets: uint256, receiver: address, owner: address) -> uint256:
    assert assets <= self.limit, "strategy/limit"
    shares: uint256 = self._shares(assets, True)
    self._leave(assets, shares, receiver, owner)
    return shares


@external
def redeem(shares: uint256, receiver: address, owner: address) -> uint256:
    assets: uint256 = self._assets(shares, False)
    assert assets <= self.limit, "strategy/limit"
    self._leave(assets, shares, receiver, owner)
    return assets


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=msg.sender, receiver=receiver, amount=amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    return True


@internal
@view
def _total() -> uint256:
    return staticcall IERC20(self.asset).balanceOf(self)


@internal
@view
def _shares(assets: uint256, up: bool) -> uint256:
    worth: uint256 = self._total() + 1
    product: uint256 = assets * (self.totalSupply + 1)
    if up:
        return (product + worth - 1) // worth
    return product // worth


@internal
@view
def _assets(shares: uint256, up: bool) -> uint256:
    supply: uint256 = self.totalSupply + 1
    product: uint256 = shares * (self._total() + 1)
    if up:
        return (product + supply - 1) // supply
    return product // supply


@internal
def _enter(assets: uint256, shares: uint256, receiver: address):
    assert not self.fails, "strategy/fails"
    self._call_back()
    extcall IERC20(self.asset).transferFrom(msg.sender, self, assets - self.spare)
    self.totalSupply += shares
    self.balanceOf[receiver] += shares
    log Transfer(sender=empty(address), receiver=receiver, amount=shares)
    log Deposit(sender=msg.sender, owner=receiver, assets=assets, shares=shares)


@internal
def _leave(assets: uint256, shares: uint256, receiver: address, owner: address):
    assert not self.fails, "strategy/fails"
    self._call_back()
    if owner != msg.sender:
        self.allowance[owner][msg.sender] -= shares
    self.totalSupply -= shares
    self.balanceOf[owner] -= shares
    extcall IERC20(self.asset).transfer(receiver, assets - self.short)
    log Transfer(sender=owner, receiver=empty(address), amount=shares)
    log Withdraw(sender=msg.sender, receiver=receiver, owner=owner, assets=assets, shares=shares)


@internal
def _call_back():
    if self.target != empty(address):
        self.succeeded = raw_call(self.target, self.data, revert_on_failure=False)
