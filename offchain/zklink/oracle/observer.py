"""One chain through q of m sources: fewer agreeing sources means no view, never a smaller q."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from zklink.chain.client import BlockRef
from zklink.oracle.errors import FinalityBreach, SourceError, StaleChain
from zklink.oracle.source import Source
from zklink.oracle.view import BlockFact, ChainStatus, ChainView

T = TypeVar("T", bound=Hashable)


class ChainObserver:
    """Flow of one observation:

    1. Every source names its newest final block; the height is the greatest that q sources have reached.
    2. The sources' hashes at that height are compared; q equal ones pin the block. A source with another hash is
       quarantined until the node restarts.
    3. The block accepted last time must still be canonical, else FinalityBreach.
    4. Status and facts are read at the pinned hash from every agreeing source; q equal answers are needed for each.
    """

    def __init__(self, chain: int, sources: Sequence[Source], quorum: int, deadline: float = 10.0) -> None:
        if not 1 <= quorum <= len(sources):
            raise ValueError(f"chain {chain}: quorum {quorum} of {len(sources)} sources")
        self.chain, self.quorum = chain, quorum
        self.sources = list(sources)
        self.accepted: BlockRef | None = None
        self.quarantined: dict[str, str] = {}
        self.healthy: dict[str, bool] = {source.name: False for source in sources}
        self.disagreements: dict[str, int] = defaultdict(int)
        self.last_errors: dict[str, str] = {}
        self._agreeing: list[Source] = []
        self._deadline = deadline

    async def close(self) -> None:
        """Close every source."""
        for source in self.sources:
            await source.close()

    async def observe(self) -> ChainStatus:
        """Pin the newest final block and read the status there. Raises StaleChain or FinalityBreach."""
        pinned, self._agreeing = await self._pin()
        await self._check_connected(pinned)
        status = await self._agree("status", lambda source: source.status(pinned))
        self.accepted = pinned
        return status

    async def view(self, status: ChainStatus, numbers: Sequence[int]) -> ChainView:
        """Facts of `numbers` at the block `status` was read at. Raises StaleChain."""
        pinned = self.accepted
        if pinned is None or pinned.hash != status.block_hash:
            raise StaleChain(self.chain, 0, self.quorum, "status is not of the pinned block")
        facts: dict[int, BlockFact] = {}
        for number in numbers:
            facts[number] = await self._agree(f"block {number}", lambda s, n=number: s.fact(n, pinned))  # type: ignore[misc]
        return ChainView(status, facts)

    async def _pin(self) -> tuple[BlockRef, list[Source]]:
        usable = [source for source in self.sources if source.name not in self.quarantined]
        heads = await self._ask(usable, lambda source: source.head())
        for source in self.sources:
            self.healthy[source.name] = source in heads
        heights = sorted((head.number for head in heads.values()), reverse=True)
        if len(heights) < self.quorum:
            raise StaleChain(self.chain, len(heights), self.quorum, "too few sources answer")
        height = heights[self.quorum - 1]
        reached = [source for source, head in heads.items() if head.number >= height]
        blocks = await self._ask(reached, lambda source: source.block(height))
        return self._majority(height, blocks)

    def _majority(self, height: int, blocks: dict[Source, BlockRef]) -> tuple[BlockRef, list[Source]]:
        groups: dict[str, list[Source]] = defaultdict(list)
        for source, block in blocks.items():
            groups[block.hash].append(source)
        best = max(groups.values(), key=len, default=[])
        if len(best) < self.quorum:
            raise StaleChain(self.chain, len(best), self.quorum, f"sources differ about block {height}")
        for source, block in blocks.items():
            if source not in best:
                self._contradicted(source, f"hash {block.hash} at final block {height}")
        return blocks[best[0]], best

    async def _check_connected(self, pinned: BlockRef) -> None:
        before = self.accepted
        if before is None or before.hash == pinned.hash:
            return
        if pinned.number < before.number:
            raise StaleChain(self.chain, len(self._agreeing), self.quorum, f"final height fell below {before.number}")
        now = await self._agree("the block accepted before", lambda source: source.block(before.number))
        if now.hash != before.hash:
            raise FinalityBreach(self.chain, before.number, bytes.fromhex(before.hash[2:]), bytes.fromhex(now.hash[2:]))

    async def _agree(self, what: str, read: Callable[[Source], Awaitable[T]]) -> T:
        """The answer that at least q agreeing sources give. Raises StaleChain."""
        answers = await self._ask(self._agreeing, read)
        groups: dict[T, list[Source]] = defaultdict(list)
        for source, answer in answers.items():
            groups[answer].append(source)
        best, supporters = max(groups.items(), key=lambda item: len(item[1]), default=(None, []))
        if best is None or len(supporters) < self.quorum:
            raise StaleChain(self.chain, len(supporters), self.quorum, f"reading {what}")
        for source in answers:
            if source not in supporters:
                self._contradicted(source, f"another answer for {what}")
        return best

    async def _ask(self, sources: Sequence[Source], read: Callable[[Source], Awaitable[T]]) -> dict[Source, T]:
        """Answers by source; a source that fails or is late is left out and marked unhealthy."""

        async def one(source: Source) -> T | None:
            try:
                async with asyncio.timeout(self._deadline):
                    return await read(source)
            except (SourceError, TimeoutError) as error:
                self.healthy[source.name] = False
                self.last_errors[source.name] = str(error) or "deadline passed"
                return None

        answers = await asyncio.gather(*(one(source) for source in sources))
        return {source: answer for source, answer in zip(sources, answers, strict=True) if answer is not None}

    def _contradicted(self, source: Source, what: str) -> None:
        self.disagreements[source.name] += 1
        self.quarantined[source.name] = what
        self.healthy[source.name] = False
