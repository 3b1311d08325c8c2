"""Stage prove: consecutive blocks of one shape share one pairing check."""

from __future__ import annotations

from zklink.chain.rollup import StoredBlock
from zklink.relayer.call import Call
from zklink.relayer.view import ChainView, RelayJournal

KIND = "prove"
MAX_BATCH = 16


async def ready(journal: RelayJournal, chain: ChainView) -> list[Call]:
    """One call with the next blocks that have a proof and the first one's shape. Raises Diverged, ChainError."""
    first = chain.counters.proven + 1
    blocks: list[StoredBlock] = []
    proofs: list[list[int]] = []
    for number in range(first, min(chain.counters.committed, first + MAX_BATCH - 1) + 1):
        proof = journal.proof(number)
        own = await chain.own(number, journal) if proof is not None else None
        if proof is None or own is None or (blocks and own[0].shape != blocks[0].shape):
            break
        blocks.append(own[0])
        proofs.append(proof)
    if not blocks:
        return []
    data = chain.rollup.encode_prove(blocks, proofs)
    return [Call(KIND, first, first + len(blocks) - 1, chain.rollup.address, data)]
