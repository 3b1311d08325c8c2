"""CHANGE_KEY: set an account's L2 key, with its owner's consent. Spec: operations/change_key.md."""

from zklink.crypto import eddsa
from zklink.protocol.errors import FieldError
from zklink.protocol.keys import change_key_digest, recover_address
from zklink.protocol.ops import ChangeKey
from zklink.state.context import Applied, Context, KeyFact
from zklink.state.effects import StepEffects
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger
from zklink.state.ops.common import (
    check_chain,
    check_funds,
    check_not_reserve,
    check_sender,
    check_signature,
    untouched,
)


def check_authority(op: ChangeKey, context: Context) -> None:
    """Consent of the owner (CHK-9): ECDSA on the primary chain (domain 0), or a fact stored on the named chain."""
    if op.eth_signature is not None:
        if op.owner.domain or op.chain != context.network.primary:
            raise RuleViolation("CHK-9", "an ECDSA consent is for domain 0 and the primary chain only")
        try:
            signer = recover_address(change_key_digest(context.network.deployment_id, op), op.eth_signature)
        except FieldError as error:
            raise RuleViolation("CHK-9", error.reason) from error
        if signer != op.owner.address:
            raise RuleViolation("CHK-9", "the ECDSA consent is not the owner's")
        return
    if op.owner.domain not in (0, op.chain):
        raise RuleViolation("CHK-9", f"a contract wallet of chain {op.owner.domain} consents on that chain only")
    if KeyFact(op.chain, op.owner, op.nonce, op.key) not in context.facts:
        raise RuleViolation("CHK-9", f"chain {op.chain} has no stored consent")


def check_change_key(ledger: Ledger, op: ChangeKey, context: Context) -> None:
    """Raises RuleViolation or FieldError; CHK-7 and CHK-8 are settled by the types."""
    check_not_reserve("CHK-5", op.account)
    check_chain(context, "CHK-10", op.chain)
    account = check_sender(ledger, op.account, op.nonce, nonce_rule="CHK-3")
    check_funds("CHK-4", ledger.balance(op.account, op.sub_account, op.token), op.fee.value)
    if account.owner != op.owner:
        raise RuleViolation("CHK-6", "owner is not the account's")
    if not eddsa.is_valid_key((op.key.x, op.key.y)):
        raise RuleViolation("CHK-1", "the new key is no point of the subgroup, or the identity")
    if context.verify:
        check_signature("CHK-2", op.key, op.signature, op.signing_message(context.network.deployment_id))
        check_authority(op, context)


def apply_change_key(ledger: Ledger, op: ChangeKey, context: Context) -> Applied:
    """One step."""
    check_change_key(ledger, op, context)
    fee = op.fee.value
    a = ledger.access(op.account, op.sub_account, op.token, change=-fee, bump_nonce=True, key=op.key)
    b = untouched(ledger, op.token)
    signature = op.signature
    step = StepEffects(
        op=op.CODE,
        a=a,
        b=b,
        words=op.step_words(),
        root_after=ledger.root,
        chain=op.chain,
        account=op.account,
        sub=op.sub_account,
        token=op.token,
        fee_mantissa=op.fee.mantissa,
        fee_exponent=op.fee.exponent,
        ref_owner=op.owner.packed,
        key_x=op.key.x,
        key_y=op.key.y,
        sig_r8x=signature.r8x if signature else 0,
        sig_r8y=signature.r8y if signature else 0,
        sig_s=signature.s if signature else 0,
    )
    return Applied((step,), fee_token=op.token, fee=fee)
