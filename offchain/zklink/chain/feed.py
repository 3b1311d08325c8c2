"""Events of final blocks, in order, in bounded ranges, resumable from where the reader recorded it stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from zklink.chain.client import ChainClient
from zklink.chain.errors import FinalityBroken

Event = TypeVar("Event")
WINDOW = 2_000  # blocks in one eth_getLogs


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to block `number`, which had this hash, was read."""

    number: int
    block_hash: str


@dataclass(frozen=True, slots=True)
class Batch(Generic[Event]):
    """Events of the blocks first..position.number; `caught_up` when that is the newest final block."""

    first: int
    position: Position
    events: list[Event]
    caught_up: bool


class Feed(Generic[Event]):
    """Reads one kind of event of one chain.

    1. The newest final block bounds the range; a block once read must still be canonical, else FinalityBroken.
    2. One bounded range is read; the hash of its last block is compared before and after.
    3. The caller records events and position together and passes the position in again.
    """

    def __init__(
        self,
        client: ChainClient,
        start_block: int,
        read: Callable[[int, int], Awaitable[list[Event]]],
        window: int = WINDOW,
    ) -> None:
        self._client, self._start, self._read, self._window = client, start_block, read, window

    async def next(self, after: Position | None) -> Batch[Event] | None:
        """The next range, None when nothing new is final. Raises ChainError."""
        final = await self._client.final_block()
        first = self._start if after is None else after.number + 1
        if after is not None:
            now = await self._client.block(after.number)
            if now.hash != after.block_hash:
                raise FinalityBroken(self._client.chain, after.number, after.block_hash, now.hash)
        if first > final.number:
            return None
        last = min(final.number, first + self._window - 1)
        block = final if last == final.number else await self._client.block(last)
        events = await self._read(first, last)
        again = await self._client.block(last)
        if again.hash != block.hash:
            raise FinalityBroken(self._client.chain, last, block.hash, again.hash)
        return Batch(first, Position(last, block.hash), events, last == final.number)
