# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Queue of priority requests
@notice Ids begin with 0 and have no gaps. A request is one slot: the first 24 bytes of its hash, then its enqueue time (8 bytes).
        The slots are a ring: a new request takes the slot of a retired one, which costs 17,100 gas less than a fresh slot.
        An open request is never overwritten; a full ring refuses (the fee makes filling it dear, see docs/spec/contracts/bridge.md).

        | slot    | bits 255..128     | bits 127..64      | bits 63..0 |
        |---------|-------------------|-------------------|------------|
        | _state  | fees gathered, wei| first open id     | next id    |
        | request | hash, first 24 bytes (255..64)        | time, s    |   at id mod RING
"""
from contracts.interfaces import IBridge

MASK_64: constant(uint256) = 2**64 - 1
FEES: constant(uint256) = 128  # bit position
FIRST: constant(uint256) = 64
FEE_STEP: constant(uint256) = 64  # open requests for one step of the fee

FEE_BASE: immutable(uint256)  # wei; fixed: who could raise it could lock users in
PRIORITY_EXPIRY: immutable(uint64)
RING: immutable(uint256)  # slots, a power of two

_state: uint256
_slots: HashMap[uint256, uint256]


@deploy
def __init__(priority_expiry: uint64, fee_base: uint128, queue_bits: uint8):
    assert priority_expiry != 0, "bridge/expiry_zero"
    assert 0 < queue_bits and queue_bits <= 32, "bridge/queue_bits"
    RING = 1 << convert(queue_bits, uint256)
    PRIORITY_EXPIRY = priority_expiry
    FEE_BASE = convert(fee_base, uint256)


# ---------------------------------------------------------------------------------------------- views

@external
@view
def priority_expiry() -> uint64:
    return PRIORITY_EXPIRY


@external
@view
def request_fee() -> uint256:
    return self._fee()


@external
@view
def fees() -> uint256:
    return self._state >> FEES


@external
@view
def requests() -> (uint64, uint64):
    state: uint256 = self._state
    return convert((state >> FIRST) & MASK_64, uint64), convert(state & MASK_64, uint64)


@external
@view
def request_hash(request_id: uint64) -> bytes32:
    return convert(self._request(convert(request_id, uint256)) >> 64, bytes32)


@external
@view
def request_time(request_id: uint64) -> uint64:
    return convert(self._request(convert(request_id, uint256)) & MASK_64, uint64)


@external
@view
def oldest_open_request_time() -> uint64:
    # the id behind the last request does not exist: 0 when none is open
    return convert(self._request((self._state >> FIRST) & MASK_64) & MASK_64, uint64)


@external
@view
def requests_digest(first: uint64, count: uint64) -> bytes32:
    start: uint256 = convert(first, uint256)
    end: uint256 = start + convert(count, uint256)
    next: uint256 = self._state & MASK_64
    assert end <= next and next <= start + RING, "bridge/no_such_request"
    digest: bytes32 = empty(bytes32)
    for i: uint256 in range(start, end, bound=65536):
        digest = keccak256(abi_encode(digest, self._slots[i & (RING - 1)] >> 64))
    return digest


# ---------------------------------------------------------------------------------------------- for the bridge

@internal
@view
def _fee() -> uint256:
    # base 2^128 at most, open requests below 2^64: fits 256 bits
    state: uint256 = self._state
    steps: uint256 = 1 + ((state & MASK_64) - ((state >> FIRST) & MASK_64)) // FEE_STEP
    return FEE_BASE * steps * steps


@internal
@view
def _request(request_id: uint256) -> uint256:
    """
    @return The slot, 0 when the request does not exist, or no longer
    """
    next: uint256 = self._state & MASK_64
    if request_id < next and next <= request_id + RING:
        return self._slots[request_id & (RING - 1)]
    return 0


@internal
def _enqueue(
    op: uint256, account: uint256, sub_account: uint8, token_id: uint256, scale: uint256,
    domain: uint8, owner: address, units: uint256, payee: address, fee: uint256,
) -> uint64:
    """
    @dev The caller has checked every width and taken the fee.
    """
    # op1 account4 sub1 token2 scale1 domain1 owner20 (bytes 2..31 of a word), units16 payee20
    head: uint256 = op << 232 | account << 200 | convert(sub_account, uint256) << 192 | token_id << 176
    head |= scale << 168 | convert(domain, uint256) << 160 | convert(owner, uint256)
    hashed: uint256 = convert(
        keccak256(concat(
            convert(convert(head, uint240), bytes30),
            convert(convert(units, uint128), bytes16),
            convert(payee, bytes20),
        )),
        uint256,
    )
    state: uint256 = self._state
    request_id: uint256 = state & MASK_64
    assert request_id - ((state >> FIRST) & MASK_64) < RING, "bridge/queue_full"
    self._slots[request_id & (RING - 1)] = (hashed & ~MASK_64) | block.timestamp
    self._state = state + (fee << FEES) + 1
    log IBridge.RequestQueued(
        request_id=convert(request_id, uint64),
        op=convert(op, uint8),
        account=convert(account, uint32),
        sub_account=sub_account,
        token_id=convert(token_id, uint16),
        scale=convert(scale, uint8),
        domain=domain,
        owner=owner,
        units=convert(units, uint128),
        payee=payee,
        deadline=convert(block.timestamp, uint64) + PRIORITY_EXPIRY,
    )
    return convert(request_id, uint64)


@internal
def _retire(first: uint64, count: uint64):
    state: uint256 = self._state
    assert convert(first, uint256) == (state >> FIRST) & MASK_64, "bridge/not_oldest"
    assert convert(first, uint256) + convert(count, uint256) <= state & MASK_64, "bridge/no_such_request"
    self._state = state + (convert(count, uint256) << FIRST)
    log IBridge.RequestsRetired(first=first, count=count)


@internal
def _take_fees() -> uint256:
    state: uint256 = self._state
    amount: uint256 = state >> FEES
    assert amount != 0, "bridge/no_fees"
    self._state = state & (2**FEES - 1)
    return amount
