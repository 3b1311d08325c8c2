"""What happened, numbered, for those who listen and those who come back: a bounded memory of recent events."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from zklink.sequencer import errors
from zklink.sequencer.errors import ApiError

TOPICS = ("blocks", "transactions")
MEMORY = 10_000
QUEUE = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """`offset` rises by one with every event of any topic, and never goes back over a restart."""

    offset: int
    topic: str
    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As it is sent."""
        return {"offset": self.offset, "topic": self.topic, "data": self.data}


class Listener:
    """One connection's queue; `overrun` once it was too slow and lost an event."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE)
        self.overrun = False


class EventHub:
    """Publishes to listeners and remembers the newest events of all topics."""

    def __init__(self) -> None:
        self._next = time.time_ns() // 1000  # above every offset of an earlier life
        self._first = self._next
        self._memory: deque[Event] = deque(maxlen=MEMORY)
        self._listeners: set[Listener] = set()

    def publish(self, topic: str, data: dict[str, Any]) -> None:
        """Number an event and hand it to everybody who listens to its topic."""
        event = Event(self._next, topic, data)
        self._next += 1
        self._memory.append(event)
        for listener in self._listeners:
            if topic in listener.topics:
                try:
                    listener.queue.put_nowait(event)
                except asyncio.QueueFull:
                    listener.overrun = True

    def since(self, topic: str, offset: int, limit: int = 1_000) -> list[dict[str, Any]]:
        """Events of a topic from `offset` on. Raises ApiError when some of them are forgotten."""
        oldest = self._memory[0].offset if len(self._memory) == MEMORY else self._first
        if offset < oldest:
            raise ApiError(errors.BLOCK_RANGE, f"events before {oldest} are not kept", "offset")
        found = [e.to_json() for e in self._memory if e.topic == topic and e.offset >= offset]
        return found[:limit]

    @property
    def next_offset(self) -> int:
        """Offset of the next event."""
        return self._next

    def join(self, listener: Listener) -> None:
        """Start handing events to a listener."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Stop handing events to a listener."""
        self._listeners.discard(listener)
