"""TRANSFER on the ledger: one test per rule."""

from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, CAROL, ONE, new_context
from tests.support.ledgers import (
    accept,
    assert_refused,
    force_account,
    force_balance,
    force_nonce,
    funded_ledger,
)
from zklink.protocol.constants import RESERVE_ADDRESS
from zklink.protocol.ops import Placement
from zklink.protocol.types import Owner
from zklink.state.errors import RuleViolation
from zklink.state.invariants import check_conservation

REPLAY = new_context(verify=False)


def test_moves_amount_and_keeps_the_fee_for_the_block() -> None:
    ledger = funded_ledger()
    applied = accept(ledger, ALICE.transfer(2, 1, BOB.owner, 30 * ONE, fee=ONE, to_sub=2))
    assert ledger.balance(2, 0, 1) == 119 * ONE
    assert ledger.balance(3, 2, 1) == 30 * ONE
    assert (applied.fee_token, applied.fee, applied.created, applied.placement.account) == (1, ONE, False, 3)
    account = ledger.account(2)
    assert account is not None
    assert account.nonce == 2
    check_conservation(ledger, {1: ONE})


def test_creates_the_recipient() -> None:
    ledger = funded_ledger()
    applied = accept(ledger, ALICE.transfer(2, 1, CAROL.owner, 5 * ONE))
    assert (applied.placement.account, applied.created) == (4, True)
    account = ledger.account(4)
    assert account is not None
    assert (account.owner, account.nonce) == (CAROL.owner, 0)
    assert len(applied.steps[0].words.data) == 2


def test_creates_even_for_nothing() -> None:
    ledger = funded_ledger()
    assert accept(ledger, ALICE.transfer(2, 1, CAROL.owner, 0)).created


def test_between_sub_accounts_of_one_account() -> None:
    ledger = funded_ledger()
    accept(ledger, ALICE.transfer(2, 1, ALICE.owner, 40 * ONE, to_sub=1))
    assert (ledger.balance(2, 0, 1), ledger.balance(2, 1, 1)) == (110 * ONE, 40 * ONE)


def test_trf_1_signature() -> None:
    ledger = funded_ledger()
    good = ALICE.transfer(2, 1, BOB.owner, ONE)
    assert_refused(ledger, replace(good, signature=None), "TRF-1")
    assert_refused(ledger, replace(BOB.sign(good)), "TRF-1")
    assert_refused(ledger, replace(good, amount=ALICE.transfer(2, 1, BOB.owner, 2 * ONE).amount), "TRF-1")


def test_trf_1_an_account_without_a_key_signs_nothing() -> None:
    assert_refused(funded_ledger(), BOB.transfer(3, 0, ALICE.owner, ONE), "TRF-1")


def test_trf_1_another_deployment() -> None:
    ledger = funded_ledger()
    other = replace(ALICE, deployment_id=ALICE.deployment_id + 1)
    assert_refused(ledger, other.transfer(2, 1, BOB.owner, ONE), "TRF-1")


@pytest.mark.parametrize("nonce", [0, 2])
def test_trf_2_nonce(nonce: int) -> None:
    assert_refused(funded_ledger(), ALICE.transfer(2, nonce, BOB.owner, ONE), "TRF-2")


def test_trf_2_last_nonce() -> None:
    ledger = funded_ledger()
    force_nonce(ledger, 2, (1 << 32) - 1)
    assert_refused(ledger, ALICE.transfer(2, (1 << 32) - 1, BOB.owner, ONE), "TRF-2")
    force_nonce(ledger, 2, (1 << 32) - 2)
    accept(ledger, ALICE.transfer(2, (1 << 32) - 2, BOB.owner, ONE))


def test_trf_2_sender_exists() -> None:
    assert_refused(funded_ledger(), ALICE.transfer(9, 0, BOB.owner, 0), "TRF-2")


def test_trf_3_balance_covers_amount_and_fee() -> None:
    ledger = funded_ledger()
    assert_refused(ledger, ALICE.transfer(2, 1, BOB.owner, 149 * ONE, fee=ONE + 10**17), "TRF-3")
    accept(ledger, ALICE.transfer(2, 1, BOB.owner, 149 * ONE, fee=ONE))
    assert ledger.balance(2, 0, 1) == 0


def test_trf_5_reserve_is_no_sender() -> None:
    assert_refused(funded_ledger(), ALICE.transfer(1, 0, BOB.owner, ONE), "TRF-5")


def test_trf_6_reserve_is_no_recipient() -> None:
    op = ALICE.transfer(2, 1, Owner(255, RESERVE_ADDRESS), ONE)
    assert_refused(funded_ledger(), op, "TRF-6", REPLAY, Placement(1))


def test_trf_7_recipient_is_the_signed_one() -> None:
    ledger = funded_ledger()
    force_account(ledger, 4, CAROL.owner)
    assert_refused(ledger, ALICE.transfer(2, 1, BOB.owner, ONE), "TRF-7", placement=Placement(4))


def test_trf_8_no_room_for_a_new_account() -> None:
    ledger = funded_ledger()
    ledger._counters["next"] = ledger.preset.max_accounts
    assert_refused(ledger, ALICE.transfer(2, 1, CAROL.owner, ONE), "TRF-8")


def test_trf_9_recipient_overflow() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 3, (1 << 128) - ONE)
    assert_refused(ledger, ALICE.transfer(2, 1, BOB.owner, ONE), "TRF-9")
    force_balance(ledger, 3, (1 << 128) - ONE - 1)
    accept(ledger, ALICE.transfer(2, 1, BOB.owner, ONE))


@pytest.mark.parametrize("owner", [Owner(0, 0), Owner(9, 5), Owner(1, 0)])
def test_trf_10_recipient_is_somebody(owner: Owner) -> None:
    assert_refused(funded_ledger(), ALICE.transfer(2, 1, owner, ONE), "TRF-10")


def test_trf_10_replay_takes_what_the_circuit_takes() -> None:
    ledger = funded_ledger()
    assert_refused(ledger, ALICE.transfer(2, 1, Owner(0, 0), ONE), "TRF-10", REPLAY, Placement(4))
    accept(ledger, ALICE.transfer(2, 1, Owner(9, 5), ONE), REPLAY, Placement(4))


def test_trf_11_not_to_the_same_balance() -> None:
    assert_refused(funded_ledger(), ALICE.transfer(2, 1, ALICE.owner, ONE), "TRF-11")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": 4096}, "account"),
        ({"sub_account": 16}, "sub_account"),
        ({"to_sub_account": 16}, "sub_account"),
        ({"token": 64}, "token"),
    ],
)
def test_blk_3_fields_within_the_preset(changes: dict[str, int], field: str) -> None:
    op = replace(ALICE.transfer(2, 1, BOB.owner, 0), **changes)  # type: ignore[arg-type]
    assert_refused(funded_ledger(), op, field)


def test_blk_3_placement_within_the_preset() -> None:
    assert_refused(funded_ledger(), ALICE.transfer(2, 1, BOB.owner, 0), "to_account", placement=Placement(4096))


def test_the_same_operation_twice_is_refused() -> None:
    ledger = funded_ledger()
    op = ALICE.transfer(2, 1, BOB.owner, ONE)
    accept(ledger, op)
    with pytest.raises(RuleViolation, match="TRF-2"):
        accept(ledger, op)
