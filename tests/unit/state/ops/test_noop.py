"""NOOP on the ledger."""

from tests.support.ledgers import accept, funded_ledger, inner_state
from zklink.protocol.ops import Noop


def test_nop_1_changes_nothing() -> None:
    ledger = funded_ledger()
    before = inner_state(ledger)
    (step,) = accept(ledger, Noop()).steps
    assert inner_state(ledger) == before
    assert step.words.row == (0,) * 8
    assert step.a == step.b
