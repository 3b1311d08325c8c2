"""Tokens by symbol or id, amounts in human units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from zklink.sdk.errors import InputError

L2_DECIMALS = 18
_AMOUNT = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenOnChain:
    """`address` (checksum hex) and `decimals` of a token on one chain."""

    address: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the deployment: protocol id, symbol, and the chains it is listed on."""

    id: int
    symbol: str
    chains: Mapping[int, TokenOnChain]

    def on(self, chain: int) -> TokenOnChain:
        """The token on `chain`. Raises InputError when it is not listed there."""
        try:
            return self.chains[chain]
        except KeyError:
            raise InputError("token", f"{self.symbol} is not listed on chain {chain}, only on {sorted(self.chains)}"
                             ) from None  # fmt: skip


def find_token(tokens: Mapping[int, Token], name: str) -> Token:
    """A token by id ("2") or symbol ("usdc"). Raises InputError listing what exists."""
    if name.isdecimal():
        if int(name) in tokens:
            return tokens[int(name)]
    else:
        found = [t for t in tokens.values() if t.symbol.lower() == name.lower()]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError("token", f"{name} is ambiguous; use an id: {[t.id for t in found]}")
    known = ", ".join(f"{t.symbol} ({t.id})" for t in tokens.values()) or "none"
    raise InputError("token", f"{name!r} is unknown; known tokens: {known}")


def parse_amount(text: str, decimals: int, field: str = "amount") -> int:
    """Smallest units of a human amount ("12.5"), exact. Raises InputError for anything else."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise InputError(field, f"{text[:40]!r} is not a decimal number such as 12.5")
    whole, fraction = found[1], (found[2] or "").rstrip("0")
    if len(fraction) > decimals:
        raise InputError(field, f"{text} has more than {decimals} decimals")
    units = int(whole + fraction.ljust(decimals, "0"))
    if units >= 1 << 128:
        raise InputError(field, f"{text} is too large")
    return units


def format_amount(units: int, decimals: int = L2_DECIMALS) -> str:
    """Human form of smallest units, without trailing zeros."""
    whole, rest = divmod(abs(units), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
