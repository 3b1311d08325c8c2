"""The one writer of the ledger: takes entries in a durable order, seals blocks, rebuilds itself after a crash."""

from __future__ import annotations

import json
from collections.abc import Sequence

import structlog

from zklink.journal.blocks import BlockRow, Blocks
from zklink.journal.errors import JournalError
from zklink.journal.requests import RequestRow, Requests
from zklink.journal.store import Journal
from zklink.journal.transactions import TransactionRow, Transactions
from zklink.protocol.block import SealedBlock
from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import u256
from zklink.protocol.ops import Operation, op_from_json, op_to_json
from zklink.protocol.presets import Shape
from zklink.protocol.types import Owner, PublicKey
from zklink.sequencer import errors
from zklink.sequencer.clock import Clock
from zklink.sequencer.entries import ClockOutOfRange, Entry, OpenBlock, SealListener, Submitted, request_entry
from zklink.sequencer.errors import ApiError, SequencerHalted, from_field, from_rule
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context, KeyFact
from zklink.state.errors import BlockFull, FeeTokensFull, RuleViolation, StateError
from zklink.state.invariants import check_conservation
from zklink.state.ledger import Ledger
from zklink.state.replay import replay_block

log = structlog.get_logger(__name__)


class Engine:
    """Ledger, open block and journal, moved together.

    1. `restore`: replay every sealed block, compare roots, take the open entries again in their recorded order.
    2. `take_requests`: open requests first, each queue in its order, the chains in turn.
    3. `submit`: try a batch on the ledger, record what is valid in one commit, only then answer.
    4. `seal`: finish the block, record block, entries and witness data in one commit, only then go on.
    5. Whatever the journal refuses is undone in memory: the open block is rebuilt from what is durable.
    """

    def __init__(
        self, journal: Journal, network: Network, listing: TokenListing, shapes: Sequence[Shape], clock: Clock
    ) -> None:
        """`shapes`: registered ones, smallest first. Call `restore` before anything else."""
        self.journal, self.network, self.clock = journal, network, clock
        self.blocks, self.transactions, self.requests = Blocks(journal), Transactions(journal), Requests(journal)
        self.shapes = tuple(shapes)
        self.facts: set[KeyFact] = set()
        self.context = Context(network, listing, facts=self.facts)
        self.ledger = Ledger.genesis(network)
        self.number, self.timestamp = 0, 0  # of the newest sealed block
        self.blocked_chains: dict[int, str] = {}
        self.listeners: list[SealListener] = []
        self._waiting: dict[int, list[RequestRow]] = {}
        self._turn = 0
        self._seq = 0
        self.open = self._new_block()

    def _new_block(self) -> OpenBlock:
        return OpenBlock(BlockBuilder(self.ledger, self.context, self.shapes[-1].steps))

    # ---- start

    def restore(self) -> None:
        """Bring the engine to where the journal is. Raises SequencerHalted or a JournalError."""
        for row in self.blocks.verified():
            try:
                block = SealedBlock.from_json(json.loads(row.body))
                replay_block(self.ledger, self.context, block.header, block.streams)
            except (ValueError, StateError) as error:
                raise SequencerHalted(f"block {row.number} of the journal does not replay: {error}") from error
            if u256(self.ledger.root) != row.new_root or block.header.number != row.number:
                raise SequencerHalted(f"block {row.number} of the journal leads to another root")
            self.ledger.commit()
            self.number, self.timestamp = row.number, row.timestamp
        check_conservation(self.ledger)
        self.load_facts()
        self._seq = self.requests.last_seq()
        self.open = self._new_block()
        self._restore_entries()

    def load_facts(self) -> None:
        """Key changes that chains have authorised, from the journal."""
        for row in self.requests.facts():
            self.facts.add(KeyFact(row.chain, Owner.unpack(row.owner), row.nonce, PublicKey(row.key_x, row.key_y)))

    def _restore_entries(self) -> None:
        taken: list[tuple[int, Entry]] = []
        for request in self.requests.open():
            if request.seq is None:
                self._waiting.setdefault(request.chain, []).append(request)
            else:
                taken.append((request.seq, request_entry(request)))
        taken += [
            (tx.seq, Entry(tx.hash, op_from_json(json.loads(tx.body), stored=True))) for tx in self.transactions.open()
        ]
        for _, entry in sorted(taken, key=lambda item: item[0]):
            try:
                self._add_or_seal(entry)
            except (RuleViolation, FieldError) as error:
                if entry.chain:
                    raise SequencerHalted(f"request {entry.request_id} of chain {entry.chain}: {error}") from error
                log.error("transaction_lost_validity", tx="0x" + entry.hash.hex(), error=str(error))
                self.transactions.fail(entry.hash, str(error))

    # ---- taking entries

    def add_requests(self, rows: Sequence[RequestRow]) -> None:
        """Requests that the observer has recorded, in queue order."""
        for row in rows:
            self._waiting.setdefault(row.chain, []).append(row)

    @property
    def waiting_requests(self) -> int:
        """Requests recorded and not yet taken."""
        return sum(len(rows) for rows in self._waiting.values())

    def take_requests(self, limit: int = 64) -> int:
        """Move up to `limit` requests into blocks, one commit for all; sealing where a block is full. Their number."""
        taken = 0
        while taken < limit and (row := self._next_request()) is not None:
            entry = request_entry(row)
            try:
                self._take_request(entry)
            except (RuleViolation, FieldError) as error:  # the bridge refuses such requests: something is badly wrong
                self.blocked_chains[row.chain] = str(error)
                log.error("request_cannot_be_included", chain=row.chain, request=row.request_id, error=str(error))
                continue
            self._waiting[row.chain].pop(0)
            taken += 1
        return taken

    def _next_request(self) -> RequestRow | None:
        chains = [c for c in range(1, self.network.chain_count + 1) if c not in self.blocked_chains]
        for offset in range(len(chains)):
            chain = chains[(self._turn + offset) % len(chains)]
            if self._waiting.get(chain):
                self._turn = (self._turn + offset + 1) % len(chains)
                return self._waiting[chain][0]
        return None

    def _take_request(self, entry: Entry) -> None:
        self._add_or_seal(entry)
        try:
            with self.journal.write() as db:
                self.requests.take(db, entry.chain, entry.request_id, self._seq + 1)
        except JournalError:
            self._rebuild(self.open.entries[:-1])
            raise
        self._seq += 1

    def submit(self, batch: Sequence[Submitted]) -> None:
        """Try each transaction; those without `error` are durable on return. Raises JournalError (all undone)."""
        pending: list[Submitted] = []
        for item in batch:
            known = self.transactions.get(item.hash)
            if any(item.hash == other.hash for other in pending) or (known and known.state != "failed"):
                item.done = True  # the same answer as the first time
                continue
            if self.open.entries and not self._fits(item.op):
                self._record(pending)
                pending = []
                self.seal()
            item.error = self._try(item)
            if item.error is None:
                pending.append(item)
        self._record(pending)

    def _try(self, item: Submitted) -> ApiError | None:
        try:
            self._add(Entry(item.hash, item.op))
        except RuleViolation as error:
            return from_rule(error)
        except FieldError as error:
            return from_field(error)
        except (BlockFull, FeeTokensFull) as error:
            return ApiError(errors.BUSY, str(error))
        except Exception:  # a transaction that breaks us must not take the others with it
            log.exception("poison_transaction", tx="0x" + item.hash.hex())
            return ApiError(errors.INTERNAL, "this transaction cannot be processed", "tx")
        return None

    def _record(self, pending: Sequence[Submitted]) -> None:
        if not pending:
            return
        now = self.clock.now()
        try:
            with self.journal.write() as db:
                for offset, item in enumerate(pending, 1):
                    body = json.dumps(op_to_json(item.op), sort_keys=True)
                    row = TransactionRow(item.hash, body, item.op.account, item.op.nonce, now, seq=self._seq + offset)
                    self.transactions.accept(db, row)
        except JournalError:
            self._rebuild(self.open.entries[: -len(pending)])
            raise
        self._seq += len(pending)
        for item in pending:
            item.done = True

    def _fits(self, op: Operation) -> bool:
        builder = self.open.builder
        return self.open.room.has_room(1 + self.network.chain_count) and builder.fits(op)

    def _add_or_seal(self, entry: Entry) -> None:
        if self.open.entries and not self._fits(entry.op):
            self.seal()
        self._add(entry)

    def _add(self, entry: Entry) -> None:
        applied = self.open.builder.add(entry.op)
        if not self.open.entries:
            self.open.opened_at = self.clock.now()
        self.open.room.take(entry.op, applied.steps)
        self.open.entries.append(entry)

    def _rebuild(self, entries: Sequence[Entry]) -> None:
        """The open block from its durable entries alone."""
        opened_at = self.open.opened_at
        self.open.builder.abandon()
        self.open = self._new_block()
        for entry in list(entries):
            self._add(entry)
        self.open.opened_at = opened_at

    # ---- sealing

    def age(self) -> int:
        """Seconds since the open block got its first entry, 0 while it is empty."""
        return max(0, self.clock.now() - self.open.opened_at) if self.open.entries else 0

    def seal(self) -> SealedBlock:
        """Seal the open block. Raises JournalError (nothing changed) or SequencerHalted."""
        timestamp = self.clock.timestamp(self.timestamp)
        if timestamp is None:
            raise ClockOutOfRange("no timestamp is acceptable to every chain now")
        builder, entries = self.open.builder, list(self.open.entries)
        shape = next(s for s in self.shapes if s.steps >= len(builder.steps))
        try:
            block, effects = builder.seal(self.number + 1, timestamp, shape, builder.old_root)
            check_conservation(self.ledger)
            body = json.dumps(block.to_json(), sort_keys=True)
            row = BlockRow(
                block.number, timestamp, shape.id, u256(block.header.new_root), body, effects.to_bytes()
            )  # fmt: skip
            with self.journal.write() as db:
                self.blocks.insert(db, row)
                self.transactions.seal(db, [(e.hash, i) for i, e in enumerate(entries) if not e.chain], block.number)
                self.requests.seal(
                    db, [(e.chain, e.request_id, i) for i, e in enumerate(entries) if e.chain], block.number
                )  # fmt: skip
        except JournalError:
            self._rebuild(entries)
            raise
        except StateError as error:
            raise SequencerHalted(f"block {self.number + 1} cannot be sealed: {error}") from error
        self.ledger.commit()
        self.number, self.timestamp = block.number, timestamp
        self.open = self._new_block()
        log.info("sealed", block=block.number, operations=len(entries), shape=shape.id)
        for listener in self.listeners:
            listener.sealed(block, [e.hash for e in entries])
        return block
