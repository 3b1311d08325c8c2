"""Each rule of each operation: a step in which only that check fails.

`refuse` runs the real step (must stop at a line that names the rule) and evaluates every assertion of the source on the
full assignment: the number of violated ones is asserted, so nothing but the named check is broken. Signatures fail in
two (x and y of one point); one-hot codes in two (sum and value), and an unknown chain is also above the count.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.circuits.forge import (
    CHANGE_KEY,
    DEPOSIT,
    EXIT_PART,
    FULL_EXIT,
    NOOP,
    TRANSFER,
    WITHDRAW,
    forge,
    signer,
)
from tests.circuits.honest import RECIPIENT, WALK, honest
from tests.circuits.scenario import ALICE, BOB, CAROL, SECRETS, TOKEN, World
from zklink.protocol.constants import FIELD_MODULUS, SUBGROUP_ORDER
from zklink.protocol.hashing import poseidon
from zklink.protocol.types import Owner, PublicKey
from zklink.state.account import RESERVE_OWNER
from zklink_native import babyjub_add, babyjub_mul_base8, eddsa_sign

R = FIELD_MODULUS
EVE = Owner(0, 0xE5E)
SECRETS[EVE] = 77
ORDER_TWO = (0, R - 1)
"""The point of order 2 on Baby Jubjub."""


def cofactored(secret: int, key: tuple[int, int]) -> Callable[[int], tuple[int, int, int]]:
    """A signer under `key` = secret * B8 + a point of small order: circomlib's equation alone would accept it."""

    def sign(message: int) -> tuple[int, int, int]:
        r = babyjub_mul_base8(4242)
        challenge = poseidon([*r, *key, message])
        return r[0], r[1], (4242 + 8 * challenge * secret) % SUBGROUP_ORDER

    return sign


def last_nonce(world: World) -> None:
    """Alice's account at its last nonce."""
    account = world.ledger.account(2)
    assert account
    world.ledger._put_account(2, replace(account, nonce=2**32 - 1))


def balance(index: int, sub: int, by: int) -> Callable[[World], None]:
    """Adds to a balance behind the state machine's back."""
    return lambda world: world.ledger.access(index, sub, TOKEN, change=by) and None


def key_on_reserve(world: World) -> None:
    """Account 1 with Alice's key and a balance."""
    world.ledger.access(1, 0, TOKEN, change=10**20, key=PublicKey(*babyjub_mul_base8(SECRETS[ALICE])))


def ownerless(world: World) -> None:
    """An account of owner 0 at index 4."""
    world.ledger.access(4, 0, TOKEN, create=Owner(0, 0))


def second_deposit(world: World) -> None:
    """An account of Alice at index 4 with her key and a balance in sub-account 0."""
    world.ledger.access(4, 0, TOKEN, change=10**20, create=ALICE)


def nothing(world: World) -> None:
    """The world as it is."""


S_PLUS_ORDER = lambda owner: lambda m: (lambda s: (s[0], s[1], s[2] + SUBGROUP_ORDER))(eddsa_sign(SECRETS[owner], m))  # noqa: E731
LOW_ORDER_KEY = babyjub_add(babyjub_mul_base8(33), ORDER_TWO)
BIG = 1 << 128

