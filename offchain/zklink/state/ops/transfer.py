"""TRANSFER: debit the sender, credit or create the recipient. Spec: operations/transfer.md."""

from zklink.protocol.constants import BALANCE_LIMIT
from zklink.protocol.ops import Placement, Transfer
from zklink.state.context import Applied, Context
from zklink.state.effects import StepEffects
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger
from zklink.state.ops.common import (
    check_account_index,
    check_funds,
    check_not_reserve,
    check_sender,
    check_signature,
    is_user_owner,
)


def place_transfer(ledger: Ledger, op: Transfer) -> Placement:
    """The recipient's lowest account, else the next free one. Raises RuleViolation when the tree is full."""
    account = ledger.find(op.to)
    account = ledger.next_free() if account is None else account
    if account is None:
        raise RuleViolation("TRF-8", "no room for a new account")
    return Placement(account)


def check_transfer(ledger: Ledger, op: Transfer, context: Context, to_account: int) -> None:
    """Raises RuleViolation or FieldError; TRF-4 is settled by the packed types."""
    check_not_reserve("TRF-5", op.account)
    check_not_reserve("TRF-6", to_account)
    ledger.preset.asset_index(op.to_sub_account, op.token)
    check_account_index(ledger, "to_account", to_account)
    sender = check_sender(ledger, op.account, op.nonce, nonce_rule="TRF-2")
    check_funds("TRF-3", ledger.balance(op.account, op.sub_account, op.token), op.amount.value + op.fee.value)
    if not op.to.packed or (context.verify and not is_user_owner(op.to)):
        raise RuleViolation("TRF-10", "recipient must have a known domain and an address that is not zero")
    recipient = ledger.account(to_account)
    if recipient is not None and recipient.owner != op.to:
        raise RuleViolation("TRF-7", f"account {to_account} does not belong to the signed recipient")
    if (op.account, op.sub_account) == (to_account, op.to_sub_account):
        raise RuleViolation("TRF-11", "sender and recipient are the same balance")
    if ledger.balance(to_account, op.to_sub_account, op.token) + op.amount.value >= BALANCE_LIMIT:
        raise RuleViolation("TRF-9", "recipient's balance would reach 2^128")
    if context.verify:
        check_signature("TRF-1", sender.key, op.signature, op.signing_message(context.network.deployment_id))


def apply_transfer(ledger: Ledger, op: Transfer, context: Context, placement: Placement | None = None) -> Applied:
    """One step. `placement` (the recipient's account) is given in replay, decided here otherwise."""
    if placement is None:
        placement = place_transfer(ledger, op)
    check_transfer(ledger, op, context, placement.account)
    amount, fee = op.amount.value, op.fee.value
    a = ledger.access(op.account, op.sub_account, op.token, change=-(amount + fee), bump_nonce=True)
    b = ledger.access(placement.account, op.to_sub_account, op.token, change=amount, create=op.to)  # TRF-8
    signature = op.signature
    step = StepEffects(
        op=op.CODE,
        a=a,
        b=b,
        words=op.step_words(placement.account, bool(b.empty)),
        root_after=ledger.root,
        account=op.account,
        sub=op.sub_account,
        token=op.token,
        to_account=placement.account,
        to_sub=op.to_sub_account,
        units=op.amount.mantissa,
        exponent=op.amount.exponent,
        fee_mantissa=op.fee.mantissa,
        fee_exponent=op.fee.exponent,
        ref_owner=op.to.packed,
        sig_r8x=signature.r8x if signature else 0,
        sig_r8y=signature.r8y if signature else 0,
        sig_s=signature.s if signature else 0,
    )
    return Applied((step,), placement, created=bool(b.empty), fee_token=op.token, fee=fee)
