# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title What a gain and a loss do to the book of a bucket
@notice Pure but for the clock. Worth E = assets - locked; the price of a share is (E + 1) / (shares + virtual).
        Spec: docs/spec/vault/yield.md.
"""
from contracts.interfaces import IYieldDesk

PPM: constant(uint256) = 10**6
UNLOCK: constant(uint256) = 86400  # s over which a gain unlocks


@internal
@view
def _locked(book: IYieldDesk.Book) -> uint256:
    """
    @return locked * max(0, end - now) / (end - start), rounded up: E is never more than it may be
    """
    if block.timestamp >= book.end:
        return 0
    span: uint256 = book.end - book.start
    return (book.locked * (book.end - block.timestamp) + span - 1) // span


@internal
@view
def _with_gain(
    book: IYieldDesk.Book, gain: uint256, fee: uint256, virtual: uint256
) -> (IYieldDesk.Book, uint256):
    """
    @notice The protocol's part becomes shares at the old price, the rest is locked.
    @return (book after, shares of the protocol)
    """
    worth: uint256 = book.assets - self._locked(book)  # E before
    fee_assets: uint256 = gain * fee // PPM
    fee_shares: uint256 = fee_assets * (book.shares + virtual) // (worth + 1)
    done: IYieldDesk.Book = self._with_locked(book, gain - fee_assets)
    done.assets += gain
    done.strat += gain
    done.shares += fee_shares
    return done, fee_shares


@internal
@view
def _with_loss(book: IYieldDesk.Book, loss: uint256) -> (IYieldDesk.Book, uint256):
    """
    @notice Locked profit first; the rest lowers the worth of every share and the loss factor alike.
    @return (book after, what locked profit did not bear)
    """
    locked: uint256 = self._locked(book)
    borne: uint256 = min(loss, locked)
    uncovered: uint256 = loss - borne
    done: IYieldDesk.Book = book
    if uncovered != 0:
        worth: uint256 = book.assets - locked
        done.lam = book.lam * (worth - uncovered + 1) // (worth + 1)
    done.assets -= loss
    done.strat -= loss
    done.locked = locked - borne
    done.start = block.timestamp
    if done.end < block.timestamp:
        done.end = block.timestamp
    return done, uncovered


@internal
@view
def _with_locked(book: IYieldDesk.Book, fresh: uint256) -> IYieldDesk.Book:
    """
    @notice Lock `fresh` besides what is locked; the time left is the average by amount.
    """
    rest: uint256 = self._locked(book)
    done: IYieldDesk.Book = book
    done.locked = rest + fresh
    done.start = block.timestamp
    done.end = block.timestamp
    if done.locked != 0:
        left: uint256 = fresh * UNLOCK
        if rest != 0:
            left += rest * (book.end - block.timestamp)
        done.end += (left + done.locked - 1) // done.locked
    return done
