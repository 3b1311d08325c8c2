"""The statement: every part is bound, and the vectors hold."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zklink.protocol.block import Header, SealedBlock, stream_ids
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.statement import (
    build_statement,
    challenge_u,
    challenge_z,
    derive_statement,
    evaluate,
    fold,
    genesis_sync_hash,
    next_sync_hash,
    sponge,
    statement_hash,
)
from zklink.protocol.words import StepWords, decode_stream

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "statement.json").read_text())
words = st.lists(st.integers(0, (1 << 248) - 1), max_size=8)
points = st.integers(0, FIELD_MODULUS - 1)

HEADER = Header(1, 2, 3, 4, 2, 5, 6)
STEPS = (StepWords((11,), 1, (12, 13)), StepWords(), StepWords((14, 15)))
STATEMENT = build_statement(HEADER, STEPS)


def integers(texts: list[str]) -> list[int]:
    return [int(text, 16) for text in texts]


@given(words, points)
def test_stm_3_evaluate_is_the_sum_of_powers(stream: list[int], z: int) -> None:
    expected = len(stream) + sum(word * pow(z, at + 1, FIELD_MODULUS) for at, word in enumerate(stream))
    assert evaluate(stream, z) == expected % FIELD_MODULUS


@given(words, points)
def test_stm_3_zero_words_are_bound(stream: list[int], z: int) -> None:
    assert evaluate([*stream, 0], z) == (evaluate(stream, z) + 1) % FIELD_MODULUS


@pytest.mark.parametrize("case", VECTORS["evaluate"], ids=lambda case: f"{len(case['words'])} words")
def test_evaluate_vectors(case: dict[str, Any]) -> None:
    assert evaluate(integers(case["words"]), int(case["z"], 16)) == int(case["y"], 16)


def test_block_vectors() -> None:
    sync = genesis_sync_hash(int(VECTORS["deployment_id"], 16))
    assert sync.hex() == VECTORS["genesis_sync_hash"][2:]
    for record in VECTORS["blocks"]:
        block = SealedBlock.from_json(record)
        streams = {stream: decode_stream("s", data) for stream, data in block.streams.items()}
        rows = [integers(row) for row in record["rows"]]
        assert sponge(rows, streams[0]) == block.h
        statement = derive_statement(block.header, block.h, streams)
        assert (statement.z, statement.u, statement.h, statement.y) == block.public_inputs
        assert (statement.digests, statement.claims) == (block.digests, block.claims)
        assert statement.statement_hash == block.statement_hash
        assert sync.hex() == record["sync_before"][2:]
        sync = next_sync_hash(sync, block.statement_hash)
        assert sync.hex() == record["sync_after"][2:]


def test_stm_1_the_sponge_binds_every_slot_its_place_and_the_header() -> None:
    header_words = HEADER.words({1: 2, 2: 0, 9: 3})
    rows = [step.row for step in STEPS]
    h = sponge(rows, header_words)
    assert h == STATEMENT.h
    for at in range(3):
        for slot in range(8):
            changed = [list(row) for row in rows]
            changed[at][slot] += 1
            assert sponge(changed, header_words) != h
    assert sponge([rows[1], rows[0], rows[2]], header_words) != h
    assert sponge([rows[0], rows[2]], header_words) != h
    for slot in range(7):
        other = list(header_words)
        other[slot] += 1
        assert sponge(rows, other) != h


@pytest.mark.parametrize(
    "change",
    [
        {"deployment_id": 9},
        {"number": 9},
        {"old_root": 9},
        {"new_root": 9},
        {"timestamp": 9},
        {"shape": 9},
    ],
)
def test_stm_4_z_binds_the_header(change: dict[str, int]) -> None:
    header = replace(HEADER, **change)  # type: ignore[arg-type]
    assert challenge_z(header, STATEMENT.h, STATEMENT.digests) != STATEMENT.z


def test_stm_4_z_binds_h_and_every_digest() -> None:
    assert challenge_z(HEADER, STATEMENT.h + 1, STATEMENT.digests) != STATEMENT.z
    for stream in stream_ids(2):
        assert challenge_z(HEADER, STATEMENT.h, {**STATEMENT.digests, stream: bytes(32)}) != STATEMENT.z


def test_stm_4_u_binds_every_claim_and_z() -> None:
    assert challenge_u(STATEMENT.z + 1, STATEMENT.claims, 2) != STATEMENT.u
    for stream in stream_ids(2):
        assert challenge_u(STATEMENT.z, {**STATEMENT.claims, stream: 9}, 2) != STATEMENT.u


def test_stm_5_a_foreign_claim_that_hides_a_forged_stream_moves_u() -> None:
    """With u known beforehand a claim could be chosen to keep Y; but every claim moves u."""
    claims, u = dict(STATEMENT.claims), STATEMENT.u
    forged = {**claims, 1: (claims[1] + 1) % FIELD_MODULUS}
    forged[2] = (claims[2] - u * pow(u, -2, FIELD_MODULUS)) % FIELD_MODULUS
    assert fold(u, forged, 2) == STATEMENT.y
    new_u = challenge_u(STATEMENT.z, forged, 2)
    assert fold(new_u, forged, 2) != fold(new_u, claims, 2)


def test_stm_7_t_binds_h_digests_and_claims() -> None:
    digests, claims = STATEMENT.digests, STATEMENT.claims
    t = statement_hash(STATEMENT.h, digests, claims, 2)
    assert t == STATEMENT.statement_hash
    assert statement_hash(STATEMENT.h + 1, digests, claims, 2) != t
    for stream in stream_ids(2):
        assert statement_hash(STATEMENT.h, {**digests, stream: bytes(32)}, claims, 2) != t
        assert statement_hash(STATEMENT.h, digests, {**claims, stream: 9}, 2) != t


def test_stm_8_s_is_a_chain_of_one_deployment() -> None:
    assert genesis_sync_hash(1) != genesis_sync_hash(2)
    assert any(genesis_sync_hash(0))
    first = next_sync_hash(genesis_sync_hash(1), bytes(32))
    assert next_sync_hash(first, bytes(32)) != first != next_sync_hash(genesis_sync_hash(2), bytes(32))
