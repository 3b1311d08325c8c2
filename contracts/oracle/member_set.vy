# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Member sets of the light oracle network, and the quorum rule
@notice A table is contract code: a zero byte, then 32 bytes a member, flags << 192 | weight << 160 | address, ascending by address
        (which leaves no room for the zero address or for twins). Flag 1: veto. A set that does not exist has no weight and satisfies
        nothing.

        | slot     | 159..0 | 199..160     | 207..200     | 231..208                        | 239..232     | 240           |
        |----------|--------|--------------|--------------|---------------------------------|--------------|---------------|
        | _sets[e] | blob   | total weight | member count | three veto lanes: seat + 1 or 0 | scheme mask  | seats ejected |
@dev Spec: docs/spec/contracts/oracle.md. Code is read member by member: after the first, 200 gas each.
"""
from contracts.interfaces import IOracleGate

MIN_MEMBERS: constant(uint256) = 4
MAX_MEMBERS: constant(uint256) = 128
MAX_VETOERS: constant(uint256) = 3
LOW_160: constant(uint256) = 2**160 - 1
LOW_40: constant(uint256) = 2**40 - 1
LOW_32: constant(uint256) = 2**32 - 1
MAX_S: constant(uint256) = 2**255 - 1
HALF_ORDER: constant(uint256) = 57896044618658097711785492504343953926418782139537452191302581570759080747168
VETO: constant(uint256) = 1 << 192
ECDSA: constant(uint256) = 1  # scheme mask
EJECTED: constant(uint256) = 1 << 240

_sets: HashMap[uint64, uint256]


@external
@view
def members(epoch: uint64) -> DynArray[uint256, 128]:
    record: uint256 = self._record(epoch)
    blob: address = self._blob(record)
    table: DynArray[uint256, 128] = []
    for i: uint256 in range(self._count(record), bound=MAX_MEMBERS):
        table.append(self._member(blob, i))
    return table


@external
@view
def total_weight(epoch: uint64) -> uint256:
    return self._total(self._record(epoch))


@internal
def _install(epoch: uint64, table: DynArray[uint256, 128]) -> uint256:
    """
    @notice Check and store the table of an epoch. Only a declared veto member may hold a third: its silence would be a veto.
    @return The record
    """
    count: uint256 = len(table)
    assert count >= MIN_MEMBERS, "oracle/too_few_members"
    total: uint256 = 0
    last: uint256 = 0
    for member: uint256 in table:
        assert last < member & LOW_160, "oracle/member_order"
        last = member & LOW_160
        assert self._weight(member) != 0, "oracle/weight_range"
        assert member >> 193 == 0, "oracle/member_flags"
        total += self._weight(member)
    lanes: uint256 = 0
    vetoers: uint256 = 0
    for i: uint256 in range(count, bound=MAX_MEMBERS):
        if table[i] & VETO != 0:
            assert vetoers < MAX_VETOERS, "oracle/too_many_vetoers"
            lanes |= (i + 1) << (8 * vetoers)
            vetoers += 1
        else:
            assert 3 * self._weight(table[i]) < total, "oracle/hidden_veto"
    code: Bytes[4160] = slice(abi_encode(table), 64, 32 * count)
    length: bytes2 = convert(convert((32 * count + 1) << 240, bytes32), bytes2)
    # PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE, RETURN: stores what follows
    blob: address = raw_create(concat(x"61", length, x"80600a3d393df3", x"00", code))
    record: uint256 = convert(blob, uint256) | total << 160 | count << 200 | lanes << 208 | ECDSA << 232
    self._sets[epoch] = record
    log IOracleGate.MembersSet(epoch=epoch, blob=blob, member_count=count, total_weight=total)
    return record


@internal
@view
def _check_quorum(epoch: uint64, digest: bytes32, bitmap: uint256, signatures: Bytes[8192]) -> uint256:
    """
    @notice One valid signature for every bit, in order, and nothing else; together more than two thirds of the weight.
    @return The record of the set: the caller asks it for vetoers and ejected seats
    """
    record: uint256 = self._record(epoch)
    self._check_weight(record, self._signed_weight(record, digest, bitmap, signatures))
    return record


@internal
@pure
def _check_weight(record: uint256, signed: uint256):
    """
    @notice Strictly more than two thirds; no threshold is stored that could be zero.
    """
    assert 3 * signed > 2 * self._total(record), "oracle/quorum"  # LON-I8


@internal
@view
def _signed_weight(record: uint256, digest: bytes32, bitmap: uint256, signatures: Bytes[8192]) -> uint256:
    """
    @notice Every bit one valid signature of that seat's member, ascending, and nothing else.
    @dev Signatures by hand, not by snekmate's ecdsa: a third of the cost beside the precompile's. The same checks: s in the lower
         half (yParity sits in the top bit, so v is 27 or 28), and no recovery to zero, since no member is zero.
    """
    assert bitmap >> self._count(record) == 0, "oracle/bitmap_range"
    blob: address = self._blob(record)
    signed: uint256 = 0
    at: uint256 = 0
    bits: uint256 = bitmap
    seat: uint256 = 1
    for _: uint256 in range(MAX_MEMBERS):
        if bits == 0:
            break
        if bits & 1 != 0:
            assert unsafe_add(at, 64) <= len(signatures), "oracle/missing_signature"
            member: uint256 = convert(slice(blob.code, seat, 32), uint256)
            vs: uint256 = extract32(signatures, unsafe_add(at, 32), output_type=uint256)
            s: uint256 = vs & MAX_S
            assert s <= HALF_ORDER, "oracle/high_s"
            signer: address = ecrecover(
                digest, unsafe_add(vs >> 255, 27), extract32(signatures, at, output_type=uint256), s
            )
            assert convert(signer, uint256) == member & LOW_160, "oracle/bad_signer"
            signed = unsafe_add(signed, (member >> 160) & LOW_32)
            at = unsafe_add(at, 64)
        bits = bits >> 1
        seat = unsafe_add(seat, 32)
    assert at == len(signatures), "oracle/spare_signature"
    return signed


@internal
def _flag_ejection(epoch: uint64):
    self._sets[epoch] |= EJECTED


@internal
@view
def _seat(epoch: uint64, index: uint256) -> address:
    """
    @return The member at `index`; reverts beyond the table
    """
    record: uint256 = self._record(epoch)
    assert index < self._count(record), "oracle/seat"
    return convert(self._member(self._blob(record), index) & LOW_160, address)


@internal
@pure
def _lane(record: uint256, index: uint256) -> uint256:
    """
    @return The veto lane of a seat, 3 when it has none
    """
    for lane: uint256 in range(3):
        if (record >> (208 + 8 * lane)) & 255 == index + 1:
            return lane
    return 3


@internal
@pure
def _vetoers(record: uint256) -> uint256:
    """
    @return Bit set of the seats with a veto
    """
    found: uint256 = 0
    for lane: uint256 in range(3):
        seat: uint256 = (record >> (208 + 8 * lane)) & 255
        if seat != 0:
            found |= 1 << (seat - 1)
    return found


@internal
@view
def _record(epoch: uint64) -> uint256:
    record: uint256 = self._sets[epoch]
    assert record != 0, "oracle/unknown_epoch"
    return record


@internal
@pure
def _total(record: uint256) -> uint256:
    return (record >> 160) & LOW_40


@internal
@pure
def _count(record: uint256) -> uint256:
    return (record >> 200) & 255


@internal
@pure
def _blob(record: uint256) -> address:
    return convert(record & LOW_160, address)


@internal
@pure
def _weight(member: uint256) -> uint256:
    return (member >> 160) & LOW_32


@internal
@view
def _member(blob: address, index: uint256) -> uint256:
    return convert(slice(blob.code, 1 + 32 * index, 32), uint256)
