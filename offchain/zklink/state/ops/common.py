"""Checks that several operations share. The rule ids are passed in, so each check names its own operation's rule."""

from zklink.crypto import eddsa
from zklink.protocol.constants import NONCE_LIMIT, RESERVE_ACCOUNT
from zklink.protocol.errors import FieldError
from zklink.protocol.types import NO_KEY, L2Signature, Owner, PublicKey
from zklink.state.account import Account
from zklink.state.context import Context
from zklink.state.effects import Access
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger


def check_account_index(ledger: Ledger, field: str, index: int) -> None:
    """Raises FieldError when the preset's tree has no such leaf (BLK-3)."""
    if index >= ledger.preset.max_accounts:
        raise FieldError(field, f"must be below {ledger.preset.max_accounts}", index)


def check_chain(context: Context, rule: str, chain: int) -> None:
    """Raises RuleViolation when the deployment has no such chain."""
    if not 1 <= chain <= context.network.chain_count:
        raise RuleViolation(rule, f"chain {chain} is not one of 1..{context.network.chain_count}")


def check_not_reserve(rule: str, index: int) -> None:
    """Raises RuleViolation for the reserve account."""
    if index == RESERVE_ACCOUNT:
        raise RuleViolation(rule, "the reserve account takes no part in operations")


def check_sender(ledger: Ledger, index: int, nonce: int, *, nonce_rule: str) -> Account:
    """The account whose nonce is `nonce`. Raises RuleViolation when missing, out of step or at its last nonce."""
    check_account_index(ledger, "account", index)
    account = ledger.account(index)
    if account is None:
        raise RuleViolation(nonce_rule, f"account {index} does not exist")
    if account.nonce != nonce:
        raise RuleViolation(nonce_rule, f"nonce {nonce}, the account is at {account.nonce}")
    if nonce + 1 >= NONCE_LIMIT:
        raise RuleViolation(nonce_rule, "the account has used its last nonce")
    return account


def check_signature(rule: str, key: PublicKey, signature: L2Signature | None, message: int) -> None:
    """Raises RuleViolation unless `key` signed `message`; no key verifies nothing."""
    if signature is None:
        raise RuleViolation(rule, "signature is missing")
    if key == NO_KEY:
        raise RuleViolation(rule, "the account has no L2 key")
    if not eddsa.verify((key.x, key.y), (signature.r8x, signature.r8y, signature.s), message):
        raise RuleViolation(rule, "signature does not verify")


def check_funds(rule: str, balance: int, needed: int) -> None:
    """Raises RuleViolation when the balance is smaller."""
    if balance < needed:
        raise RuleViolation(rule, f"balance {balance} is less than {needed}")


def is_user_owner(owner: Owner) -> bool:
    """Whether somebody can control an account of that owner: a known domain and an address that is not zero."""
    return owner.domain <= 8 and owner.address != 0


def untouched(ledger: Ledger, token: int) -> Access:
    """The read that stands where an operation has no access: account 0, sub-account 0, the step's token."""
    return ledger.access(0, 0, token)
