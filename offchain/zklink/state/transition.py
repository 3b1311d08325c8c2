"""The transition: one operation on the ledger, all of it or nothing."""

from zklink.protocol.ops import (
    ChangeKey,
    Deposit,
    FullExit,
    Noop,
    Operation,
    Placement,
    Transfer,
    Withdraw,
)
from zklink.state.context import Applied, Context
from zklink.state.ledger import Ledger
from zklink.state.ops.change_key import apply_change_key
from zklink.state.ops.deposit import apply_deposit
from zklink.state.ops.full_exit import apply_full_exit, check_full_exit, plan_full_exit
from zklink.state.ops.noop import apply_noop
from zklink.state.ops.transfer import apply_transfer
from zklink.state.ops.withdraw import apply_withdraw


def apply(ledger: Ledger, op: Operation, context: Context, placement: Placement | None = None) -> Applied:
    """Apply `op` and return its steps and fee. `placement` fixes the sequencer's choices (replay).

    Raises RuleViolation or FieldError; the ledger is then as it was, bit by bit.
    """
    snapshot = ledger.snapshot()
    try:
        return _dispatch(ledger, op, context, placement)
    except BaseException:
        ledger.rollback(snapshot)
        raise


def _dispatch(ledger: Ledger, op: Operation, context: Context, placement: Placement | None) -> Applied:
    match op:
        case Deposit():
            return apply_deposit(ledger, op, context, placement)
        case Transfer():
            return apply_transfer(ledger, op, context, placement)
        case Withdraw():
            return apply_withdraw(ledger, op, context)
        case FullExit():
            return apply_full_exit(ledger, op, context)
        case ChangeKey():
            return apply_change_key(ledger, op, context)
        case Noop():
            return Applied((apply_noop(ledger),))
    raise TypeError(f"unknown operation {type(op).__name__}")


def steps_of(ledger: Ledger, op: Operation, context: Context) -> int:
    """Steps that `op` takes on the ledger as it is: 1, or a FULL_EXIT's walk (at most 1 + chain_count)."""
    if not isinstance(op, FullExit):
        return 1
    check_full_exit(ledger, op, context)
    return len(plan_full_exit(ledger, op, context))


def fee_of(op: Operation) -> tuple[int, int]:
    """(token, L2 amount) of the fee; (0, 0) when there is none."""
    if isinstance(op, Transfer | Withdraw | ChangeKey) and op.fee.value:
        return op.token, op.fee.value
    return 0, 0
