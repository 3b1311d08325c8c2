"""WITHDRAW on the ledger: one test per rule."""

from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, ONE
from tests.support.ledgers import accept, assert_refused, force_balance, force_nonce, funded_ledger
from zklink.state.invariants import check_conservation


def test_user_and_reserve_lose_alike() -> None:
    ledger = funded_ledger()
    applied = accept(ledger, ALICE.withdraw(2, 1, 2, 20 * ONE, fee=ONE, ratio=30))
    assert ledger.balance(2, 0, 1) == 129 * ONE
    assert ledger.reserve(2, 1) == 30 * ONE
    assert (applied.fee_token, applied.fee) == (1, ONE)
    check_conservation(ledger, {1: ONE})


def test_wdr_1_signature() -> None:
    ledger = funded_ledger()
    good = ALICE.withdraw(2, 1, 2, ONE)
    assert_refused(ledger, replace(good, signature=None), "WDR-1")
    assert_refused(ledger, BOB.sign(good), "WDR-1")
    assert_refused(ledger, replace(good, recipient=BOB.address), "WDR-1")


@pytest.mark.parametrize("nonce", [0, 2])
def test_wdr_2_nonce(nonce: int) -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(2, nonce, 2, ONE), "WDR-2")


def test_wdr_2_last_nonce() -> None:
    ledger = funded_ledger()
    force_nonce(ledger, 2, (1 << 32) - 1)
    assert_refused(ledger, ALICE.withdraw(2, (1 << 32) - 1, 2, ONE), "WDR-2")


def test_wdr_3_balance_covers_amount_and_fee() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 2, 10 * ONE)
    assert_refused(ledger, ALICE.withdraw(2, 1, 1, 10 * ONE, fee=1), "WDR-3")
    accept(ledger, ALICE.withdraw(2, 1, 1, 10 * ONE))


def test_wdr_4_reserve_of_the_chain() -> None:
    ledger = funded_ledger()
    assert_refused(ledger, ALICE.withdraw(2, 1, 2, 50 * ONE + 10**12), "WDR-4")
    accept(ledger, ALICE.withdraw(2, 1, 2, 50 * ONE))


def test_wdr_5_whole_units() -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(2, 1, 2, ONE + 1), "WDR-5")


def test_wdr_7_reserve_account() -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(1, 0, 1, ONE), "WDR-7")


def test_wdr_9_recipient() -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(2, 1, 2, ONE, recipient=0), "WDR-9")


def test_wdr_10_chain() -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(2, 1, 4, 0), "WDR-10")


def test_a_token_that_the_chain_does_not_list_is_refused() -> None:
    assert_refused(funded_ledger(), ALICE.withdraw(2, 1, 1, 0, token=3), "token")


@pytest.mark.parametrize(("field", "value"), [("account", 4096), ("sub_account", 16), ("token", 64)])
def test_blk_3_fields_within_the_preset(field: str, value: int) -> None:
    assert_refused(funded_ledger(), replace(ALICE.withdraw(2, 1, 2, 0), **{field: value}), field)
