"""Rollup.commit: a chain's own stream. Every refusal has a block in which only that thing is wrong; the statement
around the wrong stream is consistent (its digest, challenges, claims), so nothing but the parser can object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.rollup.conftest import NATIVE_ID, USD_ID, USD_SCALE
from tests.support.settlement import Stack
from zklink.protocol.ops import Placement
from zklink.protocol.words import C0, C1, encode_stream

BEEF = 0xBEEF
WITHDRAW = {"op": 3, "account": 7, "token": USD_ID, "scale": USD_SCALE, "address": BEEF}
PART = {"op": 7, "token": USD_ID, "scale": USD_SCALE, "address": BEEF}
KEY = {"op": 6, "account": 7, "token": USD_ID, "domain": 1, "address": BEEF}


def withdraw(c0: dict[str, int] | None = None, c1: dict[str, int] | None = None) -> list[int]:
    return [C0.encode(**(WITHDRAW | (c0 or {}))), C1.encode(**({"nonce": 3, "units": 10} | (c1 or {})))]


def part(c0: dict[str, int] | None = None, c1: dict[str, int] | None = None) -> list[int]:
    return [C0.encode(**(PART | (c0 or {}))), C1.encode(**({"units": 10} | (c1 or {})))]


def refuse(stack: Stack, reason: str, words: list[int], **options: Any) -> None:
    reason = reason if "/" in reason else f"rollup/{reason}"
    stack.refuse(reason, stack.arguments(stack.block({stack.chain: words}, **options)))


def test_every_kind_of_operation_passes(primary: Stack, deposit: Any, full_exit: Any, actors: Any) -> None:
    applied, refunded = deposit(primary, 5), deposit(primary, 6)
    primary.rollup.authorise_key(4, 11, 12, sender=actors.alice)
    alice = int(actors.alice.address, 16)
    words = [
        *applied.chain_words(Placement(9)),
        *withdraw(),
        *refunded.chain_words(Placement(applied=False)),
        *full_exit(primary).chain_words(77),
        *part(),
        C0.encode(**(KEY | {"domain": 0, "address": alice})), C1.encode(nonce=4), 0, 11, 0, 12,
        *withdraw({"token": NATIVE_ID, "scale": 0}),
    ]  # fmt: skip
    block, stored, receipt = primary.commit({1: words, 2: [1, 2, 3]}, data=[5, 6], signatures=[b""])
    assert bytes(primary.rollup.stored_hash(1)) == stored.hash
    assert bytes(primary.rollup.sync_hash(1)) == block.sync_hash
    assert (stored.first_request, stored.request_count) == (0, 3)
    assert tuple(primary.rollup.counters()) == (1, 0, 0, 0)
    (event,) = receipt.decode_logs(primary.rollup.BlockCommitted)
    assert [event[name] for name in stored.__dataclass_fields__] == list(stored.words)


@pytest.mark.parametrize("op", [0, 2, 4, 8, 255])
def test_operation_that_no_chain_knows(primary: Stack, op: int) -> None:
    refuse(primary, "unknown_operation", [C0.encode(op=op), 0, 0])


def test_zero_word_padding(primary: Stack) -> None:
    """A trailing zero word is an operation with code 0, and there is none."""
    refuse(primary, "unknown_operation", [*withdraw(), 0])


@pytest.mark.parametrize(
    "words",
    [
        [C0.encode(op=3)],
        withdraw() + [C0.encode(op=7)],
        withdraw() + [C0.encode(op=1), 0],
        [C0.encode(op=6), 0, 0, 0, 0],
    ],
    ids=["one word", "part", "deposit", "key"],
)
def test_operation_that_is_not_complete(primary: Stack, words: list[int]) -> None:
    refuse(primary, "partial_operation", words)


@pytest.mark.parametrize("change", [b"\x00", b"\x00" * 30], ids=["1 byte", "30 bytes"])
def test_bytes_that_are_no_word(primary: Stack, change: bytes) -> None:
    arguments = primary.arguments(primary.block({1: withdraw()}))
    arguments[4] += change
    primary.refuse("rollup/partial_word", arguments)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (withdraw({"applied": 1}), "applied"),
        (withdraw({"domain": 1}), "unused_field"),
        ([withdraw()[0], withdraw()[1] | 1 << 176], "unused_field"),
        ([withdraw()[0], withdraw()[1] | 1 << 247], "unused_field"),
        (withdraw({"address": 0}), "recipient"),
        (withdraw(c1={"ratio": 10_001}), "ratio"),
        (part({"applied": 1}), "applied"),
        (part({"account": 1}), "unused_field"),
        (part({"sub_account": 1}), "unused_field"),
        (part({"domain": 1}), "unused_field"),
        (part({"address": 0}), "recipient"),
        (part(c1={"ratio": 1}), "unused_field"),
        (part(c1={"nonce": 1}), "unused_field"),
        ([part()[0], part()[1] | 1 << 200], "unused_field"),
    ],
)
def test_field_of_a_payout(primary: Stack, words: list[int], reason: str) -> None:
    refuse(primary, reason, words)


@pytest.mark.parametrize("words", [withdraw(c1={"ratio": 10_000}), withdraw(c1={"units": 0}), part(c1={"units": 0})])
def test_edges_of_a_payout_pass(primary: Stack, words: list[int]) -> None:
    primary.commit({1: words})


@pytest.mark.parametrize("make", [withdraw, part], ids=["withdraw", "part"])
@pytest.mark.parametrize("change", [{"token": 3}, {"scale": 11}, {"scale": 0}, {"token": 0}, {"token": NATIVE_ID}])
def test_token_not_listed_or_with_another_scale(
    primary: Stack, make: Callable[..., list[int]], change: dict[str, int]
) -> None:
    refuse(primary, "token_scale", [*withdraw(), *make(change)])


# ---------------------------------------------------------------------------------------------- priority requests


def test_request_left_out(primary: Stack, deposit: Any) -> None:
    """The second request in the place of the first."""
    deposit(primary, 5)
    refuse(primary, "requests", list(deposit(primary, 6).chain_words(Placement(9))))


def test_requests_in_another_order(primary: Stack, deposit: Any, full_exit: Any) -> None:
    first, second = deposit(primary, 5).chain_words(Placement(9)), full_exit(primary).chain_words(7)
    refuse(primary, "requests", [*second, *first])


def test_request_consumed_twice(primary: Stack, deposit: Any) -> None:
    words = list(deposit(primary, 5).chain_words(Placement(9)))
    refuse(primary, "bridge/no_such_request", words + words)
    primary.commit({1: words})
    refuse(primary, "bridge/no_such_request", words)


def test_request_nobody_made(primary: Stack, deposit: Any) -> None:
    words = list(deposit(primary, 5).chain_words(Placement(9)))
    primary.commit({1: words})
    deposit(primary, 6)
    refuse(primary, "requests", words)


C0_BITS = {
    "sub_account": 192, "token": 176, "scale": 168, "domain": 160, "owner": 0, "owner_top": 159,
}  # fmt: skip


@pytest.mark.parametrize("shift", C0_BITS.values(), ids=C0_BITS)
@pytest.mark.parametrize("kind", ["deposit", "full_exit"])
def test_field_of_the_request_forged(
    request: Any, primary: Stack, kind: str, shift: int, deposit: Any, full_exit: Any
) -> None:
    words = list(deposit(primary).chain_words(Placement(9)) if kind == "deposit" else full_exit(primary).chain_words(7))
    words[0] ^= 1 << shift
    refuse(primary, "requests", words)


def test_account_of_a_full_exit_forged(primary: Stack, full_exit: Any) -> None:
    words = list(full_exit(primary).chain_words(7))
    words[0] ^= 1 << 200
    refuse(primary, "requests", words)


def test_units_of_a_deposit_forged(primary: Stack, deposit: Any) -> None:
    words = list(deposit(primary).chain_words(Placement(9)))
    words[1] += 1
    refuse(primary, "requests", words)


@pytest.mark.parametrize("kind", ["deposit", "full_exit"])
def test_payee_forged(primary: Stack, kind: str, deposit: Any, full_exit: Any) -> None:
    words = list(deposit(primary).chain_words(Placement(9)) if kind == "deposit" else full_exit(primary).chain_words(7))
    words[2] ^= 1
    refuse(primary, "requests", words)


def test_deposit_answered_by_a_full_exit(primary: Stack, deposit: Any) -> None:
    words = list(deposit(primary).chain_words(Placement(9)))
    words[0] = words[0] & ~(0xFFFF << 232) | 5 << 240
    refuse(primary, "requests", words)


@pytest.mark.parametrize(
    ("index", "bits", "reason"),
    [
        (0, 2 << 232, "applied"),
        (0, 1 << 232, "unused_field"),  # applied taken away, account still named
        (1, 1 << 128, "unused_field"),  # nonce
        (1, 1 << 160, "unused_field"),  # ratio
        (1, 1 << 176, "unused_field"),  # padding
        (2, 1 << 160, "unused_field"),  # beyond an address
    ],
)
def test_field_of_a_deposit(primary: Stack, deposit: Any, index: int, bits: int, reason: str) -> None:
    words = list(deposit(primary).chain_words(Placement(9)))
    words[index] ^= bits
    refuse(primary, reason, words)


def test_full_exit_marked_applied(primary: Stack, full_exit: Any) -> None:
    words = list(full_exit(primary).chain_words(7))
    words[0] |= 1 << 232
    refuse(primary, "applied", words)


def test_requests_are_consumed_over_several_blocks(primary: Stack, deposit: Any) -> None:
    words = [deposit(primary, 5 + i).chain_words(Placement(9)) for i in range(3)]
    primary.commit({1: [*words[0], *words[1]]})
    primary.commit()
    stored = primary.commit({1: list(words[2])})[1]
    assert (stored.first_request, stored.request_count) == (2, 1)


# ---------------------------------------------------------------------------------------------- long streams


def test_longest_stream_fits(primary: Stack) -> None:
    words = withdraw() * 132
    assert len(encode_stream(words)) == 8184
    primary.commit({1: words})


def test_longer_stream_does_not(primary: Stack) -> None:
    primary.refuse("", primary.arguments(primary.block({1: withdraw() * 133})))
