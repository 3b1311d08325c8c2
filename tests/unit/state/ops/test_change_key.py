"""CHANGE_KEY on the ledger: one test per rule."""

from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, CAROL, ONE, new_context
from tests.support.ledgers import accept, assert_refused, force_account, force_balance, force_nonce, funded_ledger
from zklink.protocol.keys import change_key_digest
from zklink.protocol.types import Owner, PublicKey
from zklink.state.context import KeyFact
from zklink.state.invariants import check_conservation
from zklink.state.ledger import Ledger

WALLET = Owner(3, CAROL.address)


def fact(op: object) -> KeyFact:
    return KeyFact(op.chain, op.owner, op.nonce, op.key)  # type: ignore[attr-defined]


def with_wallet() -> Ledger:
    """A contract wallet of chain 3 at index 4 as well."""
    ledger = funded_ledger()
    force_account(ledger, 4, WALLET)
    return ledger


def test_sets_the_key_and_counts_the_nonce() -> None:
    ledger = funded_ledger()
    applied = accept(ledger, BOB.change_key(3, 0, fee=ONE))
    account = ledger.account(3)
    assert account is not None
    assert (account.key, account.nonce) == (BOB.key, 1)
    assert ledger.balance(3, 0, 1) == 9 * ONE
    assert (applied.fee_token, applied.fee) == (1, ONE)
    check_conservation(ledger, {1: ONE})


@pytest.mark.parametrize("point", [(0, 1), (0, 0), (1, 2)])
def test_chk_1_key_is_a_point_of_the_subgroup(point: tuple[int, int]) -> None:
    op = BOB.sign(replace(BOB.change_key(3, 0, ecdsa=False), key=PublicKey(*point)))
    assert_refused(funded_ledger(), op, "CHK-1", new_context(facts={fact(op)}))


def test_chk_1_key_of_small_order() -> None:
    r = 21888242871839275222246405745257275088548364400416034343698204186575808495617
    op = BOB.sign(replace(BOB.change_key(3, 0, ecdsa=False), key=PublicKey(0, r - 1)))
    assert_refused(funded_ledger(), op, "CHK-1", new_context(facts={fact(op)}))


def test_chk_2_signature_by_the_new_key() -> None:
    good = BOB.change_key(3, 0)
    assert_refused(funded_ledger(), replace(good, signature=None), "CHK-2")
    assert_refused(funded_ledger(), ALICE.sign(good), "CHK-2")


@pytest.mark.parametrize("nonce", [1, 5])
def test_chk_3_nonce(nonce: int) -> None:
    assert_refused(funded_ledger(), BOB.change_key(3, nonce), "CHK-3")


def test_chk_3_last_nonce() -> None:
    ledger = funded_ledger()
    force_nonce(ledger, 3, (1 << 32) - 1)
    assert_refused(ledger, BOB.change_key(3, (1 << 32) - 1), "CHK-3")


def test_chk_4_balance_covers_the_fee() -> None:
    ledger = funded_ledger()
    force_balance(ledger, 3, ONE)
    assert_refused(ledger, BOB.change_key(3, 0, fee=2 * ONE), "CHK-4")
    accept(ledger, BOB.change_key(3, 0, fee=ONE))


def test_chk_5_reserve_account() -> None:
    assert_refused(funded_ledger(), BOB.change_key(1, 0), "CHK-5")


def test_chk_6_owner_is_the_accounts() -> None:
    assert_refused(funded_ledger(), ALICE.change_key(3, 0), "CHK-6")


def test_chk_9_consent_is_needed() -> None:
    assert_refused(funded_ledger(), BOB.change_key(3, 0, ecdsa=False), "CHK-9")


def test_chk_9_ecdsa_by_the_owner() -> None:
    op = BOB.change_key(3, 0)
    signature = bytes(ALICE.wallet.unsafe_sign_hash(change_key_digest(BOB.deployment_id, op)).signature)
    assert_refused(funded_ledger(), replace(op, eth_signature=signature), "CHK-9")
    assert_refused(funded_ledger(), replace(op, eth_signature=bytes(65)), "CHK-9")


def test_chk_9_ecdsa_on_the_primary_chain_only() -> None:
    assert_refused(funded_ledger(), BOB.change_key(3, 0, chain=2), "CHK-9")


def test_chk_9_ecdsa_for_domain_0_only() -> None:
    op = CAROL.sign(replace(CAROL.change_key(4, 0), owner=WALLET))
    digest = change_key_digest(CAROL.deployment_id, op)
    op = replace(op, eth_signature=bytes(CAROL.wallet.unsafe_sign_hash(digest).signature))
    assert_refused(with_wallet(), op, "CHK-9", new_context(facts={fact(op)}))


def test_chk_9_ecdsa_of_another_deployment() -> None:
    op = BOB.change_key(3, 0)
    digest = change_key_digest(BOB.deployment_id + 1, op)
    foreign = replace(op, eth_signature=bytes(BOB.wallet.unsafe_sign_hash(digest).signature))
    assert_refused(funded_ledger(), foreign, "CHK-9")


def test_chk_9_a_stored_fact_of_the_named_chain() -> None:
    op = CAROL.sign(replace(CAROL.change_key(4, 0, chain=3, ecdsa=False), owner=WALLET))
    known = fact(op)
    for wrong in (
        replace(known, chain=1),
        replace(known, owner=CAROL.owner),
        replace(known, nonce=1),
        replace(known, key=BOB.key),
    ):
        assert_refused(with_wallet(), op, "CHK-9", new_context(facts={wrong}))
    accept(with_wallet(), op, new_context(facts={known}))


def test_chk_9_a_contract_wallet_consents_on_its_own_chain() -> None:
    op = CAROL.sign(replace(CAROL.change_key(4, 0, chain=2, ecdsa=False), owner=WALLET))
    assert_refused(with_wallet(), op, "CHK-9", new_context(facts={fact(op)}))


def test_chk_9_an_ordinary_key_may_store_a_fact_anywhere() -> None:
    op = BOB.change_key(3, 0, chain=2, ecdsa=False)
    accept(funded_ledger(), op, new_context(facts={fact(op)}))


def test_chk_10_chain() -> None:
    op = BOB.change_key(3, 0, chain=4, ecdsa=False)
    assert_refused(funded_ledger(), op, "CHK-10", new_context(facts={fact(op)}))


@pytest.mark.parametrize(("field", "value"), [("account", 4096), ("sub_account", 16), ("token", 64)])
def test_blk_3_fields_within_the_preset(field: str, value: int) -> None:
    assert_refused(funded_ledger(), replace(BOB.change_key(3, 0), **{field: value}), field)
