# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title LpAdapter: an LP token of a Curve NG pool into one of its coins
"""
from contracts.interfaces import ISaleAdapter

implements: ISaleAdapter

interface Pool:
    def coins(index: uint256) -> address: view
    def remove_liquidity_one_coin(
        amount: uint256, index: int128, min_received: uint256, receiver: address
    ) -> uint256: nonpayable

input_token: public(immutable(address))  # the pool: its own LP token
output_token: public(immutable(address))
INDEX: immutable(int128)


@deploy
def __init__(pool: address, index: uint256):
    input_token = pool
    output_token = staticcall Pool(pool).coins(index)
    INDEX = convert(index, int128)


@external
def turn(amount: uint256, to: address) -> uint256:
    # the caller checks what arrives
    return extcall Pool(input_token).remove_liquidity_one_coin(amount, INDEX, 0, to)
