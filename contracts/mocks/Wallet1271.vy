# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A contract wallet with one owner that approves by ERC-1271
"""
owner: public(immutable(address))


@deploy
def __init__(owner_: address):
    owner = owner_


@external
@view
def isValidSignature(hash: bytes32, signature: Bytes[1024]) -> bytes4:
    if len(signature) != 65:
        return empty(bytes4)
    r: uint256 = extract32(signature, 0, output_type=uint256)
    s: uint256 = extract32(signature, 32, output_type=uint256)
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    if ecrecover(hash, v, r, s) == owner:
        return 0x1626ba7e
    return empty(bytes4)
