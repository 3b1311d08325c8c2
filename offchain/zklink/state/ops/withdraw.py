"""WITHDRAW: debit the user and the chain's reserve; the chain pays at execution. Spec: operations/withdraw.md."""

from zklink.protocol.amounts import scale_exact
from zklink.protocol.constants import RESERVE_ACCOUNT, reserve_sub_account
from zklink.protocol.errors import NotPackable
from zklink.protocol.ops import Withdraw
from zklink.state.context import Applied, Context
from zklink.state.effects import StepEffects
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger
from zklink.state.ops.common import check_chain, check_funds, check_not_reserve, check_sender, check_signature


def check_withdraw(ledger: Ledger, op: Withdraw, context: Context) -> int:
    """The token's scale on the chain. Raises RuleViolation or FieldError; WDR-6 and WDR-8 are settled by the types."""
    check_not_reserve("WDR-7", op.account)
    check_chain(context, "WDR-10", op.chain)
    sender = check_sender(ledger, op.account, op.nonce, nonce_rule="WDR-2")
    check_funds("WDR-3", ledger.balance(op.account, op.sub_account, op.token), op.amount + op.fee.value)
    if not op.recipient:
        raise RuleViolation("WDR-9", "recipient must not be the zero address")
    scale = context.listing.scale(op.token, op.chain)
    try:
        scale_exact(op.amount, scale)
    except NotPackable as error:
        raise RuleViolation("WDR-5", f"amount {error.reason}") from error
    check_funds("WDR-4", ledger.reserve(op.chain, op.token), op.amount)
    if context.verify:
        check_signature("WDR-1", sender.key, op.signature, op.signing_message(context.network.deployment_id))
    return scale


def apply_withdraw(ledger: Ledger, op: Withdraw, context: Context) -> Applied:
    """One step."""
    scale = check_withdraw(ledger, op, context)
    fee = op.fee.value
    a = ledger.access(op.account, op.sub_account, op.token, change=-(op.amount + fee), bump_nonce=True)
    b = ledger.access(RESERVE_ACCOUNT, reserve_sub_account(op.chain), op.token, change=-op.amount)
    signature = op.signature
    step = StepEffects(
        op=op.CODE,
        a=a,
        b=b,
        words=op.step_words(scale),
        root_after=ledger.root,
        chain=op.chain,
        account=op.account,
        sub=op.sub_account,
        token=op.token,
        units=scale_exact(op.amount, scale),
        exponent=scale,
        fee_mantissa=op.fee.mantissa,
        fee_exponent=op.fee.exponent,
        ratio=op.ratio,
        ref_owner=op.recipient,
        sig_r8x=signature.r8x if signature else 0,
        sig_r8y=signature.r8y if signature else 0,
        sig_s=signature.s if signature else 0,
    )
    return Applied((step,), fee_token=op.token, fee=fee)
