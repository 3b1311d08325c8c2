# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title One bucket with a yield desk and nothing else: the desk's functions from outside
"""
from ethereum.ercs import IERC20

from contracts.interfaces import IYieldDesk
from contracts.vault import yield_book
from contracts.vault import yield_desk

initializes: yield_desk

BUCKET: constant(uint256) = 3

token: public(address)
virtual: public(uint256)
_book: IYieldDesk.Book
uncovered: public(uint256)
report: public(IYieldDesk.Report)


@deploy
def __init__(token: address, decimals: uint256):
    self.token = token
    self.virtual = 10 ** (18 - decimals)
    self._book.lam = 10**18


@external
@view
def book() -> IYieldDesk.Book:
    return self._book


@external
@view
def policy() -> IYieldDesk.Policy:
    return yield_desk._policy(BUCKET)


@external
@view
def owned() -> uint256:
    return yield_desk._owned(BUCKET)


@external
@view
def locked() -> uint256:
    return yield_book._locked(self._book)


@external
@view
def worth() -> uint256:
    return self._book.assets - yield_book._locked(self._book)


@external
@view
def shortfall() -> uint256:
    return yield_desk._shortfall(BUCKET, self._book.strat)


@external
def set_policy(policy: IYieldDesk.Policy):
    yield_desk._set_policy(BUCKET, self.token, self._book.strat, policy)


@external
def lower_cap(cap: uint256):
    yield_desk._lower_cap(BUCKET, cap)


@external
@nonreentrant
def deposit(amount: uint256):
    extcall IERC20(self.token).transferFrom(msg.sender, self, amount)
    worth: uint256 = self._book.assets - yield_book._locked(self._book)
    self._book.shares += amount * (self._book.shares + self.virtual) // (worth + 1)
    self._book.assets += amount


@external
@nonreentrant
def allocate() -> int256:
    moved: int256 = 0
    self._book.strat, moved = yield_desk._allocate(BUCKET, self.token, self._book.assets, self._book.strat)
    return moved


@external
@nonreentrant
def take(need: uint256):
    yield_desk._take(BUCKET, self.token, need)
    self._book.strat -= need


@external
@nonreentrant
def harvest():
    self._book, self.report = yield_desk._harvest(BUCKET, self._book, self.virtual)


@external
@nonreentrant
def trip():
    self._book, self.report = yield_desk._trip(BUCKET, self._book)


@external
@nonreentrant
def exit_strategy():
    self._book, self.uncovered = yield_desk._exit(BUCKET, self.token, self._book)
