"""Watches one chain: requests and authorised keys of final blocks into the journal, chain time into the clock."""

from __future__ import annotations

import json
from typing import Any

import structlog

from zklink.chain.bridge import Bridge, QueuedRequest
from zklink.chain.client import ChainClient
from zklink.chain.feed import Feed, Position
from zklink.chain.rollup import Rollup
from zklink.journal.requests import Cursor, FactRow, RequestRow, Requests
from zklink.protocol.constants import OP_DEPOSIT, OP_FULL_EXIT
from zklink.protocol.hashing import keccak256
from zklink.protocol.ops import Deposit, FullExit, op_to_json
from zklink.protocol.request import PriorityRequest, request_hash
from zklink.protocol.txhash import request_transaction_hash
from zklink.protocol.types import Owner
from zklink.sequencer.clock import Clock
from zklink.sequencer.errors import SequencerHalted

log = structlog.get_logger(__name__)
Event = QueuedRequest | FactRow


class Observer:
    """Observe -> record, for one chain.

    1. The newest block's timestamp goes to the clock.
    2. Events of the next range of final blocks are decoded and recorded together with the cursor.
    3. The recorded requests are handed on, in queue order.
    """

    def __init__(
        self,
        client: ChainClient,
        rollup: Rollup,
        bridge: Bridge,
        requests: Requests,
        clock: Clock,
        deployment_id: int,
        start_block: int,
    ) -> None:
        self.chain = client.chain
        self._client, self._rollup, self._bridge = client, rollup, bridge
        self._requests, self._clock, self._deployment_id = requests, clock, deployment_id
        self._feed: Feed[Event] = Feed(client, start_block, self._read)
        self.caught_up = False

    async def _read(self, first: int, last: int) -> list[Event]:
        requests: list[Event] = list(await self._bridge.queued(first, last))
        keys = await self._rollup.events("KeyAuthorised", first, last)
        return requests + [self._fact(event) for event in keys]

    def _fact(self, event: dict[str, Any]) -> FactRow:
        return FactRow(
            self.chain, int(event["owner"]), int(event["nonce"]), int(event["key_x"]), int(event["key_y"])
        )  # fmt: skip

    async def start(self) -> None:
        """The endpoint serves the right chain; its time is known. Raises ChainError."""
        await self._client.start()
        self._clock.report(self.chain, (await self._client.block()).timestamp)

    async def check_not_behind(self, sealed: int) -> None:
        """Raises SequencerHalted when the chain has blocks that this journal does not."""
        committed = (await self._rollup.counters()).committed
        if committed > sealed:
            raise SequencerHalted(f"chain {self.chain} has block {committed}, the journal ends at {sealed}")

    async def step(self) -> tuple[list[RequestRow], bool]:
        """Read one range; the new requests, and whether facts came along. Raises ChainError, JournalError."""
        self._clock.report(self.chain, (await self._client.block()).timestamp)
        cursor = self._requests.cursor(self.chain)
        batch = await self._feed.next(Position(cursor.number, cursor.block_hash) if cursor else None)
        if batch is None:
            self.caught_up = True
            return [], False
        rows = [self._row(event) for event in batch.events if isinstance(event, QueuedRequest)]
        await self._check_digest([event for event in batch.events if isinstance(event, QueuedRequest)])
        facts = [event for event in batch.events if isinstance(event, FactRow)]
        self._requests.record(Cursor(self.chain, batch.position.number, batch.position.block_hash), rows, facts)
        self.caught_up = batch.caught_up
        if rows:
            log.info("requests", chain=self.chain, count=len(rows), through=rows[-1].request_id)
        return rows, bool(facts)

    async def _check_digest(self, events: list[QueuedRequest]) -> None:
        """Raises SequencerHalted when the queue's own hashes say other than its events."""
        if not events:
            return
        digest = bytes(32)
        for event in events:
            entry = bytes(8) + request_hash(operation(self.chain, event))[:24]
            digest = keccak256(digest + entry)
        first = events[0].request_id
        if digest != await self._bridge.requests_digest(first, len(events)):
            raise SequencerHalted(f"chain {self.chain}: requests from {first} on differ from the queue's hashes")

    def _row(self, event: QueuedRequest) -> RequestRow:
        request = PriorityRequest(event.request_id, operation(self.chain, event), event.deadline)
        return RequestRow(
            self.chain,
            event.request_id,
            request_transaction_hash(request, self._deployment_id),
            json.dumps(op_to_json(request.operation), sort_keys=True),
            event.deadline,
        )


def operation(chain: int, event: QueuedRequest) -> Deposit | FullExit:
    """The operation behind a queued request. Raises SequencerHalted for a kind this version does not know."""
    owner = Owner(event.domain, int(event.owner, 16))
    payee = int(event.payee, 16)
    if event.op == OP_DEPOSIT:
        return Deposit(chain, owner, event.sub_account, event.token_id, event.scale, event.units, payee)
    if event.op == OP_FULL_EXIT:
        return FullExit(chain, event.account, event.sub_account, event.token_id, event.scale, owner, payee)
    raise SequencerHalted(f"chain {chain}: request {event.request_id} has the unknown operation {event.op}")
