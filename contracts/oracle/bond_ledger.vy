# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Who has bonded what, and what is taken
@notice A member's key signs who owns its bond: the key itself stays on a signing machine and never sends a transaction. What is
        unbonding can be slashed until it is released; unbonding takes longer than evidence is accepted for.
"""
from ethereum.ercs import IERC20

from contracts.codec import oracle_digests
from contracts.interfaces import IBonds
from contracts.oracle import evidence

UNBONDING: constant(uint256) = 28 * 86400  # s
REWARD: constant(uint256) = 10             # % of a slash, to who brought the evidence

token: public(immutable(IERC20))
insurance: public(immutable(address))
DOMAIN: immutable(bytes32)

owner_of: public(HashMap[address, address])
bonded: public(HashMap[address, uint256])
_leaving: HashMap[address, uint256]
_release: HashMap[address, uint256]


@deploy
def __init__(token_: IERC20, insurance_: address, domain: bytes32):
    assert insurance_ != empty(address), "bonds/insurance"
    token = token_
    insurance = insurance_
    DOMAIN = domain


@external
def set_owner(owner: address, signature: Bytes[64]) -> address:
    assert owner != empty(address), "bonds/owner"
    member: address = evidence._signer(oracle_digests._bond_owner(DOMAIN, owner), signature)
    assert self.owner_of[member] == empty(address), "bonds/owner_known"
    self.owner_of[member] = owner
    log IBonds.OwnerSet(member=member, owner=owner)
    return member


@external
@nonreentrant
def bond(member: address, amount: uint256):
    # CHECKS
    assert self.owner_of[member] != empty(address), "bonds/unknown_member"
    assert amount != 0, "bonds/amount"
    # EFFECTS
    self.bonded[member] += amount
    log IBonds.Bonded(member=member, amount=amount)
    # INTERACTIONS
    self._pull(amount)


@external
def unbond(member: address, amount: uint256):
    assert msg.sender == self.owner_of[member], "bonds/not_owner"
    assert 0 < amount and amount <= self.bonded[member], "bonds/amount"
    self.bonded[member] -= amount
    self._leaving[member] += amount
    self._release[member] = block.timestamp + UNBONDING
    log IBonds.Unbonding(member=member, amount=amount, release_at=block.timestamp + UNBONDING)


@external
@nonreentrant
def withdraw(member: address) -> uint256:
    # CHECKS
    amount: uint256 = self._leaving[member]
    assert amount != 0, "bonds/nothing"
    assert block.timestamp >= self._release[member], "bonds/unbonding"
    # EFFECTS
    self._leaving[member] = 0
    log IBonds.Withdrawn(member=member, amount=amount)
    # INTERACTIONS
    self._push(self.owner_of[member], amount)
    return amount


@external
@view
def unbonding(member: address) -> (uint256, uint256):
    return self._leaving[member], self._release[member]


@internal
def _take(member: address, percent: uint256) -> uint256:
    """
    @notice Take a part of what a member has bonded and of what it is taking back, rounded up.
    @return The amount taken, not 0
    """
    staying: uint256 = (self.bonded[member] * percent + 99) // 100
    leaving: uint256 = (self._leaving[member] * percent + 99) // 100
    assert staying + leaving != 0, "bonds/nothing"
    self.bonded[member] -= staying
    self._leaving[member] -= leaving
    return staying + leaving


@internal
def _pay_out(amount: uint256, submitter: address):
    """
    @notice The reward, and the rest to the insurance fund: never to other members, who must not gain by framing one.
    """
    reward: uint256 = amount * REWARD // 100
    if reward != 0:
        self._push(submitter, reward)
    self._push(insurance, amount - reward)


@internal
def _pull(amount: uint256):
    before: uint256 = staticcall token.balanceOf(self)
    assert extcall token.transferFrom(msg.sender, self, amount, default_return_value=True), "bonds/pull_refused"
    assert staticcall token.balanceOf(self) == before + amount, "bonds/token"


@internal
def _push(receiver: address, amount: uint256):
    assert extcall token.transfer(receiver, amount, default_return_value=True), "bonds/push_refused"
