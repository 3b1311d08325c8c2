# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The vault's side of the yield desk
@notice Books before and after what the desk does with a bucket's strategy. Spec: docs/spec/vault/yield.md.
"""
from contracts.governance import roles
from contracts.interfaces import IYieldDesk
from contracts.vault import asset_book
from contracts.vault import policy
from contracts.vault import vault_state
from contracts.vault import yield_desk

uses: roles
uses: vault_state
uses: yield_desk


@external
@nonreentrant
def allocate(bucket: uint256) -> int256:
    b: vault_state.Bucket = vault_state._load(bucket)
    assert b.meta & (vault_state.LOSS | vault_state.CLOSED | vault_state.SHUT) == 0, "vault/paused"
    moved: int256 = 0
    b.strat, moved = yield_desk._allocate(bucket, b.token, b.assets, b.strat)
    vault_state._store_assets(b)
    return moved


@external
@nonreentrant
def harvest(bucket: uint256) -> (uint256, uint256):
    b: vault_state.Bucket = vault_state._load(bucket)
    book: IYieldDesk.Book = self._book(b)
    report: IYieldDesk.Report = empty(IYieldDesk.Report)
    book, report = yield_desk._harvest(bucket, book, b.u)
    self._store(b, book, report.uncovered != 0)
    if report.fee_shares != 0:
        word: uint256 = vault_state.prot[bucket]
        vault_state.prot[bucket] = asset_book._pack_pair(
            word >> 128, (word & vault_state.LOW_128) + report.fee_shares
        )
    return report.gain, report.loss


@external
@nonreentrant
def trip(bucket: uint256) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    book: IYieldDesk.Book = self._book(b)
    report: IYieldDesk.Report = empty(IYieldDesk.Report)
    book, report = yield_desk._trip(bucket, book)
    self._store(b, book, report.uncovered != 0)
    return report.loss


@external
@nonreentrant
def exit_strategy(bucket: uint256):
    b: vault_state.Bucket = vault_state._load(bucket)
    if b.meta & (vault_state.CLOSED | vault_state.SHUT) == 0 and msg.sender != roles.governor:
        roles._check(policy.GUARDIAN)
    # nothing goes back in until the governor sets the cap anew; a cap already at 0 stays there
    if yield_desk._policy(bucket).cap != 0:
        yield_desk._lower_cap(bucket, 0)
    book: IYieldDesk.Book = self._book(b)
    uncovered: uint256 = 0
    book, uncovered = yield_desk._exit(bucket, b.token, book)
    self._store(b, book, uncovered != 0)


@external
@nonreentrant
def set_strategy(bucket: uint256, strategy: IYieldDesk.Policy):
    roles._check_governor()
    b: vault_state.Bucket = vault_state._load(bucket)
    yield_desk._set_policy(bucket, b.token, b.strat, strategy)


@external
@nonreentrant
def lower_strategy_cap(bucket: uint256, cap: uint256):
    roles._check(policy.GUARDIAN)
    yield_desk._lower_cap(bucket, cap)


@external
@view
@nonreentrant
def strategy(bucket: uint256) -> IYieldDesk.Policy:
    return yield_desk._policy(bucket)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _book(b: vault_state.Bucket) -> IYieldDesk.Book:
    return vault_state._yield_book(b.assets, b.shares, b.yields, vault_state.loss[b.id] >> 192)


@internal
def _store(b: vault_state.Bucket, book: IYieldDesk.Book, lost: bool):
    assert book.strat <= vault_state.LOW_96 and book.locked <= vault_state.LOW_96, "vault/width"
    vault_state.asset[b.id] = asset_book._pack_pair(book.assets, book.shares)
    vault_state.yields[b.id] = book.strat << 160 | book.locked << 64 | book.start << 32 | book.end
    if lost:
        vault_state.loss[b.id] = vault_state.loss[b.id] & (2**192 - 1) | book.lam << 192
        vault_state.meta[b.id] |= vault_state.LOSS
