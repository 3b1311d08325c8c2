"""DEPOSIT: credit the user and the chain's reserve, or leave everything for a refund. Spec: operations/deposit.md."""

from zklink.protocol.constants import BALANCE_LIMIT, RESERVE_ACCOUNT, RESERVE_LIMIT, reserve_sub_account
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Deposit, Placement
from zklink.state.context import Applied, Context
from zklink.state.effects import StepEffects
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger
from zklink.state.ops.common import check_account_index, check_chain, check_not_reserve, is_user_owner, untouched

REFUND = Placement(0, applied=False)


def check_deposit(ledger: Ledger, op: Deposit, context: Context) -> None:
    """What the chain must have refused already. Raises FieldError or RuleViolation: no block can include it."""
    check_chain(context, "DEP-7", op.chain)
    ledger.preset.asset_index(op.sub_account, op.token)
    if context.listing.scale(op.token, op.chain) != op.scale:
        raise FieldError("scale", f"the list of chain {op.chain} says otherwise", op.scale)


def check_applicable(ledger: Ledger, op: Deposit, account: int) -> None:
    """Raises RuleViolation when the deposit cannot be credited to `account`."""
    check_account_index(ledger, "account", account)
    check_not_reserve("DEP-1", account)
    leaf = ledger.account(account)
    if leaf is not None and leaf.owner != op.owner:
        raise RuleViolation("DEP-2", f"account {account} belongs to another owner")
    if ledger.balance(account, op.sub_account, op.token) + op.amount >= BALANCE_LIMIT:
        raise RuleViolation("DEP-3", "balance would reach 2^128")
    if ledger.reserve(op.chain, op.token) + op.amount >= RESERVE_LIMIT:
        raise RuleViolation("DEP-4", "reserve would reach 2^116")


def place_deposit(ledger: Ledger, op: Deposit) -> Placement:
    """The owner's lowest account, else the next free one; a refund when there is no room or a limit is hit."""
    account = ledger.find(op.owner)
    account = ledger.next_free() if account is None else account
    if account is None or not is_user_owner(op.owner):
        return REFUND
    try:
        check_applicable(ledger, op, account)
    except RuleViolation:
        return REFUND
    return Placement(account)


def apply_deposit(ledger: Ledger, op: Deposit, context: Context, placement: Placement | None = None) -> Applied:
    """One step. `placement` is given in replay, decided here otherwise."""
    check_deposit(ledger, op, context)
    if placement is None:
        placement = place_deposit(ledger, op)
    elif placement.applied:
        check_applicable(ledger, op, placement.account)
    if placement.applied:
        amount = op.amount  # DEP-5: the same to the user and to the reserve
        a = ledger.access(placement.account, op.sub_account, op.token, change=amount, create=op.owner)
        b = ledger.access(RESERVE_ACCOUNT, reserve_sub_account(op.chain), op.token, change=amount)
    else:  # DEP-6
        a = ledger.access(0, op.sub_account, op.token)
        b = untouched(ledger, op.token)
    step = StepEffects(
        op=op.CODE,
        a=a,
        b=b,
        words=op.step_words(placement),
        root_after=ledger.root,
        chain=op.chain,
        applied=int(placement.applied),
        account=placement.account if placement.applied else 0,
        sub=op.sub_account,
        token=op.token,
        units=op.units,
        exponent=op.scale,
        ref_owner=op.owner.packed,
        payee=op.depositor,
    )
    return Applied((step,), placement, created=placement.applied and bool(a.empty))
