# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Words of the debt vault
@notice Storage, and what every part of the vault does with it: load, store, price, recognise bad debt, wait. Layouts:
        docs/spec/vault/state.md.

        | word | bits                                                                                              |
        |------|---------------------------------------------------------------------------------------------------|
        | meta | token 159..0, 18 - decimals 167..160, flags 183..168, sales paused until 223..192, steward 255..224 |
        | yield | in the strategy 255..160, locked 159..64, start 63..32, end 31..0                                |
        | loss | lambda 255..192, r_hwm 191..96, lt before 95..76, ramp begins 63..32, ramp ends 31..0              |
        | glob | bad 255..128, reserve 127..0                                                                      |
        | frozen | low 255..192, middle 191..128, high 127..64, target 63..0; low 0: no price                      |
"""
from contracts.interfaces import IPriceBook
from contracts.interfaces import IVaultEvents
from contracts.interfaces import IYieldDesk
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import debt_book
from contracts.vault import yield_book

BUCKETS: constant(uint256) = 8
WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6
LOW_128: constant(uint256) = 2**128 - 1
LOW_96: constant(uint256) = 2**96 - 1
LOW_64: constant(uint256) = 2**64 - 1
LOW_32: constant(uint256) = 2**32 - 1
LOW_20: constant(uint256) = 2**20 - 1
LOW_160: constant(uint256) = 2**160 - 1

BORROW_OFF: constant(uint256) = 1 << 168
SWAP_OFF: constant(uint256) = 2 << 168
SELL_OFF: constant(uint256) = 4 << 168     # shown only: a time tells it
DEPOSIT_OFF: constant(uint256) = 8 << 168
LOSS: constant(uint256) = 16 << 168        # a strategy lost more than its locked profit
CLOSED: constant(uint256) = 32 << 168
LIVE_CHECK: constant(uint256) = 64 << 168  # the strategy is asked before collateral leaves
SHUT: constant(uint256) = 128 << 168       # the whole vault is shut down
LISTED: constant(uint256) = 1 << 183
SALES_UNTIL: constant(uint256) = 192       # bit positions
STEWARD_AT: constant(uint256) = 224


struct Bucket:
    id: uint256
    meta: uint256
    token: address
    u: uint256               # 10^(18 - decimals)
    book: debt_book.Book
    assets: uint256          # A
    shares: uint256          # N
    worth: uint256           # E
    yields: uint256          # word as loaded
    strat: uint256           # may fall by what is to be taken from the strategy


struct Position:
    units: uint256           # n
    shares: uint256          # c, what sales took already left out
    accumulator: uint256     # K of the current generation


struct Prices:
    ok: bool
    low: uint256
    middle: uint256
    high: uint256
    target: uint256


zusd: public(immutable(address))
price_book: public(immutable(address))
min_debt: public(immutable(uint256))

meta: uint256[BUCKETS]
debt: uint256[BUCKETS]
asset: uint256[BUCKETS]
prot: uint256[BUCKETS]
flow: uint256[BUCKETS]
yields: uint256[BUCKETS]
loss: uint256[BUCKETS]
cfg: uint256[BUCKETS]
cap: uint256[BUCKETS]
accumulators: HashMap[uint256, uint256]                # bucket << 32 | generation -> K
positions: HashMap[uint256, HashMap[address, uint256]]
glob: uint256
clocks: HashMap[uint256, uint256]
shutdown_at: uint256
frozen: uint256[BUCKETS]


@deploy
def __init__(zusd_: address, price_book_: address, min_debt_: uint256):
    assert zusd_ != empty(address), "vault/zusd"
    assert price_book_ != empty(address), "vault/price-book"
    assert 0 < min_debt_ and min_debt_ < 2**96, "vault/min-debt"
    zusd = zusd_
    price_book = price_book_
    min_debt = min_debt_


# ---------------------------------------------------------------------------------------------- bucket

@internal
@view
def _load(bucket: uint256) -> Bucket:
    assert bucket < BUCKETS and self.meta[bucket] != 0, "vault/bucket"
    meta: uint256 = self.meta[bucket]
    held: uint256 = self.asset[bucket]
    yields: uint256 = self.yields[bucket]
    assets: uint256 = held >> 128
    worth: uint256 = assets
    if yields != 0:
        worth -= yield_book._locked(self._yield_book(assets, held & LOW_128, yields, 0))
    return Bucket(
        id=bucket, meta=meta, token=convert(meta & LOW_160, address), u=10 ** ((meta >> 160) & 255),
        book=debt_book._unpack(self.debt[bucket]), assets=assets, shares=held & LOW_128, worth=worth,
        yields=yields, strat=yields >> 160,
    )


@internal
@pure
def _yield_book(assets: uint256, shares: uint256, yields: uint256, lam: uint256) -> IYieldDesk.Book:
    return IYieldDesk.Book(
        assets=assets, shares=shares, strat=yields >> 160, locked=(yields >> 64) & LOW_96,
        start=(yields >> 32) & LOW_32, end=yields & LOW_32, lam=lam,
    )


@internal
def _store_assets(b: Bucket):
    self.asset[b.id] = asset_book._pack_pair(b.assets, b.shares)
    if b.strat != b.yields >> 160:
        self.yields[b.id] = b.strat << 160 | b.yields & (2**160 - 1)


@internal
@pure
def _let_go(b: Bucket, assets: uint256, shares: uint256) -> (Bucket, uint256):
    """
    @notice Assets leave: idle ones first, the rest must come from the strategy.
    @return (bucket after, to be taken from the strategy)
    """
    need: uint256 = assets - min(assets, b.assets - b.strat)
    after: Bucket = b
    after.strat -= need
    after.assets -= assets
    after.shares -= shares
    after.worth -= assets
    return after, need


@internal
def _settle(b: Bucket):
    """
    @notice To be called instead of storing the debt word after D fell (PCD-I7).
    """
    done: debt_book.Settled = debt_book._settle(b.book)
    if done.orphan != 0:
        self._add_bad(done.orphan)
        log IVaultEvents.BadDebt(bucket=b.id, owner=empty(address), amount=done.orphan, covered=0)
    if done.cleared:
        self.accumulators[b.id << 32 | b.book.generation] |= debt_book.CLEARED
    if done.book.generation != b.book.generation:
        log IVaultEvents.Generation(bucket=b.id, generation=done.book.generation, cleared=done.cleared)
    self.debt[b.id] = debt_book._pack(done.book)


# ---------------------------------------------------------------------------------------------- position

@internal
@view
def _position(b: Bucket, owner: address) -> Position:
    """
    @notice At the current generation; a position more than 6 generations old must be poked first.
    """
    units: uint256 = 0
    shares: uint256 = 0
    generation: uint256 = 0
    units, shares, generation = self._aged(b.id, owner, b.book.generation)
    if units == 0:
        return Position(units=0, shares=shares, accumulator=0)
    assert generation == b.book.generation, "vault/poke"
    accumulator: uint256 = self.accumulators[b.id << 32 | generation]
    sold: uint256 = debt_book._sold_up(units, accumulator)
    return Position(units=units, shares=shares - min(sold, shares), accumulator=accumulator)


@internal
@view
def _aged(bucket: uint256, owner: address, current: uint256) -> (uint256, uint256, uint256):
    """
    @return (n, c' at `generation`, generation), up to 6 generations on
    """
    word: uint256 = self.positions[bucket][owner]
    units: uint256 = word >> 144
    shares: uint256 = (word >> 32) & (debt_book.BOUND - 1)
    generation: uint256 = word & LOW_32
    for _: uint256 in range(debt_book.STEPS):
        if generation == current or units == 0:
            break
        units, shares = debt_book._age(units, shares, self.accumulators[bucket << 32 | generation])
        generation += 1
    if units == 0:
        generation = current
    return units, shares, generation


@internal
def _store_position(b: Bucket, owner: address, p: Position):
    """
    @dev With the generation the bucket was loaded at: `_settle` may have begun another one.
    """
    accumulator: uint256 = p.accumulator
    if accumulator == 0 and p.units != 0:
        accumulator = self.accumulators[b.id << 32 | b.book.generation]
    stored: uint256 = p.shares + debt_book._sold_down(p.units, accumulator)
    self.positions[b.id][owner] = debt_book._pack_words(p.units, stored, b.book.generation)


# ---------------------------------------------------------------------------------------------- prices

@internal
@view
def _prices(b: Bucket) -> Prices:
    if b.meta & SHUT != 0:
        word: uint256 = self.frozen[b.id]
        low: uint256 = word >> 192
        return Prices(
            ok=low != 0, low=low, middle=(word >> 128) & LOW_64, high=(word >> 64) & LOW_64, target=word & LOW_64
        )
    p: Prices = empty(Prices)
    p.ok, p.low, p.middle, p.high, p.target = staticcall IPriceBook(price_book).prices(b.id)
    return p


@internal
@view
def _loss_factor(bucket: uint256, target: uint256) -> uint256:
    word: uint256 = self.loss[bucket]
    return asset_book._loss_factor(word >> 192, target, (word >> 96) & LOW_96)


@internal
@view
def _threshold(bucket: uint256) -> uint256:
    """
    @return lt, ppm; a lowered one comes down linearly
    """
    word: uint256 = self.loss[bucket]
    lt: uint256 = bucket_config._rate(self.cfg[bucket], bucket_config.LT)
    end: uint256 = word & LOW_32
    if block.timestamp >= end:
        return lt
    start: uint256 = (word >> 32) & LOW_32
    return lt + (((word >> 76) & LOW_20) - lt) * (end - block.timestamp) // (end - start)


@internal
@view
def _health(bucket: uint256, worth: uint256, debt: uint256) -> uint256:
    """
    @return 10^18 at the threshold of liquidation
    """
    if debt == 0:
        return max_value(uint256)
    return worth * self._threshold(bucket) * (WAD // PPM) // debt


# ---------------------------------------------------------------------------------------------- bad debt and reserve

@internal
def _add_bad(amount: uint256):
    self.glob = asset_book._pack_pair((self.glob >> 128) + amount, self.glob & LOW_128)


@internal
def _book_glob(cancelled: uint256, collected: uint256):
    if cancelled + collected != 0:
        word: uint256 = self.glob
        self.glob = asset_book._pack_pair(
            (word >> 128) - cancelled, (word & LOW_128) + collected
        )
