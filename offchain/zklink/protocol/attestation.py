"""AttestV1: what the oracle network signs, its members, and the quorum rule. Spec: docs/spec/attestation.md.

domain     EIP712Domain(string name,string version,bytes32 salt)   "LightOracleNetwork", "1", deployment_id
message    AttestV1(uint64 setEpoch,uint64 generation,uint64 blockNumber,bytes32 stateRoot,bytes32 syncHash)
signature  64 bytes: r32 || (yParity << 255 | s)32, s in the lower half
bitmap     bit i: member i of the table signed; signatures follow in ascending order of i
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.errors import FieldError, QuorumError
from zklink.protocol.hashing import u256
from zklink.protocol.keys import SECP256K1_ORDER
from zklink.protocol.typed_data import Domain, StructType
from zklink.protocol.types import address_to_hex, check_uint

ATTEST_V1 = StructType(
    "AttestV1",
    (
        ("uint64", "setEpoch"),
        ("uint64", "generation"),
        ("uint64", "blockNumber"),
        ("bytes32", "stateRoot"),
        ("bytes32", "syncHash"),
    ),
)
SIGNATURE_BYTES = 64
MIN_MEMBERS = 4
MAX_MEMBERS = 128
HALF_ORDER = SECP256K1_ORDER // 2


@dataclass(frozen=True, slots=True)
class Attestation:
    """All chains have proven blocks up to `block_number` and stored `sync_hash` for it."""

    set_epoch: int
    generation: int
    block_number: int
    state_root: int
    sync_hash: bytes
    """S_N, 32 bytes, never zero."""

    def __post_init__(self) -> None:
        check_uint("set_epoch", self.set_epoch, 1 << 64)
        check_uint("generation", self.generation, 1 << 64)
        check_uint("block_number", self.block_number, 1 << 64)
        check_uint("state_root", self.state_root, FIELD_MODULUS)
        if len(self.sync_hash) != 32 or not any(self.sync_hash):
            raise FieldError("sync_hash", "must be 32 bytes and not zero", self.sync_hash)

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest under the deployment's domain, 32 bytes."""
        return Domain("LightOracleNetwork", "1", deployment_id).digest(
            ATTEST_V1,
            setEpoch=self.set_epoch,
            generation=self.generation,
            blockNumber=self.block_number,
            stateRoot=u256(self.state_root),
            syncHash=self.sync_hash,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One seat of the network."""

    address: int
    weight: int
    """1..2^32-1."""

    def __post_init__(self) -> None:
        check_uint("member.address", self.address, 1 << 160, low=1)
        check_uint("member.weight", self.weight, 1 << 32, low=1)


@dataclass(frozen=True, slots=True)
class MemberSet:
    """Members of one epoch, strictly ascending by address (so none is zero and none is double)."""

    epoch: int
    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        check_uint("epoch", self.epoch, 1 << 64, low=1)
        if not MIN_MEMBERS <= len(self.members) <= MAX_MEMBERS:
            raise FieldError("members", f"must be {MIN_MEMBERS} to {MAX_MEMBERS}", len(self.members))
        addresses = [member.address for member in self.members]
        if any(left >= right for left, right in pairwise(addresses)):
            raise FieldError("members", "must be strictly ascending by address")
        for member in self.members:
            if member.weight * 3 >= self.total_weight:
                raise FieldError("members", "one member holds a third of the weight", address_to_hex(member.address))

    @classmethod
    def of(cls, epoch: int, weights: Mapping[int, int]) -> "MemberSet":
        """The set of `weights` (address -> weight), sorted. Raises FieldError."""
        return cls(epoch, tuple(Member(address, weights[address]) for address in sorted(weights)))

    @property
    def total_weight(self) -> int:
        """Sum of all weights."""
        return sum(member.weight for member in self.members)

    @property
    def table(self) -> bytes:
        """The table as a gate stores it as code: 0x00, then 32 bytes a member: weight << 160 | address."""
        return b"\0" + b"".join(u256((member.weight << 160) | member.address) for member in self.members)

    def index_of(self, address: int) -> int | None:
        """Seat of an address, None for a stranger."""
        for index, member in enumerate(self.members):
            if member.address == address:
                return index
        return None

    def is_quorum(self, signed: int) -> bool:
        """3 * signed > 2 * total; equality is not enough."""
        return 3 * signed > 2 * self.total_weight


def compact_signature(signature: bytes) -> bytes:
    """64-byte form of r || s || v (65 bytes, v 27/28 or 0/1); a high s becomes its low twin. Raises FieldError."""
    if len(signature) != 65 or signature[64] not in (0, 1, 27, 28):
        raise FieldError("signature", "must be r || s || v of 65 bytes", signature.hex())
    s, parity = int.from_bytes(signature[32:64], "big"), signature[64] % 27
    if s > HALF_ORDER:
        s, parity = SECP256K1_ORDER - s, 1 - parity
    return signature[:32] + u256((parity << 255) | s)


def recover_member(digest: bytes, compact: bytes) -> int:
    """Address that signed `digest`. Raises FieldError for a wrong length, a high s, or no recoverable key."""
    if len(compact) != SIGNATURE_BYTES:
        raise FieldError("signature", f"must be {SIGNATURE_BYTES} bytes", len(compact))
    tail = int.from_bytes(compact[32:], "big")
    parity, s = tail >> 255, tail & ((1 << 255) - 1)
    if s > HALF_ORDER:
        raise FieldError("signature", "s must be in the lower half")
    try:
        key = Signature(compact[:32] + u256(s) + bytes([parity])).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise FieldError("signature", f"recovers no key: {error}") from error
    return int.from_bytes(key.to_canonical_address(), "big")


def pack_signatures(signatures: Mapping[int, bytes]) -> tuple[int, bytes]:
    """(bitmap, bytes) of compact signatures by seat. Raises FieldError."""
    bitmap, data = 0, b""
    for index in sorted(signatures):
        check_uint("member index", index, MAX_MEMBERS)
        if len(signatures[index]) != SIGNATURE_BYTES:
            raise FieldError("signature", f"must be {SIGNATURE_BYTES} bytes", len(signatures[index]))
        bitmap |= 1 << index
        data += signatures[index]
    return bitmap, data


def signed_weight(members: MemberSet, digest: bytes, bitmap: int, signatures: bytes) -> int:
    """Weight of the members whose signatures are in the bundle.

    Raises QuorumError when a bit is beyond the table, a signature is missing, spare, malformed or another's.
    """
    if bitmap < 0 or bitmap >> len(members.members):
        raise QuorumError("bitmap names a member that does not exist", total=members.total_weight)
    if len(signatures) != SIGNATURE_BYTES * bitmap.bit_count():
        raise QuorumError("signatures are not as many as the bitmap says", total=members.total_weight)
    weight, at = 0, 0
    for index, member in enumerate(members.members):
        if not bitmap >> index & 1:
            continue
        try:
            signer = recover_member(digest, signatures[at : at + SIGNATURE_BYTES])
        except FieldError as error:
            raise QuorumError(f"signature of member {index}: {error.reason}", weight, members.total_weight) from error
        if signer != member.address:
            raise QuorumError(f"signature of member {index} is another's", weight, members.total_weight)
        weight += member.weight
        at += SIGNATURE_BYTES
    return weight


def check_attestation(
    attestation: Attestation, deployment_id: int, members: MemberSet, bitmap: int, signatures: bytes
) -> int:
    """The signed weight of a bundle that is a quorum of `members`. Raises QuorumError otherwise."""
    if attestation.set_epoch != members.epoch:
        raise QuorumError(f"epoch {attestation.set_epoch} is not {members.epoch}", total=members.total_weight)
    weight = signed_weight(members, attestation.digest(deployment_id), bitmap, signatures)
    if not members.is_quorum(weight):
        raise QuorumError("too little weight", weight, members.total_weight)
    return weight
