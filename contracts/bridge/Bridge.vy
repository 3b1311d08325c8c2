# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Bridge: custody of one chain
@notice The only contract that holds user tokens, and their only mover: in by `deposit`, out by `claim`. It calls nobody but the
        tokens and the receivers of native value. The rollup reads the queue, retires requests and credits payouts; it cannot
        move tokens.
@dev PRO-I1, this chain's half: `held` = reserve at the executed root + unconsumed deposits + unclaimed payouts, for every token,
     and the real balance (for the native token without the request fees) is never below it. A surplus is ignored.
     One transient lock spans every entry point that moves value.
"""
from ethereum.ercs import IERC20

from contracts.bridge import pending_balances
from contracts.bridge import request_queue
from contracts.bridge import token_list
from contracts.governance import roles
from contracts.interfaces import IBridge

implements: IBridge

initializes: roles
initializes: token_list[roles := roles]
initializes: request_queue
initializes: pending_balances

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
    token_list.list_token, token_list.set_cap, token_list.pause_deposits, token_list.resume_deposits,
    token_list.held, token_list.token_info, token_list.token_by_id, token_list.scales_match,
    request_queue.priority_expiry, request_queue.request_fee, request_queue.fees, request_queue.requests,
    request_queue.request_hash, request_queue.request_time, request_queue.oldest_open_request_time,
    request_queue.requests_digest,
)

NATIVE: constant(address) = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE
FEE_COLLECTOR: constant(uint256) = 4
DEPOSIT: constant(uint256) = 1
FULL_EXIT: constant(uint256) = 5
RESERVE_ACCOUNT: constant(uint32) = 1
CHAINS: constant(uint8) = 8

chain_id: public(immutable(uint8))
deployment_id: public(immutable(bytes32))
rollup: public(immutable(address))
ACCOUNTS: immutable(uint256)
SUB_ACCOUNTS: immutable(uint256)


@deploy
def __init__(
    chain_id_: uint8, deployment_id_: bytes32, rollup_: address, governor: address,
    account_bits: uint8, sub_account_bits: uint8, token_bits: uint8,
    priority_expiry: uint64, request_fee_base: uint128, queue_bits: uint8,
):
    """
    @param rollup_ Address the rollup will be deployed at; fixed for ever
    @param account_bits, sub_account_bits, token_bits Sizes of the preset
    @param priority_expiry s
    @param request_fee_base wei; the fee while fewer than 64 requests are open
    @param queue_bits log2 of how many requests may be open
    """
    assert 0 < chain_id_ and chain_id_ <= CHAINS, "bridge/chain_id"
    assert deployment_id_ != empty(bytes32), "bridge/deployment_id"
    assert rollup_ != empty(address), "bridge/rollup"
    assert 0 < account_bits and account_bits <= 32, "bridge/account_bits"
    assert 0 < sub_account_bits and sub_account_bits <= 8, "bridge/sub_account_bits"
    roles.__init__(governor)
    token_list.__init__(token_bits)
    request_queue.__init__(priority_expiry, request_fee_base, queue_bits)
    chain_id = chain_id_
    deployment_id = deployment_id_
    rollup = rollup_
    ACCOUNTS = 1 << convert(account_bits, uint256)
    SUB_ACCOUNTS = 1 << convert(sub_account_bits, uint256)


# ---------------------------------------------------------------------------------------------- users

@external
@payable
@nonreentrant
def deposit(token: address, amount: uint256, domain: uint8, owner: address, sub_account: uint8) -> uint64:
    # CHECKS
    assert domain <= CHAINS, "bridge/domain"
    assert owner != empty(address), "bridge/owner"
    self._check_sub_account(sub_account)
    assert 0 < amount and amount < 2**128, "bridge/amount"
    token_id: uint256 = 0
    scale: uint256 = 0
    token_id, scale = token_list._check_depositable(token)
    fee: uint256 = request_queue._fee()
    due: uint256 = fee
    if token == NATIVE:
        due += amount
    surplus: uint256 = self._surplus(msg.value, due)
    # INTERACTION before effects, under the lock: what arrives is known only afterwards
    units: uint256 = amount
    if token != NATIVE:
        units = self._pull(token, amount)
    # EFFECTS
    token_list._hold(token, units)
    request_id: uint64 = request_queue._enqueue(
        DEPOSIT, 0, sub_account, token_id, scale, domain, owner, units, msg.sender, fee
    )
    # INTERACTIONS
    self._give_back(surplus)
    return request_id


@external
@payable
@nonreentrant
def request_full_exit(account: uint32, sub_account: uint8, token_id: uint16, recipient: address) -> uint64:
    # CHECKS
    assert account != RESERVE_ACCOUNT, "bridge/reserve_account"  # FEX-1
    assert convert(account, uint256) < ACCOUNTS, "bridge/account"
    self._check_sub_account(sub_account)
    assert recipient != empty(address), "bridge/recipient"
    scale: uint256 = token_list._scale_of(convert(token_id, uint256))
    fee: uint256 = request_queue._fee()
    surplus: uint256 = self._surplus(msg.value, fee)
    domain: uint8 = chain_id
    if msg.sender == tx.origin:
        domain = 0
    # EFFECTS
    request_id: uint64 = request_queue._enqueue(
        FULL_EXIT, convert(account, uint256), sub_account, convert(token_id, uint256), scale,
        domain, msg.sender, 0, recipient, fee
    )
    # INTERACTIONS
    self._give_back(surplus)
    return request_id


@external
@nonreentrant
def claim(recipient: address, token: address) -> uint256:
    # CHECKS, EFFECTS
    units: uint256 = pending_balances._take(recipient, token_list._listed(token))
    token_list._release(token, units)
    log IBridge.Claimed(recipient=recipient, token=token, units=units)
    # INTERACTIONS
    if token == NATIVE:
        self._send(recipient, units, "bridge/payout_refused")
    else:
        self._push(token, recipient, units)
    return units


@external
@view
def pending(recipient: address, token: address) -> uint256:
    return pending_balances._of(recipient, token_list._listed(token))


# ---------------------------------------------------------------------------------------------- rollup

@external
@nonreentrant
def settle(first: uint64, count: uint64, credits: DynArray[IBridge.Credit, 256]):
    # CHECKS
    assert msg.sender == rollup, "bridge/not_rollup"
    # EFFECTS
    if count != 0:
        request_queue._retire(first, count)
    for credit: IBridge.Credit in credits:
        pending_balances._credit(credit)


# ---------------------------------------------------------------------------------------------- fee collector

@external
@nonreentrant
def collect_fees(recipient: address) -> uint256:
    # CHECKS, EFFECTS
    roles._check(FEE_COLLECTOR)
    amount: uint256 = request_queue._take_fees()
    log IBridge.FeesCollected(recipient=recipient, amount=amount)
    # INTERACTIONS
    self._send(recipient, amount, "bridge/payout_refused")
    return amount


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _check_sub_account(sub_account: uint8):
    assert convert(sub_account, uint256) < SUB_ACCOUNTS, "bridge/sub_account"


@internal
@pure
def _surplus(paid: uint256, due: uint256) -> uint256:
    assert paid >= due, "bridge/value"
    return paid - due


@internal
def _give_back(surplus: uint256):
    if surplus != 0:
        self._send(msg.sender, surplus, "bridge/surplus_refused")


@internal
def _send(recipient: address, amount: uint256, reason: String[32]):
    # nothing is assumed of the receiver: no gas limit, no returned data copied
    ok: bool = raw_call(recipient, b"", value=amount, revert_on_failure=False)
    assert ok, reason


@internal
def _pull(token: address, amount: uint256) -> uint256:
    """
    @return What arrived; a fee-on-transfer token delivers less than `amount`
    """
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    assert extcall IERC20(token).transferFrom(msg.sender, self, amount, default_return_value=True), "bridge/pull_refused"
    balance: uint256 = staticcall IERC20(token).balanceOf(self)
    assert balance > before, "bridge/nothing_arrived"
    return balance - before


@internal
def _push(token: address, recipient: address, units: uint256):
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    assert extcall IERC20(token).transfer(recipient, units, default_return_value=True), "bridge/payout_refused"
    # a token that takes more than it was told would eat into the custody of others
    assert staticcall IERC20(token).balanceOf(self) + units >= before, "bridge/overdrawn"
