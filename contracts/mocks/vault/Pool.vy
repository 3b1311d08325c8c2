# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What a price book asks of a Curve NG pool
"""
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
