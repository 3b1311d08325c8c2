# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A proxy as custodial tokens use it; the logic is fixed here
"""
LOGIC: immutable(address)


@deploy
def __init__(logic: address):
    LOGIC = logic


@external
@payable
@raw_return
def __default__() -> Bytes[32]:
    return raw_call(LOGIC, msg.data, max_outsize=32, is_delegate_call=True)
