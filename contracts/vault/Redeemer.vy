# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Redeemer: the target of a withdrawal that is sold at once
@notice An L2 withdrawal of vUSD may name a call, which the bridge's executor makes after it has sent the zUSD here. What lies here
        during a call belongs to that call, and nothing lies here between calls. No role anywhere; a call that fails reverts and
        so leaves the withdrawal claimable. Spec: docs/spec/vault/entrance.md.
"""
from ethereum.ercs import IERC20

from contracts.interfaces import ISaleRouter

interface Vault:
    def sell(
        bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256, data: Bytes[1024]
    ) -> uint256: nonpayable
    def asset(bucket: uint256) -> address: view

event Redeemed:
    to: indexed(address)
    token: indexed(address)
    amount: uint256  # zUSD
    out: uint256     # native units

vault: public(immutable(address))
router: public(immutable(address))
zusd: public(immutable(address))


@deploy
def __init__(vault_: address, router_: address, zusd_: address):
    assert vault_ != empty(address) and router_ != empty(address) and zusd_ != empty(address), "redeem/address"
    vault = vault_
    router = router_
    zusd = zusd_


@external
@nonreentrant
def redeem(bucket: uint256, min_out: uint256, to: address, deadline: uint256) -> uint256:
    """
    @notice Sell all zUSD that was sent here to one bucket.
    @return Collateral sent to `to`
    """
    amount: uint256 = self._arrived(to)
    out: uint256 = extcall Vault(vault).sell(bucket, amount, min_out, to, deadline, b"")
    log Redeemed(to=to, token=staticcall Vault(vault).asset(bucket), amount=amount, out=out)
    return out


@external
@nonreentrant
def redeem_for(token: address, min_out: uint256, to: address, deadline: uint256) -> uint256:
    """
    @notice Sell all zUSD that was sent here for a token, by the pre-set rule of now.
    @return Of the token, sent to `to`
    """
    amount: uint256 = self._arrived(to)
    legs: DynArray[ISaleRouter.Leg, 8] = staticcall ISaleRouter(router).plan(token, amount)
    extcall IERC20(zusd).approve(router, amount)
    out: uint256 = extcall ISaleRouter(router).sell_for(token, legs, min_out, to, deadline)
    log Redeemed(to=to, token=token, amount=amount, out=out)
    return out


@internal
@view
def _arrived(to: address) -> uint256:
    assert to != empty(address), "redeem/to"
    amount: uint256 = staticcall IERC20(zusd).balanceOf(self)
    assert amount != 0, "redeem/nothing"
    return amount
