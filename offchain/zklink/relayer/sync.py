"""Stage sync: the highest attestation that this chain can take now."""

from __future__ import annotations

from zklink.relayer.call import Call
from zklink.relayer.view import ChainView, RelayJournal

KIND = "sync"


async def ready(journal: RelayJournal, chain: ChainView) -> list[Call]:
    """A verified bundle for a block that is proven here and not yet synced, with the chain's own sync hash."""
    for bundle in sorted(chain.bundles, key=lambda b: b.block, reverse=True):
        if not chain.counters.synced < bundle.block <= chain.counters.proven:
            continue
        if await chain.sync_hash(bundle.block) != bundle.sync_hash:
            continue  # another generation, or a chain that differs: the members decide, not we
        stored = await chain.stored(bundle.block)
        data = chain.rollup.encode_sync(stored, bundle.epoch, bundle.bitmap, bundle.signatures)
        return [Call(KIND, chain.counters.synced + 1, bundle.block, chain.rollup.address, data)]
    return []
