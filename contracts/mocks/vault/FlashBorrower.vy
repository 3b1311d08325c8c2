# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A borrower of flash-minted tokens: makes one prepared call while it has them
"""
from ethereum.ercs import IERC20

interface Lender:
    def flashLoan(receiver: address, token: address, amount: uint256, data: Bytes[4096]) -> bool: nonpayable
    def flash_open() -> uint256: view

ANSWER: constant(bytes32) = keccak256("ERC3156FlashBorrower.onFlashLoan")

answer: public(bytes32)
approved: public(uint256)
target: public(address)
call: Bytes[4096]
seen_initiator: public(address)
seen_amount: public(uint256)
seen_fee: public(uint256)
seen_data: public(Bytes[4096])
seen_supply: public(uint256)
seen_open: public(uint256)
succeeded: public(bool)


@deploy
def __init__():
    self.answer = ANSWER


@external
def prepare(answer: bytes32, approved: uint256, target: address, call: Bytes[4096]):
    self.answer = answer
    self.approved = approved
    self.target = target
    self.call = call


@external
def borrow(lender: address, amount: uint256, data: Bytes[4096]):
    extcall Lender(lender).flashLoan(self, lender, amount, data)


@external
def onFlashLoan(initiator: address, token: address, amount: uint256, fee: uint256, data: Bytes[4096]) -> bytes32:
    self.seen_initiator = initiator
    self.seen_amount = amount
    self.seen_fee = fee
    self.seen_data = data
    self.seen_supply = staticcall IERC20(token).totalSupply()
    self.seen_open = staticcall Lender(token).flash_open()
    if self.target != empty(address):
        self.succeeded = raw_call(self.target, self.call, revert_on_failure=False)
    extcall IERC20(token).approve(token, self.approved)
    return self.answer
