"""PRO-I1."""

import pytest

from tests.support.actors import ONE, new_ledger
from tests.support.ledgers import force_balance, funded_ledger
from tests.support.scenario import play
from zklink.state.errors import InvariantViolation
from zklink.state.invariants import Supply, check_conservation, supply_by_token


def test_pro_i1_holds_after_every_operation() -> None:
    ledger = new_ledger()
    play(ledger)
    check_conservation(ledger)


def test_supply_counts_reserves_and_transit_apart() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 1, 3, sub_account=8)
    assert supply_by_token(ledger) == {1: Supply(160 * ONE, 160 * ONE, 3)}


def test_pro_i1_transit_balances_a_reserve() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 1, 109 * ONE)
    force_balance(ledger, 1, ONE, sub_account=9)
    check_conservation(ledger)


@pytest.mark.parametrize(("account", "sub_account"), [(2, 0), (0, 0), (1, 0), (1, 8)])
def test_pro_i1_one_atom_too_much_anywhere(account: int, sub_account: int) -> None:
    ledger = funded_ledger()
    force_balance(ledger, account, ledger.balance(account, sub_account, 1) + 1, sub_account=sub_account)
    with pytest.raises(InvariantViolation, match="PRO-I1"):
        check_conservation(ledger)


def test_pro_i1_counts_the_fees_of_an_open_block() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 2, 149 * ONE)
    check_conservation(ledger, {1: ONE})
    with pytest.raises(InvariantViolation, match="token 9"):
        check_conservation(ledger, {1: ONE, 9: 1})
