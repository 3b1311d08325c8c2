# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What a price book and the adapters ask of a Curve NG pool; it pays `rate` of each token, from what it holds
"""
from ethereum.ercs import IERC20

coins: public(address[2])
balanceOf: public(HashMap[address, uint256])  # its own LP token
rate: public(uint256)  # WAD
virtual_price: uint256
oracle: HashMap[uint256, uint256]
fails: bool


@external
def set_virtual_price(virtual_price: uint256):
    self.virtual_price = virtual_price


@external
def set_oracle(index: uint256, price: uint256):
    self.oracle[index] = price


@external
def set_fails(fails: bool):
    self.fails = fails


@external
@view
def get_virtual_price() -> uint256:
    assert not self.fails, "pool/locked"
    return self.virtual_price


@external
@view
def price_oracle(index: uint256) -> uint256:
    assert not self.fails, "pool/locked"
    return self.oracle[index]


@external
def set_coins(first: address, second: address, rate: uint256):
    self.coins = [first, second]
    self.rate = rate


@external
def give(receiver: address, amount: uint256):
    self.balanceOf[receiver] += amount


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[receiver] += amount
    return True


@external
def remove_liquidity_one_coin(amount: uint256, index: int128, min_received: uint256, receiver: address) -> uint256:
    self.balanceOf[msg.sender] -= amount
    return self._pay(convert(index, uint256), amount, receiver)


@external
def exchange(i: int128, j: int128, amount: uint256, min_received: uint256, receiver: address) -> uint256:
    extcall IERC20(self.coins[convert(i, uint256)]).transferFrom(msg.sender, self, amount)
    return self._pay(convert(j, uint256), amount, receiver)


@internal
def _pay(index: uint256, amount: uint256, receiver: address) -> uint256:
    out: uint256 = amount * self.rate // 10**18
    extcall IERC20(self.coins[index]).transfer(receiver, out)
    return out
