# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title SaleRouter: zUSD into a chosen token, by the pre-set rule
@notice Sells first from the bucket that is most over its target size, until it meets the next one, and so on. It has no right over
        the vault and holds nothing between calls. What a conversion costs is the seller's: the debt cut uses the oracle value of
        what left the bucket. Spec: docs/spec/vault/sale-router.md.
"""
from ethereum.ercs import IERC20

from contracts.governance import roles
from contracts.interfaces import ISaleAdapter
from contracts.interfaces import ISaleRouter

implements: ISaleRouter

initializes: roles

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
)

interface Vault:
    def sell(
        bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256, data: Bytes[1024]
    ) -> uint256: nonpayable
    def asset(bucket: uint256) -> address: view
    def flags(bucket: uint256) -> uint256: view
    def max_sell(bucket: uint256) -> uint256: view
    def exposure(bucket: uint256) -> (uint256, uint256): view

struct Candidate:
    bucket: uint256
    exposure: uint256    # zUSD
    target: uint256      # zUSD, at least 1
    weight: uint256      # exposure / target, WAD
    capacity: uint256    # zUSD

BUCKETS: constant(uint256) = 8
WAD: constant(uint256) = 10**18
SELL_OFF: constant(uint256) = 4
DEGRADED: constant(uint256) = 16 | 32  # LOSS, CLOSED
LISTED: constant(uint256) = 2**15
STEPS: constant(uint256) = 128         # halvings: the level is found to the last bit

vault: public(immutable(address))
zusd: public(immutable(address))
_adapters: HashMap[uint256, HashMap[address, address]]


@deploy
def __init__(governor: address, vault_: address, zusd_: address):
    assert vault_ != empty(address) and zusd_ != empty(address), "router/address"
    roles.__init__(governor)
    vault = vault_
    zusd = zusd_


# ---------------------------------------------------------------------------------------------- sellers

@external
@nonreentrant
def sell_for(
    token: address, legs: DynArray[ISaleRouter.Leg, 8], min_out: uint256, to: address, deadline: uint256,
    free_order: bool = False
) -> uint256:
    # CHECKS
    assert block.timestamp <= deadline, "router/deadline"
    assert to != empty(address), "router/to"
    assert len(legs) != 0, "router/no_legs"
    if not free_order:
        self._check_order(token, legs)
    total: uint256 = 0
    for leg: ISaleRouter.Leg in legs:
        total += leg.amount
    # INTERACTIONS
    before: uint256 = staticcall IERC20(token).balanceOf(to)
    extcall IERC20(zusd).transferFrom(msg.sender, self, total)
    for leg: ISaleRouter.Leg in legs:
        self._sell(token, leg, to, deadline)
    balance: uint256 = staticcall IERC20(token).balanceOf(to)
    assert balance >= before + min_out, "router/min_out"
    out: uint256 = balance - before
    log ISaleRouter.Routed(seller=msg.sender, token=token, to=to, amount=total, out=out, legs=len(legs))
    return out


@external
@view
def plan(token: address, amount: uint256) -> DynArray[ISaleRouter.Leg, 8]:
    assert amount != 0, "router/amount"
    candidates: DynArray[Candidate, 8] = self._candidates(token)
    capacity: uint256 = 0
    for candidate: Candidate in candidates:
        capacity += candidate.capacity
    assert amount <= capacity, "router/capacity"
    level: uint256 = self._level(candidates, amount)
    legs: DynArray[ISaleRouter.Leg, 8] = []
    rest: uint256 = amount
    parts: DynArray[uint256, 8] = []
    for candidate: Candidate in candidates:
        part: uint256 = self._above(candidate, level)
        parts.append(part)
        rest -= part
    for i: uint256 in range(len(parts), bound=BUCKETS):
        # what rounding left over, less than one wei of level
        more: uint256 = min(rest, candidates[i].capacity - parts[i])
        rest -= more
        if parts[i] + more != 0:
            legs.append(ISaleRouter.Leg(bucket=candidates[i].bucket, amount=parts[i] + more))
    return legs


@external
@view
def adapter(bucket: uint256, token: address) -> address:
    return self._adapters[bucket][token]


# ---------------------------------------------------------------------------------------------- governor

@external
def set_adapter(bucket: uint256, token: address, adapter: address):
    # CHECKS
    roles._check_governor()
    assert bucket < BUCKETS, "router/bucket"
    if adapter != empty(address):
        assert staticcall ISaleAdapter(adapter).input_token() == staticcall Vault(vault).asset(bucket), "router/input"
        assert staticcall ISaleAdapter(adapter).output_token() == token, "router/output"
    # EFFECTS
    self._adapters[bucket][token] = adapter
    log ISaleRouter.AdapterSet(bucket=bucket, token=token, adapter=adapter)


# ---------------------------------------------------------------------------------------------- private

@internal
def _sell(token: address, leg: ISaleRouter.Leg, to: address, deadline: uint256):
    if staticcall Vault(vault).asset(leg.bucket) == token:
        extcall Vault(vault).sell(leg.bucket, leg.amount, 0, to, deadline, b"")
        return
    adapter: address = self._adapters[leg.bucket][token]
    assert adapter != empty(address), "router/bucket"
    out: uint256 = extcall Vault(vault).sell(leg.bucket, leg.amount, 0, adapter, deadline, b"")
    extcall ISaleAdapter(adapter).turn(out, to)


@internal
@view
def _check_order(token: address, legs: DynArray[ISaleRouter.Leg, 8]):
    """
    @notice The legs are the first buckets of the rule's order: none twice, none skipped.
    """
    candidates: DynArray[Candidate, 8] = self._candidates(token)
    assert len(legs) <= len(candidates), "router/order"
    for i: uint256 in range(len(legs), bound=BUCKETS):
        assert legs[i].bucket == candidates[i].bucket, "router/order"


@internal
@view
def _candidates(token: address) -> DynArray[Candidate, 8]:
    """
    @return Buckets that can take a sale for the token, the heaviest first, ties by lower index
    """
    found: DynArray[Candidate, 8] = []
    for bucket: uint256 in range(BUCKETS):
        flags: uint256 = staticcall Vault(vault).flags(bucket)
        if flags & LISTED == 0 or flags & SELL_OFF != 0:
            continue
        if staticcall Vault(vault).asset(bucket) != token:
            if self._adapters[bucket][token] == empty(address) or flags & DEGRADED != 0:
                continue
        capacity: uint256 = staticcall Vault(vault).max_sell(bucket)
        if capacity == 0:
            continue
        exposure: uint256 = 0
        target: uint256 = 0
        exposure, target = staticcall Vault(vault).exposure(bucket)
        target = max(target, 1)
        found.append(
            Candidate(
                bucket=bucket, exposure=exposure, target=target, weight=exposure * WAD // target, capacity=capacity
            )
        )
        # into its place: the order so far is kept for equals
        for step: uint256 in range(len(found) - 1, bound=7):
            i: uint256 = len(found) - 1 - step
            if found[i - 1].weight >= found[i].weight:
                break
            lighter: Candidate = found[i - 1]
            found[i - 1] = found[i]
            found[i] = lighter
    return found


@internal
@pure
def _level(candidates: DynArray[Candidate, 8], amount: uint256) -> uint256:
    """
    @return The least level, WAD of exposure / target, down to which the parts together are not more than `amount`
    """
    low: uint256 = 0
    high: uint256 = candidates[0].weight + 1
    for _: uint256 in range(STEPS):
        if low >= high:
            break
        middle: uint256 = (low + high) // 2
        total: uint256 = 0
        for candidate: Candidate in candidates:
            total += self._above(candidate, middle)
        if total <= amount:
            high = middle
        else:
            low = middle + 1
    return high


@internal
@pure
def _above(candidate: Candidate, level: uint256) -> uint256:
    kept: uint256 = (level * candidate.target + WAD - 1) // WAD
    if candidate.exposure <= kept:
        return 0
    return min(candidate.exposure - kept, candidate.capacity)
