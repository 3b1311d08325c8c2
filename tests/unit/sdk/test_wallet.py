"""The wallet against the golden vectors and against independent verification."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from zklink.crypto import eddsa
from zklink.protocol.errors import NotPackable
from zklink.protocol.keys import change_key_digest, recover_address
from zklink.protocol.ops import op_from_json, op_to_json
from zklink.protocol.types import L2Signature, Owner, PublicKey
from zklink.sdk.errors import WalletError
from zklink.sdk.wallet import Wallet

VECTORS = Path(__file__).parents[2] / "vectors"
KEYS = json.loads((VECTORS / "keys.json").read_text())
OPERATIONS = json.loads((VECTORS / "operations.json").read_text())
SIGNED = [c for c in OPERATIONS["cases"] if (c["operation"] or {}).get("type") in ("TRANSFER", "WITHDRAW")]
DEPLOYMENT = int(KEYS["l2_key"]["deployment_id"], 16)


@pytest.fixture
def wallet() -> Wallet:
    return Wallet(Account.from_key(KEYS["l2_key"]["private_key"]), DEPLOYMENT)


def verified(wallet: Wallet, signature: L2Signature | None, message: int, key: PublicKey | None = None) -> bool:
    assert signature is not None
    key = key or wallet.public_key
    return eddsa.verify((key.x, key.y), (signature.r8x, signature.r8y, signature.s), message)


def test_l2_key_is_the_vectors(wallet: Wallet) -> None:
    expected = KEYS["l2_key"]["public_key"]
    assert wallet.public_key == PublicKey(int(expected["x"], 16), int(expected["y"], 16))


def test_another_deployment_gives_another_key(wallet: Wallet) -> None:
    assert Wallet(wallet.account, DEPLOYMENT + 1).public_key != wallet.public_key


def test_change_key_is_the_vectors(wallet: Wallet) -> None:
    expected = op_from_json(KEYS["change_key"]["operation"])
    op = wallet.sign_change_key(2, 0, 1, 1, 10**15, 0)
    assert op == expected
    assert recover_address(change_key_digest(DEPLOYMENT, op), op.eth_signature) == int(wallet.address, 16)


@pytest.mark.parametrize("case", SIGNED, ids=lambda case: case["name"])
def test_signed_operations_are_the_vectors(wallet: Wallet, case: dict) -> None:
    op = op_from_json(case["operation"])
    if op.NAME == "TRANSFER":
        again = wallet.sign_transfer(op.account, op.sub_account, op.token, op.amount.value, op.fee.value, op.nonce,
                                     op.to, op.to_sub_account)  # fmt: skip
    else:
        again = wallet.sign_withdraw(op.account, op.sub_account, op.token, op.chain, op.amount, op.fee.value, op.nonce,
                                     op.recipient, op.ratio)  # fmt: skip
    if verified(wallet, op.signature, op.signing_message(DEPLOYMENT)):
        assert op_to_json(again) == case["operation"]
    assert verified(wallet, again.signature, op.signing_message(DEPLOYMENT))


def test_signature_does_not_fit_another_deployment(wallet: Wallet) -> None:
    op = wallet.sign_transfer(2, 0, 1, 10**18, 10**15, 0, Owner(0, 5), 0)
    assert verified(wallet, op.signature, op.signing_message(DEPLOYMENT))
    assert not verified(wallet, op.signature, op.signing_message(DEPLOYMENT + 1))


def test_amount_that_cannot_be_packed(wallet: Wallet) -> None:
    with pytest.raises(NotPackable, match="amount"):
        wallet.sign_transfer(2, 0, 1, 10**18 + 1, 0, 0, Owner(0, 5), 0)


def test_wallet_that_signs_at_random_is_refused() -> None:
    class Moody:
        address = "0x" + "11" * 20

        def sign_message(self, _: object) -> object:
            account = Account.create()
            return account.sign_message(_)

    with pytest.raises(WalletError, match="deterministically"):
        _ = Wallet(Moody(), DEPLOYMENT).public_key  # type: ignore[arg-type]