# (rule, rows, operation, changes, preparation)
CASES: list[tuple[str, int, int, dict[str, Any], Callable[[World], None]]] = [
    ("NOP-1", 1, NOOP, dict(token=3), nothing),
    ("NOP-1", 1, NOOP, dict(ref_owner=5), nothing),
    ("NOP-1", 1, NOOP, dict(account=2), nothing),
    ("DEP-1", 1, DEPOSIT, dict(account=1, sub=9, ref_owner=RESERVE_OWNER.packed), nothing),
    ("DEP-2", 1, DEPOSIT, dict(ref_owner=BOB.packed), nothing),
    ("DEP-3", 1, DEPOSIT, dict(), balance(2, 0, BIG - 1 - 500 * 10**18)),
    ("DEP-4", 1, DEPOSIT, dict(), balance(1, 0, (1 << 116) - 1 - 500 * 10**18)),
    ("DEP-6", 1, DEPOSIT, dict(applied=0), nothing),
    ("DEP-7", 1, DEPOSIT, dict(chain=3), nothing),
    ("DEP-7", 3, DEPOSIT, dict(chain=9), nothing),
    ("DEP-7", 1, DEPOSIT, dict(chain=0, applied=0, account=0), nothing),
    ("FEX-1", 1, FULL_EXIT, dict(account=1, sub=9, ref_owner=RESERVE_OWNER.packed, units=0, debit=0), nothing),
    ("FEX-2", 1, FULL_EXIT, dict(ref_owner=BOB.packed, units=1000, debit=10**15), nothing),
    ("FEX-3", 1, EXIT_PART, dict(walk=WALK | {"exit_chain": 1}), nothing),
    ("FEX-4", 1, EXIT_PART, dict(units=41, walk=WALK | {"exit_debit": 41}), nothing),
    ("FEX-4", 1, EXIT_PART, dict(units=39, walk=WALK | {"exit_debit": 39}), nothing),
    ("FEX-4", 1, EXIT_PART, dict(walk=WALK), balance(1, 1, 39 - 300 * 10**18)),
    ("FEX-5", 1, EXIT_PART, dict(walk=WALK | {"exit_debit": 41}), nothing),
    ("FEX-5", 1, EXIT_PART, dict(debit=1, walk=WALK | {"exit_debit": 39}), balance(0, 0, 1)),
    ("FEX-5", 1, FULL_EXIT, dict(debit=500 * 10**18 - 1), nothing),
    ("FEX-8", 1, NOOP, dict(walk={"exit_active": 1}), nothing),
    ("FEX-8", 1, EXIT_PART, dict(walk=WALK | {"exit_active": 0}), nothing),
    ("FEX-9", 1, EXIT_PART, dict(ref_owner=RECIPIENT + 1), nothing),
    ("FEX-9", 1, EXIT_PART, dict(walk=WALK | {"exit_token": 5}), nothing),
    ("WDR-1", 2, WITHDRAW, dict(sign=signer(BOB)), nothing),
    ("WDR-1", 1, WITHDRAW, dict(sign=S_PLUS_ORDER(ALICE)), nothing),
    ("WDR-2", 1, WITHDRAW, dict(), last_nonce),
    ("WDR-3", 1, WITHDRAW, dict(), balance(2, 0, 9 * 10**12 + 299 - 500 * 10**18)),
    ("WDR-4", 1, WITHDRAW, dict(), balance(1, 0, 9 * 10**12 - 1 - 500 * 10**18)),
    ("WDR-6", 1, WITHDRAW, dict(fee_token=(5, 0)), nothing),
    ("WDR-7", 1, WITHDRAW, dict(account=1), key_on_reserve),
    ("WDR-8", 1, WITHDRAW, dict(ratio=10_001), nothing),
    ("WDR-9", 1, WITHDRAW, dict(ref_owner=ALICE.packed + (1 << 160)), nothing),
    ("WDR-9", 1, WITHDRAW, dict(ref_owner=0), nothing),
    ("WDR-10", 1, WITHDRAW, dict(chain=3, units=0), nothing),
    ("TRF-1", 2, TRANSFER, dict(sign=signer(BOB)), nothing),
    ("TRF-1", 1, TRANSFER, dict(sign=S_PLUS_ORDER(ALICE)), nothing),
    ("TRF-2", 1, TRANSFER, dict(), last_nonce),
    ("TRF-3", 1, TRANSFER, dict(), balance(2, 0, 503 * 10**15 - 1 - 500 * 10**18)),
    ("TRF-4", 1, TRANSFER, dict(units=1 << 35, exponent=0), nothing),
    ("TRF-4", 1, TRANSFER, dict(fee_token=(5, 0)), nothing),
    ("TRF-5", 1, TRANSFER, dict(account=1), key_on_reserve),
    ("TRF-6", 1, TRANSFER, dict(to_account=1, ref_owner=RESERVE_OWNER.packed), nothing),
    ("TRF-7", 1, TRANSFER, dict(ref_owner=CAROL.packed), nothing),
    ("TRF-9", 1, TRANSFER, dict(), balance(3, 4, BIG - 1)),
    ("TRF-10", 1, TRANSFER, dict(to_account=4, to_sub=0, ref_owner=0), ownerless),
    ("TRF-11", 1, TRANSFER, dict(to_account=2, to_sub=0, ref_owner=ALICE.packed), nothing),
    ("CHK-1", 2, CHANGE_KEY, dict(key_x=LOW_ORDER_KEY[0], key_y=LOW_ORDER_KEY[1], sign=cofactored(33, LOW_ORDER_KEY)),
     nothing),
    ("CHK-1", 1, CHANGE_KEY, dict(key_x=0, key_y=1, sign=cofactored(0, (0, 1))), nothing),
    ("CHK-2", 2, CHANGE_KEY, dict(sign=signer(ALICE)), nothing),
    ("CHK-3", 1, CHANGE_KEY, dict(), last_nonce),
    ("CHK-4", 1, CHANGE_KEY, dict(), balance(2, 0, 5 * 10**10 - 1 - 500 * 10**18)),
    ("CHK-5", 1, CHANGE_KEY, dict(account=1, ref_owner=RESERVE_OWNER.packed), key_on_reserve),
    ("CHK-6", 1, CHANGE_KEY, dict(ref_owner=BOB.packed), nothing),
    ("CHK-6", 1, CHANGE_KEY, dict(account=9, ref_owner=0, fee_mantissa=0, fee_exponent=0), nothing),
    ("CHK-8", 1, CHANGE_KEY, dict(fee_token=(5, 0)), nothing),
    ("CHK-10", 1, CHANGE_KEY, dict(chain=3), nothing),
    ("BLK-5", 2, NOOP, dict(shown={"op": 4, "chain": 1}), nothing),
    ("BLK-3", 1, TRANSFER, dict(shown={"account": 2 + (1 << 12)}), nothing),
    ("BLK-3", 1, TRANSFER, dict(shown={"sub": 1 << 4}), nothing),
    ("BLK-3", 1, TRANSFER, dict(shown={"to_account": 3 + (1 << 12)}), nothing),
    ("BLK-3", 1, TRANSFER, dict(shown={"to_sub": 4 + (1 << 4)}), nothing),
    ("BLK-3", 1, CHANGE_KEY, dict(fee_mantissa=0, fee_exponent=0, shown={"token": 1 + (1 << 6)}), nothing),
    ("BLK-3", 1, DEPOSIT, dict(units=BIG, exponent=0, applied=0, account=0), nothing),
    ("BLK-3", 1, DEPOSIT, dict(units=0, exponent=32, applied=0, account=0), nothing),
    ("BLK-3", 1, TRANSFER, dict(fee_mantissa=1 << 11, fee_exponent=1), nothing),
    ("BLK-3", 1, TRANSFER, dict(fee_mantissa=0, fee_exponent=32), nothing),
    ("BLK-3", 1, DEPOSIT, dict(applied=0, account=0, shown={"ref_owner": 1 << 168}), nothing),
    ("BLK-3", 1, DEPOSIT, dict(payee=1 << 160), nothing),
    ("BLK-3", 1, WITHDRAW, dict(ratio=-1), nothing),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "rows", "op", "changes", "prepare"), CASES, ids=[f"{at}-{case[0]}" for at, case in enumerate(CASES)]
)
def test_only_this_check_fails(rule, rows, op, changes, prepare, world, refuse) -> None:
    prepare(world)
    refusal = refuse(forge(world, **honest(op, **changes)))
    assert rule in refusal.rules, refusal
    assert len(refusal.rows) == rows, refusal


