# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Curses on one chain
@notice A curse refuses attestations and executions from one block on, sooner than silence would. It adds no power to move funds, and
        ends by itself. A curse raised while another runs joins it: the lower block, the later end, the older beginning.

        | slot    | 63..0      | 127..64   | 191..128 | 255..192                       |
        |---------|------------|-----------|----------|--------------------------------|
        | _curses | from block | expiry, s | since, s | lifted from then on, s; 0 = no |
"""
from contracts.codec import oracle_digests
from contracts.interfaces import IOracleGate
from contracts.oracle import council
from contracts.oracle import gate_head
from contracts.oracle import member_set

uses: gate_head
uses: member_set
uses: council

NETWORK: constant(uint8) = 255
LIFT_DELAY: constant(uint256) = 3600       # s
VETO_CURSE: constant(uint256) = 48 * 3600  # s, longest curse by one veto member
VETO_PAUSE: constant(uint256) = 30 * 86400 # s between two of them
U64: constant(uint256) = 2**64 - 1

curse_id: public(HashMap[uint8, bytes32])
_curses: HashMap[uint8, uint256]
_used: HashMap[bytes32, bool]          # digests; a lifted curse cannot be raised again by its old signatures
_next_veto: HashMap[address, uint256]  # s, when a veto member may curse alone again


@external
def raise_curse(
    subject: uint8, from_block: uint64, expiry: uint64, reason_code: uint32, evidence: bytes32, epoch: uint64,
    bitmap: uint256, signatures: Bytes[8192],
):
    # CHECKS
    head: uint256 = gate_head._active(epoch)
    assert subject == gate_head.chain_id or subject == NETWORK, "oracle/subject"
    digest: bytes32 = oracle_digests._curse(
        gate_head.DOMAIN, epoch, subject, gate_head._generation(head), from_block, expiry, reason_code, evidence
    )
    assert convert(expiry, uint256) > block.timestamp, "oracle/curse_expired"
    assert not self._used[digest], "oracle/curse_used"
    record: uint256 = member_set._record(epoch)
    signed: uint256 = member_set._signed_weight(record, digest, bitmap, signatures)
    council._check_not_ejected(epoch, record, bitmap)

    # EFFECTS
    if 3 * signed <= member_set._total(record):
        self._alone(epoch, record, bitmap, expiry)
    self._used[digest] = True
    self._join(subject, convert(from_block, uint256), convert(expiry, uint256), digest, reason_code)
    if subject == NETWORK:
        gate_head._head = head | gate_head.CURSED_NETWORK
    else:
        gate_head._head = head | gate_head.CURSED_HERE


@external
def lift_curse(subject: uint8, curse_id: bytes32, epoch: uint64, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    gate_head._check_active(epoch)
    word: uint256 = self._curses[subject]
    assert self._live(word) and self.curse_id[subject] == curse_id, "oracle/curse_unknown"
    assert word >> 192 == 0, "oracle/curse_lifted"
    council._check(epoch, oracle_digests._lift(gate_head.DOMAIN, epoch, subject, curse_id), bitmap, signatures)

    # EFFECTS
    at: uint256 = block.timestamp + LIFT_DELAY
    self._curses[subject] = word | at << 192
    log IOracleGate.CurseLifted(subject=subject, curse_id=curse_id, effective=convert(at, uint64))


@external
@view
def cursed_since() -> uint64:
    mine: uint64 = self._since(gate_head.chain_id)
    network: uint64 = self._since(NETWORK)
    if mine == 0 or (network != 0 and network < mine):
        return network
    return mine


@internal
@view
def _cursed(head: uint256, number: uint64) -> bool:
    """
    @notice Whether a live curse covers `number`; never outside the active phase.
    """
    if head >> 224 == 0 or head >> gate_head.PHASE != gate_head.ACTIVE:
        return False
    return self._covers(gate_head.chain_id, number) or self._covers(NETWORK, number)


@internal
def _alone(epoch: uint64, record: uint256, bitmap: uint256, expiry: uint64):
    """
    @notice A third is not enough, but one veto member alone may curse: shortly, and seldom.
    """
    vetoers: uint256 = member_set._vetoers(record)
    for seat: uint256 in range(128):
        if bitmap == 1 << seat:
            assert (vetoers >> seat) & 1 == 1, "oracle/curse_weight"
            member: address = member_set._seat(epoch, seat)
            assert convert(expiry, uint256) <= block.timestamp + VETO_CURSE, "oracle/veto_curse_length"
            assert block.timestamp >= self._next_veto[member], "oracle/veto_curse_pause"
            self._next_veto[member] = block.timestamp + VETO_PAUSE
            return
    raise "oracle/curse_weight"


@internal
def _join(subject: uint8, from_block: uint256, expiry: uint256, digest: bytes32, reason_code: uint32):
    start: uint256 = from_block
    end: uint256 = expiry
    since: uint256 = block.timestamp
    id: bytes32 = empty(bytes32)
    old: uint256 = self._curses[subject]
    if self._live(old):
        start = min(start, old & U64)
        end = max(end, (old >> 64) & U64)
        since = (old >> 128) & U64
        id = self.curse_id[subject]
    id = keccak256(concat(id, digest))
    self._curses[subject] = start | end << 64 | since << 128
    self.curse_id[subject] = id
    log IOracleGate.Cursed(
        subject=subject, curse_id=id, from_block=convert(start, uint64), expiry=convert(end, uint64), reason_code=reason_code
    )


@internal
@view
def _covers(subject: uint8, number: uint64) -> bool:
    word: uint256 = self._curses[subject]
    return convert(number, uint256) >= word & U64 and self._live(word)


@internal
@view
def _since(subject: uint8) -> uint64:
    """
    @return When the live curse began, without a gap; 0 when there is none
    """
    word: uint256 = self._curses[subject]
    if self._live(word):
        return convert((word >> 128) & U64, uint64)
    return 0


@internal
@view
def _live(word: uint256) -> bool:
    lifted: uint256 = word >> 192
    return block.timestamp <= (word >> 64) & U64 and (lifted == 0 or block.timestamp < lifted)
