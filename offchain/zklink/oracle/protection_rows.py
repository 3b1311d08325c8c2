"""What the protection database keeps: kinds of messages, claims and records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zklink.oracle.errors import SigningRefused

MAX_INTEGER = 2**63 - 1
"""Largest integer SQLite stores; generation, block and epoch are uint64 on chain but stay far below."""


class Kind(StrEnum):
    """Kinds of messages the database tells apart."""

    ATTEST = "attest"
    ABORT = "abort"
    ROTATE = "rotate"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature would say, as far as the rules care.

    `block` is the attested number, the number kept by an abort, or the epoch a rotation leaves (generation 0 then).
    `content` (32 bytes) commits to everything a conflict is about (root and sync hash; not the epoch). `digest`
    (32 bytes) is what gets signed.
    """

    kind: Kind
    generation: int
    block: int
    epoch: int
    content: bytes
    digest: bytes

    def __post_init__(self) -> None:
        for name in ("generation", "block", "epoch"):
            value = getattr(self, name)
            if not 0 <= value <= MAX_INTEGER:
                raise SigningRefused("S6", f"{name} {value} is outside 0..2^63-1")
        for name in ("content", "digest"):
            if len(getattr(self, name)) != 32:
                raise SigningRefused("S6", f"{name} must have 32 bytes")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the database: a claim and the signature (64 bytes) released for it."""

    claim: Claim
    signature: bytes


def record_of(row: tuple[str, int, int, int, bytes, bytes, bytes]) -> Record:
    """A record from kind, generation, block, epoch, content, digest, signature."""
    kind, generation, block, epoch, content, digest, signature = row
    return Record(Claim(Kind(kind), generation, block, epoch, content, digest), signature)
