"""What is in the open block, what is on its way in, and who wants to know of sealed blocks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zklink.journal.requests import RequestRow
from zklink.protocol.block import SealedBlock
from zklink.protocol.chains import Network
from zklink.protocol.errors import ProtocolError
from zklink.protocol.ops import Operation, op_from_json
from zklink.protocol.txhash import SignedOperation, transaction_hash
from zklink.sequencer.errors import ApiError, SequencerHalted
from zklink.sequencer.limits import StreamRoom
from zklink.state.builder import BlockBuilder


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in the open block: an L2 transaction (`chain` 0) or a request of a chain's queue."""

    hash: bytes
    op: Operation
    chain: int = 0
    request_id: int = 0


@dataclass(slots=True)
class Submitted:
    """One transaction on its way in, and what became of it: `error` None once it is durable."""

    hash: bytes
    op: SignedOperation
    error: ApiError | None = None
    done: bool = False


@dataclass(slots=True)
class OpenBlock:
    """The block being filled; `opened_at` is the clock when its first entry came."""

    builder: BlockBuilder
    room: StreamRoom = field(default_factory=StreamRoom)
    entries: list[Entry] = field(default_factory=list)
    opened_at: int = 0


class SealListener(Protocol):
    """Somebody who wants to know of sealed blocks."""

    def sealed(self, block: SealedBlock, hashes: Sequence[bytes]) -> None:
        """`hashes` of the entries in order."""


class ClockOutOfRange(Exception):
    """Raised when the local clock and the chains' times leave no acceptable timestamp; try again later."""


def request_entry(row: RequestRow) -> Entry:
    """The entry of a recorded request. Raises SequencerHalted when the record is damaged."""
    try:
        return Entry(row.hash, op_from_json(json.loads(row.body), stored=True), row.chain, row.request_id)
    except (ProtocolError, ValueError) as error:
        raise SequencerHalted(f"request {row.request_id} of chain {row.chain} is damaged: {error}") from error


def submitted(op: SignedOperation, network: Network) -> Submitted:
    """A decoded transaction, ready for `submit`."""
    return Submitted(transaction_hash(op, network.deployment_id), op)
