# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Second part of DebtVault: basket, liquidation, bad debt, views
@notice Runs by delegatecall of DebtVault, on its storage and under its lock. Called by itself it has no bucket and no governor.
"""
from contracts.governance import roles
from contracts.interfaces import IVaultSolvency
from contracts.interfaces import IVaultViews
from contracts.vault import basket
from contracts.vault import cash
from contracts.vault import consent
from contracts.vault import losses
from contracts.vault import sale_book
from contracts.vault import solvency
from contracts.vault import vault_state
from contracts.vault import vault_views
from contracts.vault import yield_desk

implements: IVaultSolvency
implements: IVaultViews

initializes: roles
initializes: vault_state
initializes: yield_desk
initializes: consent
initializes: cash[yield_desk := yield_desk]
initializes: sale_book[vault_state := vault_state]
initializes: losses[vault_state := vault_state]
initializes: basket[vault_state := vault_state, cash := cash, sale_book := sale_book]
initializes: solvency[vault_state := vault_state, cash := cash, losses := losses]
initializes: vault_views[vault_state := vault_state]

exports: (
    vault_state.zusd, vault_state.price_book, vault_state.min_debt,
    basket.redeem_basket, basket.skim, basket.quote_sell, basket.max_sell,
    solvency.liquidate, solvency.absorb, solvency.reprice, solvency.cover_bad_debt,
    vault_views.position, vault_views.credit_line, vault_views.exposure, vault_views.flags, vault_views.words,
    vault_views.position_word, vault_views.accumulator, vault_views.global_word, vault_views.shutdown_at,
    vault_views.asset, vault_views.totalAssets, vault_views.convertToShares, vault_views.convertToAssets,
    vault_views.maxWithdraw, vault_views.previewDeposit, vault_views.previewWithdraw,
)

interface Part:
    def zusd() -> address: view
    def price_book() -> address: view
    def min_debt() -> uint256: view

policy_part: public(immutable(address))


@deploy
def __init__(zusd: address, price_book: address, min_debt: uint256, policy_part_: address):
    roles.__init__(self)  # never consulted: the vault's storage has the governor
    vault_state.__init__(zusd, price_book, min_debt)
    assert staticcall Part(policy_part_).zusd() == zusd, "vault/part"
    assert staticcall Part(policy_part_).price_book() == price_book, "vault/part"
    assert staticcall Part(policy_part_).min_debt() == min_debt, "vault/part"
    policy_part = policy_part_


@external
@raw_return
def __default__() -> Bytes[512]:
    return raw_call(policy_part, msg.data, max_outsize=512, is_delegate_call=True)
