# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The part of an oracle gate that vouches for prices
"""
from contracts.codec import typed_data
from contracts.oracle import member_set
from contracts.oracle import price_attest

initializes: member_set
initializes: price_attest[member_set := member_set]

DOMAIN: immutable(bytes32)
EPOCH: immutable(uint64)
VETOERS: immutable(uint256)


@deploy
def __init__(deployment_id: bytes32, table: DynArray[uint256, 128], epoch: uint64, vetoers: uint256):
    DOMAIN = typed_data._oracle_domain(deployment_id)
    EPOCH = epoch
    VETOERS = vetoers
    member_set._install(epoch, table)


@external
@view
def check_prices(
    epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32, bitmap: uint256, signatures: Bytes[8192]
) -> bool:
    assert epoch == EPOCH, "oracle/epoch"
    return price_attest._check_prices(
        DOMAIN, epoch, round, observed_at, prices_hash, bitmap, signatures, VETOERS
    )
