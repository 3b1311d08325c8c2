# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Protocol-controlled debt of one chain
@notice Positions isolated by owner and bucket; a sale of zUSD cuts the debt of a bucket pro rata, without touching a position.
        One lock spans everything, views included. Cannot be upgraded. Spec: docs/spec/vault/debt-vault.md.
@dev PCD-I1 level(vault) = sum of D + pod over buckets + bad, after every call.
     One contract in three parts, for the size limit of code alone: what is not here is run by delegatecall of VaultSolvency, and
     what is not there of VaultPolicy. The parts are fixed at construction, have the same modules and so the same storage and lock.
"""
from contracts.governance import roles
from contracts.interfaces import IDebtVault
from contracts.vault import cash
from contracts.vault import consent
from contracts.vault import positions
from contracts.vault import sale_book
from contracts.vault import sales
from contracts.vault import vault_state
from contracts.vault import yield_desk

implements: IDebtVault

initializes: roles
initializes: vault_state
initializes: yield_desk
initializes: consent
initializes: cash[yield_desk := yield_desk]
initializes: sale_book[vault_state := vault_state]
initializes: positions[vault_state := vault_state, consent := consent, cash := cash]
initializes: sales[vault_state := vault_state, cash := cash, sale_book := sale_book]

exports: (
    vault_state.zusd, vault_state.price_book, vault_state.min_debt,
    consent.set_operator,
    positions.adjust, positions.deposit, positions.withdraw, positions.borrow, positions.repay, positions.poke,
    sales.sell, sales.swap_in,
)

interface Part:
    def zusd() -> address: view
    def price_book() -> address: view
    def min_debt() -> uint256: view

solvency_part: public(immutable(address))


@deploy
def __init__(zusd: address, price_book: address, governor: address, min_debt: uint256, solvency_part_: address):
    """
    @param zusd, price_book Fixed for ever
    @param min_debt zUSD wei; debts below it are not opened
    @param solvency_part_ VaultSolvency with the same three values
    """
    roles.__init__(governor)
    vault_state.__init__(zusd, price_book, min_debt)
    assert staticcall Part(solvency_part_).zusd() == zusd, "vault/part"
    assert staticcall Part(solvency_part_).price_book() == price_book, "vault/part"
    assert staticcall Part(solvency_part_).min_debt() == min_debt, "vault/part"
    solvency_part = solvency_part_


@external
@raw_return
def __default__() -> Bytes[512]:
    return raw_call(solvency_part, msg.data, max_outsize=512, is_delegate_call=True)
