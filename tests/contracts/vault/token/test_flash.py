"""ERC-3156 flash mint."""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak

from tests.contracts.vault.conftest import WAD, ZERO

ANSWER = keccak(text="ERC3156FlashBorrower.onFlashLoan")
FLASH = 10_000 * WAD
LOT = 2**256 - 1


@pytest.fixture
def borrower(project, people):
    contract = people.deployer.deploy(project.FlashBorrower)
    contract.prepare(ANSWER, LOT, ZERO, b"", sender=people.deployer)
    return contract


def test_lends_and_takes_back(zusd, people, borrower):
    receipt = borrower.borrow(zusd, 500, b"for you", sender=people.alice)
    assert receipt.events.filter(zusd.Transfer) == [
        zusd.Transfer(sender=ZERO, receiver=borrower, value=500),
        zusd.Transfer(sender=borrower, receiver=ZERO, value=500),
    ]
    assert borrower.seen_initiator() == borrower.address
    assert (borrower.seen_amount(), borrower.seen_fee(), bytes(borrower.seen_data())) == (500, 0, b"for you")
    # PCD-I2 inside the loan
    assert borrower.seen_supply() == borrower.seen_open() == 500
    assert zusd.totalSupply() == zusd.flash_open() == zusd.level(people.vault) == 0


def test_names_who_asked(zusd, people, borrower):
    zusd.flashLoan(borrower, zusd, 5, b"", sender=people.stranger)
    assert borrower.seen_initiator() == people.stranger


def test_reaches_the_cap_exactly(zusd, borrower, people):
    assert zusd.maxFlashLoan(zusd) == FLASH
    with ape.reverts("token/flash_cap"):
        borrower.borrow(zusd, FLASH + 1, b"", sender=people.alice)
    borrower.borrow(zusd, FLASH, b"", sender=people.alice)


def test_lends_no_other_token(zusd, people, borrower):
    assert zusd.maxFlashLoan(people.alice) == 0
    with ape.reverts("token/flash_token"):
        zusd.flashFee(people.alice, 1)
    with ape.reverts("token/flash_token"):
        zusd.flashLoan(borrower, people.alice, 0, b"", sender=people.alice)


def test_takes_its_fee_rounded_up(zusd, people, borrower):
    zusd.set_flash(FLASH, 300, sender=people.governor)
    assert [zusd.flashFee(zusd, amount) for amount in (0, 1, 10**6, 10**6 + 1)] == [0, 1, 300, 301]
    zusd.mint(borrower, 301, sender=people.vault)
    borrower.borrow(zusd, 10**6 + 1, b"", sender=people.alice)
    assert borrower.seen_fee() == zusd.balanceOf(people.governor) == zusd.totalSupply() == 301


def test_refuses_a_borrower_that_cannot_pay_the_fee(zusd, people, borrower):
    zusd.set_flash(FLASH, 300, sender=people.governor)
    zusd.mint(borrower, 299, sender=people.vault)
    with ape.reverts("erc20: transfer amount exceeds balance"):
        borrower.borrow(zusd, 10**6, b"", sender=people.alice)


def test_refuses_a_wrong_answer(zusd, people, borrower):
    borrower.prepare(keccak(b"no"), LOT, ZERO, b"", sender=people.deployer)
    with ape.reverts("token/flash_answer"):
        borrower.borrow(zusd, 1, b"", sender=people.alice)


def test_refuses_a_borrower_that_approves_too_little(zusd, people, borrower):
    borrower.prepare(ANSWER, 99, ZERO, b"", sender=people.deployer)
    with ape.reverts("erc20: insufficient allowance"):
        borrower.borrow(zusd, 100, b"", sender=people.alice)


def test_refuses_a_borrower_that_spent_it(zusd, people, borrower):
    spend = zusd.transfer.encode_input(people.bob, 1)
    borrower.prepare(ANSWER, LOT, zusd, spend, sender=people.deployer)
    with ape.reverts("erc20: burn amount exceeds balance"):
        borrower.borrow(zusd, 100, b"", sender=people.alice)


def test_refuses_an_account_without_code(zusd, people):
    with ape.reverts():
        zusd.flashLoan(people.alice, zusd, 1, b"", sender=people.alice)


def test_a_loan_inside_a_loan_is_refused(zusd, people, borrower):
    nested = zusd.flashLoan.encode_input(borrower, zusd, 1, b"")
    borrower.prepare(ANSWER, LOT, zusd, nested, sender=people.deployer)
    borrower.borrow(zusd, 100, b"", sender=people.alice)
    assert not borrower.succeeded()


def test_what_was_lent_can_be_used(zusd, people, borrower):
    use = zusd.approve.encode_input(people.bob, 1)
    borrower.prepare(ANSWER, LOT, zusd, use, sender=people.deployer)
    borrower.borrow(zusd, 100, b"", sender=people.alice)
    assert borrower.succeeded()
