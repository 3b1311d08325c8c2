# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Purse: deposits to L2 in the name of one user
@notice A deposit that L2 cannot apply is refunded to whoever made it. So every user of the entrance has a contract of his own
        that makes it: a refund then names him, and `Entrance.recover` brings it to him. Stands behind minimal proxies; it
        obeys the entrance alone and keeps nothing between calls but refunds. Spec: docs/spec/vault/entrance.md.
"""
from ethereum.ercs import IERC20

from contracts.interfaces import IBridge

NATIVE: constant(address) = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE

entrance: public(immutable(address))
bridge: public(immutable(address))


@deploy
def __init__(entrance_: address, bridge_: address):
    """
    @param entrance_ Address the entrance will be deployed at; fixed for ever
    """
    assert entrance_ != empty(address) and bridge_ != empty(address), "entrance/address"
    entrance = entrance_
    bridge = bridge_


@external
@payable
def deposit(user: address, token: address, amount: uint256, domain: uint8, owner: address, sub_account: uint8) -> uint64:
    """
    @param user Gets the surplus of the native fee
    """
    self._check_entrance()
    extcall IERC20(token).approve(bridge, amount)  # zUSD: it reverts or says yes
    request_id: uint64 = extcall IBridge(bridge).deposit(token, amount, domain, owner, sub_account, value=msg.value)
    if self.balance != 0:
        self._send(user, self.balance)
    return request_id


@external
def forward(token: address, user: address) -> uint256:
    """
    @notice All of a token, or of native value, to the user.
    """
    self._check_entrance()
    amount: uint256 = 0
    if token == NATIVE:
        amount = self.balance
        self._send(user, amount)
    else:
        amount = staticcall IERC20(token).balanceOf(self)
        assert extcall IERC20(token).transfer(user, amount, default_return_value=True), "entrance/refused"
    return amount


@external
@payable
def __default__():
    # surplus of the request fee, refunds of native deposits
    pass


@internal
@view
def _check_entrance():
    assert msg.sender == entrance, "entrance/not_entrance"


@internal
def _send(user: address, amount: uint256):
    ok: bool = raw_call(user, b"", value=amount, revert_on_failure=False)
    assert ok, "entrance/refused"
