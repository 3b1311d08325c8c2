# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Collateral and debt of one owner in one bucket
@notice One entry with four effects, and a name for each. Spec: docs/spec/vault/positions.md.
"""
from contracts.interfaces import IPriceBook
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultEvents
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import cash
from contracts.vault import debt_book
from contracts.vault import limiter
from contracts.vault import consent
from contracts.vault import vault_state

uses: vault_state
uses: consent
uses: cash

PPM: constant(uint256) = 10**6
DELTA_MINT: constant(uint256) = 10_000  # ppm; a coin weaker than this mints nothing
UPPER: constant(uint256) = 30_000       # ppm; nor one that stronger: its price is not believed


@external
@nonreentrant
def adjust(bucket: uint256, owner: address, dc: int256, dd: int256, to: address, min_health: uint256) -> (uint256, uint256):
    return self._adjust(bucket, owner, dc, dd, to, min_health)


@external
@nonreentrant
def deposit(bucket: uint256, owner: address, amount: uint256):
    self._adjust(bucket, owner, convert(amount, int256), 0, owner, 0)


@external
@nonreentrant
def withdraw(bucket: uint256, amount: uint256, to: address):
    self._adjust(bucket, msg.sender, -convert(amount, int256), 0, to, 0)


@external
@nonreentrant
def borrow(bucket: uint256, amount: uint256, to: address):
    self._adjust(bucket, msg.sender, 0, convert(amount, int256), to, 0)


@external
@nonreentrant
def repay(bucket: uint256, owner: address, amount: uint256) -> uint256:
    moved: uint256 = 0
    paid: uint256 = 0
    moved, paid = self._adjust(bucket, owner, 0, -convert(amount, int256), owner, 0)
    return paid


@external
@nonreentrant
def poke(bucket: uint256, owner: address):
    b: vault_state.Bucket = vault_state._load(bucket)
    units: uint256 = 0
    shares: uint256 = 0
    generation: uint256 = 0
    units, shares, generation = vault_state._aged(bucket, owner, b.book.generation)
    vault_state.positions[bucket][owner] = debt_book._pack_words(units, shares, generation)


# ---------------------------------------------------------------------------------------------- private

@internal
def _adjust(
    bucket: uint256, owner: address, dc: int256, dd: int256, to: address, min_health: uint256
) -> (uint256, uint256):
    # CHECKS
    amount: uint256 = convert(abs(dc), uint256)
    change: uint256 = convert(abs(dd), uint256)
    assert owner != empty(address) and to != empty(address), "vault/address"
    if dc < 0:
        consent._check(owner, consent.WITHDRAW)
    if dd > 0:
        consent._check(owner, consent.BORROW)
    b: vault_state.Bucket = vault_state._load(bucket)
    p: vault_state.Position = vault_state._position(b, owner)
    need: uint256 = 0
    # debt
    if dd > 0:
        b, p = self._with_debt(b, p, change)
    elif dd < 0:
        b, p, change = self._without_debt(b, p, change)
    # collateral
    if dc > 0:
        b, p = self._with_collateral(b, p, amount)
    elif dc < 0:
        b, p, need = self._without_collateral(b, p, amount)
    self._check_safe(b, p, dc < 0 or dd > 0, dd > 0, min_health)
    # EFFECTS
    vault_state._store_position(b, owner, p)
    if dc != 0:
        vault_state._store_assets(b)
    if dd < 0:
        vault_state._settle(b)
    elif dd > 0:
        vault_state.debt[bucket] = debt_book._pack(b.book)
    self._log(bucket, owner, dc, dd, change)
    # INTERACTIONS
    if dd < 0 and change != 0:
        extcall IStableToken(vault_state.zusd).burn_and_collect(msg.sender, change, 0)
    if dc > 0:
        cash._pull(b.token, amount)
    elif dc < 0:
        cash._pay(b, to, amount, need)
    if dd > 0:
        extcall IStableToken(vault_state.zusd).mint(to, change)
    return amount, change


@internal
def _log(bucket: uint256, owner: address, dc: int256, dd: int256, change: uint256):
    word: uint256 = vault_state.positions[bucket][owner]
    moved: int256 = convert(change, int256)
    if dd < 0:
        moved = -moved
    log IVaultEvents.Adjusted(
        bucket=bucket, owner=owner, caller=msg.sender, dc=dc, dd=moved,
        units=word >> 144, shares=(word >> 32) & (debt_book.BOUND - 1),
    )


@internal
@view
def _with_collateral(
    b: vault_state.Bucket, p: vault_state.Position, amount: uint256
) -> (vault_state.Bucket, vault_state.Position):
    closed: uint256 = vault_state.DEPOSIT_OFF | vault_state.CLOSED | vault_state.SHUT
    assert b.meta & closed == 0, "vault/paused"
    shares: uint256 = asset_book._shares_down(amount, b.worth, b.shares, b.u)
    assert shares != 0, "vault/shares"
    after: vault_state.Bucket = b
    after.assets += amount
    after.worth += amount
    after.shares += shares
    return after, vault_state.Position(units=p.units, shares=p.shares + shares, accumulator=p.accumulator)


@internal
@view
def _without_collateral(
    b: vault_state.Bucket, p: vault_state.Position, amount: uint256
) -> (vault_state.Bucket, vault_state.Position, uint256):
    cash._check_live(b)
    shares: uint256 = asset_book._shares_up(amount, b.worth, b.shares, b.u)
    assert shares <= p.shares, "vault/shares"
    need: uint256 = 0
    after: vault_state.Bucket = b
    after, need = vault_state._let_go(b, amount, shares)
    return after, vault_state.Position(units=p.units, shares=p.shares - shares, accumulator=p.accumulator), need


@internal
def _with_debt(
    b: vault_state.Bucket, p: vault_state.Position, amount: uint256
) -> (vault_state.Bucket, vault_state.Position):
    closed: uint256 = vault_state.BORROW_OFF | vault_state.LOSS | vault_state.CLOSED | vault_state.SHUT
    assert b.meta & closed == 0, "vault/paused"
    sizes: uint256 = vault_state.cap[b.id]
    exposure: uint256 = b.book.debt + (vault_state.prot[b.id] >> 128) + amount
    assert exposure <= bucket_config._size(sizes, bucket_config.CEILING), "vault/ceiling"
    vault_state.flow[b.id] = limiter._with_minted(
        vault_state.flow[b.id], amount, bucket_config._size(sizes, bucket_config.MINT_CAP)
    )
    fresh: uint256 = 0
    after: vault_state.Bucket = b
    after.book, fresh = debt_book._add(b.book, amount)
    return after, vault_state.Position(units=p.units + fresh, shares=p.shares, accumulator=p.accumulator)


@internal
@view
def _without_debt(
    b: vault_state.Bucket, p: vault_state.Position, amount: uint256
) -> (vault_state.Bucket, vault_state.Position, uint256):
    debt: uint256 = debt_book._debt_up(p.units, b.book)
    pay: uint256 = min(amount, min(debt, b.book.debt))
    after: vault_state.Bucket = b
    left: uint256 = 0
    after.book, left = debt_book._remove(b.book, p.units, debt, pay)
    rest: uint256 = debt_book._debt_up(left, after.book)
    assert rest == 0 or rest >= vault_state.min_debt, "vault/min-debt"
    return after, vault_state.Position(units=left, shares=p.shares, accumulator=p.accumulator), pay


@internal
def _check_safe(b: vault_state.Bucket, p: vault_state.Position, riskier: bool, borrows: bool, min_health: uint256):
    debt: uint256 = debt_book._debt_up(p.units, b.book)
    if debt == 0 or not (riskier or min_health != 0):
        return  # who owes nothing needs no oracle to leave
    q: vault_state.Prices = vault_state._prices(b)
    assert q.ok, "vault/oracle"
    assets: uint256 = asset_book._assets_down(p.shares, b.worth, b.shares, b.u)
    if riskier:
        if borrows:
            assert staticcall IPriceBook(vault_state.price_book).settled(), "vault/oracle"
            assert q.low * PPM >= q.target * (PPM - DELTA_MINT), "vault/depeg"
            assert q.high * PPM <= q.target * (PPM + UPPER), "vault/depeg"
            assert debt >= vault_state.min_debt, "vault/min-debt"
        value: uint256 = asset_book._value_down(assets, b.u, min(q.low, q.target))  # PCD-A6
        assert debt * PPM <= bucket_config._rate(vault_state.cfg[b.id], bucket_config.LTV) * value, "vault/ltv"
        self._raise_mark(b.id, q.target)
    assert vault_state._health(b.id, asset_book._value_down(assets, b.u, q.middle), debt) >= min_health, "vault/health"


@internal
def _raise_mark(bucket: uint256, target: uint256):
    word: uint256 = vault_state.loss[bucket]
    if target > (word >> 96) & vault_state.LOW_96:
        assert target <= vault_state.LOW_96, "vault/width"
        vault_state.loss[bucket] = word & ~(vault_state.LOW_96 << 96) | target << 96
