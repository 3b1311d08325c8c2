"""ProofGate: shape -> verifier, fixed."""

from __future__ import annotations

from typing import Any

import ape
import pytest

from tests.contracts.verifier.conftest import OTHER_KEY


@pytest.fixture(scope="module")
def pair(project: Any, actors: Any, verifier: Any) -> list[str]:
    other = actors.deployer.deploy(project.Groth16Verifier, OTHER_KEY.constructor, False)
    return [verifier.address, other.address]


def test_each_shape_has_its_verifier(project: Any, actors: Any, pair: list[str]) -> None:
    gate = actors.deployer.deploy(project.ProofGate, [1, 7], pair)
    assert list(gate.shapes()) == [1, 7]
    assert [gate.verifier_of(1), gate.verifier_of(7)] == pair
    assert gate.development()


def test_development_is_false_without_development_keys(project: Any, actors: Any, pair: list[str]) -> None:
    assert not actors.deployer.deploy(project.ProofGate, [1], pair[1:]).development()


@pytest.mark.parametrize("shape", [0, 2, 8, 2**256 - 1])
def test_unknown_shape(project: Any, actors: Any, pair: list[str], shape: int) -> None:
    gate = actors.deployer.deploy(project.ProofGate, [1, 7], pair)
    with ape.reverts("proof/unknown_shape"):
        gate.verifier_of(shape)


@pytest.mark.parametrize(
    ("shapes", "count", "reason"),
    [
        ([], 0, "no_shapes"),
        ([1], 2, "shape_lengths"),
        ([1, 2], 1, "shape_lengths"),
        ([0], 1, "shape_order"),
        ([2, 1], 2, "shape_order"),
        ([1, 1], 2, "shape_order"),
        ([2**32], 1, "shape_order"),
    ],
)
def test_bad_list(project: Any, actors: Any, pair: list[str], shapes: list[int], count: int, reason: str) -> None:
    with ape.reverts(f"proof/{reason}"):
        actors.deployer.deploy(project.ProofGate, shapes, pair[:count])


def test_verifier_without_code(project: Any, actors: Any) -> None:
    with ape.reverts():
        actors.deployer.deploy(project.ProofGate, [1], [actors.alice.address])
