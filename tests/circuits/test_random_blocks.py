"""Whatever the ledger accepts, the circuit accepts, and both end in the same public inputs."""

from pathlib import Path

import pytest

from tests.support.actors import NETWORK
from tests.support.random_blocks import random_blocks
from tests.support.scenario import play
from zklink.witness.block import Circuits, witness

FOLDER = Path(__file__).parents[2] / "build" / "circuits" / "minimal"
SHAPE = NETWORK.preset.shape(1)
pytestmark = [
    pytest.mark.circuits,
    pytest.mark.skipif(not (FOLDER / "step.wasm").exists(), reason="needs `make circuits`"),
]


@pytest.fixture(scope="module")
def circuits() -> Circuits:
    return Circuits(NETWORK.preset, FOLDER)


def test_the_scenario_of_the_vectors(circuits: Circuits) -> None:
    system = circuits.system(SHAPE)
    for block, effects in play():
        found = witness(effects, circuits, SHAPE)
        assert system.check(found) is None
        assert tuple(found[wire] for wire in range(1, 5)) == block.public_inputs


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_random_blocks(circuits: Circuits, seed: int) -> None:
    for block, effects in random_blocks(seed, 3):
        found = witness(effects, circuits, SHAPE)
        assert tuple(found[wire] for wire in range(1, 5)) == block.public_inputs
