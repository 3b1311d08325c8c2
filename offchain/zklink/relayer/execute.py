"""Stage execute: the next block that is proven and synced."""

from __future__ import annotations

from zklink.relayer.call import Call
from zklink.relayer.view import ChainView, RelayJournal

KIND = "execute"


async def ready(journal: RelayJournal, chain: ChainView) -> list[Call]:
    """The execution of one block, in order. Raises Diverged, ChainError."""
    number = chain.counters.executed + 1
    if number > min(chain.counters.proven, chain.counters.synced):
        return []
    own = await chain.own(number, journal)
    if own is None:
        return []
    stored, sealed = own
    data = chain.rollup.encode_execute(stored, sealed.streams[chain.chain])
    return [Call(KIND, number, number, chain.rollup.address, data)]
