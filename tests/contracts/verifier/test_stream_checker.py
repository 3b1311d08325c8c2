"""StreamChecker.evaluate against the Python twin and the golden vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ape
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.groth16_trapdoor import R
from tests.support.snapshots import check_snapshot
from zklink.protocol.statement import evaluate
from zklink.protocol.words import encode_stream

CASES = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "statement.json").read_text())["evaluate"]
WORDS = st.lists(st.integers(0, 2**248 - 1), max_size=12)


@pytest.fixture(scope="module")
def checker(project: Any, actors: Any) -> Any:
    return actors.deployer.deploy(project.StreamChecker)


def test_golden_vectors(checker: Any) -> None:
    for case in CASES:
        words = [int(word, 16) for word in case["words"]]
        assert checker.evaluate(encode_stream(words), int(case["z"], 16)) == int(case["y"], 16)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=WORDS, z=st.integers(0, R - 1))
def test_equals_the_twin(checker: Any, words: list[int], z: int) -> None:
    assert checker.evaluate(encode_stream(words), z) == evaluate(words, z)


@pytest.mark.parametrize("z", [0, 1, 2, R - 1])
@pytest.mark.parametrize("words", [[], [0], [0, 0], [2**248 - 1] * 3])
def test_edges(checker: Any, words: list[int], z: int) -> None:
    assert checker.evaluate(encode_stream(words), z) == evaluate(words, z)


def test_zero_words_and_lengths_are_bound(checker: Any) -> None:
    values = {checker.evaluate(bytes(31 * n), 12345) for n in range(6)}
    assert len(values) == 6


@pytest.mark.parametrize("length", [1, 30, 32, 61])
def test_partial_word(checker: Any, length: int) -> None:
    with ape.reverts("stream/partial_word"):
        checker.evaluate(bytes(length), 1)


@pytest.mark.parametrize("z", [R, R + 1, 2**256 - 1])
def test_challenge_out_of_range(checker: Any, z: int) -> None:
    with ape.reverts("stream/challenge_range"):
        checker.evaluate(bytes(31), z)


def test_gas_of_264_words(checker: Any, actors: Any) -> None:
    gas = checker.evaluate.estimate_gas_cost(b"\x01" * (31 * 264), R - 1, sender=actors.alice)
    check_snapshot("gas", "StreamChecker.evaluate/264_words", gas, 200)
