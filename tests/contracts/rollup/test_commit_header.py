"""Rollup.commit: who, which block, when, and what of other streams may be claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.settlement import CLAIMS, DATA, DIGESTS, HEADER, Stack, changed, changed_at
from zklink.protocol.constants import FIELD_MODULUS

R = FIELD_MODULUS
NUMBER, TIMESTAMP, NEW_ROOT, H, SHAPE, COUNTS = range(6)


def refuse(stack: Stack, reason: str, arguments: list[Any], sender: Any = None) -> None:
    stack.refuse(reason if "/" in reason else f"rollup/{reason}", arguments, sender)


def test_only_the_sequencer(primary: Stack, actors: Any) -> None:
    refuse(primary, "roles/missing", primary.arguments(primary.block()), actors.governor)


def test_sequencer_role_moves_at_the_governors_word(primary: Stack, actors: Any) -> None:
    primary.rollup.set_role(actors.bob, 1, True, sender=actors.governor)
    primary.rollup.set_role(primary.sequencer, 1, False, sender=actors.governor)
    arguments = primary.arguments(primary.block())
    refuse(primary, "roles/missing", arguments)
    primary.send(arguments, actors.bob)


@pytest.mark.parametrize("number", [0, 2, 2**64, 2**256 - 1])
def test_number_is_not_the_next(primary: Stack, number: int) -> None:
    refuse(primary, "number", changed_at(primary.arguments(primary.block()), HEADER, NUMBER, number))


def test_number_at_or_below_the_committed_one(primary: Stack) -> None:
    first = primary.block()
    primary.commit()
    refuse(primary, "previous", changed(primary.arguments(first), 0, replace(primary.latest, number=0).words))
    refuse(primary, "number", changed_at(primary.arguments(primary.block()), HEADER, NUMBER, 1))


@pytest.mark.parametrize("index", range(1, 12))
def test_previous_block_altered_in_any_field(primary: Stack, index: int) -> None:
    primary.commit()
    words = list(primary.latest.words)
    words[index] = (
        bytes([words[index][0] ^ 1]) + words[index][1:] if isinstance(words[index], bytes) else words[index] ^ 1
    )
    refuse(primary, "unknown_block", changed(primary.arguments(primary.block()), 0, tuple(words)))


def test_stale_root(primary: Stack) -> None:
    """A block built on the block before the last: it names an old root that the contract does not take from it."""
    stale = primary.latest
    primary.commit()
    arguments = primary.arguments(primary.block())
    refuse(primary, "previous", changed(arguments, 0, stale.words))


@pytest.mark.parametrize(("field", "reason"), [(NEW_ROOT, "root_range"), (H, "h_range")])
@pytest.mark.parametrize("k", range(1, 6))
def test_value_plus_multiple_of_r(primary: Stack, field: int, reason: str, k: int) -> None:
    arguments = primary.arguments(primary.block(new_root=5, h=6))
    refuse(primary, reason, changed_at(arguments, HEADER, field, 5 + k * R))


def test_shape_out_of_range(primary: Stack) -> None:
    refuse(primary, "shape_range", changed_at(primary.arguments(primary.block()), HEADER, SHAPE, 2**32))


def test_time_before_the_previous_block(primary: Stack) -> None:
    primary.commit()
    refuse(primary, "timestamp_order", primary.arguments(primary.block(timestamp=primary.latest.timestamp - 1)))
    primary.commit(timestamp=primary.latest.timestamp)


@pytest.mark.parametrize("name", ["primary", "secondary"])
def test_time_ahead(primary: Stack, secondary: Stack, name: str) -> None:
    stack = {"primary": primary, "secondary": secondary}[name]
    now = stack.clock.blocks.head.timestamp
    refuse(stack, "timestamp_ahead", stack.arguments(stack.block(timestamp=now + 15 * 60 + 1)))
    stack.clock.pending_timestamp = now + 1
    stack.commit(timestamp=now + 1 + 15 * 60)


def test_time_behind_on_the_primary_only(primary: Stack, secondary: Stack) -> None:
    now = primary.clock.blocks.head.timestamp
    refuse(primary, "timestamp_behind", primary.arguments(primary.block(timestamp=now - 24 * 3600 - 1)))
    primary.clock.pending_timestamp = now + 1
    primary.commit(timestamp=now + 1 - 24 * 3600)
    secondary.commit(timestamp=1)  # a chain that stood still catches up


# ---------------------------------------------------------------------------------------------- claims


@pytest.mark.parametrize("stream", [0, 1, 9])
def test_digest_of_a_stream_the_primary_computes(primary: Stack, stream: int) -> None:
    refuse(primary, "claim_not_foreign", changed_at(primary.arguments(primary.block()), DIGESTS, stream, b"\x01" * 32))


@pytest.mark.parametrize("stream", [0, 1, 9])
def test_claim_of_a_stream_the_primary_computes(primary: Stack, stream: int) -> None:
    refuse(primary, "claim_not_foreign", changed_at(primary.arguments(primary.block()), CLAIMS, stream, 1))


@pytest.mark.parametrize("stream", [0, 2])
def test_claim_of_a_stream_the_secondary_computes(secondary: Stack, stream: int) -> None:
    refuse(secondary, "claim_not_foreign", changed_at(secondary.arguments(secondary.block()), CLAIMS, stream, 1))


@pytest.mark.parametrize("stream", range(3, 9))
def test_stream_of_a_chain_that_does_not_exist(primary: Stack, stream: int) -> None:
    arguments = primary.arguments(primary.block())
    refuse(primary, "claim_not_foreign", changed_at(arguments, CLAIMS, stream, 1))
    refuse(primary, "claim_not_foreign", changed_at(arguments, DIGESTS, stream, b"\x01" * 32))
    counts = arguments[HEADER][COUNTS] + (1 << 16 * stream)
    refuse(primary, "counts", changed_at(arguments, HEADER, COUNTS, counts))


@pytest.mark.parametrize("bits", [1, 0x8000, 1 << 160, 1 << 255])
def test_counts_beyond_the_streams(primary: Stack, bits: int) -> None:
    arguments = primary.arguments(primary.block())
    refuse(primary, "counts", changed_at(arguments, HEADER, COUNTS, arguments[HEADER][COUNTS] + bits))


@pytest.mark.parametrize("k", range(1, 6))
def test_claim_plus_multiple_of_r(primary: Stack, k: int) -> None:
    arguments = primary.arguments(primary.block())
    refuse(primary, "claim_range", changed_at(arguments, CLAIMS, 2, 7 + k * R))


def test_own_count(primary: Stack) -> None:
    arguments = primary.arguments(primary.block())
    refuse(primary, "own_count", changed_at(arguments, HEADER, COUNTS, arguments[HEADER][COUNTS] + (1 << 16)))


def test_data_count_on_the_primary(primary: Stack) -> None:
    arguments = primary.arguments(primary.block(data=[1, 2]))
    refuse(primary, "data_count", changed_at(arguments, HEADER, COUNTS, arguments[HEADER][COUNTS] + (1 << 144)))
    refuse(primary, "data_count", changed(arguments, DATA, arguments[DATA][:-31]))


def test_data_stream_with_a_partial_word(primary: Stack) -> None:
    arguments = primary.arguments(primary.block(data=[1, 2]))
    refuse(primary, "stream/partial_word", changed(arguments, DATA, arguments[DATA] + b"\x00"))


def test_data_stream_on_a_secondary(secondary: Stack) -> None:
    refuse(secondary, "data_stream", changed(secondary.arguments(secondary.block(data=[1])), DATA, bytes(31)))


def test_secondary_takes_the_data_streams_digest(secondary: Stack) -> None:
    block, stored, _ = secondary.commit({1: [1, 2, 3]}, data=[7, 8])
    assert bytes(secondary.rollup.stored_hash(1)) == stored.hash
    assert bytes(secondary.rollup.sync_hash(1)) == block.sync_hash


@pytest.mark.parametrize("data", [[], [0], [0, 0], [2**248 - 1] * 264], ids=["none", "zero", "zeros", "longest"])
def test_data_streams(primary: Stack, data: list[int]) -> None:
    stored = primary.commit(data=data)[1]
    assert bytes(primary.rollup.stored_hash(1)) == stored.hash
