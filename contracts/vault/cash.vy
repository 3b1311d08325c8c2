# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Movement of collateral
@notice Exact amounts only: a token that takes a fee on the way in is refused. Books are stored before anything here is called.
"""
from ethereum.ercs import IERC20

from contracts.vault import vault_state
from contracts.vault import yield_desk

uses: yield_desk


@internal
def _pull(token: address, amount: uint256):
    """
    @notice From the caller.
    """
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    assert extcall IERC20(token).transferFrom(msg.sender, self, amount, default_return_value=True), "vault/pull-refused"
    assert staticcall IERC20(token).balanceOf(self) == before + amount, "vault/arrived"


@internal
def _pay(b: vault_state.Bucket, to: address, amount: uint256, need: uint256):
    """
    @param need Of the amount, to be taken from the strategy first
    """
    if need != 0:
        yield_desk._take(b.id, b.token, need)
    assert extcall IERC20(b.token).transfer(to, amount, default_return_value=True), "vault/push-refused"


@internal
@view
def _check_live(b: vault_state.Bucket):
    """
    @notice Nobody leaves at a price that a hack of the strategy made stale: `trip` comes first.
    """
    if b.meta & vault_state.LIVE_CHECK != 0:
        assert yield_desk._shortfall(b.id, b.yields >> 160) == 0, "vault/loss"
