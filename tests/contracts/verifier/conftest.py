"""The real verifier with a key whose secrets the tests know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.groth16_trapdoor import TrapdoorKey

KEY = TrapdoorKey()
OTHER_KEY = TrapdoorKey(alpha=0xA2, beta=0xB2, delta=0xD2, ic=(5, 6, 7, 8, 9))
INPUTS = [101, 202, 303, 404]


@pytest.fixture(scope="module")
def verifier(project: Any, actors: Any) -> Any:
    return actors.deployer.deploy(project.Groth16Verifier, KEY.constructor, True)


@pytest.fixture(scope="module")
def proof() -> list[int]:
    return KEY.prove(INPUTS)