# Fields that an operation does not have: (operation, changes); the row stands in the phase `unused` or with its gadget.
UNUSED: list[tuple[int, dict[str, Any]]] = [
    (EXIT_PART, dict(account=2)),
    (EXIT_PART, dict(sub=1)),
    (FULL_EXIT, dict(to_account=1, units=0, debit=0, sub=2)),
    (FULL_EXIT, dict(to_sub=1, units=0, debit=0, sub=2)),
    (CHANGE_KEY, dict(units=1)),
    (CHANGE_KEY, dict(exponent=1)),
    (DEPOSIT, dict(fee_mantissa=1)),
    (DEPOSIT, dict(fee_exponent=1)),
    (DEPOSIT, dict(ratio=1)),
    (WITHDRAW, dict(payee=1)),
    (DEPOSIT, dict(sig_r8y=R - 2)),
    (DEPOSIT, dict(sig_s=1)),
    (TRANSFER, dict(key_x=1)),
    (TRANSFER, dict(key_y=1 << 128)),
    (FULL_EXIT, dict(applied=1, account=0, ref_owner=0xFEE, units=0, debit=0)),
]  # fmt: skip


@pytest.mark.parametrize(("op", "changes"), UNUSED, ids=[f"{op}-{next(iter(c))}" for op, c in UNUSED])
def test_field_that_the_operation_does_not_have(op, changes, world, refuse) -> None:
    refusal = refuse(forge(world, **honest(op, **changes)))
    assert 1 <= len(refusal.rows) <= 2, refusal


