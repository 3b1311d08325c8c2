"""What the oracle network signs besides AttestV1. Spec: docs/spec/oracle-messages.md.

All under the domain of attestation.py, with signatures of the same 64 bytes; types never overlap between message kinds.

    AbortV1      delete the blocks above keepThrough, next generation
    CurseV1      halt a chain (subject 1..8) or the network (255) from a block on
    LiftV1       end a curse
    RotateV1     the next member set
    LeaseV1      a veto member is alive
    BondOwnerV1  a member names who holds its bond
"""

from dataclasses import dataclass

from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import keccak256
from zklink.protocol.typed_data import Domain, StructType
from zklink.protocol.types import check_uint

NETWORK = 255
"""Subject: every chain."""
SUBJECTS = frozenset((*range(1, 9), NETWORK))
U64 = 1 << 64

ABORT_V1 = StructType(
    "AbortV1",
    (
        ("uint64", "setEpoch"),
        ("uint64", "generation"),
        ("uint64", "newGeneration"),
        ("uint64", "keepThrough"),
        ("bytes32", "reason"),
    ),
)
CURSE_V1 = StructType(
    "CurseV1",
    (
        ("uint64", "setEpoch"),
        ("uint8", "subject"),
        ("uint64", "generation"),
        ("uint64", "fromBlock"),
        ("uint64", "expiry"),
        ("uint32", "reasonCode"),
        ("bytes32", "evidence"),
    ),
)
LIFT_V1 = StructType("LiftV1", (("uint64", "setEpoch"), ("uint8", "subject"), ("bytes32", "curseId")))
ROTATE_V1 = StructType(
    "RotateV1",
    (
        ("uint64", "fromEpoch"),
        ("uint64", "toEpoch"),
        ("bytes32", "setHash"),
        ("uint64", "activateAt"),
        ("bool", "immediate"),
    ),
)
LEASE_V1 = StructType("LeaseV1", (("uint64", "setEpoch"), ("uint8", "memberIndex"), ("uint64", "validUntil")))
BOND_OWNER_V1 = StructType("BondOwnerV1", (("address", "owner"),))


def digest_of(deployment_id: int, struct: StructType, **values: int | bytes) -> bytes:
    """EIP-712 digest under the oracle domain, 32 bytes."""
    return Domain("LightOracleNetwork", "1", deployment_id).digest(struct, **values)


@dataclass(frozen=True, slots=True)
class Abort:
    """Blocks above `keep_through` are gone on every chain; the next generation begins."""

    set_epoch: int
    generation: int
    """The generation that ends; the new one is one more."""
    keep_through: int
    reason: bytes
    """32 bytes, free; zero is allowed."""

    def __post_init__(self) -> None:
        check_uint("set_epoch", self.set_epoch, U64)
        check_uint("generation", self.generation, U64 - 1)
        check_uint("keep_through", self.keep_through, U64)
        _check_word("reason", self.reason)

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest, 32 bytes."""
        return digest_of(
            deployment_id,
            ABORT_V1,
            setEpoch=self.set_epoch,
            generation=self.generation,
            newGeneration=self.generation + 1,
            keepThrough=self.keep_through,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class Curse:
    """No attestation and no execution of blocks from `from_block` on, until `expiry` (s)."""

    set_epoch: int
    subject: int
    """A protocol chain id, or NETWORK."""
    generation: int
    from_block: int
    expiry: int
    """s; the second itself is still cursed."""
    reason_code: int
    evidence: bytes
    """32 bytes: hash of what the member saw; zero is allowed."""

    def __post_init__(self) -> None:
        check_uint("set_epoch", self.set_epoch, U64)
        _check_subject(self.subject)
        check_uint("generation", self.generation, U64)
        check_uint("from_block", self.from_block, U64)
        check_uint("expiry", self.expiry, U64)
        check_uint("reason_code", self.reason_code, 1 << 32)
        _check_word("evidence", self.evidence)

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest, 32 bytes."""
        return digest_of(
            deployment_id,
            CURSE_V1,
            setEpoch=self.set_epoch,
            subject=self.subject,
            generation=self.generation,
            fromBlock=self.from_block,
            expiry=self.expiry,
            reasonCode=self.reason_code,
            evidence=self.evidence,
        )


def next_curse_id(previous: bytes, digest: bytes) -> bytes:
    """Id of a curse after `digest` joined the live curse `previous` (32 zero bytes when there was none)."""
    return keccak256(previous + digest)


@dataclass(frozen=True, slots=True)
class Lift:
    """The curse `curse_id` of `subject` ends one hour after this is delivered."""

    set_epoch: int
    subject: int
    curse_id: bytes

    def __post_init__(self) -> None:
        check_uint("set_epoch", self.set_epoch, U64)
        _check_subject(self.subject)
        _check_word("curse_id", self.curse_id)
        if not any(self.curse_id):
            raise FieldError("curse_id", "must not be zero")

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest, 32 bytes."""
        return digest_of(deployment_id, LIFT_V1, setEpoch=self.set_epoch, subject=self.subject, curseId=self.curse_id)


@dataclass(frozen=True, slots=True)
class Rotate:
    """The member set `set_hash` takes over after `from_epoch`."""

    from_epoch: int
    set_hash: bytes
    activate_at: int
    """s; not looked at when immediate."""
    immediate: bool
    """At once, and no signature of the old set counts any more (a key was lost)."""

    def __post_init__(self) -> None:
        check_uint("from_epoch", self.from_epoch, U64 - 1)
        _check_word("set_hash", self.set_hash)
        check_uint("activate_at", self.activate_at, U64)

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest, 32 bytes."""
        return digest_of(
            deployment_id,
            ROTATE_V1,
            fromEpoch=self.from_epoch,
            toEpoch=self.from_epoch + 1,
            setHash=self.set_hash,
            activateAt=self.activate_at,
            immediate=int(self.immediate),
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """The veto member at `member_index` keeps its veto until `valid_until` (s) without attesting."""

    set_epoch: int
    member_index: int
    valid_until: int

    def __post_init__(self) -> None:
        check_uint("set_epoch", self.set_epoch, U64)
        check_uint("member_index", self.member_index, 128)
        check_uint("valid_until", self.valid_until, U64)

    def digest(self, deployment_id: int) -> bytes:
        """EIP-712 digest, 32 bytes."""
        return digest_of(
            deployment_id,
            LEASE_V1,
            setEpoch=self.set_epoch,
            memberIndex=self.member_index,
            validUntil=self.valid_until,
        )


def bond_owner_digest(deployment_id: int, owner: int) -> bytes:
    """What a member signs to name `owner` (address) as the holder of its bond: proof that the key is held."""
    check_uint("owner", owner, 1 << 160, low=1)
    return digest_of(deployment_id, BOND_OWNER_V1, owner=owner)


def _check_word(name: str, value: bytes) -> None:
    if len(value) != 32:
        raise FieldError(name, "must be 32 bytes", value)


def _check_subject(subject: int) -> None:
    if subject not in SUBJECTS:
        raise FieldError("subject", "must be a chain 1..8 or 255", subject)
