"""Bundles: the smallest set of members' signatures that meets the quorum, in member order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, MemberSet, pack_signatures
from zklink.protocol.hashing import u256


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `Rollup.sync` takes: bit i of `bitmap` = member i; 64 bytes of `signatures` for each bit, ascending."""

    message: Attestation
    bitmap: int
    signatures: bytes
    weight: int
    total: int

    def to_json(self) -> dict[str, Any]:
        """Public form of a bundle."""
        m = self.message
        return {
            "generation": m.generation,
            "block": m.block_number,
            "epoch": m.set_epoch,
            "state_root": "0x" + u256(m.state_root).hex(),
            "sync_hash": "0x" + m.sync_hash.hex(),
            "bitmap": self.bitmap,
            "signatures": "0x" + self.signatures.hex(),
            "weight": self.weight,
            "total": self.total,
        }


def aggregate(members: MemberSet, signed: Sequence[SignedAttestation]) -> Bundle | None:
    """The bundle of one message, None below the quorum.

    `signed` holds valid signatures of distinct members over one and the same message. Heaviest members first, since
    then the fewest signatures reach the quorum; ties by address, so every node builds the same bundle.
    """
    seats: dict[int, SignedAttestation] = {}
    for item in signed:
        seat = members.index_of(item.signer)
        if seat is None or seat in seats or item.message != signed[0].message:
            raise ValueError("signed must be one message by distinct members")
        seats[seat] = item
    chosen: dict[int, bytes] = {}
    weight = 0
    for seat in sorted(seats, key=lambda i: (-members.members[i].weight, i)):
        chosen[seat] = seats[seat].signature
        weight += members.members[seat].weight
        if members.is_quorum(weight):
            bitmap, signatures = pack_signatures(chosen)
            return Bundle(signed[0].message, bitmap, signatures, weight, members.total_weight)
    return None
