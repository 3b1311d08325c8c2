"""Ledgers in chosen situations, and their complete inner state for comparisons."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.actors import ALICE, BOB, ONE, new_context, new_ledger
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Operation, Placement
from zklink.protocol.types import Owner
from zklink.state.context import Applied, Context
from zklink.state.errors import RuleViolation
from zklink.state.ledger import Ledger
from zklink.state.transition import apply


def inner_state(ledger: Ledger) -> Any:
    """Everything a ledger holds, copied: equality is bit by bit."""
    return (
        dict(ledger._accounts),
        {index: [dict(level) for level in tree._levels] for index, tree in ledger._assets.items()},
        [dict(level) for level in ledger._tree._levels],
        dict(ledger._by_owner),
        dict(ledger._counters),
    )


def funded_ledger() -> Ledger:
    """Alice at 2 with her key (nonce 1) and 100 of token 1 from chain 1, 50 from chain 2; Bob at 3 with 10."""
    ledger, context = new_ledger(), new_context()
    for op in (
        ALICE.deposit(1, 100 * ONE),
        ALICE.deposit(2, 50 * 10**6),
        BOB.deposit(1, 10 * ONE),
        ALICE.change_key(2, 0),
    ):
        apply(ledger, op, context)
    ledger.commit()
    return ledger


def force_balance(ledger: Ledger, account: int, amount: int, token: int = 1, sub_account: int = 0) -> None:
    """Set a balance, past all rules."""
    now = ledger.balance(account, sub_account, token)
    ledger.access(account, sub_account, token, change=amount - now)


def force_nonce(ledger: Ledger, account: int, nonce: int) -> None:
    """Set a nonce, past all rules."""
    leaf = ledger.account(account)
    assert leaf is not None
    ledger._put_account(account, replace(leaf, nonce=nonce))


def force_account(ledger: Ledger, account: int, owner: Owner) -> None:
    """Create an account, past all rules."""
    ledger.access(account, 0, 0, create=owner)


def assert_refused(
    ledger: Ledger, op: Operation, rule: str, context: Context | None = None, placement: Placement | None = None
) -> None:
    """`op` is refused by exactly that rule (or field), and the ledger is as before, bit by bit."""
    before, root = inner_state(ledger), ledger.root
    with pytest.raises((RuleViolation, FieldError)) as caught:
        apply(ledger, op, context or new_context(), placement)
    name = caught.value.rule if isinstance(caught.value, RuleViolation) else caught.value.field
    assert name == rule, str(caught.value)
    assert inner_state(ledger) == before
    assert ledger.root == root


def accept(
    ledger: Ledger, op: Operation, context: Context | None = None, placement: Placement | None = None
) -> Applied:
    """`op` is applied."""
    return apply(ledger, op, context or new_context(), placement)


Setup = Callable[[Ledger], None]
