# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title zUSD against collateral: sale, and entry at par
@notice No sale touches a position. Spec: docs/spec/vault/sales.md.
"""
from contracts.interfaces import IPriceBook
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultCallee
from contracts.interfaces import IVaultEvents
from contracts.vault import asset_book
from contracts.vault import bucket_config
from contracts.vault import cash
from contracts.vault import limiter
from contracts.vault import sale_book
from contracts.vault import vault_state

uses: vault_state
uses: cash
uses: sale_book

PPM: constant(uint256) = 10**6
DELTA_IN: constant(uint256) = 2_000      # ppm; a coin weaker than this does not enter at par


@external
@nonreentrant
def sell(bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256, data: Bytes[1024]) -> uint256:
    # CHECKS
    assert block.timestamp <= deadline, "vault/deadline"
    assert amount != 0 and to != empty(address), "vault/amount"
    b: vault_state.Bucket = vault_state._load(bucket)
    assert b.meta & vault_state.SHUT == 0, "vault/paused"
    assert block.timestamp >= (b.meta >> vault_state.SALES_UNTIL) & vault_state.LOW_32, "vault/paused"
    cash._check_live(b)
    plan: sale_book.Plan = sale_book._plan_sale(b, amount)
    assert plan.out >= max(1, min_out), "vault/min-out"
    # EFFECTS
    limit: uint256 = bucket_config._size(vault_state.cap[bucket], bucket_config.VMAX)
    level: uint256 = min(plan.pressure + plan.amount, max(plan.pressure, limit))  # PCD-A8
    vault_state.flow[bucket] = limiter._with_pressure(vault_state.flow[bucket], level)
    vault_state._book_glob(amount - plan.amount, plan.reserve_fee)
    need: uint256 = sale_book._book_sale(b, plan)
    log IVaultEvents.Sold(
        bucket=bucket, seller=msg.sender, to=to, amount=amount, out=plan.out, fee=plan.fee, comp=plan.comp,
        cut_user=plan.cut_user, cut_protocol=plan.cut_protocol, price=plan.price,
    )
    # INTERACTIONS
    cash._pay(b, to, plan.out, need)
    if len(data) != 0:
        extcall IVaultCallee(to).on_sale(bucket, plan.out, amount, data)
    extcall IStableToken(vault_state.zusd).burn_and_collect(msg.sender, amount - plan.reserve_fee, plan.reserve_fee)
    return plan.out


@external
@nonreentrant
def swap_in(bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256) -> uint256:
    # CHECKS
    assert block.timestamp <= deadline, "vault/deadline"
    assert to != empty(address), "vault/amount"
    b: vault_state.Bucket = vault_state._load(bucket)
    closed: uint256 = vault_state.SWAP_OFF | vault_state.LOSS | vault_state.CLOSED | vault_state.SHUT
    assert b.meta & closed == 0, "vault/paused"
    q: vault_state.Prices = vault_state._prices(b)
    assert q.ok and staticcall IPriceBook(vault_state.price_book).settled(), "vault/oracle"
    assert q.low * PPM >= q.target * (PPM - DELTA_IN), "vault/depeg"
    value: uint256 = asset_book._value_down(amount, b.u, min(q.low, q.target))
    fee: uint256 = (value * bucket_config._rate(vault_state.cfg[bucket], bucket_config.TIN) + PPM - 1) // PPM
    shares: uint256 = asset_book._shares_down(amount, b.worth, b.shares, b.u)
    assert shares != 0 and value > fee, "vault/amount"
    minted: uint256 = value - fee
    assert minted >= min_out, "vault/min-out"
    word: uint256 = vault_state.prot[bucket]
    pod: uint256 = (word >> 128) + value
    sizes: uint256 = vault_state.cap[bucket]
    assert pod <= bucket_config._size(sizes, bucket_config.PSM_CAP), "vault/psm-cap"
    assert b.book.debt + pod <= bucket_config._size(sizes, bucket_config.CEILING), "vault/ceiling"
    # EFFECTS
    vault_state.flow[bucket] = limiter._with_minted(
        vault_state.flow[bucket], value, bucket_config._size(sizes, bucket_config.MINT_CAP)
    )
    vault_state.prot[bucket] = asset_book._pack_pair(pod, (word & vault_state.LOW_128) + shares)
    b.assets += amount
    b.shares += shares
    vault_state._store_assets(b)
    vault_state._book_glob(0, fee)
    log IVaultEvents.SwappedIn(bucket=bucket, caller=msg.sender, to=to, amount=amount, minted=minted, fee=fee)
    # INTERACTIONS
    cash._pull(b.token, amount)
    extcall IStableToken(vault_state.zusd).mint(to, minted)
    if fee != 0:
        extcall IStableToken(vault_state.zusd).mint(self, fee)
    return minted
