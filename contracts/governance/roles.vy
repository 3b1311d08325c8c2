# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Roles of one contract
@notice One governor (meant to be a timelock) gives and takes roles; a role is one bit, named by the contract that uses it.
        The governor is handed over in two steps, so that it cannot be lost to a mistyped address.
@dev Chosen over snekmate's access_control: that has no two-step hand-over of its root, lets a role be its own admin, and its
     reasons are longer than 32 bytes.
"""

event RoleSet:
    account: indexed(address)
    role: indexed(uint256)
    granted: bool

event GovernorOffered:
    successor: indexed(address)

event GovernorChanged:
    governor: indexed(address)

governor: public(address)
offered_governor: public(address)
_roles: HashMap[address, uint256]  # bit set of roles


@deploy
def __init__(governor: address):
    assert governor != empty(address), "roles/no_governor"
    self.governor = governor
    log GovernorChanged(governor=governor)


@external
@view
def has_role(account: address, role: uint256) -> bool:
    return self._has(account, role)


@external
def set_role(account: address, role: uint256, granted: bool):
    """
    @notice Give or take roles. Governor only.
    @param role One bit, or several
    """
    self._check_governor()
    assert account != empty(address) and role != 0, "roles/empty"
    if granted:
        self._roles[account] |= role
    else:
        self._roles[account] &= ~role
    log RoleSet(account=account, role=role, granted=granted)


@external
def offer_governor(successor: address):
    """
    @notice Name a successor, who must accept. The zero address withdraws the offer.
    """
    self._check_governor()
    self.offered_governor = successor
    log GovernorOffered(successor=successor)


@external
def accept_governor():
    assert msg.sender == self.offered_governor, "roles/not_offered"
    self.offered_governor = empty(address)
    self.governor = msg.sender
    log GovernorChanged(governor=msg.sender)


@internal
@view
def _has(account: address, role: uint256) -> bool:
    return self._roles[account] & role == role


@internal
@view
def _check_governor():
    assert msg.sender == self.governor, "roles/not_governor"


@internal
@view
def _check(role: uint256):
    assert self._has(msg.sender, role), "roles/missing"
