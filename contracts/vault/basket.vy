# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Basket of all buckets, surplus of the protocol, quotes
@notice The basket is the exit that favours no bucket, and the only one after a shutdown. Spec: docs/spec/vault/sales.md.
"""
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultEvents
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import cash
from contracts.vault import sale_book
from contracts.vault import vault_state

uses: vault_state
uses: cash
uses: sale_book

BUCKETS: constant(uint256) = 8
PPM: constant(uint256) = 10**6
SKIM_MARGIN: constant(uint256) = 5_000   # ppm of pod that stays with the protocol's position
WINDOW: constant(uint256) = 86400        # s after a shutdown for repaying and liquidating only
FORFEIT: constant(uint256) = max_value(uint256)


@external
@nonreentrant
def redeem_basket(amount: uint256, min_outs: uint256[BUCKETS], to: address) -> uint256[BUCKETS]:
    # CHECKS
    shut: bool = vault_state.shutdown_at != 0
    assert not shut or block.timestamp >= vault_state.shutdown_at + WINDOW, "vault/window"
    issued: uint256 = staticcall IStableToken(vault_state.zusd).level(self)
    assert amount != 0 and amount <= issued and to != empty(address), "vault/amount"
    bad: uint256 = vault_state.glob >> 128
    cancelled: uint256 = (amount * bad + issued - 1) // issued  # up, as the haircut of a sale: PCD-A1
    burned: uint256 = cancelled
    collected: uint256 = 0
    outs: uint256[BUCKETS] = empty(uint256[BUCKETS])
    needs: uint256[BUCKETS] = empty(uint256[BUCKETS])
    # EFFECTS
    for i: uint256 in range(BUCKETS):
        if vault_state.meta[i] == 0:
            continue
        b: vault_state.Bucket = vault_state._load(i)
        part: uint256 = amount * (b.book.debt + (vault_state.prot[i] >> 128)) // issued
        if min_outs[i] == FORFEIT:
            collected += part
            continue
        plan: sale_book.Plan = self._plan_part(b, part, shut)
        assert plan.out >= min_outs[i], "vault/min-out"
        if plan.out == 0:
            continue
        cash._check_live(b)
        needs[i] = sale_book._book_sale(b, plan)
        outs[i] = plan.out
        burned += plan.amount - plan.reserve_fee
        collected += plan.reserve_fee
    vault_state._book_glob(cancelled, collected)
    log IVaultEvents.Redeemed(seller=msg.sender, to=to, amount=burned + collected, bad=cancelled, outs=outs)
    # INTERACTIONS
    self._burn(burned, collected)
    for i: uint256 in range(BUCKETS):
        if outs[i] != 0:
            cash._pay(vault_state._load(i), to, outs[i], needs[i])
    return outs


@external
@nonreentrant
def skim(bucket: uint256, amount: uint256, min_out: uint256, to: address) -> uint256:
    # CHECKS
    assert to != empty(address), "vault/amount"
    b: vault_state.Bucket = vault_state._load(bucket)
    cash._check_live(b)
    q: vault_state.Prices = vault_state._prices(b)
    assert q.ok, "vault/oracle"
    word: uint256 = vault_state.prot[bucket]
    owned: uint256 = word & vault_state.LOW_128
    pod: uint256 = word >> 128
    value: uint256 = asset_book._value_down(asset_book._assets_down(owned, b.worth, b.shares, b.u), b.u, q.low)
    assert value >= pod + pod * SKIM_MARGIN // PPM + amount, "vault/sale-size"
    out: uint256 = asset_book._assets_for_down(amount, b.u, max(q.high, q.target))  # the reserve takes no risk of price
    assert out >= max(1, min_out), "vault/min-out"
    shares: uint256 = asset_book._shares_up(out, b.worth, b.shares, b.u)
    # EFFECTS
    vault_state.prot[bucket] = asset_book._pack_pair(pod, owned - shares)
    need: uint256 = 0
    b, need = vault_state._let_go(b, out, shares)
    vault_state._store_assets(b)
    vault_state._book_glob(0, amount)
    log IVaultEvents.Skimmed(bucket=bucket, buyer=msg.sender, paid=amount, out=out)
    # INTERACTIONS
    self._burn(0, amount)
    cash._pay(b, to, out, need)
    return out


@external
@view
@nonreentrant
def quote_sell(bucket: uint256, amount: uint256) -> (uint256, uint256, uint256, uint256):
    plan: sale_book.Plan = sale_book._plan_sale(vault_state._load(bucket), amount)
    return plan.out, plan.fee, plan.price, plan.cut_user + plan.cut_protocol


@external
@view
@nonreentrant
def max_sell(bucket: uint256) -> uint256:
    b: vault_state.Bucket = vault_state._load(bucket)
    room: uint256 = b.book.debt + sale_book._room(b, sale_book._price_of(b))
    bad: uint256 = vault_state.glob >> 128
    if bad == 0:
        return room
    issued: uint256 = staticcall IStableToken(vault_state.zusd).level(self)
    if issued == bad:
        return 0
    return room * issued // (issued - bad)


# ---------------------------------------------------------------------------------------------- private

# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _plan_part(b: vault_state.Bucket, part: uint256, shut: bool) -> sale_book.Plan:
    """
    @notice A bucket's part of a basket: only the floor of the fee, nothing after a shutdown.
    """
    price: uint256 = sale_book._price_of(b)
    if price == 0:
        return empty(sale_book.Plan)
    amount: uint256 = min(part, b.book.debt + sale_book._room(b, price))
    if amount == 0:
        return empty(sale_book.Plan)
    fee: uint256 = 0
    if not shut:
        fee = (amount * bucket_config._rate(vault_state.cfg[b.id], bucket_config.PHI0) + PPM - 1) // PPM
    return sale_book._plan(b, amount, fee, price)


@internal
def _burn(burned: uint256, collected: uint256):
    extcall IStableToken(vault_state.zusd).burn_and_collect(msg.sender, burned, collected)
