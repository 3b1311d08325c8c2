# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Member sets of the light oracle network, and the quorum rule
@notice A table is contract code: a zero byte, then 32 bytes a member, weight << 160 | address, ascending by address (which
        leaves no room for the zero address or for twins). A set that does not exist has no weight and satisfies nothing.
@dev Spec: docs/spec/contracts/oracle.md. Code is read member by member: after the first, 200 gas each.
"""
from contracts.interfaces import IOracleGate
from snekmate.utils import ecdsa

MIN_MEMBERS: constant(uint256) = 4
MAX_MEMBERS: constant(uint256) = 128
MAX_WEIGHT: constant(uint256) = 2**32 - 1
LOW_160: constant(uint256) = 2**160 - 1
LOW_40: constant(uint256) = 2**40 - 1

# epoch -> blob address | total weight << 160 (40 bits) | member count << 200 (8 bits); bits 208.. for vetoers and schemes
_sets: HashMap[uint64, uint256]


@external
@view
def members(epoch: uint64) -> DynArray[uint256, 128]:
    record: uint256 = self._record(epoch)
    blob: address = self._blob(record)
    table: DynArray[uint256, 128] = []
    for i: uint256 in range(record >> 200, bound=MAX_MEMBERS):
        table.append(self._member(blob, i))
    return table


@external
@view
def total_weight(epoch: uint64) -> uint256:
    return (self._record(epoch) >> 160) & LOW_40


@internal
def _install(epoch: uint64, table: DynArray[uint256, 128]):
    """
    @notice Check and store the table of an epoch. No member may hold a third: its silence would be a veto.
    """
    count: uint256 = len(table)
    assert count >= MIN_MEMBERS, "oracle/too_few_members"
    total: uint256 = 0
    last: uint256 = 0
    for member: uint256 in table:
        assert last < member & LOW_160, "oracle/member_order"
        last = member & LOW_160
        assert member >> 160 != 0 and member >> 160 <= MAX_WEIGHT, "oracle/weight_range"
        total += member >> 160
    for member: uint256 in table:
        assert 3 * (member >> 160) < total, "oracle/hidden_veto"
    code: Bytes[4160] = slice(abi_encode(table), 64, 32 * count)
    length: bytes2 = convert(convert((32 * count + 1) << 240, bytes32), bytes2)
    # PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE, RETURN: stores what follows
    blob: address = raw_create(concat(x"61", length, x"80600a3d393df3", x"00", code))
    self._sets[epoch] = convert(blob, uint256) | total << 160 | count << 200
    log IOracleGate.MembersSet(epoch=epoch, blob=blob, member_count=count, total_weight=total)


@internal
@view
def _check_quorum(epoch: uint64, digest: bytes32, bitmap: uint256, signatures: Bytes[8192]):
    """
    @notice One valid signature for every bit, in order, and nothing else; together more than two thirds of the weight.
    """
    record: uint256 = self._record(epoch)
    assert bitmap >> (record >> 200) == 0, "oracle/bitmap_range"
    blob: address = self._blob(record)
    signed: uint256 = 0
    at: uint256 = 0
    bits: uint256 = bitmap
    for i: uint256 in range(MAX_MEMBERS):
        if bits == 0:
            break
        if bits & 1 == 1:
            assert unsafe_add(at, 64) <= len(signatures), "oracle/missing_signature"
            member: uint256 = self._member(blob, i)
            signer: address = ecdsa._try_recover_r_vs(
                digest,
                extract32(signatures, at, output_type=uint256),
                extract32(signatures, unsafe_add(at, 32), output_type=uint256),
            )
            assert convert(signer, uint256) == member & LOW_160, "oracle/bad_signer"
            signed = unsafe_add(signed, member >> 160)
            at = unsafe_add(at, 64)
        bits = bits >> 1
    assert at == len(signatures), "oracle/spare_signature"
    assert 3 * signed > 2 * ((record >> 160) & LOW_40), "oracle/quorum"


@internal
@view
def _record(epoch: uint64) -> uint256:
    record: uint256 = self._sets[epoch]
    assert record != 0, "oracle/unknown_epoch"
    return record


@internal
@pure
def _blob(record: uint256) -> address:
    return convert(record & LOW_160, address)


@internal
@view
def _member(blob: address, index: uint256) -> uint256:
    return convert(slice(blob.code, 1 + 32 * index, 32), uint256)