def becomes(**fields: Any) -> Callable[[World], None]:
    """Account 9 with other fields."""

    def change(world: World) -> None:
        account = world.ledger.account(9)
        assert account
        world.ledger._put_account(9, replace(account, **fields))

    return change


# Contents of a leaf that is claimed to be empty, and what the account becomes when it is created with them.
DIRTY: dict[str, tuple[int, Callable[[World], None]]] = {
    "a_nonce": (5, becomes(nonce=5)),
    "a_key_x": (7, becomes(key=PublicKey(7, 0))),
    "a_key_y": (7, becomes(key=PublicKey(0, 7))),
    "a_order_root": (7, becomes(order_root=7)),
}


@pytest.mark.parametrize("name", DIRTY)
def test_account_created_with_contents(name, world, refuse) -> None:
    value, after = DIRTY[name]
    refusal = refuse(forge(world, **honest(DEPOSIT, account=9, after_a=after)) | {name: value})
    assert {"TRF-8", "DEP-2"} <= refusal.rules
    assert len(refusal.rows) == 1, refusal


def test_exit_from_an_empty_leaf_with_an_owner(world, refuse) -> None:
    inputs = forge(world, **honest(FULL_EXIT, account=9, units=0, debit=0))
    refusal = refuse(inputs | {"a_owner": ALICE.packed})
    assert {"TRF-8", "DEP-2"} <= refusal.rules
    assert len(refusal.rows) == 1, refusal


def test_account_created_with_balances(world, refuse) -> None:
    rich = forge(world, **honest(DEPOSIT))
    rich_root = {}
    forge(world, **honest(DEPOSIT, after_a=lambda w: rich_root.update(root=w.ledger.account(2).asset_root)))
    inputs = forge(world, **honest(DEPOSIT, account=9, after_a=lambda w: becomes(asset_root=rich_root["root"])(w)))
    refusal = refuse(inputs | {name: rich[name] for name in ("a_balance", "a_asset_children")})
    assert {"TRF-8", "DEP-2"} <= refusal.rules
    assert len(refusal.rows) == 1, refusal


def test_only_a_transfer_may_find_an_empty_recipient(world, refuse) -> None:
    world.ledger._tree.set(1, 0)
    del world.ledger._accounts[1], world.ledger._assets[1]
    refusal = refuse(forge(world, **honest(FULL_EXIT, units=0, debit=0, sub=2)))
    assert "TRF-8" in refusal.rules
    assert len(refusal.rows) == 1, refusal


@pytest.mark.parametrize("op", [NOOP, DEPOSIT, TRANSFER, WITHDRAW, FULL_EXIT, CHANGE_KEY, EXIT_PART])
class TestTrio:
    """Honest passes, a corrupted witness fails, the wrong operation fails."""

    def test_honest_step(self, op, world, accept, unchecked_step) -> None:
        inputs = forge(world, **honest(op))
        accept(inputs)
        assert unchecked_step.violated(unchecked_step.assignment(inputs)) == []

    def test_corrupted_witness(self, op, world, refuse) -> None:
        inputs = forge(world, **honest(op))
        for name in ("a_balance", "b_owner", "in_root"):
            assert refuse(inputs | {name: inputs[name] + 1}).rows

    def test_wrong_operation(self, op, world, refuse) -> None:
        inputs = forge(world, **honest(op))
        for other in {TRANSFER, FULL_EXIT, EXIT_PART} - {op}:
            assert refuse(inputs | {"op": other}).rows
