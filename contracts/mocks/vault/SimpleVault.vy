# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What the router and the entrance ask of a vault: buckets with numbers that are set, sales and mints at 1:1
"""
from ethereum.ercs import IERC20

interface Zusd:
    def mint(to: address, amount: uint256): nonpayable
    def burn_and_collect(owner: address, burned: uint256, collected: uint256): nonpayable

zusd: public(address)
asset: public(HashMap[uint256, address])
flags: public(HashMap[uint256, uint256])
max_sell: public(HashMap[uint256, uint256])
exposures: HashMap[uint256, uint256]
targets: HashMap[uint256, uint256]
units: HashMap[uint256, uint256]
last_owner: public(address)
last_collateral: public(int256)
last_health: public(uint256)


@deploy
def __init__(zusd: address):
    self.zusd = zusd


@external
def set_bucket(
    bucket: uint256, asset: address, unit: uint256, flags: uint256, capacity: uint256, exposure: uint256, target: uint256
):
    self.asset[bucket] = asset
    self.units[bucket] = unit
    self.flags[bucket] = flags
    self.max_sell[bucket] = capacity
    self.exposures[bucket] = exposure
    self.targets[bucket] = target


@external
@view
def exposure(bucket: uint256) -> (uint256, uint256):
    return self.exposures[bucket], self.targets[bucket]


@external
def sell(bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256, data: Bytes[1024]) -> uint256:
    assert block.timestamp <= deadline, "vault/deadline"
    assert amount <= self.max_sell[bucket], "vault/sale_size"
    out: uint256 = amount // self.units[bucket]
    assert out >= min_out, "vault/min_out"
    self.max_sell[bucket] -= amount
    self.exposures[bucket] -= amount
    extcall Zusd(self.zusd).burn_and_collect(msg.sender, amount, 0)
    extcall IERC20(self.asset[bucket]).transfer(to, out)
    return out


@external
def swap_in(bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256) -> uint256:
    assert block.timestamp <= deadline, "vault/deadline"
    extcall IERC20(self.asset[bucket]).transferFrom(msg.sender, self, amount)
    out: uint256 = amount * self.units[bucket]
    assert out >= min_out, "vault/min_out"
    extcall Zusd(self.zusd).mint(to, out)
    return out


@external
def adjust(bucket: uint256, owner: address, dc: int256, dd: int256, to: address, min_health: uint256) -> (uint256, uint256):
    self.last_owner = owner
    self.last_collateral = dc
    self.last_health = min_health
    if dc > 0:
        extcall IERC20(self.asset[bucket]).transferFrom(msg.sender, self, convert(dc, uint256))
    extcall Zusd(self.zusd).mint(to, convert(dd, uint256))
    return convert(dc, uint256), convert(dd, uint256)
