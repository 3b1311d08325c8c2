"""Builds one block on a ledger: operations in, steps and streams out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from zklink.protocol.block import Header, SealedBlock
from zklink.protocol.ops import Operation, Placement, op_to_json
from zklink.protocol.presets import Shape
from zklink.protocol.statement import Statement, build_statement
from zklink.protocol.types import check_uint
from zklink.state.context import Applied, Context
from zklink.state.effects import BlockEffects, EpilogueEffects, StepEffects
from zklink.state.epilogue import credit_fees
from zklink.state.errors import BlockFull, FeeTokensFull, SealError
from zklink.state.ledger import Ledger
from zklink.state.ops.noop import apply_noop
from zklink.state.transition import apply, fee_of, steps_of


class BlockBuilder:
    """1. `add` operations while they fit  2. `seal`  3. `ledger.commit()` once recorded, or `abandon` to undo all.

    A refused operation leaves ledger and block as they were.
    """

    def __init__(self, ledger: Ledger, context: Context, capacity: int, fee_tokens: Sequence[int] = ()) -> None:
        """A block of at most `capacity` steps. `fee_tokens` takes slots in advance; others follow as fees come."""
        self.ledger = ledger
        self.context = context
        self.capacity = capacity
        self.old_root = ledger.root
        self.steps: list[StepEffects] = []
        self.operations: list[Operation] = []
        self.statuses: list[dict[str, Any]] = []
        self.fees: dict[int, int] = {}
        self._snapshot = ledger.snapshot()
        self._closed = False
        for token in fee_tokens:
            self._take_slot(token)

    @property
    def steps_left(self) -> int:
        """Steps that can still be used."""
        return self.capacity - len(self.steps)

    @property
    def fee_tokens(self) -> tuple[int, ...]:
        """Fee token slots taken so far, in order."""
        return tuple(self.fees)

    def fits(self, op: Operation) -> bool:
        """Whether steps and fee slots are left for `op` (its validity is another question)."""
        try:
            self._check_room(op)
        except (BlockFull, FeeTokensFull):
            return False
        return True

    def add(self, op: Operation, placement: Placement | None = None) -> Applied:
        """Include `op`.

        Raises BlockFull or FeeTokensFull (try the next block), RuleViolation or FieldError (invalid).
        """
        self._check_room(op)
        applied = apply(self.ledger, op, self.context, placement)
        if applied.fee:
            self._take_slot(applied.fee_token)
            self.fees[applied.fee_token] += applied.fee
        self.statuses.append(
            {
                "type": op.NAME,
                "first_step": len(self.steps),
                "steps": len(applied.steps),
                "account": applied.placement.account,
                "applied": applied.placement.applied,
                "created": applied.created,
            }
        )
        self.steps.extend(applied.steps)
        self.operations.append(op)
        return applied

    def close(self) -> tuple[tuple[int, ...], EpilogueEffects]:
        """Credit the fees: (fee token slots, effects). Nothing can be added afterwards. Raises SealError when done."""
        if self._closed:
            raise SealError("block: already sealed")
        self._closed = True
        slots = self.fee_tokens + (0,) * (self.ledger.preset.fee_tokens - len(self.fees))
        return slots, credit_fees(self.ledger, slots, self.fees)

    def seal(self, number: int, timestamp: int, shape: Shape, previous_root: int) -> tuple[SealedBlock, BlockEffects]:
        """Fill with NOOPs, credit the fees, and build the statement. Nothing can be added afterwards.

        Raises SealError when `previous_root` is not the root this block was begun on or the shape is too small,
        FieldError for a number or timestamp out of range; the block can then be sealed otherwise.
        """
        if previous_root != self.old_root:
            raise SealError(f"previous_root: block {number} was begun on another root")
        if len(self.steps) > shape.steps:
            raise SealError(f"shape: {len(self.steps)} steps do not fit shape {shape.id} of {shape.steps}")
        network = self.context.network
        header = Header(
            network.deployment_id, number, timestamp, shape.id, network.chain_count, self.old_root, self.old_root
        )
        padding = [apply_noop(self.ledger)] * (shape.steps - len(self.steps))
        slots, epilogue = self.close()
        steps = tuple(self.steps + padding)
        statement = build_statement(replace(header, new_root=self.ledger.root), [step.words for step in steps])
        block = sealed_block(statement, [op_to_json(op) for op in self.operations], self.statuses)
        effects = BlockEffects(block.header, slots, steps, epilogue, block.z, block.u, block.h, block.y)
        return block, effects

    def abandon(self) -> None:
        """Undo the whole block, sealed or not."""
        self.ledger.rollback(self._snapshot)
        self.steps.clear()
        self.operations.clear()
        self.statuses.clear()
        self.fees.clear()
        self._closed = False

    def _check_room(self, op: Operation) -> None:
        if self._closed:
            raise SealError("block: already sealed")
        needed = steps_of(self.ledger, op, self.context)
        if needed > self.steps_left:
            raise BlockFull(needed, self.steps_left)
        token, fee = fee_of(op)
        if fee and token not in self.fees and len(self.fees) >= self.ledger.preset.fee_tokens:
            raise FeeTokensFull(token, self.fee_tokens)

    def _take_slot(self, token: int) -> None:
        if token in self.fees:
            return
        check_uint("fee_tokens", token, self.ledger.preset.max_tokens, low=1)
        if len(self.fees) >= self.ledger.preset.fee_tokens:
            raise FeeTokensFull(token, self.fee_tokens)
        self.fees[token] = 0


def sealed_block(
    statement: Statement, operations: Sequence[dict[str, Any]], statuses: Sequence[dict[str, Any]]
) -> SealedBlock:
    """The block of a statement and of what led to it."""
    return SealedBlock(
        header=statement.header,
        streams=statement.streams,
        h=statement.h,
        digests=statement.digests,
        claims=statement.claims,
        z=statement.z,
        u=statement.u,
        y=statement.y,
        statement_hash=statement.statement_hash,
        operations=tuple(operations),
        statuses=tuple(statuses),
    )
