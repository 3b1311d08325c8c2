# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title E6: fees go to members that are there
@notice A period is 7 days of 28 rounds. A member is present in a round when anyone shows its signature of a block that was synced on this
        chain and is above all that were shown in earlier rounds. (The bundles on chain would not do: they hold the cheapest two thirds
        and leave out honest members.) A round in which nobody showed anything counts for nobody.
"""
from contracts.interfaces import IBonds
from contracts.interfaces import IOracleGate
from contracts.interfaces import IRollup
from contracts.oracle import bond_ledger
from contracts.oracle import evidence

uses: bond_ledger

ROUND: constant(uint256) = 6 * 3600   # s
ROUNDS: constant(uint256) = 28        # of a period
FETCH: constant(uint256) = 21 * 86400 # s after a period
NEEDED: constant(uint256) = 60        # %
LOW_160: constant(uint256) = 2**160 - 1
LOW_64: constant(uint256) = 2**64 - 1
LOW_32: constant(uint256) = 2**32 - 1

gate: public(immutable(IOracleGate))
rollup: public(immutable(IRollup))
DOMAIN: immutable(bytes32)
BEGAN: immutable(uint256)

# round << 128 | highest number shown before it << 64 | highest shown at all
_shown: uint256
fees: public(HashMap[uint256, uint256])                      # period -> not yet paid
epoch_of: public(HashMap[uint256, uint64])                   # period -> the set whose members it counts
_funded: HashMap[uint256, uint256]
_rounds: HashMap[uint256, uint256]                           # period -> bit set of rounds somebody was present in
_present: HashMap[uint256, HashMap[uint256, uint256]]        # period -> seat -> bit set of rounds
_paid: HashMap[uint256, uint256]                             # period -> bit set of seats


@deploy
def __init__(gate_: IOracleGate, rollup_: IRollup, domain: bytes32):
    gate = gate_
    rollup = rollup_
    DOMAIN = domain
    BEGAN = block.timestamp


@external
@nonreentrant
def fund(amount: uint256):
    # CHECKS
    assert amount != 0, "bonds/amount"
    # EFFECTS
    period: uint256 = self._round() // ROUNDS
    self.fees[period] += amount
    self._funded[period] += amount
    log IBonds.Funded(period=period, amount=amount)
    # INTERACTIONS
    bond_ledger._pull(amount)


@external
def show_presence(message: IOracleGate.Word, bitmap: uint256, signatures: Bytes[8192]):
    # CHECKS
    number: uint256 = convert(message.number, uint256)
    assert message.kind == evidence.ATTEST, "oracle/evidence_kind"
    assert message.number <= staticcall gate.attested(), "bonds/not_synced"
    assert message.sync_hash == staticcall rollup.sync_hash(number), "bonds/other_block"
    round: uint256 = self._round()
    period: uint256 = round // ROUNDS
    last: uint256 = self._shown
    if last >> 128 != round:
        last = round << 128 | (last & LOW_64) << 64
    assert number > (last >> 64) & LOW_64, "bonds/old_block"
    epoch: uint64 = self.epoch_of[period]
    if epoch == 0:
        epoch = staticcall gate.epoch()
    assert message.epoch == epoch, "bonds/epoch"
    self._check_signatures(message, bitmap, signatures)

    # EFFECTS
    self._shown = (last & ~LOW_64) | max(last & LOW_64, number)
    self.epoch_of[period] = epoch
    bit: uint256 = 1 << (round % ROUNDS)
    self._rounds[period] |= bit
    for seat: uint256 in range(128):
        if (bitmap >> seat) & 1 == 1:
            self._present[period][seat] |= bit
    log IBonds.Present(round=round, bitmap=bitmap)


@external
@nonreentrant
def pay_fees(period: uint256, index: uint256) -> uint256:
    # CHECKS
    assert period < self._round() // ROUNDS, "bonds/period"
    epoch: uint64 = self.epoch_of[period]
    assert epoch != 0, "bonds/no_presence"
    assert (self._paid[period] >> index) & 1 == 0, "bonds/paid"
    table: DynArray[uint256, 128] = staticcall gate.members(epoch)
    assert index < len(table), "bonds/seat"
    held: uint256 = self._count(self._rounds[period])
    assert 100 * self._count(self._present[period][index]) >= NEEDED * held, "bonds/absent"
    member: address = convert(table[index] & LOW_160, address)
    owner: address = bond_ledger.owner_of[member]
    assert owner != empty(address), "bonds/unknown_member"
    weight: uint256 = (table[index] >> 160) & LOW_32
    amount: uint256 = self._funded[period] * weight // staticcall gate.total_weight(epoch)
    assert 0 < amount and amount <= self.fees[period], "bonds/nothing"

    # EFFECTS
    self._paid[period] |= 1 << index
    self.fees[period] -= amount
    log IBonds.FeesPaid(period=period, member=member, amount=amount)
    # INTERACTIONS
    bond_ledger._push(owner, amount)
    return amount


@external
@nonreentrant
def sweep(period: uint256) -> uint256:
    # CHECKS
    end: uint256 = BEGAN + (period + 1) * ROUNDS * ROUND
    assert block.timestamp >= end + FETCH, "bonds/period"
    amount: uint256 = self.fees[period]
    assert amount != 0, "bonds/nothing"
    # EFFECTS
    self.fees[period] = 0
    log IBonds.Swept(period=period, amount=amount)
    # INTERACTIONS
    bond_ledger._push(bond_ledger.insurance, amount)
    return amount


@external
@view
def current_round() -> uint256:
    return self._round()


@internal
@view
def _round() -> uint256:
    return (block.timestamp - BEGAN) // ROUND


@internal
@view
def _check_signatures(message: IOracleGate.Word, bitmap: uint256, signatures: Bytes[8192]):
    table: DynArray[uint256, 128] = staticcall gate.members(message.epoch)
    assert bitmap != 0 and bitmap >> len(table) == 0, "oracle/bitmap_range"
    digest: bytes32 = evidence._digest(DOMAIN, message)
    at: uint256 = 0
    for seat: uint256 in range(len(table), bound=128):
        if (bitmap >> seat) & 1 == 1:
            assert at + 64 <= len(signatures), "oracle/missing_signature"
            signer: address = evidence._signer(digest, slice(signatures, at, 64))
            assert convert(signer, uint256) == table[seat] & LOW_160, "oracle/bad_signer"
            at += 64
    assert at == len(signatures), "oracle/spare_signature"


@internal
@pure
def _count(rounds: uint256) -> uint256:
    """
    @return Number of set bits among the lowest ROUNDS
    """
    found: uint256 = 0
    for i: uint256 in range(ROUNDS):
        found += (rounds >> i) & 1
    return found
