"""The block statement: sponge, digests, challenges, claims, and the hashes T_n and S_n. Spec: docs/spec/statement.md.

    h    = sponge over the rows d0 d1 c0..c5 of every step, then the header words, capacity carries the chain
    d_s  = keccak256(bytes of stream s)
    z    = keccak256(DOMAIN deployment_id number old_root new_root timestamp shape h d_0 d_1..d_C d_9) mod r
    y_s  = n_s + sum word_j z^(j+1) mod r
    u    = keccak256(z y_0 y_1..y_C y_9) mod r
    Y    = sum u^s y_s mod r
    T_n  = keccak256(h d_0 d_1..d_C d_9 y_0 y_1..y_C y_9)      S_n = keccak256(S_{n-1} T_n)

All arguments are 32 bytes wide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zklink.protocol.block import Header, stream_ids
from zklink.protocol.constants import FIELD_MODULUS, STREAM_DATA, STREAM_HEADER, TAG_STATEMENT
from zklink.protocol.hashing import keccak256, keccak_field, poseidon, u256
from zklink.protocol.words import StepWords, encode_stream

STATEMENT_DOMAIN = keccak256(b"zkLink/statement/v1")
SYNC_GENESIS = b"zkLink/sync/genesis/v1"


def sponge(rows: Iterable[Sequence[int]], header_words: Sequence[int]) -> int:
    """h: one permutation of 8 words a step, NOOPs included, then [7 header words, 0] (STM-1)."""
    capacity = TAG_STATEMENT
    for row in rows:
        capacity = poseidon(row, capacity)
    return poseidon([*header_words, 0], capacity)


def evaluate(words: Sequence[int], z: int) -> int:
    """y = n + sum words[j] * z^(j+1) mod r (Horner), the claim of one stream (STM-3)."""
    y = 0
    for word in reversed(words):
        y = (y + word) * z % FIELD_MODULUS
    return (y + len(words)) % FIELD_MODULUS


def challenge_z(header: Header, h: int, digests: Mapping[int, bytes]) -> int:
    """z, once every word is fixed by h and the digests (STM-4)."""
    fields = (header.deployment_id, header.number, header.old_root, header.new_root, header.timestamp, header.shape, h)
    return keccak_field(
        STATEMENT_DOMAIN
        + b"".join(u256(value) for value in fields)
        + b"".join(digests[stream] for stream in stream_ids(header.chain_count))
    )


def challenge_u(z: int, claims: Mapping[int, int], chain_count: int) -> int:
    """u, once every claim is fixed (STM-4)."""
    return keccak_field(u256(z) + b"".join(u256(claims[stream]) for stream in stream_ids(chain_count)))


def fold(u: int, claims: Mapping[int, int], chain_count: int) -> int:
    """Y = sum of u^s * y_s over the streams (STM-5)."""
    return sum(pow(u, stream, FIELD_MODULUS) * claims[stream] for stream in stream_ids(chain_count)) % FIELD_MODULUS


def statement_hash(h: int, digests: Mapping[int, bytes], claims: Mapping[int, int], chain_count: int) -> bytes:
    """T_n (STM-7)."""
    ids = stream_ids(chain_count)
    return keccak256(
        u256(h) + b"".join(digests[stream] for stream in ids) + b"".join(u256(claims[stream]) for stream in ids)
    )


def genesis_sync_hash(deployment_id: int) -> bytes:
    """S_0, never zero."""
    return keccak256(SYNC_GENESIS + u256(deployment_id))


def next_sync_hash(previous: bytes, statement: bytes) -> bytes:
    """S_n = keccak256(S_{n-1} T_n), 32 bytes each (STM-8)."""
    return keccak256(previous + statement)


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything about a block that proofs and contracts agree on."""

    header: Header
    streams: dict[int, bytes]
    h: int
    digests: dict[int, bytes]
    claims: dict[int, int]
    z: int
    u: int
    y: int
    statement_hash: bytes


def split_streams(steps: Sequence[StepWords], chain_count: int) -> dict[int, list[int]]:
    """Words of the streams 1..chain_count and 9, in the order of the steps."""
    words: dict[int, list[int]] = {stream: [] for stream in stream_ids(chain_count) if stream != STREAM_HEADER}
    for step in steps:
        words[STREAM_DATA].extend(step.data)
        if step.chain_words:
            words[step.chain].extend(step.chain_words)
    return words


def build_statement(header: Header, steps: Sequence[StepWords]) -> Statement:
    """The statement of a block from its header and its steps (all of the shape's, NOOPs included)."""
    words = split_streams(steps, header.chain_count)
    header_words = header.words({stream: len(stream_words) for stream, stream_words in words.items()})
    h = sponge((step.row for step in steps), header_words)
    return derive_statement(header, h, {STREAM_HEADER: list(header_words), **words})


def derive_statement(header: Header, h: int, words: Mapping[int, Sequence[int]]) -> Statement:
    """Digests, challenges, claims and hash for given streams and sponge value."""
    streams = {stream: encode_stream(words[stream]) for stream in stream_ids(header.chain_count)}
    digests = {stream: keccak256(data) for stream, data in streams.items()}
    z = challenge_z(header, h, digests)
    claims = {stream: evaluate(words[stream], z) for stream in streams}
    u = challenge_u(z, claims, header.chain_count)
    return Statement(
        header=header,
        streams=streams,
        h=h,
        digests=digests,
        claims=claims,
        z=z,
        u=u,
        y=fold(u, claims, header.chain_count),
        statement_hash=statement_hash(h, digests, claims, header.chain_count),
    )
