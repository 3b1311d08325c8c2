# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Balances that wait for their owners
@notice Payouts and refunds of executed blocks, by recipient and token id, in L1 units. Pulled, never pushed.
"""
from contracts.interfaces import IBridge

_pending: HashMap[address, HashMap[uint256, uint256]]


@internal
@view
def _of(recipient: address, token_id: uint256) -> uint256:
    return self._pending[recipient][token_id]


@internal
def _credit(credit: IBridge.Credit):
    # unsafe_add: 2^128 credits of 2^128 would be needed, and a revert here would block everybody
    token_id: uint256 = convert(credit.token_id, uint256)
    self._pending[credit.recipient][token_id] = unsafe_add(
        self._pending[credit.recipient][token_id], convert(credit.units, uint256)
    )
    log IBridge.Credited(recipient=credit.recipient, token_id=credit.token_id, units=credit.units)


@internal
def _take(recipient: address, token_id: uint256) -> uint256:
    units: uint256 = self._pending[recipient][token_id]
    assert units != 0, "bridge/nothing_pending"
    self._pending[recipient][token_id] = 0
    return units
