"""Human amounts and token names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zklink.sdk.errors import InputError
from zklink.sdk.tokens import Token, TokenOnChain, find_token, format_amount, parse_amount

TOKENS = {
    2: Token(2, "USDC", {1: TokenOnChain("0xaa", 6)}),
    3: Token(3, "ETH", {}),
    4: Token(4, "DUP", {}),
    5: Token(5, "dup", {}),
}


@given(st.integers(0, 2**128 - 1), st.integers(0, 18))
def test_format_and_parse_are_inverse(units: int, decimals: int) -> None:
    assert parse_amount(format_amount(units, decimals), decimals) == units


@pytest.mark.parametrize(("text", "decimals", "units"), [("12.5", 6, 12_500_000), ("0", 18, 0), ("007.10", 1, 71)])
def test_parse(text: str, decimals: int, units: int) -> None:
    assert parse_amount(text, decimals) == units


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "decimal"), ("abc", "decimal"), ("-1", "decimal"), ("nan", "decimal"), ("inf", "decimal"), ("1e3", "decimal"),
     (".5", "decimal"), ("1.", "decimal"), ("١", "decimal"), ("0.0000001", "more than 6"), ("9" * 40, "too large"),
     ("1" * 70, "decimal")],
)  # fmt: skip
def test_parse_refuses(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_amount(text, 6)


def test_token_by_id_and_symbol() -> None:
    assert find_token(TOKENS, "2") is find_token(TOKENS, "usdc") is TOKENS[2]


@pytest.mark.parametrize(("name", "reason"), [("BTC", r"known tokens: USDC \(2\)"), ("9", "unknown"), ("dup", "ambig")])
def test_token_that_is_not_one(name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        find_token(TOKENS, name)


def test_token_that_is_not_on_the_chain() -> None:
    assert TOKENS[2].on(1).decimals == 6
    with pytest.raises(InputError, match=r"only on \[1\]"):
        TOKENS[2].on(2)
