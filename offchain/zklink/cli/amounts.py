"""Tokens and fees as the API knows them."""

from __future__ import annotations

from typing import Any

from zklink.protocol.amounts import PackedFee
from zklink.sdk.client import Client
from zklink.sdk.errors import InputError
from zklink.sdk.tokens import L2_DECIMALS, Token, TokenOnChain, parse_amount


def tokens_of(answer: dict[str, Any]) -> dict[int, Token]:
    """getSupportTokens as tokens by id."""
    return {
        int(i): Token(
            int(i),
            str(entry["symbol"]),
            {int(c): TokenOnChain(str(p["address"]), int(p["decimals"])) for c, p in entry["chains"].items()},
        )
        for i, entry in answer.items()
    }


def symbol_of(tokens: dict[int, Token], token: int) -> str:
    """Symbol of a token id, the id itself when it is unknown."""
    return tokens[token].symbol if token in tokens else f"token {token}"


async def fee_for(client: Client, token: Token, given: str | None) -> int:
    """The fee as L2 amount: what the user said, else the smallest the API accepts, packed upwards."""
    if given is not None:
        return parse_amount(given, L2_DECIMALS, "fee")
    least = {int(t): int(fee) for t, fee in (await client.deployment()).get("minFees", {}).items()}
    if least and token.id not in least:
        raise InputError("token", f"fees are not taken in {token.symbol}; tokens that pay fees: {sorted(least)}")
    return pack_up(least.get(token.id, 0))


def pack_up(fee: int) -> int:
    """The smallest packable fee that is not below `fee`."""
    packed = PackedFee.floor(fee)
    if packed.value == fee:
        return fee
    mantissa, exponent = packed.mantissa + 1, packed.exponent
    if mantissa >> PackedFee.MANTISSA_BITS:  # 2048 units of 10^e are no fee, 205 of 10^(e+1) are
        mantissa, exponent = -(-mantissa // 10), exponent + 1
    return PackedFee(mantissa, exponent).value
