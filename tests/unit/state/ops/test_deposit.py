"""DEPOSIT on the ledger: one test per rule."""

from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, CAROL, ONE, new_context, new_ledger
from tests.support.ledgers import accept, assert_refused, force_account, force_balance, funded_ledger, inner_state
from zklink.protocol.constants import RESERVE_ADDRESS
from zklink.protocol.ops import Placement
from zklink.protocol.types import Owner
from zklink.state.invariants import check_conservation

REFUND = Placement(0, applied=False)


def test_dep_5_user_and_reserve_gain_alike() -> None:
    ledger = new_ledger()
    applied = accept(ledger, ALICE.deposit(2, 5 * 10**6, sub_account=3))
    assert applied.placement == Placement(2)
    assert applied.created
    assert ledger.balance(2, 3, 1) == 5 * ONE == ledger.reserve(2, 1)
    check_conservation(ledger)


def test_an_existing_account_is_found_again() -> None:
    ledger = funded_ledger()
    applied = accept(ledger, ALICE.deposit(1, ONE))
    assert (applied.placement.account, applied.created) == (2, False)


def test_one_address_in_two_domains_has_two_accounts() -> None:
    ledger = new_ledger()
    accept(ledger, ALICE.deposit(1, ONE))
    wallet = replace(ALICE.deposit(1, ONE), owner=Owner(1, ALICE.address))
    assert accept(ledger, wallet).placement.account == 3


def test_the_lowest_free_index_is_taken() -> None:
    ledger = new_ledger()
    force_account(ledger, 3, BOB.owner)
    assert accept(ledger, ALICE.deposit(1, ONE)).placement.account == 2
    assert accept(ledger, CAROL.deposit(1, ONE)).placement.account == 4


def test_the_fee_account_can_be_paid_into() -> None:
    ledger = new_ledger()
    fee_owner = Owner(0, 0xFEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0FEE0)
    assert accept(ledger, replace(ALICE.deposit(1, ONE), owner=fee_owner)).placement.account == 0


def test_dep_1_never_the_reserve_account() -> None:
    ledger = new_ledger()
    op = replace(ALICE.deposit(1, ONE), owner=Owner(255, RESERVE_ADDRESS))
    assert accept(ledger, op).placement == REFUND
    assert_refused(ledger, op, "DEP-1", placement=Placement(1))


def test_dep_2_not_into_another_owners_account() -> None:
    assert_refused(funded_ledger(), ALICE.deposit(1, ONE), "DEP-2", placement=Placement(3))


def test_dep_3_balance_overflow_is_refunded() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 2, (1 << 128) - ONE)
    op = ALICE.deposit(1, ONE)
    assert_refused(ledger, op, "DEP-3", placement=Placement(2))
    assert accept(ledger, op).placement == REFUND
    assert accept(ledger, ALICE.deposit(1, ONE - 1)).placement == Placement(2)


def test_dep_4_reserve_overflow_is_refunded() -> None:
    """The bound of a reserve cell, on which PRO-I2 rests."""
    ledger = funded_ledger()
    force_balance(ledger, 1, (1 << 116) - ONE)
    op = ALICE.deposit(1, ONE)
    assert_refused(ledger, op, "DEP-4", placement=Placement(2))
    assert accept(ledger, op).placement == REFUND
    assert accept(ledger, ALICE.deposit(1, ONE - 1)).placement == Placement(2)


def test_dep_6_a_refund_changes_nothing() -> None:
    ledger = funded_ledger()
    before = inner_state(ledger)
    (step,) = accept(ledger, ALICE.deposit(1, ONE), placement=REFUND).steps
    assert inner_state(ledger) == before
    assert (step.applied, step.account, step.root_after) == (0, 0, ledger.root)


@pytest.mark.parametrize("owner", [Owner(0, 0), Owner(9, 5)])
def test_nobodys_deposit_is_refunded(owner: Owner) -> None:
    assert accept(new_ledger(), replace(ALICE.deposit(1, ONE), owner=owner)).placement == REFUND


def test_no_room_is_refunded() -> None:
    ledger = new_ledger()
    ledger._counters["next"] = ledger.preset.max_accounts
    assert accept(ledger, ALICE.deposit(1, ONE)).placement == REFUND


def test_dep_7_chain() -> None:
    assert_refused(new_ledger(), replace(ALICE.deposit(1, ONE), chain=4), "DEP-7")


@pytest.mark.parametrize(("field", "value"), [("sub_account", 16), ("token", 64), ("scale", 1)])
def test_blk_3_fields_within_the_preset(field: str, value: int) -> None:
    assert_refused(new_ledger(), replace(ALICE.deposit(1, ONE), **{field: value}), field)


def test_blk_3_placement_within_the_preset() -> None:
    assert_refused(new_ledger(), ALICE.deposit(1, ONE), "account", placement=Placement(4096))


def test_a_token_that_the_chain_does_not_list_is_refused() -> None:
    assert_refused(new_ledger(), replace(ALICE.deposit(1, ONE), token=3), "token", new_context())
