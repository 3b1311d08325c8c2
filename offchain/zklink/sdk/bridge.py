"""A user's doors on one chain: deposit, ask for a full exit, claim. What would fail is not sent."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from eth_abi.abi import decode, encode
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from zklink.chain.bridge import NATIVE, Bridge
from zklink.chain.client import ChainClient
from zklink.chain.errors import CallReverted, ChainError
from zklink.chain.sender import FeePolicy, broadcast, suggest_fees
from zklink.protocol.ops import Deposit, FullExit
from zklink.protocol.request import PriorityRequest
from zklink.protocol.txhash import request_transaction_hash
from zklink.protocol.types import Owner, address_to_hex
from zklink.sdk.deployment import ChainPlace
from zklink.sdk.errors import BridgeError, WaitTimeout
from zklink.sdk.tokens import TokenOnChain

GAS_MARGIN_PERCENT = 25
RECEIPT_SECONDS = 120.0
FEE_MARGIN_PERCENT = 25
"""The request fee may grow between reading and inclusion; the bridge returns what is too much."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A mined transaction: hash (0x hex), block, gas used; id and L2 hash if it queued a request."""

    tx_hash: str
    block: int
    gas_used: int
    request_id: int | None = None
    l2_hash: str | None = None
    """Hash under which the API knows the request (0x hex)."""


