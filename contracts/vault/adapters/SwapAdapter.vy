# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title SwapAdapter: one coin of a Curve NG pool into another
"""
from ethereum.ercs import IERC20

from contracts.interfaces import ISaleAdapter

implements: ISaleAdapter

interface Pool:
    def coins(index: uint256) -> address: view
    def exchange(i: int128, j: int128, amount: uint256, min_received: uint256, receiver: address) -> uint256: nonpayable

pool: public(immutable(address))
input_token: public(immutable(address))
output_token: public(immutable(address))
INPUT: immutable(int128)
OUTPUT: immutable(int128)


@deploy
def __init__(pool_: address, input_index: uint256, output_index: uint256):
    assert input_index != output_index, "router/same_coin"
    pool = pool_
    input_token = staticcall Pool(pool_).coins(input_index)
    output_token = staticcall Pool(pool_).coins(output_index)
    INPUT = convert(input_index, int128)
    OUTPUT = convert(output_index, int128)


@external
def turn(amount: uint256, to: address) -> uint256:
    assert extcall IERC20(input_token).approve(pool, amount, default_return_value=True), "router/approve"
    # the caller checks what arrives
    return extcall Pool(pool).exchange(INPUT, OUTPUT, amount, 0, to)
