# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A contract wallet, receiver and attacker: makes one prepared call whenever it is called back, and remembers how it went
"""
target: public(address)
data: Bytes[4096]
amount: public(uint256)      # native value sent along with the prepared call
refuses: public(bool)        # native value is not taken
calls: public(uint256)       # prepared calls made
succeeded: public(uint256)   # of them, those that did not revert


@external
@payable
def arm(target: address, data: Bytes[4096], amount: uint256):
    self.target = target
    self.data = data
    self.amount = amount
    self.calls = 0
    self.succeeded = 0


@external
def set_refuses(refuses: bool):
    self.refuses = refuses


@external
@payable
def act(target: address, data: Bytes[4096], amount: uint256):
    raw_call(target, data, value=amount)


@external
def on_token():
    self._strike()


@external
@payable
def __default__():
    assert not self.refuses, "callee/refuses"
    self._strike()


@internal
def _strike():
    if self.target == empty(address):
        return
    target: address = self.target
    self.target = empty(address)  # once
    ok: bool = raw_call(target, self.data, value=self.amount, revert_on_failure=False)
    self.calls += 1
    if ok:
        self.succeeded += 1
