# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Who may set what
@notice Governor (a timelock): anything within hard bounds. Steward: small steps. Guardian: only tighter. Nobody: positions.
        Spec: docs/spec/vault/roles.md.
"""
from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

from contracts.governance import roles
from contracts.interfaces import IPriceBook
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultEvents
from contracts.interfaces import IVaultPolicy
from contracts.vault import bucket_config
from contracts.vault import losses
from contracts.vault import vault_state

uses: roles
uses: vault_state
uses: losses

BUCKETS: constant(uint256) = 8
GUARDIAN: constant(uint256) = 2
STEWARD: constant(uint256) = 8
PPM: constant(uint256) = 10**6
WAD: constant(uint256) = 10**18
DAY: constant(uint256) = 86400
RAMP: constant(uint256) = 7 * DAY        # a lowered lt comes down over it
STEP_EVERY: constant(uint256) = 3 * DAY  # of the steward
PAUSE: constant(uint256) = 3 * DAY       # of sales
PAUSE_AGAIN: constant(uint256) = 7 * DAY # after a pause
BUFFER: constant(uint256) = 200          # part of issued that the reserve keeps
CLOSING_LOSS: constant(uint256) = 800_000_000_000_000_000  # lambda below which anyone closes the bucket
SILENCE: constant(uint256) = 3 * DAY     # of the oracle
BAD_PART: constant(uint256) = 20         # part of issued that bad debt must exceed for a shutdown by anyone


@external
@nonreentrant
def list_bucket(bucket: uint256, token: address, rates: uint256[12], sizes: uint256[6]):
    # CHECKS
    roles._check_governor()
    assert bucket < BUCKETS and vault_state.meta[bucket] == 0, "vault/bucket"
    for i: uint256 in range(BUCKETS):  # one token, one bucket: PCD-I6
        assert vault_state.meta[i] & vault_state.LOW_160 != convert(token, uint256), "vault/token-listed"
    assert token != empty(address) and token != vault_state.zusd, "vault/token"
    decimals: uint256 = convert(staticcall IERC20Detailed(token).decimals(), uint256)
    assert decimals <= 18, "vault/decimals"
    ok: bool = False
    low: uint256 = 0
    middle: uint256 = 0
    high: uint256 = 0
    target: uint256 = 0
    ok, low, middle, high, target = staticcall IPriceBook(vault_state.price_book).prices(bucket)
    assert ok and target != 0, "vault/oracle"
    # EFFECTS
    vault_state.meta[bucket] = convert(token, uint256) | (18 - decimals) << 160 | vault_state.LISTED
    vault_state.loss[bucket] = WAD << 192
    self._set(bucket, rates, sizes)
    log IVaultEvents.BucketListed(bucket=bucket, token=token)


@external
@nonreentrant
def configure(bucket: uint256, rates: uint256[12], sizes: uint256[6]):
    # CHECKS
    self._check_listed(bucket)
    if msg.sender != roles.governor:
        self._check_step(bucket, rates, sizes)
    old: uint256 = vault_state.cfg[bucket]
    assert rates[bucket_config.LTVMAX] >= bucket_config._rate(old, bucket_config.LTVMAX), "vault/ltvmax"  # T2
    # EFFECTS
    before: uint256 = vault_state._threshold(bucket)
    if rates[bucket_config.LT] < before:
        word: uint256 = vault_state.loss[bucket]
        end: uint256 = block.timestamp + RAMP
        vault_state.loss[bucket] = (word >> 96) << 96 | before << 76 | block.timestamp << 32 | end
    self._set(bucket, rates, sizes)


@external
@nonreentrant
def set_flags(bucket: uint256, flags: uint256):
    # CHECKS
    self._check_listed(bucket)
    all: uint256 = (vault_state.BORROW_OFF | vault_state.SWAP_OFF | vault_state.DEPOSIT_OFF) >> 168
    word: uint256 = vault_state.meta[bucket]
    old: uint256 = (word >> 168) & 127
    if msg.sender == roles.governor:
        # a recorded loss can be acknowledged, not invented; closing is close_bucket
        all |= (vault_state.LIVE_CHECK | old << 168 & vault_state.LOSS) >> 168
    else:
        roles._check(GUARDIAN)
        assert flags & old == old & all, "vault/only-tighter"
    assert flags & ~all == 0, "vault/flags"
    # EFFECTS
    kept: uint256 = old & (vault_state.CLOSED >> 168)
    if msg.sender != roles.governor:
        kept = old & ~all
    vault_state.meta[bucket] = word & ~(127 << 168) | (flags | kept) << 168
    log IVaultEvents.FlagsSet(bucket=bucket, flags=flags | kept)


@external
@nonreentrant
def pause_sales(bucket: uint256):
    # CHECKS
    self._check_listed(bucket)
    word: uint256 = vault_state.meta[bucket]
    until: uint256 = (word >> vault_state.SALES_UNTIL) & vault_state.LOW_32
    if msg.sender == roles.governor:
        assert block.timestamp < until, "vault/not-paused"
        until = block.timestamp
    else:
        roles._check(GUARDIAN)
        assert until == 0 or block.timestamp >= until + PAUSE_AGAIN, "vault/grace"
        until = block.timestamp + PAUSE
    # EFFECTS
    vault_state.meta[bucket] = word & ~(vault_state.LOW_32 << vault_state.SALES_UNTIL) | until << vault_state.SALES_UNTIL
    log IVaultEvents.SalesPaused(bucket=bucket, until=until)


@external
@nonreentrant
def close_bucket(bucket: uint256) -> bool:
    # CHECKS
    b: vault_state.Bucket = vault_state._load(bucket)
    assert b.meta & (vault_state.CLOSED | vault_state.SHUT) == 0, "vault/closed"
    if msg.sender != roles.governor:
        q: vault_state.Prices = vault_state._prices(b)
        if vault_state._loss_factor(bucket, q.target) >= CLOSING_LOSS:
            assert not q.ok, "vault/healthy"
            if not losses._ripe(losses.SILENT | bucket << 160, SILENCE):
                return False
    # EFFECTS
    vault_state.meta[bucket] |= vault_state.CLOSED
    log IVaultEvents.FlagsSet(bucket=bucket, flags=(vault_state.meta[bucket] >> 168) & 127)
    return True


@external
@nonreentrant
def shutdown() -> bool:
    # CHECKS
    assert vault_state.shutdown_at == 0, "vault/closed"
    if msg.sender != roles.governor:
        bad: uint256 = vault_state.glob >> 128
        assert bad * BAD_PART > staticcall IStableToken(vault_state.zusd).level(self), "vault/healthy"
        if not losses._ripe(losses.INSOLVENT, DAY):
            return False
    # EFFECTS
    for i: uint256 in range(BUCKETS):
        if vault_state.meta[i] != 0:
            vault_state.frozen[i] = self._frozen(vault_state._prices(vault_state._load(i)))
            vault_state.meta[i] |= vault_state.SHUT
    vault_state.shutdown_at = block.timestamp
    log IVaultEvents.Shutdown(caller=msg.sender)
    return True


@external
@nonreentrant
def sweep_reserve(to: address, amount: uint256):
    # CHECKS
    roles._check_governor()
    word: uint256 = vault_state.glob
    assert word >> 128 == 0, "vault/bad-debt"
    buffer: uint256 = staticcall IStableToken(vault_state.zusd).level(self) // BUFFER
    assert word >= amount + buffer, "vault/buffer"
    # EFFECTS
    vault_state.glob = word - amount
    log IVaultEvents.ReserveSwept(to=to, amount=amount)
    # INTERACTIONS
    extcall IERC20(vault_state.zusd).transfer(to, amount)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _check_listed(bucket: uint256):
    assert bucket < BUCKETS and vault_state.meta[bucket] != 0, "vault/bucket"


@internal
def _set(bucket: uint256, rates: uint256[12], sizes: uint256[6]):
    vault_state.cfg[bucket] = bucket_config._pack_rates(rates)
    vault_state.cap[bucket] = bucket_config._pack_sizes(sizes)
    log IVaultEvents.Configured(bucket=bucket, rates=rates, sizes=sizes)


@internal
def _check_step(bucket: uint256, rates: uint256[12], sizes: uint256[6]):
    """
    @notice Guardian: ceiling, psm_cap, mint_cap downwards. Steward: these and phi0, kappa, psi by 20 %, once in 3 days.
    """
    steward: bool = roles._has(msg.sender, STEWARD)
    if not steward:
        roles._check(GUARDIAN)
    cfg: uint256 = vault_state.cfg[bucket]
    for i: uint256 in range(12):
        old: uint256 = bucket_config._rate(cfg, i)
        if rates[i] != old:
            mine: bool = i == bucket_config.PHI0 or i == bucket_config.KAPPA or i == bucket_config.PSI
            assert steward and mine and self._is_near(old, rates[i]), "vault/step"
    cap: uint256 = vault_state.cap[bucket]
    for i: uint256 in range(6):
        old: uint256 = bucket_config._size(cap, i) // WAD
        if sizes[i] != old:
            if steward:
                assert i >= bucket_config.CEILING and self._is_near(old, sizes[i]), "vault/step"
            else:
                assert i >= bucket_config.CEILING and sizes[i] < old, "vault/only-tighter"
    if steward:
        word: uint256 = vault_state.meta[bucket]
        assert block.timestamp >= (word >> vault_state.STEWARD_AT) + STEP_EVERY, "vault/grace"
        vault_state.meta[bucket] = word & (2**vault_state.STEWARD_AT - 1) | block.timestamp << vault_state.STEWARD_AT


@internal
@pure
def _is_near(old: uint256, new: uint256) -> bool:
    return new * 10 <= old * 12 and new * 10 >= old * 8


@internal
@pure
def _frozen(q: vault_state.Prices) -> uint256:
    """
    @notice A bucket whose oracle is silent at this moment is settled at par.
    """
    target: uint256 = min(q.target, vault_state.LOW_64)
    if not q.ok or q.high > vault_state.LOW_64:
        return target
    return q.low << 192 | q.middle << 128 | q.high << 64 | target
