"""FULL_EXIT on the ledger: one test per rule."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.actors import ALICE, BOB, LISTING, NETWORK, ONE, new_context
from tests.support.ledgers import accept, assert_refused, force_balance, funded_ledger, inner_state
from zklink.protocol.ops import ExitPart, exit_chain_order
from zklink.protocol.types import Owner
from zklink.state.invariants import check_conservation


def paid(steps: tuple) -> list[tuple[int, int]]:  # type: ignore[type-arg]
    return [(step.chain, step.units) for step in steps]


def test_fex_3_asked_chain_first_then_in_order() -> None:
    ledger = funded_ledger()
    steps = accept(ledger, ALICE.full_exit(2, 2)).steps
    assert paid(steps) == [(2, 50 * 10**6), (1, 100 * ONE)]
    assert ledger.balance(2, 0, 1) == 0
    assert (ledger.reserve(1, 1), ledger.reserve(2, 1)) == (10 * ONE, 0)
    check_conservation(ledger)


def test_fex_6_ends_as_soon_as_nothing_remains() -> None:
    assert paid(accept(funded_ledger(), BOB.full_exit(3, 1)).steps) == [(1, 10 * ONE)]


def test_fex_4_dust_stays_and_every_chain_is_visited() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 2, 3 * 10**12 + 5)
    force_balance(ledger, 1, 2, sub_account=0)  # chain 1 holds two atoms
    steps = accept(ledger, ALICE.full_exit(2, 2)).steps
    assert paid(steps) == [(2, 3), (1, 2), (2, 0), (3, 0)]
    assert ledger.balance(2, 0, 1) == 3
    # Chain 2 still holds something: its continuation has words though it pays nothing. Chain 3 holds nothing.
    assert [len(step.words.chain_words) for step in steps] == [3, 2, 2, 0]


def test_fex_5_the_debit_is_the_sum_of_the_parts() -> None:
    ledger = funded_ledger()
    first, again, second = accept(ledger, ALICE.full_exit(2, 1)).steps
    assert (again.chain, again.units, again.words.chain_words) == (1, 0, ())
    assert first.debit == 150 * ONE == first.units + second.units * 10**12
    assert second.debit == again.debit == 0
    assert first.a.balance == 150 * ONE


def test_fex_2_a_stranger_gets_nothing() -> None:
    ledger = funded_ledger()
    before = inner_state(ledger)
    for op in (
        replace(ALICE.full_exit(2, 1), owner=BOB.owner),
        replace(ALICE.full_exit(2, 1), owner=Owner(1, ALICE.address)),
        ALICE.full_exit(9, 1),
    ):
        assert paid(accept(ledger, op).steps) == [(1, 0)]
    assert inner_state(ledger) == before


def test_fex_7_nonce_and_key_stay() -> None:
    ledger = funded_ledger()
    before = ledger.account(2)
    accept(ledger, ALICE.full_exit(2, 1))
    after = ledger.account(2)
    assert before is not None
    assert after is not None
    assert (after.nonce, after.key) == (before.nonce, before.key)


def test_fex_9_every_part_goes_to_the_recipient() -> None:
    op = replace(ALICE.full_exit(2, 2), recipient=77)
    first, second = accept(funded_ledger(), op).steps
    assert first.payee == 77
    assert ExitPart.decode(second.chain, second.words.chain_words).recipient == 77
    assert second.ref_owner == 77


def test_a_chain_that_does_not_list_the_token_is_passed_by() -> None:
    ledger = funded_ledger()
    accept(ledger, ALICE.deposit(1, 5 * ONE, token=2))
    force_balance(ledger, 1, 3 * ONE, token=2)
    steps = accept(ledger, ALICE.full_exit(2, 2, token=2)).steps
    assert paid(steps) == [(2, 0), (1, 3 * ONE), (2, 0), (3, 0)]
    assert steps[3].exponent == 0
    assert steps[3].words.chain_words == ()


def test_fex_1_reserve_account() -> None:
    assert_refused(funded_ledger(), ALICE.full_exit(1, 1), "FEX-1")


def test_fex_3_chain_exists() -> None:
    assert_refused(funded_ledger(), replace(ALICE.full_exit(2, 1), chain=4), "FEX-3")


@pytest.mark.parametrize(("field", "value"), [("account", 4096), ("sub_account", 16), ("token", 64), ("scale", 5)])
def test_blk_3_fields_within_the_preset(field: str, value: int) -> None:
    assert_refused(funded_ledger(), replace(ALICE.full_exit(2, 1), **{field: value}), field)


@settings(max_examples=60, deadline=None)
@given(
    balance=st.integers(0, 1 << 100),
    reserves=st.tuples(*[st.integers(0, 1 << 99)] * 3),
    asked=st.integers(1, 3),
)
def test_the_walk_pays_all_that_it_can(balance: int, reserves: tuple[int, ...], asked: int) -> None:
    ledger = funded_ledger()
    force_balance(ledger, 2, balance)
    for chain, reserve in enumerate(reserves, start=1):
        force_balance(ledger, 1, reserve, sub_account=chain - 1)
    steps = accept(ledger, ALICE.full_exit(2, asked), new_context()).steps
    parts = [(step.chain, step.units * 10 ** LISTING.scale(1, step.chain)) for step in steps]
    left = ledger.balance(2, 0, 1)
    assert balance - left == sum(amount for _, amount in parts) == steps[0].debit
    assert [chain for chain, _ in parts] == list(exit_chain_order(asked, NETWORK.chain_count))[: len(parts)]
    assert left == 0 or len(parts) == 1 + NETWORK.chain_count
    for chain in (1, 2, 3):
        rest, unit = ledger.reserve(chain, 1), 10 ** LISTING.scale(1, chain)
        assert rest == reserves[chain - 1] - sum(amount for at, amount in parts if at == chain)
        assert not left or min(left, rest) < unit
