"""Blocks: header and sealed block, with their JSON form for the journal and the services.

Header words (stream 0):
    w0  deployment_id
    w1  number8 timestamp8 shape4 chain_count1   (as one integer, 21 bytes)
    w2  old_root high 128    w3  old_root low 128    w4  new_root high 128    w5  new_root low 128
    w6  counts = sum n_s * 2^(16 s), s = 1..9       (below 2^160)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zklink.protocol.constants import FIELD_MODULUS, MAX_CHAINS, STREAM_DATA, STREAM_HEADER, WORD_LIMIT
from zklink.protocol.errors import DecodeError
from zklink.protocol.types import check_uint
from zklink.protocol.words import from_limbs, limbs

COUNT_BITS = 16
HEADER_WORDS = 7


def stream_ids(chain_count: int) -> tuple[int, ...]:
    """Streams of a block in their order: 0, 1..chain_count, 9."""
    return (STREAM_HEADER, *range(1, chain_count + 1), STREAM_DATA)


@dataclass(frozen=True, slots=True)
class Header:
    """What every chain sees of a block."""

    deployment_id: int
    number: int
    """From 1; the genesis is 0. 64 bits."""
    timestamp: int
    """Seconds, 64 bits; not before the previous block's."""
    shape: int
    """Id of the shape, 32 bits."""
    chain_count: int
    old_root: int
    new_root: int

    def __post_init__(self) -> None:
        check_uint("deployment_id", self.deployment_id, WORD_LIMIT)
        check_uint("number", self.number, 1 << 64)
        check_uint("timestamp", self.timestamp, 1 << 64)
        check_uint("shape", self.shape, 1 << 32)
        check_uint("chain_count", self.chain_count, MAX_CHAINS + 1, low=1)
        check_uint("old_root", self.old_root, FIELD_MODULUS)
        check_uint("new_root", self.new_root, FIELD_MODULUS)

    def words(self, counts: Mapping[int, int]) -> tuple[int, ...]:
        """The 7 header words (BLK-4); `counts` are words per stream 1..9, 16 bits each (STM-2)."""
        facts = (self.number << 104) | (self.timestamp << 40) | (self.shape << 8) | self.chain_count
        packed = sum(
            check_uint(f"words of stream {stream}", count, 1 << COUNT_BITS) << (COUNT_BITS * stream)
            for stream, count in counts.items()
            if stream != STREAM_HEADER
        )
        return (self.deployment_id, facts, *limbs(self.old_root), *limbs(self.new_root), packed)

    @classmethod
    def decode(cls, words: Sequence[int]) -> tuple["Header", dict[int, int]]:
        """Inverse of `words`: the header and the counts of streams 1..chain_count and 9. Raises DecodeError."""
        if len(words) != HEADER_WORDS:
            raise DecodeError("header", f"takes {HEADER_WORDS} words, not {len(words)}")
        facts, packed = words[1], words[6]
        header = cls(
            deployment_id=words[0],
            number=facts >> 104,
            timestamp=(facts >> 40) & ((1 << 64) - 1),
            shape=(facts >> 8) & ((1 << 32) - 1),
            chain_count=facts & 0xFF,
            old_root=from_limbs(words[2], words[3]),
            new_root=from_limbs(words[4], words[5]),
        )
        counts = {
            stream: (packed >> (COUNT_BITS * stream)) & ((1 << COUNT_BITS) - 1)
            for stream in stream_ids(header.chain_count)[1:]
        }
        if header.words(counts)[6] != packed:
            raise DecodeError("header.counts", "counts of streams that do not exist must be zero")
        return header, counts


def _hex(value: int) -> str:
    return f"0x{value:064x}"


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A finished block: what is proven, committed on every chain, and signed by the oracle network."""

    header: Header
    streams: dict[int, bytes]
    """Stream id (0, 1..chain_count, 9) -> bytes, 31 per word."""
    h: int
    """Sponge over all steps and the header."""
    digests: dict[int, bytes]
    """Stream id -> keccak-256 of its bytes."""
    claims: dict[int, int]
    """Stream id -> y_s."""
    z: int
    u: int
    y: int
    """Y, the fourth public input."""
    statement_hash: bytes
    """T_n."""
    operations: tuple[dict[str, Any], ...] = ()
    """JSON of the included operations in order (`protocol.ops.op_to_json`)."""
    statuses: tuple[dict[str, Any], ...] = ()
    """One per operation: {"type", "first_step", "steps", "account", "applied", "created"}."""

    @property
    def number(self) -> int:
        """Block number."""
        return self.header.number

    @property
    def public_inputs(self) -> tuple[int, int, int, int]:
        """(z, u, h, Y): public inputs of the proof in their order."""
        return (self.z, self.u, self.h, self.y)

    def to_json(self) -> dict[str, Any]:
        """JSON object: numbers of the header as integers, roots and field elements as 0x + 64 digits."""
        header = self.header
        return {
            "header": {
                "deployment_id": _hex(header.deployment_id),
                "number": header.number,
                "timestamp": header.timestamp,
                "shape": header.shape,
                "chain_count": header.chain_count,
                "old_root": _hex(header.old_root),
                "new_root": _hex(header.new_root),
            },
            "streams": {str(stream): "0x" + data.hex() for stream, data in self.streams.items()},
            "digests": {str(stream): "0x" + digest.hex() for stream, digest in self.digests.items()},
            "claims": {str(stream): _hex(claim) for stream, claim in self.claims.items()},
            "h": _hex(self.h),
            "z": _hex(self.z),
            "u": _hex(self.u),
            "y": _hex(self.y),
            "statement_hash": "0x" + self.statement_hash.hex(),
            "operations": list(self.operations),
            "statuses": list(self.statuses),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SealedBlock":
        """Inverse of `to_json`. Raises DecodeError."""
        try:
            header = dict(data["header"])
            for name in ("deployment_id", "old_root", "new_root"):
                header[name] = int(header[name], 16)
            return cls(
                header=Header(**header),
                streams={int(stream): _bytes(value) for stream, value in data["streams"].items()},
                digests={int(stream): _bytes(value) for stream, value in data["digests"].items()},
                claims={int(stream): int(value, 16) for stream, value in data["claims"].items()},
                **{name: int(data[name], 16) for name in ("h", "z", "u", "y")},
                statement_hash=_bytes(data["statement_hash"]),
                operations=tuple(data["operations"]),
                statuses=tuple(data["statuses"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise DecodeError("sealed block", f"malformed: {error}") from error

    def without_operations(self) -> "SealedBlock":
        """The same block without the operations' JSON, for places that need only the statement."""
        return replace(self, operations=(), statuses=())
