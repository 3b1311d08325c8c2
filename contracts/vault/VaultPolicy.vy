# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Third part of DebtVault: roles, rates and sizes, yield, shutdown
@notice Runs by delegatecall of DebtVault, on its storage and under its lock. Called by itself it has no bucket and no governor.
"""
from contracts.governance import roles
from contracts.interfaces import IVaultPolicy
from contracts.interfaces import IYieldDesk
from contracts.vault import consent
from contracts.vault import losses
from contracts.vault import policy
from contracts.vault import vault_state
from contracts.vault import yield_desk
from contracts.vault import yield_door

implements: IVaultPolicy
implements: IYieldDesk

initializes: roles
initializes: vault_state
initializes: yield_desk
initializes: consent
initializes: losses[vault_state := vault_state]
initializes: policy[roles := roles, vault_state := vault_state, losses := losses]
initializes: yield_door[roles := roles, vault_state := vault_state, yield_desk := yield_desk]

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
    vault_state.zusd, vault_state.price_book, vault_state.min_debt,
    consent.set_operator_by_sig, consent.operators, consent.nonces,
    policy.list_bucket, policy.configure, policy.set_flags, policy.pause_sales, policy.close_bucket,
    policy.shutdown, policy.sweep_reserve,
    yield_door.allocate, yield_door.harvest, yield_door.trip, yield_door.exit_strategy, yield_door.set_strategy,
    yield_door.lower_strategy_cap, yield_door.strategy,
)


@deploy
def __init__(zusd: address, price_book: address, min_debt: uint256):
    roles.__init__(self)  # never consulted: the vault's storage has the governor
    vault_state.__init__(zusd, price_book, min_debt)
