"""Keys, fees, signatures, and what nodes say to a transaction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account

from tests.support.anvil import KEYS
from zklink.chain.client import ChainClient
from zklink.chain.errors import CallReverted, FeeTooHigh
from zklink.chain.sender import (
    GWEI,
    FeePolicy,
    Fees,
    KeyFileError,
    NonceUsed,
    OutOfFunds,
    Underpriced,
    broadcast,
    estimate_gas,
    load_key,
    sign,
    suggest_fees,
)

ACCOUNT = Account.from_key(KEYS[1])


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_keys_from_files(tmp_path: Path) -> None:
    assert load_key(key_file(tmp_path / "a", KEYS[1] + "\n")).address == ACCOUNT.address
    keystore = json.dumps(Account.encrypt(KEYS[1], "secret", iterations=2))
    password = key_file(tmp_path / "p", "secret\n")
    assert load_key(key_file(tmp_path / "b", keystore), password).address == ACCOUNT.address


@pytest.mark.parametrize("text", ["", "0x12", "zz" * 32, "00" * 32, "ff" * 32, "{", "{}", '{"crypto": 1}'])
def test_no_usable_key_and_nothing_of_it_is_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyFileError, match="holds no usable key") as caught:
        load_key(key_file(tmp_path / "a", text), key_file(tmp_path / "p", "x"))
    assert "zz" not in str(caught.value) and "ffff" not in str(caught.value)


def test_key_files_must_be_private_and_present(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="mode 0600"):
        load_key(key_file(tmp_path / "a", KEYS[1], 0o644))
    with pytest.raises(KeyFileError, match="gone"):
        load_key(tmp_path / "gone")
    keystore = json.dumps(Account.encrypt(KEYS[1], "secret", iterations=2))
    with pytest.raises(KeyFileError, match="password_file is missing"):
        load_key(key_file(tmp_path / "b", keystore))
    with pytest.raises(KeyFileError, match="holds no usable key"):
        load_key(tmp_path / "b", key_file(tmp_path / "p", "wrong"))


def test_a_bump_is_what_nodes_demand_and_stays_below_the_cap() -> None:
    policy = FeePolicy(max_fee=1_000)
    assert Fees(100, 10).bumped(1, policy) == Fees(115, 12)
    assert Fees(1, 0).bumped(1, policy) == Fees(2, 0)
    with pytest.raises(FeeTooHigh, match="1035 wei per gas is above the cap of 1000"):
        Fees(900, 10).bumped(1, policy)


async def test_fees_follow_the_chain_within_the_policy(client: ChainClient) -> None:
    base = (await client.block()).base_fee
    fees = await suggest_fees(client, FeePolicy(max_fee=10 * GWEI, min_tip=7, max_tip=9))
    assert 7 <= fees.tip <= 9 and base < fees.max_fee <= 10 * GWEI
    with pytest.raises(FeeTooHigh):
        await suggest_fees(client, FeePolicy(max_fee=1))


def test_signing_is_deterministic() -> None:
    first = sign(ACCOUNT, 31337, 3, "0x" + "11" * 20, b"\1", 21_000, Fees(10, 1))
    assert first == sign(ACCOUNT, 31337, 3, "0x" + "11" * 20, b"\1", 21_000, Fees(10, 1))
    assert first != sign(ACCOUNT, 31338, 3, "0x" + "11" * 20, b"\1", 21_000, Fees(10, 1))


async def test_what_a_node_says(client: ChainClient) -> None:
    to, fees = "0x" + "11" * 20, Fees(10 * GWEI, GWEI)
    raw, _ = sign(ACCOUNT, 31337, 0, to, b"", 21_000, fees)
    await client.request("evm_setAutomine", [False])
    await broadcast(client, raw)
    await broadcast(client, raw)  # known: fine
    cheaper, _ = sign(ACCOUNT, 31337, 0, to, b"\1", 30_000, fees)
    with pytest.raises(Underpriced):
        await broadcast(client, cheaper)
    await client.request("anvil_mine", ["0x1"])
    with pytest.raises(NonceUsed):
        await broadcast(client, cheaper)
    poor = Account.from_key(b"\7" * 32)
    with pytest.raises(OutOfFunds):
        await broadcast(client, sign(poor, 31337, 0, to, b"", 21_000, fees)[0])


async def test_gas_has_a_margin_and_failures_a_reason(client: ChainClient) -> None:
    assert await estimate_gas(client, ACCOUNT.address, "0x" + "11" * 20, b"") == 21_000 * 120 // 100
    code = "0x" + "60006000fd".ljust(10, "0")  # revert with nothing
    await client.request("anvil_setCode", ["0x" + "22" * 20, code])
    with pytest.raises(CallReverted):
        await estimate_gas(client, ACCOUNT.address, "0x" + "22" * 20, b"")
