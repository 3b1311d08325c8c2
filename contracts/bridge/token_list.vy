# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Tokens of one chain
@notice Append-only: a token id is bound to a token once, its decimals are read once. Custody (`held`) lies in the same slot as
        what a deposit must check.

        | slot       | bits                                                                            |
        |------------|---------------------------------------------------------------------------------|
        | _tokens    | held 255..128, cap 127..32, token id 31..16, decimals 15..8, deposits paused 0  |
        | _by_id     | listed 168, scale 167..160, token 159..0                                        |
"""
from contracts.governance import roles
from contracts.interfaces import IBridge

uses: roles

NATIVE: constant(address) = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE
LISTER: constant(uint256) = 1    # may list tokens
GUARDIAN: constant(uint256) = 2  # may pause deposits and lower caps

MAX_DECIMALS: constant(uint256) = 18
RESERVE_BOUND: constant(uint256) = 2**116  # L2 amount; a reserve reaching it would make deposits inapplicable (DEP-4)
PAUSE: constant(uint256) = 14 * 86400      # s; how long a pause lasts, and how long none may follow it

HELD: constant(uint256) = 128  # bit positions
CAP: constant(uint256) = 32
ID: constant(uint256) = 16
DECIMALS: constant(uint256) = 8
MASK_CAP: constant(uint256) = 2**96 - 1
MASK_ID: constant(uint256) = 2**16 - 1
MASK_8: constant(uint256) = 2**8 - 1
PAUSED: constant(uint256) = 1
LISTED: constant(uint256) = 1 << 8  # above the scale
MASK_TOKEN: constant(uint256) = 2**160 - 1

TOKEN_IDS: immutable(uint256)  # ids are below it: they index a tree on L2

_tokens: HashMap[address, uint256]
_by_id: HashMap[uint256, uint256]
_paused_until: HashMap[address, uint256]


@deploy
def __init__(token_bits: uint8):
    assert 0 < token_bits and token_bits <= 16, "bridge/token_bits"
    TOKEN_IDS = 1 << convert(token_bits, uint256)


# ---------------------------------------------------------------------------------------------- governance

@external
def list_token(token_id: uint16, token: address, cap: uint96):
    # CHECKS
    roles._check(LISTER)
    id: uint256 = convert(token_id, uint256)
    assert 0 < id and id < TOKEN_IDS, "bridge/token_id"
    assert self._by_id[id] == 0, "bridge/token_id_taken"
    assert self._tokens[token] == 0, "bridge/token_listed"
    decimals: uint256 = self._read_decimals(token)
    self._check_cap(convert(cap, uint256), decimals)
    # EFFECTS
    self._tokens[token] = convert(cap, uint256) << CAP | id << ID | decimals << DECIMALS
    self._by_id[id] = (LISTED | MAX_DECIMALS - decimals) << 160 | convert(token, uint256)
    log IBridge.TokenListed(token_id=token_id, token=token, decimals=convert(decimals, uint8), cap=cap)


@external
def set_cap(token_id: uint16, cap: uint96):
    # CHECKS
    token: address = self._token(convert(token_id, uint256))
    slot: uint256 = self._tokens[token]
    if msg.sender != roles.governor:
        roles._check(GUARDIAN)
        assert convert(cap, uint256) <= (slot >> CAP) & MASK_CAP, "bridge/only_lower"
    self._check_cap(convert(cap, uint256), (slot >> DECIMALS) & MASK_8)
    # EFFECTS
    self._tokens[token] = slot & ~(MASK_CAP << CAP) | convert(cap, uint256) << CAP
    log IBridge.CapSet(token_id=token_id, cap=cap)


@external
def pause_deposits(token_id: uint16):
    # CHECKS
    roles._check(GUARDIAN)
    token: address = self._token(convert(token_id, uint256))
    assert block.timestamp >= self._paused_until[token] + PAUSE, "bridge/pause_grace"
    # EFFECTS
    until: uint256 = block.timestamp + PAUSE
    self._tokens[token] |= PAUSED
    self._paused_until[token] = until
    log IBridge.DepositsPaused(token_id=token_id, until=convert(until, uint64))


@external
def resume_deposits(token_id: uint16):
    # CHECKS
    roles._check_governor()
    token: address = self._token(convert(token_id, uint256))
    assert self._paused(token, self._tokens[token]), "bridge/not_paused"
    # EFFECTS
    self._tokens[token] &= ~PAUSED
    self._paused_until[token] = block.timestamp
    log IBridge.DepositsPaused(token_id=token_id, until=convert(block.timestamp, uint64))


# ---------------------------------------------------------------------------------------------- views

@external
@view
def held(token: address) -> uint128:
    return convert(self._tokens[token] >> HELD, uint128)


@external
@view
def token_info(token: address) -> IBridge.TokenInfo:
    slot: uint256 = self._tokens[token]
    return IBridge.TokenInfo(
        held=convert(slot >> HELD, uint128),
        cap=convert((slot >> CAP) & MASK_CAP, uint96),
        token_id=convert((slot >> ID) & MASK_ID, uint16),
        decimals=convert((slot >> DECIMALS) & MASK_8, uint8),
        deposits_paused=self._paused(token, slot),
    )


@external
@view
def token_by_id(token_id: uint16) -> address:
    return convert(self._by_id[convert(token_id, uint256)] & MASK_TOKEN, address)


@external
@view
def scales_match(pairs: DynArray[uint256, 256]) -> bool:
    for pair: uint256 in pairs:
        if self._by_id[pair >> 8] >> 160 != LISTED | pair & MASK_8:
            return False
    return True


# ---------------------------------------------------------------------------------------------- for the bridge

@internal
@view
def _listed(token: address) -> uint256:
    """
    @return The token id
    """
    token_id: uint256 = (self._tokens[token] >> ID) & MASK_ID
    assert token_id != 0, "bridge/token_unlisted"
    return token_id


@internal
@view
def _scale_of(token_id: uint256) -> uint256:
    entry: uint256 = self._by_id[token_id]
    assert entry != 0, "bridge/token_unlisted"
    return (entry >> 160) & MASK_8


@internal
@view
def _check_depositable(token: address) -> (uint256, uint256):
    """
    @return (token id, scale)
    """
    slot: uint256 = self._tokens[token]
    token_id: uint256 = (slot >> ID) & MASK_ID
    assert token_id != 0, "bridge/token_unlisted"
    assert not self._paused(token, slot), "bridge/deposits_paused"
    return token_id, MAX_DECIMALS - ((slot >> DECIMALS) & MASK_8)


@internal
def _hold(token: address, units: uint256):
    slot: uint256 = self._tokens[token]
    assert (slot >> HELD) + units <= (slot >> CAP) & MASK_CAP, "bridge/cap"
    self._tokens[token] = slot + (units << HELD)


@internal
def _release(token: address, units: uint256):
    slot: uint256 = self._tokens[token]
    assert units <= slot >> HELD, "bridge/not_held"
    self._tokens[token] = slot - (units << HELD)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _token(token_id: uint256) -> address:
    entry: uint256 = self._by_id[token_id]
    assert entry != 0, "bridge/token_unlisted"
    return convert(entry & MASK_TOKEN, address)


@internal
@view
def _paused(token: address, slot: uint256) -> bool:
    # the second slot is read only while the flag stands
    return slot & PAUSED != 0 and block.timestamp < self._paused_until[token]


@internal
@view
def _read_decimals(token: address) -> uint256:
    if token == NATIVE:
        return MAX_DECIMALS
    assert token.is_contract, "bridge/not_a_contract"
    ok: bool = False
    answer: Bytes[32] = b""
    ok, answer = raw_call(
        token, method_id("decimals()"), max_outsize=32, is_static_call=True, revert_on_failure=False
    )
    assert ok and len(answer) == 32, "bridge/no_decimals"
    decimals: uint256 = convert(answer, uint256)
    assert decimals <= MAX_DECIMALS, "bridge/decimals"
    return decimals


@internal
@pure
def _check_cap(cap: uint256, decimals: uint256):
    assert cap * 10 ** (MAX_DECIMALS - decimals) < RESERVE_BOUND, "bridge/cap_range"
