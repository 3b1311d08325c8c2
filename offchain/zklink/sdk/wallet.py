"""One ordinary wallet for every chain: it derives the L2 key and signs operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from zklink.crypto import eddsa
from zklink.protocol import keys
from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.ops import ChangeKey, Transfer, Withdraw
from zklink.protocol.types import L2Signature, Owner, PublicKey
from zklink.sdk.errors import WalletError
from zklink.sdk.keystore import load_account


class Wallet:
    """Signs for one deployment. The key of the L2 is derived once per deployment, from one EIP-712 signature.

    The derivation must be repeatable: eth-account signs deterministically (RFC 6979); a device that does not would
    yield another L2 key each time, so `_l2_secret` signs twice and compares.
    """

    def __init__(self, account: LocalAccount, deployment_id: int) -> None:
        self.account = account
        self.deployment_id = deployment_id
        self._secret: int | None = None

    @classmethod
    def load(
        cls,
        deployment_id: int,
        keystore: str | None = None,
        ask_passphrase: Callable[[str], str] | None = None,
    ) -> Wallet:
        """From ZKLINK_PRIVATE_KEY or a keystore (see `sdk.keystore`). Raises WalletError."""
        return cls(load_account(keystore, ask_passphrase), deployment_id)

    @property
    def address(self) -> str:
        """Checksum address."""
        return str(self.account.address)

    @property
    def owner(self) -> Owner:
        """This wallet as controller of accounts (domain 0)."""
        return Owner(0, int(self.address, 16))

    @property
    def public_key(self) -> PublicKey:
        """L2 public key of this wallet on this deployment."""
        return PublicKey(*eddsa.public_key(self._l2_secret()))

    def sign_transfer(
        self, account: int, sub_account: int, token: int, amount: int, fee: int, nonce: int, to: Owner, to_sub: int
    ) -> Transfer:
        """A signed TRANSFER; `amount` and `fee` are L2 amounts (18 decimals). Raises NotPackable, FieldError."""
        op = Transfer(
            account=account, sub_account=sub_account, token=token, amount=PackedAmount.of(amount),
            fee=PackedFee.of(fee), nonce=nonce, to=to, to_sub_account=to_sub,
        )  # fmt: skip
        return replace(op, signature=self._sign(op.signing_message(self.deployment_id)))

    def sign_withdraw(
        self, account: int, sub_account: int, token: int, chain: int, amount: int, fee: int, nonce: int,
        recipient: int, ratio: int = 0,
    ) -> Withdraw:  # fmt: skip
        """A signed WITHDRAW; `ratio` in 1/10000 for a broker. Raises NotPackable, FieldError."""
        op = Withdraw(
            account=account, sub_account=sub_account, token=token, chain=chain, amount=amount,
            fee=PackedFee.of(fee), nonce=nonce, recipient=recipient, ratio=ratio,
        )  # fmt: skip
        return replace(op, signature=self._sign(op.signing_message(self.deployment_id)))

    def sign_change_key(
        self, account: int, sub_account: int, token: int, chain: int, fee: int, nonce: int
    ) -> ChangeKey:
        """A CHANGE_KEY to this wallet's L2 key, signed by that key and, as owner, by the wallet itself."""
        op = ChangeKey(
            account=account, sub_account=sub_account, token=token, chain=chain, nonce=nonce, owner=self.owner,
            key=self.public_key, fee=PackedFee.of(fee),
        )  # fmt: skip
        consent = self._sign_typed(keys.change_key_document(self.deployment_id, op))
        return replace(op, signature=self._sign(op.signing_message(self.deployment_id)), eth_signature=consent)

    def _sign(self, message: int) -> L2Signature:
        return L2Signature(*eddsa.sign(self._l2_secret(), message))

    def _l2_secret(self) -> int:
        if self._secret is None:
            document = keys.l2_key_document(self.deployment_id)
            first = self._sign_typed(document)
            if self._sign_typed(document) != first:
                raise WalletError("this wallet does not sign deterministically; its L2 key could not be found again")
            self._secret = keys.derive_l2_secret(first)
        return self._secret

    def _sign_typed(self, document: dict[str, object]) -> bytes:
        """r || s || v (65 bytes, v 27 or 28, low s)."""
        return bytes(self.account.sign_message(encode_typed_data(full_message=document)).signature)
