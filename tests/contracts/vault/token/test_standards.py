"""What ERC-20, EIP-2612 and ERC-5267 say, as laws over random values."""

from __future__ import annotations

import ape
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import ZERO
from tests.support.isolation import isolated

FEW = settings(max_examples=12, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
LOT = 2**256 - 1
SUPPLY = 10**20
amounts = st.one_of(st.sampled_from([0, 1, SUPPLY, SUPPLY + 1, LOT]), st.integers(0, SUPPLY))
signer = Account.from_key(keccak(b"holder"))


@pytest.fixture(scope="module", autouse=True)
def issued(zusd, people):
    zusd.mint(people.alice, SUPPLY, sender=people.vault)


def test_metadata(zusd):
    assert (zusd.name(), zusd.symbol(), zusd.decimals(), zusd.totalSupply()) == ("zkLink USD", "zUSD", 18, SUPPLY)


@FEW
@given(amounts)
def test_transfer_moves_exactly_or_reverts(zusd, people, chain, amount):
    with isolated(chain):
        if amount > SUPPLY:
            with ape.reverts("erc20: transfer amount exceeds balance"):
                zusd.transfer(people.bob, amount, sender=people.alice)
            return
        receipt = zusd.transfer(people.bob, amount, sender=people.alice)
        # a transfer of 0 is a transfer: it emits too
        assert receipt.events == [zusd.Transfer(sender=people.alice, receiver=people.bob, value=amount)]
        assert receipt.return_value is True
        assert (zusd.balanceOf(people.alice), zusd.balanceOf(people.bob)) == (SUPPLY - amount, amount)
        assert zusd.totalSupply() == SUPPLY


@FEW
@given(amounts, amounts)
def test_transfer_from_spends_the_allowance(zusd, people, chain, allowed, amount):
    with isolated(chain):
        receipt = zusd.approve(people.bob, allowed, sender=people.alice)
        assert receipt.events == [zusd.Approval(owner=people.alice, spender=people.bob, value=allowed)]
        if amount > min(allowed, SUPPLY):
            with ape.reverts():
                zusd.transferFrom(people.alice, people.stranger, amount, sender=people.bob)
            return
        zusd.transferFrom(people.alice, people.stranger, amount, sender=people.bob)
        assert zusd.balanceOf(people.stranger) == amount
        assert zusd.allowance(people.alice, people.bob) == (LOT if allowed == LOT else allowed - amount)


def test_transfer_to_oneself_changes_nothing(zusd, people):
    zusd.transfer(people.alice, SUPPLY, sender=people.alice)
    assert zusd.balanceOf(people.alice) == SUPPLY


def test_refuses_the_zero_address(zusd, people):
    with ape.reverts("erc20: transfer to the zero address"):
        zusd.transfer(ZERO, 1, sender=people.alice)
    with ape.reverts("erc20: approve to the zero address"):
        zusd.approve(ZERO, 1, sender=people.alice)


def permit_of(zusd, spender, value, nonce, deadline, chain_id=None, token=None, key=signer.key):
    fields, name, version, chain, contract, salt, extensions = zusd.eip712Domain()
    assert (bytes(fields), name, version, salt, list(extensions)) == (b"\x0f", "zkLink USD", "1", bytes(32), [])
    message = {
        "owner": signer.address,
        "spender": str(spender),
        "value": value,
        "nonce": nonce,
        "deadline": deadline,
    }
    document = encode_typed_data(
        {"name": name, "version": version, "chainId": chain_id or chain, "verifyingContract": token or contract},
        {
            "Permit": [
                {"name": "owner", "type": "address"},
                {"name": "spender", "type": "address"},
                {"name": "value", "type": "uint256"},
                {"name": "nonce", "type": "uint256"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        message,
    )
    signed = Account.sign_message(document, key)
    return signed.v, signed.r.to_bytes(32), signed.s.to_bytes(32)


@FEW
@given(st.integers(0, LOT), st.integers(0, 10**6))
def test_permit_sets_the_allowance_once(zusd, people, chain, value, wait):
    with isolated(chain):
        deadline = chain.blocks.head.timestamp + 10 + wait
        signature = permit_of(zusd, people.bob, value, 0, deadline)
        receipt = zusd.permit(signer.address, people.bob, value, deadline, *signature, sender=people.stranger)
        assert receipt.events == [zusd.Approval(owner=signer.address, spender=people.bob, value=value)]
        assert zusd.allowance(signer.address, people.bob) == value
        assert zusd.nonces(signer.address) == 1
        with ape.reverts("erc20: invalid signature"):
            zusd.permit(signer.address, people.bob, value, deadline, *signature, sender=people.stranger)


@pytest.mark.parametrize(
    "changed", [{"nonce": 1}, {"chain_id": 5}, {"token": "0x" + "12" * 20}, {"key": keccak(b"another")}]
)
def test_permit_refuses_another_message(zusd, people, chain, changed):
    deadline = chain.blocks.head.timestamp + 100
    signature = permit_of(zusd, people.bob, 1, **({"nonce": 0, "deadline": deadline} | changed))
    with ape.reverts("erc20: invalid signature"):
        zusd.permit(signer.address, people.bob, 1, deadline, *signature, sender=people.bob)


def test_permit_refuses_what_is_late(zusd, people, chain):
    deadline = chain.blocks.head.timestamp - 1
    signature = permit_of(zusd, people.bob, 1, 0, deadline)
    with ape.reverts("erc20: expired deadline"):
        zusd.permit(signer.address, people.bob, 1, deadline, *signature, sender=people.bob)