class BridgeDoor:
    """Builds, simulates, signs, sends and awaits the user's transactions on one chain.

    Raises BridgeError with the contract's reason, or ChainError when the chain does not answer.
    """

    def __init__(self, place: ChainPlace, deployment_id: int, fees: FeePolicy | None = None) -> None:
        self.place = place
        self._deployment_id = deployment_id
        self._client = ChainClient(place.id, place.evm_chain_id, [place.rpc], attempts=3)
        self._bridge = Bridge(self._client, place.bridge)
        self._fees = fees or FeePolicy()

    async def __aenter__(self) -> Self:
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def request_fee(self) -> int:
        """Native fee of the next request in wei."""
        return await self._bridge.request_fee()

    async def pending(self, recipient: str, token: TokenOnChain) -> int:
        """Units that a claim would pay now."""
        return await self._bridge.pending(recipient, token.address)

    async def balance(self, holder: str, token: TokenOnChain) -> int:
        """Units of `token` that `holder` has on this chain."""
        if is_native(token):
            return await self._client.balance(holder)
        return await self._erc20("balanceOf(address)", ["address"], [holder], token.address)

    async def deposit(self, account: LocalAccount, token: TokenOnChain, units: int, to: Owner, sub: int) -> Sent:
        """Lock `units` and queue their credit to `to`; approves exactly what is missing first."""
        if units <= 0:
            raise BridgeError("amount: nothing to deposit")
        held = await self.balance(account.address, token)
        if held < units:
            raise BridgeError(f"amount: {account.address} holds {held} units on chain {self.place.id}, not {units}")
        fee = await self._fee_with_margin()
        if not is_native(token):
            await self._approve(account, token, units)
        data = self._bridge.encode_deposit(token.address, units, to.domain, address_to_hex(to.address), sub)
        value = fee + units if is_native(token) else fee
        return await self._send(account, self.place.bridge, data, value)

    async def request_full_exit(
        self, account: LocalAccount, l2_account: int, sub: int, token_id: int, recipient: str
    ) -> Sent:
        """Ask for the whole balance of one cell; the network must serve it before its deadline."""
        data = self._bridge.encode_full_exit(l2_account, sub, token_id, recipient)
        return await self._send(account, self.place.bridge, data, await self._fee_with_margin())

    async def claim(self, account: LocalAccount, recipient: str, token: TokenOnChain) -> Sent:
        """Pay out what is credited to `recipient`; anyone may send it."""
        if await self.pending(recipient, token) == 0:
            raise BridgeError(f"nothing to claim for {recipient} on chain {self.place.id}; see `zlk status`")
        return await self._send(account, self.place.bridge, self._bridge.encode_claim(recipient, token.address), 0)

    async def _fee_with_margin(self) -> int:
        return await self.request_fee() * (100 + FEE_MARGIN_PERCENT) // 100

    async def _approve(self, account: LocalAccount, token: TokenOnChain, units: int) -> None:
        types, values = ["address", "address"], [account.address, self.place.bridge]
        allowed = await self._erc20("allowance(address,address)", types, values, token.address)
        if allowed >= units:
            return
        if allowed:  # tokens like USDT refuse to change an allowance that is not zero
            await self._send(account, token.address, _calldata_approve(self.place.bridge, 0), 0)
        await self._send(account, token.address, _calldata_approve(self.place.bridge, units), 0)

    async def _erc20(self, signature: str, types: list[str], values: list[Any], token: str) -> int:
        data = keccak(text=signature)[:4] + encode(types, values)
        return int(decode(["uint256"], await self._client.call(token, data))[0])

    async def _send(self, account: LocalAccount, to: str, data: bytes, value: int) -> Sent:
        call = {"from": account.address, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        try:
            gas = int(await self._client.request("eth_estimateGas", [call, "latest"]), 16)
            fees = await suggest_fees(self._client, self._fees)
            transaction: dict[str, Any] = {
                "type": 2, "chainId": self.place.evm_chain_id, "to": to, "data": data, "value": value,
                "nonce": await self._client.nonce(account.address, "pending"),
                "gas": gas * (100 + GAS_MARGIN_PERCENT) // 100,
                "maxFeePerGas": fees.max_fee, "maxPriorityFeePerGas": fees.tip,
            }  # fmt: skip
            signed = account.sign_transaction(transaction)
            await broadcast(self._client, bytes(signed.raw_transaction))
        except CallReverted as error:
            raise BridgeError(f"chain {self.place.id} would refuse this: {error.reason or error.message}") from error
        except ChainError as error:
            raise BridgeError(str(error)) from error
        return await self._await_receipt("0x" + bytes(signed.hash).hex())

    async def _await_receipt(self, tx_hash: str) -> Sent:
        deadline = time.monotonic() + RECEIPT_SECONDS
        while (receipt := await self._client.receipt(tx_hash)) is None:
            if time.monotonic() > deadline:
                raise WaitTimeout(f"{tx_hash} is not in a block after {RECEIPT_SECONDS:g} s; look for it on the chain")
            await asyncio.sleep(0.3)
        if int(receipt["status"], 16) != 1:
            raise BridgeError(f"transaction {tx_hash} failed on chain {self.place.id}; nothing moved except gas")
        sent = Sent(tx_hash, int(receipt["blockNumber"], 16), int(receipt["gasUsed"], 16))
        request = self._request(receipt["logs"])
        if request is None:
            return sent
        name = request_transaction_hash(request, self._deployment_id)
        return replace(sent, request_id=request.id, l2_hash="0x" + name.hex())

    def _request(self, logs: list[dict[str, Any]]) -> PriorityRequest | None:
        topic, address = self._bridge.topic("RequestQueued"), self.place.bridge.lower()
        for log in logs:
            if log["address"].lower() == address and log["topics"][0] == topic:
                return request_of(self.place.id, self._bridge.decode_log("RequestQueued", log))
        return None


def request_of(chain: int, event: dict[str, Any]) -> PriorityRequest:
    """The request behind the arguments of a RequestQueued event."""
    owner, payee = Owner(event["domain"], int(event["owner"], 16)), int(event["payee"], 16)
    sub, token, scale = event["sub_account"], event["token_id"], event["scale"]
    operation = (
        Deposit(chain, owner, sub, token, scale, event["units"], payee)
        if event["op"] == Deposit.CODE
        else FullExit(chain, event["account"], sub, token, scale, owner, payee)
    )
    return PriorityRequest(event["request_id"], operation, event["deadline"])


def is_native(token: TokenOnChain) -> bool:
    """Whether the token is the chain's own currency."""
    return token.address.lower() == NATIVE.lower()


def _calldata_approve(spender: str, units: int) -> bytes:
    return keccak(text="approve(address,uint256)")[:4] + encode(["address", "uint256"], [spender, units])
