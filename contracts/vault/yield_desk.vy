# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Yield desk: idle collateral in one ERC-4626 strategy for each bucket
@notice "Only ever grows" is enforced, not believed: a gain beyond the cap is refused, a gain unlocks linearly, a loss is borne by
        locked profit first and then lowers the loss factor. Recorded accounting only: donated tokens and donated strategy shares
        change nothing. Spec: docs/spec/vault/yield.md.
@dev For the vault, which keeps the books (IYieldDesk.Book), holds the tokens and is under its lock in every call here.

        | slot        | bits                                                                         |
        |-------------|------------------------------------------------------------------------------|
        | _strategies | strategy 159..0, gain_max 179..160, fee 199..180, last report 231..200       |
        | _limits     | cap 127..0, strategy shares owned 255..128                                   |
"""
from ethereum.ercs import IERC20
from ethereum.ercs import IERC4626

from contracts.interfaces import IYieldDesk
from contracts.vault import yield_book

BUCKETS: constant(uint256) = 8
PPM: constant(uint256) = 10**6
DAY: constant(uint256) = 86400
INTERVAL: constant(uint256) = 6 * 3600   # s between reports
DUST: constant(uint256) = 2              # native units a strategy's rounding may cost
IDLE_MIN: constant(uint256) = 20         # % of the bucket
IDLE_AIM: constant(uint256) = 25
IDLE_MAX: constant(uint256) = 30
LOW_128: constant(uint256) = 2**128 - 1
LOW_160: constant(uint256) = 2**160 - 1
LOW_20: constant(uint256) = 2**20 - 1
REPORT: constant(uint256) = 200          # bit position

_strategies: uint256[BUCKETS]
_limits: uint256[BUCKETS]


# ---------------------------------------------------------------------------------------------- policy

@internal
def _set_policy(bucket: uint256, token: address, strat: uint256, policy: IYieldDesk.Policy):
    """
    @notice Another strategy only where nothing is recorded in the present one.
    """
    word: uint256 = self._strategies[bucket]
    assert policy.gain_max <= LOW_20 and policy.fee < PPM and policy.cap <= LOW_128, "vault/policy"
    report: uint256 = word >> REPORT
    owned: uint256 = self._limits[bucket] & ~LOW_128
    if policy.strategy != self._address(word):
        assert strat == 0, "vault/strategy_busy"
        if policy.strategy != empty(address):
            assert staticcall IERC4626(policy.strategy).asset() == token, "vault/strategy_asset"
        report = block.timestamp
        owned = 0
    self._strategies[bucket] = (
        convert(policy.strategy, uint256) | policy.gain_max << 160 | policy.fee << 180 | report << REPORT
    )
    self._limits[bucket] = owned | policy.cap
    log IYieldDesk.StrategySet(
        bucket=bucket, strategy=policy.strategy, gain_max=policy.gain_max, fee=policy.fee, cap=policy.cap
    )


@internal
def _lower_cap(bucket: uint256, cap: uint256):
    """
    @notice For the guardian.
    """
    assert cap <= self._limits[bucket] & LOW_128, "vault/only_lower"
    self._limits[bucket] = self._limits[bucket] & ~LOW_128 | cap
    policy: IYieldDesk.Policy = self._policy(bucket)
    log IYieldDesk.StrategySet(
        bucket=bucket, strategy=policy.strategy, gain_max=policy.gain_max, fee=policy.fee, cap=cap
    )


@internal
@view
def _policy(bucket: uint256) -> IYieldDesk.Policy:
    word: uint256 = self._strategies[bucket]
    return IYieldDesk.Policy(
        strategy=self._address(word),
        gain_max=(word >> 160) & LOW_20,
        fee=(word >> 180) & LOW_20,
        cap=self._limits[bucket] & LOW_128,
    )


# ---------------------------------------------------------------------------------------------- moving

@internal
def _allocate(bucket: uint256, token: address, assets: uint256, strat: uint256) -> (uint256, int256):
    """
    @notice Idle back to 25 % where it left [20 %, 30 %] or the strategy holds more than its cap.
    @return (strat after, moved into the strategy)
    """
    strategy: address = self._strategy(bucket)
    cap: uint256 = self._limits[bucket] & LOW_128
    aim: uint256 = min(assets - assets * IDLE_AIM // 100, cap)
    idle: uint256 = assets - strat
    after: uint256 = strat
    if idle * 100 > assets * IDLE_MAX and aim > strat:
        amount: uint256 = min(aim - strat, staticcall IERC4626(strategy).maxDeposit(self))
        if amount != 0:
            after += amount
            self._put(bucket, token, strategy, amount)
            # withdraw at will, now and for all of it
            assert staticcall IERC4626(strategy).maxWithdraw(self) + DUST >= after, "vault/liquidity"
    elif idle * 100 < assets * IDLE_MIN or strat > cap:
        after = aim
        self._take(bucket, token, strat - aim)
    if after == strat:
        return strat, 0
    assert staticcall IERC4626(strategy).convertToAssets(self._owned(bucket)) + DUST >= after, "vault/loss"
    moved: int256 = convert(after, int256) - convert(strat, int256)
    log IYieldDesk.Allocated(bucket=bucket, strat=after, moved=moved)
    return after, moved


@internal
def _put(bucket: uint256, token: address, strategy: address, amount: uint256):
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    shares: uint256 = staticcall IERC20(strategy).balanceOf(self)
    assert extcall IERC20(token).approve(strategy, amount, default_return_value=True), "vault/approve"
    extcall IERC4626(strategy).deposit(amount, self)
    assert staticcall IERC20(token).balanceOf(self) + amount == before, "vault/strategy"
    self._limits[bucket] += (staticcall IERC20(strategy).balanceOf(self) - shares) << 128


@internal
def _take(bucket: uint256, token: address, need: uint256):
    """
    @notice Withdraw exactly `need` native units. The caller lowers the recorded `strat` by it.
    """
    strategy: address = self._strategy(bucket)
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    shares: uint256 = staticcall IERC20(strategy).balanceOf(self)
    ok: bool = raw_call(
        strategy, abi_encode(need, self, self, method_id=method_id("withdraw(uint256,address,address)")),
        revert_on_failure=False,
    )
    assert ok and staticcall IERC20(token).balanceOf(self) >= before + need, "vault/liquidity"
    self._disown(bucket, shares - staticcall IERC20(strategy).balanceOf(self))


@internal
def _exit(bucket: uint256, token: address, book: IYieldDesk.Book) -> (IYieldDesk.Book, uint256):
    """
    @notice Redeem all that can be redeemed; what comes out beyond or below the record is booked when nothing is left inside.
    @return (book after, loss that locked profit did not bear)
    """
    strategy: address = self._strategy(bucket)
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    shares: uint256 = staticcall IERC20(strategy).balanceOf(self)
    amount: uint256 = min(staticcall IERC4626(strategy).maxRedeem(self), self._owned(bucket))
    assert amount != 0, "vault/liquidity"
    extcall IERC4626(strategy).redeem(amount, self, self)
    received: uint256 = staticcall IERC20(token).balanceOf(self) - before
    self._disown(bucket, shares - staticcall IERC20(strategy).balanceOf(self))
    left: uint256 = self._owned(bucket)
    log IYieldDesk.StrategyExited(bucket=bucket, received=received, shares_left=left)
    done: IYieldDesk.Book = book
    uncovered: uint256 = 0
    if left != 0:
        done.strat -= min(received, book.strat)
        return done, 0
    if received + DUST < book.strat:
        done, uncovered = yield_book._with_loss(book, book.strat - received)
        log IYieldDesk.StrategyLoss(bucket=bucket, loss=book.strat - received, uncovered=uncovered, lam=done.lam)
    elif received < book.strat:
        done.assets -= book.strat - received
    elif received > book.strat:
        done = yield_book._with_locked(done, received - book.strat)
        done.assets += received - book.strat
    done.strat = 0
    return done, uncovered


# ---------------------------------------------------------------------------------------------- reports

@internal
@view
def _shortfall(bucket: uint256, strat: uint256) -> uint256:
    """
    @notice LIVE_CHECK: what the strategy is short of the record, now.
    """
    if strat == 0:
        return 0
    live: uint256 = self._live(bucket)
    if live + DUST >= strat:
        return 0
    return strat - live


@internal
def _harvest(bucket: uint256, book: IYieldDesk.Book, virtual: uint256) -> (IYieldDesk.Book, IYieldDesk.Report):
    """
    @param virtual Virtual shares of the bucket, 10^(18 - decimals)
    """
    word: uint256 = self._strategies[bucket]
    assert self._address(word) != empty(address), "vault/no_strategy"
    elapsed: uint256 = block.timestamp - (word >> REPORT)
    assert elapsed >= INTERVAL, "vault/interval"
    if self._shortfall(bucket, book.strat) != 0:
        return self._trip(bucket, book)
    self._reported(bucket)
    live: uint256 = self._live(bucket)
    if live <= book.strat:
        return book, empty(IYieldDesk.Report)
    gain: uint256 = live - book.strat
    assert gain * PPM * DAY <= book.strat * ((word >> 160) & LOW_20) * elapsed, "vault/gain_odd"
    done: IYieldDesk.Book = book
    fee_shares: uint256 = 0
    done, fee_shares = yield_book._with_gain(book, gain, (word >> 180) & LOW_20, virtual)
    log IYieldDesk.Harvested(bucket=bucket, gain=gain, fee_shares=fee_shares)
    return done, IYieldDesk.Report(gain=gain, loss=0, uncovered=0, fee_shares=fee_shares)


@internal
def _trip(bucket: uint256, book: IYieldDesk.Book) -> (IYieldDesk.Book, IYieldDesk.Report):
    loss: uint256 = self._shortfall(bucket, book.strat)
    assert loss != 0, "vault/no_loss"
    self._reported(bucket)
    done: IYieldDesk.Book = book
    uncovered: uint256 = 0
    done, uncovered = yield_book._with_loss(book, loss)
    log IYieldDesk.StrategyLoss(bucket=bucket, loss=loss, uncovered=uncovered, lam=done.lam)
    return done, IYieldDesk.Report(gain=0, loss=loss, uncovered=uncovered, fee_shares=0)


# ---------------------------------------------------------------------------------------------- private

@internal
@pure
def _address(word: uint256) -> address:
    return convert(word & LOW_160, address)


@internal
@view
def _strategy(bucket: uint256) -> address:
    strategy: address = self._address(self._strategies[bucket])
    assert strategy != empty(address), "vault/no_strategy"
    return strategy


@internal
@view
def _owned(bucket: uint256) -> uint256:
    return self._limits[bucket] >> 128


@internal
def _disown(bucket: uint256, shares: uint256):
    assert shares <= self._owned(bucket), "vault/strategy"
    self._limits[bucket] -= shares << 128


@internal
def _reported(bucket: uint256):
    self._strategies[bucket] = self._strategies[bucket] & (2**REPORT - 1) | block.timestamp << REPORT


@internal
@view
def _live(bucket: uint256) -> uint256:
    """
    @return What the owned shares are worth by the strategy's own worse answer
    """
    strategy: address = self._strategy(bucket)
    owned: uint256 = self._owned(bucket)
    return min(
        staticcall IERC4626(strategy).convertToAssets(owned), staticcall IERC4626(strategy).previewRedeem(owned)
    )
