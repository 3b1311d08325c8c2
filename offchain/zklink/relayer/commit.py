"""Stage commit: the next sealed block, one at a time, in order."""

from __future__ import annotations

from zklink.protocol.block import COUNT_BITS, SealedBlock
from zklink.protocol.constants import STREAM_DATA
from zklink.protocol.ops import ChangeKey, op_from_json
from zklink.protocol.words import decode_stream
from zklink.relayer.call import Call
from zklink.relayer.errors import Diverged
from zklink.relayer.view import ChainView, RelayJournal

KIND = "commit"
STREAMS = 10


async def ready(journal: RelayJournal, chain: ChainView) -> list[Call]:
    """The commit of the block after the chain's last one, if it is sealed. Raises Diverged, ChainError."""
    number = chain.counters.committed + 1
    sealed = journal.sealed(number)
    if sealed is None:
        return []
    previous = await chain.stored(number - 1)
    if int.from_bytes(previous.new_root, "big") != sealed.header.old_root:
        raise Diverged(chain.chain, number - 1, "new_root")
    header = sealed.header
    data = chain.rollup.encode_commit(
        previous,
        (number, header.timestamp, header.new_root, sealed.h, header.shape, counts(sealed)),
        *foreign(sealed, chain.chain, chain.primary),
        sealed.streams[chain.chain],
        sealed.streams[STREAM_DATA] if chain.primary else b"",
        key_signatures(sealed, chain.chain),
    )
    return [Call(KIND, number, number, chain.rollup.address, data)]


def counts(sealed: SealedBlock) -> int:
    """Word counts of the streams 1..9, 16 bits each, as in the header stream."""
    words = {stream: len(decode_stream(f"stream {stream}", data)) for stream, data in sealed.streams.items() if stream}
    return sum(count << (COUNT_BITS * stream) for stream, count in words.items())


def foreign(sealed: SealedBlock, chain: int, primary: bool) -> tuple[list[bytes], list[int]]:
    """Digests and claims of the streams that this chain does not compute itself; zero elsewhere."""
    digests, claims = [bytes(32)] * STREAMS, [0] * STREAMS
    for stream in sealed.streams:
        if stream in (0, chain) or (stream == STREAM_DATA and primary):
            continue
        digests[stream], claims[stream] = sealed.digests[stream], sealed.claims[stream]
    return digests, claims


def key_signatures(sealed: SealedBlock, chain: int) -> list[bytes]:
    """One entry for each key change on this chain, in order; empty where the chain has a stored fact."""
    found = []
    for data in sealed.operations:
        op = op_from_json(data, stored=True)
        if isinstance(op, ChangeKey) and op.chain == chain:
            found.append(op.eth_signature or b"")
    return found
