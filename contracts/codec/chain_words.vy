# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Chain words: what one operation says to its chain
@notice Twin of offchain/zklink/protocol/ops; spec: docs/spec/operations. Words are 31 bytes, big-endian:

    | word | bytes |
    |---|---|
    | c0 | op 1, applied 1, account 4, sub-account 1, token 2, scale 1, domain 1, address 20 |
    | c1 | zero 9, ratio 2, nonce 4, units 16 |
    | c2 | zero 11, payee 20 (DEPOSIT, FULL_EXIT) |
    | c2..c5 | zero 15, limb 16: key x high, x low, y high, y low (CHANGE_KEY) |
"""

DEPOSIT: constant(uint256) = 1
WITHDRAW: constant(uint256) = 3
FULL_EXIT: constant(uint256) = 5
CHANGE_KEY: constant(uint256) = 6
EXIT_PART: constant(uint256) = 7

U8: constant(uint256) = 2**8 - 1
U16: constant(uint256) = 2**16 - 1
U24: constant(uint256) = 2**24 - 1
U32: constant(uint256) = 2**32 - 1
LOW_128: constant(uint256) = 2**128 - 1
LOW_160: constant(uint256) = 2**160 - 1


struct ChainOp:
    op: uint256
    applied: uint256
    account: uint256
    sub_account: uint256
    token: uint256
    scale: uint256
    domain: uint256
    controller: uint256  # the address field: owner, or recipient of WITHDRAW and EXIT_PART
    ratio: uint256
    nonce: uint256
    units: uint256       # token units of this chain


@internal
@pure
def _size(op: uint256) -> uint256:
    """
    @return Number of chain words of an operation, 0 when the code is not one of the known ones (BLK-5)
    """
    if op == DEPOSIT or op == FULL_EXIT:
        return 3
    if op == WITHDRAW or op == EXIT_PART:
        return 2
    if op == CHANGE_KEY:
        return 6
    return 0


@internal
@pure
def _decode(c0: uint256, c1: uint256) -> ChainOp:
    """
    @dev Both words below 2^248. The nine zero bytes of c1 are checked by the caller.
    """
    return ChainOp(
        op=c0 >> 240,
        applied=(c0 >> 232) & U8,
        account=(c0 >> 200) & U32,
        sub_account=(c0 >> 192) & U8,
        token=(c0 >> 176) & U16,
        scale=(c0 >> 168) & U8,
        domain=(c0 >> 160) & U8,
        controller=c0 & LOW_160,
        ratio=(c1 >> 160) & U16,
        nonce=(c1 >> 128) & U32,
        units=c1 & LOW_128,
    )


@internal
@pure
def _request_hash(c0: uint256, units: uint256, payee: uint256) -> bytes32:
    """
    @dev The request a consuming operation answers: op 1, account 4, sub-account 1, token 2, scale 1, domain 1, owner 20,
         units 16, payee 20 bytes. A DEPOSIT names no account, a FULL_EXIT no units: the caller passes c0 and units so.
         `applied` (byte 1 of c0) is no part of a request.
    @return The first 24 bytes of the keccak256, as a number
    """
    head: uint256 = (c0 >> 240) << 232 | (c0 & (2**232 - 1))  # 30 bytes
    return convert(convert(keccak256(concat(
        convert(convert(head << 16, bytes32), bytes30),
        convert(convert(units << 128, bytes32), bytes16),
        convert(convert(payee << 96, bytes32), bytes20),
    )), uint256) >> 64, bytes32)


@internal
@pure
def _token_and_scale(c0: uint256) -> uint256:
    """
    @return token << 8 | scale, as `IBridge.scales_match` takes it
    """
    return (c0 >> 168) & U24
