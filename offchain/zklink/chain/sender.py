"""Signing and broadcasting EIP-1559 transactions: fees within caps, replacement, errors by kind."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3

from zklink.chain.client import ChainClient
from zklink.chain.errors import ChainError, FeeTooHigh, RpcError

GWEI = 10**9
TIP_PERCENTILE = 60
HISTORY_BLOCKS = 20


class KeyFileError(ChainError):
    """Raised when a key file cannot be used; the message never holds its content."""


class NonceUsed(ChainError):
    """Raised when the chain has a transaction with this nonce already."""


class Underpriced(ChainError):
    """Raised when the node wants a higher fee for this transaction or its replacement."""


class OutOfFunds(ChainError):
    """Raised when the sender cannot pay for gas."""


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """Limits in wei per gas; `bump_after` target blocks without a receipt, fees rise by `bump_percent`."""

    max_fee: int = 200 * GWEI
    max_tip: int = 5 * GWEI
    min_tip: int = GWEI // 100
    bump_after: int = 3
    bump_percent: int = 15


@dataclass(frozen=True, slots=True)
class Fees:
    """maxFeePerGas and maxPriorityFeePerGas in wei."""

    max_fee: int
    tip: int

    def bumped(self, chain: int, policy: FeePolicy) -> Fees:
        """Both raised by the policy's percentage, rounded up, as nodes demand. Raises FeeTooHigh above the cap."""
        rate = 100 + policy.bump_percent
        raised = Fees(-(-self.max_fee * rate // 100), -(-self.tip * rate // 100))
        if raised.max_fee > policy.max_fee:
            raise FeeTooHigh(chain, raised.max_fee, policy.max_fee)
        return raised


async def suggest_fees(client: ChainClient, policy: FeePolicy) -> Fees:
    """tip = 60th percentile of the last 20 blocks within the policy; max fee = 2 * base + tip. Raises FeeTooHigh."""
    history = await client.request("eth_feeHistory", [hex(HISTORY_BLOCKS), "latest", [TIP_PERCENTILE]])
    base = int(history["baseFeePerGas"][-1], 16)
    tips = sorted(int(row[0], 16) for row in history.get("reward") or [] if row)
    tip = min(max(tips[len(tips) // 2] if tips else policy.min_tip, policy.min_tip), policy.max_tip)
    if base + tip > policy.max_fee:
        raise FeeTooHigh(client.chain, base + tip, policy.max_fee)
    return Fees(min(2 * base + tip, policy.max_fee), tip)


def load_key(path: Path, password_file: Path | None = None) -> LocalAccount:
    """Account of a key file, mode 0600: V3 keystore with its password file, or 64 hex digits. Raises KeyFileError."""
    try:
        if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            raise KeyFileError(f"key file {path}: others may read it, use mode 0600")
        text = path.read_text().strip()
        if text.startswith("{"):
            if password_file is None:
                raise KeyFileError(f"key file {path}: is encrypted, password_file is missing")
            return _account(Account.decrypt(json.loads(text), password_file.read_text().rstrip("\n")))
        return _account(bytes.fromhex(text.removeprefix("0x")))
    except OSError as error:
        raise KeyFileError(f"key file {error.filename}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(f"key file {path}: holds no usable key") from None


def _account(secret: bytes) -> LocalAccount:
    account: LocalAccount = Account.from_key(secret)
    return account


def sign(
    account: LocalAccount, evm_chain_id: int, nonce: int, to: str, data: bytes, gas: int, fees: Fees
) -> tuple[bytes, str]:
    """Signed type-2 transaction and its hash; deterministic, so signing again gives the same bytes."""
    signed = account.sign_transaction(
        {
            "type": 2,
            "chainId": evm_chain_id,
            "nonce": nonce,
            "to": Web3.to_checksum_address(to),
            "value": 0,
            "data": data,
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.tip,
        }
    )
    return bytes(signed.raw_transaction), "0x" + signed.hash.hex().removeprefix("0x")


async def broadcast(client: ChainClient, raw: bytes) -> None:
    """Hand a signed transaction to the node; one it has already is fine. Raises NonceUsed, Underpriced, OutOfFunds."""
    try:
        await client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    except RpcError as error:
        text = error.message.lower()
        if "already known" in text or "already imported" in text:
            return
        for words, kind in (
            (("nonce too low",), NonceUsed),
            (("underpriced", "max fee per gas less than", "fee cap"), Underpriced),
            (("insufficient funds",), OutOfFunds),
        ):
            if any(word in text for word in words):
                raise kind(f"chain {client.chain}: {error.message}") from error
        raise


async def estimate_gas(client: ChainClient, sender: str, to: str, data: bytes, margin_percent: int = 20) -> int:
    """Gas limit for a call, with a margin. Raises CallReverted when the call would fail now."""
    tx = {"from": sender, "to": to, "data": "0x" + data.hex()}
    used = int(await client.request("eth_estimateGas", [tx, "latest"]), 16)
    return used * (100 + margin_percent) // 100
