# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title An ERC-20 with every bad habit, each switched on by itself
"""
interface Callee:
    def on_token(): nonpayable

name: public(String[32])
symbol: public(String[8])
decimals: public(uint256)  # uint256: may answer what no honest token answers
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])

fee_bps: public(uint256)     # taken from what the receiver gets
extra_bps: public(uint256)   # taken from the sender on top of the amount
fails: public(bool)          # transfers revert
refuses: public(bool)        # transfers move nothing and return false
callee: public(address)      # called in every transfer, before balances change
blocked: public(HashMap[address, bool])


@deploy
def __init__(decimals: uint256):
    self.name = "Odd"
    self.symbol = "ODD"
    self.decimals = decimals


@external
def mint(receiver: address, amount: uint256):
    self.balanceOf[receiver] += amount


@external
def burn(holder: address, amount: uint256):
    self.balanceOf[holder] -= amount


@external
def set_fee(fee_bps: uint256, extra_bps: uint256):
    self.fee_bps = fee_bps
    self.extra_bps = extra_bps


@external
def set_failure(fails: bool, refuses: bool):
    self.fails = fails
    self.refuses = refuses


@external
def set_decimals(decimals: uint256):
    self.decimals = decimals


@external
def set_callee(callee: address):
    self.callee = callee


@external
def set_blocked(holder: address, blocked: bool):
    self.blocked[holder] = blocked


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    return True


@external
def transfer(receiver: address, amount: uint256) -> bool:
    return self._move(msg.sender, receiver, amount)


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    self.allowance[sender][msg.sender] -= amount
    return self._move(sender, receiver, amount)


@internal
def _move(sender: address, receiver: address, amount: uint256) -> bool:
    assert not self.fails, "odd/fails"
    assert not self.blocked[receiver], "odd/blocked"
    if self.refuses:
        return False
    if self.callee != empty(address):
        extcall Callee(self.callee).on_token()
    self.balanceOf[sender] -= amount + amount * self.extra_bps // 10000
    self.balanceOf[receiver] += amount - amount * self.fee_bps // 10000
    return True
