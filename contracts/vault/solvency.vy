# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Liquidation and bad debt
@notice A loss is a number as soon as it is known, never a race. Spec: docs/spec/vault/liquidations.md.
"""
from ethereum.ercs import IERC20

from contracts.interfaces import IPriceBook
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultCallee
from contracts.interfaces import IVaultEvents
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import cash
from contracts.vault import debt_book
from contracts.vault import losses
from contracts.vault import seizure
from contracts.vault import vault_state

uses: vault_state
uses: losses
uses: cash

PPM: constant(uint256) = 10**6
GRACE: constant(uint256) = 3600          # s between noticing and recognising
TOLERANCE: constant(uint256) = 1_000     # ppm of pod that its collateral may be short of
REWARD: constant(uint256) = 5 * 10**18   # zUSD; most that an absorber gets of the reserve
REWARD_PART: constant(uint256) = 1_000   # and at most this part of the debt


@external
@nonreentrant
def liquidate(
    bucket: uint256, owner: address, max_repay: uint256, min_out: uint256, to: address, data: Bytes[1024]
) -> (uint256, uint256):
    # CHECKS
    assert to != empty(address), "vault/address"
    b: vault_state.Bucket = vault_state._load(bucket)
    cash._check_live(b)
    p: vault_state.Position = vault_state._position(b, owner)
    price: uint256 = self._settled_price(b)
    t: seizure.Target = self._target(b, p, price)
    assert seizure._is_unhealthy(t), "vault/healthy"  # PCD-A5
    rates: uint256 = vault_state.cfg[bucket]
    terms: seizure.Terms = empty(seizure.Terms)
    if seizure._is_solvent(t, rates):
        terms = seizure._solvent(t, rates, max_repay, price, b.u, vault_state.min_debt)
        terms.shares = min(asset_book._shares_up(terms.assets, b.worth, b.shares, b.u), p.shares)
    else:
        terms = seizure._insolvent(t, rates, max_repay)
        terms.assets = asset_book._assets_down(terms.shares, b.worth, b.shares, b.u)
    assert terms.debt != 0, "vault/amount"
    kept: uint256 = seizure._kept_down(
        terms.assets, terms.pay, price, b.u, bucket_config._rate(rates, bucket_config.BETA)
    )
    out: uint256 = terms.assets - kept
    assert out >= min_out, "vault/min-out"
    out_shares: uint256 = min(asset_book._shares_up(out, b.worth, b.shares, b.u), terms.shares)
    # EFFECTS
    p.shares -= terms.shares
    b.book, p.units = debt_book._remove(b.book, p.units, t.debt, min(terms.debt, b.book.debt))
    need: uint256 = 0
    b, need = vault_state._let_go(b, out, out_shares)
    self._keep(bucket, terms.shares - out_shares, 0)
    vault_state._store_position(b, owner, p)
    vault_state._store_assets(b)
    vault_state._settle(b)
    covered: uint256 = losses._recognise(bucket, owner, terms.debt - terms.pay)
    log IVaultEvents.Liquidated(
        bucket=bucket, owner=owner, liquidator=msg.sender, repaid=terms.pay, out=out,
        protocol_shares=terms.shares - out_shares, gap=terms.debt - terms.pay,
    )
    # INTERACTIONS
    if out != 0:
        cash._pay(b, to, out, need)
    if len(data) != 0:
        extcall IVaultCallee(to).on_liquidation(bucket, out, terms.pay, data)
    self._burn(msg.sender, terms.pay)
    self._burn_covered(covered, terms.debt - terms.pay)
    return terms.pay, out


@external
@nonreentrant
def absorb(bucket: uint256, owner: address) -> bool:
    # CHECKS
    b: vault_state.Bucket = vault_state._load(bucket)
    cash._check_live(b)
    p: vault_state.Position = vault_state._position(b, owner)
    t: seizure.Target = self._target(b, p, self._settled_price(b))
    assert t.value < t.debt, "vault/solvent"
    if not losses._ripe(losses.ABSORB | bucket << 160 | convert(owner, uint256), GRACE):
        return False
    # EFFECTS
    debt: uint256 = min(t.debt, b.book.debt)
    value: uint256 = min(t.value, debt)
    b.book, p.units = debt_book._remove(b.book, p.units, t.debt, debt)
    self._keep(bucket, p.shares, value)
    p.shares = 0
    vault_state._store_position(b, owner, p)
    vault_state._settle(b)
    covered: uint256 = losses._recognise(bucket, owner, debt - value)
    reward: uint256 = min(vault_state.glob & vault_state.LOW_128, min(REWARD, debt * REWARD_PART // PPM))
    vault_state.glob -= reward
    log IVaultEvents.Absorbed(bucket=bucket, owner=owner, debt=debt, value=value)
    # INTERACTIONS
    self._burn_covered(covered, debt - value)
    if reward != 0:
        extcall IERC20(vault_state.zusd).transfer(msg.sender, reward)
    return True


@external
@nonreentrant
def reprice(bucket: uint256) -> bool:
    # CHECKS
    b: vault_state.Bucket = vault_state._load(bucket)
    cash._check_live(b)
    word: uint256 = vault_state.prot[bucket]
    pod: uint256 = word >> 128
    assets: uint256 = asset_book._assets_down(word & vault_state.LOW_128, b.worth, b.shares, b.u)
    value: uint256 = asset_book._value_down(assets, b.u, self._settled_price(b))
    assert value + pod * TOLERANCE // PPM < pod, "vault/solvent"
    if not losses._ripe(losses.REPRICE | bucket << 160, GRACE):
        return False
    # EFFECTS
    vault_state.prot[bucket] = asset_book._pack_pair(value, word & vault_state.LOW_128)
    covered: uint256 = losses._recognise(bucket, empty(address), pod - value)
    # INTERACTIONS
    self._burn_covered(covered, pod - value)
    return True


@external
@nonreentrant
def cover_bad_debt(amount: uint256) -> (uint256, uint256):
    # CHECKS, EFFECTS
    word: uint256 = vault_state.glob
    bad: uint256 = word >> 128
    reserve: uint256 = word & vault_state.LOW_128
    first: uint256 = min(bad, reserve)
    paid: uint256 = min(bad - first, amount)
    vault_state.glob = asset_book._pack_pair(bad - first - paid, reserve - first)
    log IVaultEvents.Covered(payer=msg.sender, amount=paid, from_reserve=first)
    # INTERACTIONS
    self._burn(self, first)
    self._burn(msg.sender, paid)
    losses._tell_quarantine()
    return first, paid


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _settled_price(b: vault_state.Bucket) -> uint256:
    q: vault_state.Prices = vault_state._prices(b)
    assert q.ok and staticcall IPriceBook(vault_state.price_book).settled(), "vault/oracle"
    return q.middle


@internal
@view
def _target(b: vault_state.Bucket, p: vault_state.Position, price: uint256) -> seizure.Target:
    assets: uint256 = asset_book._assets_down(p.shares, b.worth, b.shares, b.u)
    return seizure.Target(
        value=asset_book._value_down(assets, b.u, price), debt=debt_book._debt_up(p.units, b.book),
        shares=p.shares, lt=vault_state._threshold(b.id),
    )


@internal
def _keep(bucket: uint256, shares: uint256, debt: uint256):
    """
    @notice Into the protocol's own position.
    """
    if shares + debt != 0:
        word: uint256 = vault_state.prot[bucket]
        vault_state.prot[bucket] = asset_book._pack_pair((word >> 128) + debt, (word & vault_state.LOW_128) + shares)


@internal
def _burn(owner: address, amount: uint256):
    if amount != 0:
        extcall IStableToken(vault_state.zusd).burn_and_collect(owner, amount, 0)


@internal
def _burn_covered(covered: uint256, gap: uint256):
    """
    @param covered By the reserve
    """
    if gap != 0:
        self._burn(self, covered)
        losses._tell_quarantine()
