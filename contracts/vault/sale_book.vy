# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title One sale: planned, then booked
@notice A plan is a view, so that a quote is the sale itself. Spec: docs/spec/vault/sales.md.
"""
from contracts.interfaces import IStableToken
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import debt_book
from contracts.vault import limiter
from contracts.vault import sale_curve
from contracts.vault import vault_state

uses: vault_state

PPM: constant(uint256) = 10**6


struct Plan:
    amount: uint256          # g: zUSD after the haircut
    fee: uint256
    price: uint256
    out: uint256
    shares: uint256          # sold, both layers
    protocol_shares: uint256
    cut_user: uint256        # users' debt falls by it
    cut_protocol: uint256
    comp: uint256
    reserve_fee: uint256
    pressure: uint256        # v before, decayed


@internal
@view
def _price_of(b: vault_state.Bucket) -> uint256:
    q: vault_state.Prices = vault_state._prices(b)
    lam: uint256 = vault_state._loss_factor(b.id, q.target)
    if lam == 0:
        return 0  # all lost: there is nothing to sell
    return sale_curve._price(q.ok, q.low, q.high, q.target, lam, vault_state.cfg[b.id])


@internal
@view
def _room(b: vault_state.Bucket, price: uint256) -> uint256:
    """
    @return What the protocol's own position can bear: min(pod, value of psh)
    """
    word: uint256 = vault_state.prot[b.id]
    assets: uint256 = asset_book._assets_down(word & vault_state.LOW_128, b.worth, b.shares, b.u)
    return min(word >> 128, asset_book._value_down(assets, b.u, price))


@internal
@view
def _plan_sale(b: vault_state.Bucket, given: uint256) -> Plan:
    """
    @param given x: zUSD of the seller
    """
    price: uint256 = self._price_of(b)
    assert price != 0, "vault/loss"
    bad: uint256 = vault_state.glob >> 128
    issued: uint256 = 0
    if bad != 0:
        issued = staticcall IStableToken(vault_state.zusd).level(self)
        assert given <= issued, "vault/sale-size"
    amount: uint256 = sale_curve._haircut_down(given, bad, issued)
    exposure: uint256 = b.book.debt + (vault_state.prot[b.id] >> 128)
    assert amount != 0 and amount <= exposure, "vault/sale-size"
    sizes: uint256 = vault_state.cap[b.id]
    pressure: uint256 = limiter._pressure(vault_state.flow[b.id], bucket_config._size(sizes, bucket_config.VMAX))
    fee: uint256 = sale_curve._fee_up(amount, pressure, exposure, vault_state.cfg[b.id], sizes)
    assert fee < amount, "vault/sale-size"
    plan: Plan = self._plan(b, amount, fee, price)
    plan.pressure = pressure
    return plan


@internal
@view
def _plan(b: vault_state.Bucket, amount: uint256, fee: uint256, price: uint256) -> Plan:
    room: uint256 = self._room(b, price)
    alpha: uint256 = bucket_config._rate(vault_state.cfg[b.id], bucket_config.ALPHA)
    split: sale_curve.Split = sale_curve._split(amount, fee, room, alpha)
    assert split.user <= b.book.debt, "vault/sale-size"
    out: uint256 = asset_book._assets_for_down(amount - fee, b.u, price)
    shares: uint256 = asset_book._shares_up(out, b.worth, b.shares, b.u)
    owned: uint256 = vault_state.prot[b.id] & vault_state.LOW_128
    return Plan(
        amount=amount, fee=fee, price=price, out=out, shares=shares,
        protocol_shares=min(shares * split.protocol // amount, owned),
        cut_user=split.user - (split.user_fee - split.comp),
        cut_protocol=split.protocol - (fee - split.user_fee),
        comp=split.comp, reserve_fee=split.reserve_fee, pressure=0,
    )


@internal
def _book_sale(b: vault_state.Bucket, plan: Plan) -> uint256:
    """
    @return To be taken from the strategy
    """
    user_shares: uint256 = plan.shares - plan.protocol_shares
    if user_shares != 0 and b.book.units != 0:
        # rounded up even where the users' layer bears only a rounding of the protocol's
        vault_state.accumulators[b.id << 32 | b.book.generation] += debt_book._sold_per_unit_up(user_shares, b.book)
    if plan.cut_protocol + plan.protocol_shares != 0:
        word: uint256 = vault_state.prot[b.id]
        vault_state.prot[b.id] = asset_book._pack_pair(
            (word >> 128) - plan.cut_protocol, (word & vault_state.LOW_128) - plan.protocol_shares
        )
    after: vault_state.Bucket = b
    need: uint256 = 0
    after, need = vault_state._let_go(b, plan.out, plan.shares)
    vault_state._store_assets(after)
    if plan.cut_user != 0:
        after.book.debt -= plan.cut_user
        vault_state._settle(after)
    return need
