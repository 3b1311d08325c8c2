# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Recognition of losses, and the clocks before it
@notice Who calls first starts a clock, who calls again after the wait acts: a price of one block closes nothing.
        Spec: docs/spec/vault/liquidations.md.
"""
from contracts.interfaces import IStableToken
from contracts.interfaces import IVaultEvents
from contracts.vault import asset_book
from contracts.vault import vault_state

uses: vault_state

ABSORB: constant(uint256) = 1 << 168   # kinds of clocks
REPRICE: constant(uint256) = 2 << 168
SILENT: constant(uint256) = 3 << 168
INSOLVENT: constant(uint256) = 4 << 168
STALE: constant(uint256) = 24          # a clock is void after so many times its wait
QUARANTINE: constant(uint256) = 1000   # part of issued: bad debt beyond 10 bps closes the way to other chains


@internal
def _recognise(bucket: uint256, owner: address, gap: uint256) -> uint256:
    """
    @notice Debt that nobody will pay: the reserve first, the rest is a haircut of all sellers.
    @return To be burned of the vault's own zUSD
    """
    if gap == 0:
        return 0
    reserve: uint256 = vault_state.glob & vault_state.LOW_128
    covered: uint256 = min(gap, reserve)
    vault_state.glob = asset_book._pack_pair((vault_state.glob >> 128) + gap - covered, reserve - covered)
    log IVaultEvents.BadDebt(bucket=bucket, owner=owner, amount=gap, covered=covered)
    return covered


@internal
def _tell_quarantine():
    bad: uint256 = vault_state.glob >> 128
    extcall IStableToken(vault_state.zusd).set_quarantine(bad * QUARANTINE > staticcall IStableToken(vault_state.zusd).level(self))


@internal
def _ripe(key: uint256, wait: uint256) -> bool:
    """
    @notice True at the second call, `wait` to 24 * `wait` seconds after the first; the clock is then free again.
    """
    elapsed: uint256 = block.timestamp - vault_state.clocks[key]
    if elapsed > STALE * wait:
        vault_state.clocks[key] = block.timestamp
        log IVaultEvents.ClockStarted(key=key)
        return False
    assert elapsed >= wait, "vault/grace"
    vault_state.clocks[key] = 0
    return True
