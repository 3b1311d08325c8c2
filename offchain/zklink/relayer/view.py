"""One chain as the stages see it: counters at one pinned block, and stored blocks opened from events."""

from __future__ import annotations

import json

from zklink.chain.client import BlockRef
from zklink.chain.rollup import Counters, Rollup, StoredBlock, genesis_block
from zklink.journal.blocks import Blocks
from zklink.journal.proofs import Proofs
from zklink.protocol.block import SealedBlock
from zklink.protocol.hashing import u256
from zklink.protocol.statement import genesis_sync_hash
from zklink.relayer.bundles import Bundle
from zklink.relayer.errors import Diverged

KEPT = 256


class RelayJournal:
    """What the relayer reads of the journal: sealed blocks and proofs."""

    def __init__(self, blocks: Blocks, proofs: Proofs) -> None:
        self._blocks, self._proofs = blocks, proofs
        self._sealed: dict[int, SealedBlock] = {}

    def sealed(self, number: int) -> SealedBlock | None:
        """A sealed block, None while there is none."""
        if number not in self._sealed:
            row = self._blocks.get(number)
            if row is None:
                return None
            if len(self._sealed) >= KEPT:
                self._sealed.pop(next(iter(self._sealed)))
            self._sealed[number] = SealedBlock.from_json(json.loads(row.body))
        return self._sealed[number]

    def proof(self, number: int) -> list[int] | None:
        """The 8 words of a block's proof, None while there is none."""
        row = self._proofs.get(number)
        return None if row is None else [int(word) for word in json.loads(row.body)["words"]]


class ChainView:
    """Everything a stage's `ready` may ask about one chain; made anew for every look."""

    def __init__(
        self,
        rollup: Rollup,
        head: BlockRef,
        counters: Counters,
        *,
        start_block: int,
        primary: bool,
        genesis_root: int,
        deployment_id: int,
        stored: dict[int, StoredBlock],
        bundles: tuple[Bundle, ...] = (),
    ) -> None:
        """`stored` is a cache that outlives the view; what is in it is compared with the chain's hash every time."""
        self.rollup, self.head, self.counters, self.primary, self.bundles = rollup, head, counters, primary, bundles
        self.chain = rollup.client.chain
        self._start_block, self._genesis_root, self._deployment_id = start_block, genesis_root, deployment_id
        self._stored = stored

    async def stored(self, number: int) -> StoredBlock:
        """The chain's stored block. Raises StoredBlockNotFound, ChainError."""
        if number == 0:
            return genesis_block(u256(self._genesis_root), genesis_sync_hash(self._deployment_id))
        cached = self._stored.get(number)
        if cached is None or cached.hash() != await self.rollup.stored_hash(number, self.head):
            cached = await self.rollup.stored_block(number, start_block=self._start_block, at=self.head)
            if len(self._stored) >= KEPT:
                self._stored.pop(next(iter(self._stored)))
            self._stored[number] = cached
        return cached

    async def sync_hash(self, number: int) -> bytes:
        """S_n as the chain stored it."""
        return await self.rollup.sync_hash(number, self.head)

    async def own(self, number: int, journal: RelayJournal) -> tuple[StoredBlock, SealedBlock] | None:
        """The chain's and our form of a block; None when the journal does not have it. Raises Diverged."""
        sealed = journal.sealed(number)
        if sealed is None:
            return None
        stored = await self.stored(number)
        for field, ours, theirs in (
            ("new_root", u256(sealed.header.new_root), stored.new_root),
            ("public inputs", sealed.public_inputs, (stored.z, stored.u, stored.h, stored.y)),
            ("own stream", sealed.digests[self.chain], stored.own_digest),
        ):
            if ours != theirs:
                raise Diverged(self.chain, number, field)
        return stored, sealed
