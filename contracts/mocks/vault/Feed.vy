# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title An AggregatorV3 feed that answers what it is told, and has every bad habit
"""
decimals: public(uint8)
answer: int256
started_at: uint256
updated_at: uint256
fault: uint256  # 1 reverts, 2 answers too little, 3 burns its gas, 4 answers nothing, 5 answers too much


@deploy
def __init__(decimals: uint8):
    self.decimals = decimals


@external
def set_answer(answer: int256, updated_at: uint256):
    self.answer = answer
    self.updated_at = updated_at


@external
def set_started_at(started_at: uint256):
    self.started_at = started_at


@external
def set_fault(fault: uint256):
    self.fault = fault


@external
def set_decimals(decimals: uint8):
    self.decimals = decimals


@external
@view
@raw_return
def latestRoundData() -> Bytes[192]:
    assert self.fault != 1, "feed/fails"
    if self.fault == 3:
        for i: uint256 in range(2**64 - 1):
            assert keccak256(convert(i, bytes32)) != empty(bytes32)
    if self.fault == 4:
        return b""
    data: Bytes[160] = abi_encode(
        convert(7, uint256), self.answer, self.started_at, self.updated_at, convert(3, uint256)
    )
    if self.fault == 2:
        return slice(data, 0, 128)
    if self.fault == 5:
        return concat(data, empty(bytes32))
    return data
