"""Groth16Verifier.verify: every refusal reverts, and each has its own reason."""

from __future__ import annotations

from typing import Any

import ape
import pytest

from tests.contracts.verifier.conftest import INPUTS, KEY, OTHER_KEY
from tests.support.groth16_trapdoor import P, R, g1, g2, twist_point_outside_subgroup

WORDS = ["A.x", "A.y", "B.x.im", "B.x.re", "B.y.im", "B.y.re", "C.x", "C.y"]


def test_valid_proof_passes(verifier: Any, proof: list[int]) -> None:
    assert verifier.verify(proof, INPUTS)


@pytest.mark.parametrize("inputs", [[0, 0, 0, 0], [R - 1] * 4, [1, 0, R - 1, 2]])
def test_edges_of_the_field_pass(verifier: Any, inputs: list[int]) -> None:
    assert verifier.verify(KEY.prove(inputs), inputs)


@pytest.mark.parametrize("index", range(4))
def test_other_input_is_invalid(verifier: Any, proof: list[int], index: int) -> None:
    inputs = [x + (i == index) for i, x in enumerate(INPUTS)]
    with ape.reverts("proof/invalid"):
        verifier.verify(proof, inputs)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("k", range(1, 6))
def test_input_plus_multiple_of_r_is_out_of_range(verifier: Any, proof: list[int], index: int, k: int) -> None:
    inputs = list(INPUTS)
    inputs[index] += k * R
    if inputs[index] >= 2**256:
        inputs[index] = 2**256 - 1
    with ape.reverts("proof/input_range"):
        verifier.verify(proof, inputs)


@pytest.mark.parametrize("index", range(8), ids=WORDS)
def test_coordinate_plus_p_is_out_of_range(verifier: Any, proof: list[int], index: int) -> None:
    with ape.reverts("proof/coordinate_range"):
        verifier.verify([x + P * (i == index) for i, x in enumerate(proof)], INPUTS)


@pytest.mark.parametrize("index", [0, 1, 6, 7], ids=lambda i: WORDS[i])
def test_point_off_the_curve(verifier: Any, proof: list[int], index: int) -> None:
    with ape.reverts("proof/off_curve"):
        verifier.verify([x ^ (i == index) for i, x in enumerate(proof)], INPUTS)


@pytest.mark.parametrize("index", range(2, 6), ids=lambda i: WORDS[i])
def test_twist_point_off_the_curve(verifier: Any, proof: list[int], index: int) -> None:
    with ape.reverts("proof/pairing_failed"):
        verifier.verify([x ^ (i == index) for i, x in enumerate(proof)], INPUTS)


def test_twist_point_outside_the_subgroup(verifier: Any, proof: list[int]) -> None:
    with ape.reverts("proof/pairing_failed"):
        verifier.verify([*proof[:2], *twist_point_outside_subgroup(), *proof[6:]], INPUTS)


@pytest.mark.parametrize(("at", "width", "reason"), [(0, 2, "off_curve"), (2, 4, "infinity"), (6, 2, "off_curve")])
def test_point_at_infinity(verifier: Any, proof: list[int], at: int, width: int, reason: str) -> None:
    with ape.reverts(f"proof/{reason}"):
        verifier.verify([*proof[:at], *[0] * width, *proof[at + width :]], INPUTS)


def test_a_and_c_swapped(verifier: Any, proof: list[int]) -> None:
    with ape.reverts("proof/invalid"):
        verifier.verify([*proof[6:], *proof[2:6], *proof[:2]], INPUTS)


def test_halves_of_the_twist_point_swapped(verifier: Any, proof: list[int]) -> None:
    swapped = [*proof[:2], proof[3], proof[2], proof[5], proof[4], *proof[6:]]
    with ape.reverts("proof/pairing_failed"):
        verifier.verify(swapped, INPUTS)


@pytest.mark.parametrize("point", ["A", "B", "C"])
def test_other_valid_point_is_invalid(verifier: Any, proof: list[int], point: str) -> None:
    changed = {"A": [*g1(7), *proof[2:]], "B": [*proof[:2], *g2(7), *proof[6:]], "C": [*proof[:6], *g1(7)]}[point]
    with ape.reverts("proof/invalid"):
        verifier.verify(changed, INPUTS)


def test_proof_under_another_key_is_invalid(verifier: Any) -> None:
    with ape.reverts("proof/invalid"):
        verifier.verify(OTHER_KEY.prove(INPUTS), INPUTS)


def test_proofs_are_malleable_so_bytes_identify_nothing(verifier: Any, proof: list[int]) -> None:
    """(-A, -B, C) is another spelling of the same proof: why nothing may be keyed by proof bytes."""
    ax, ay, bxi, bxr, byi, byr, cx, cy = proof
    assert verifier.verify([ax, P - ay, bxi, bxr, P - byi, P - byr, cx, cy], INPUTS)


def test_too_little_gas_never_accepts(verifier: Any, proof: list[int], chain: Any, actors: Any) -> None:
    """Whatever precompile runs dry, the call reverts: no limit yields an answer that is not the true one.

    Where an addition or multiplication runs dry, "proof/precompile" is meant; the gas left does not suffice to say so.
    """
    data = verifier.verify.encode_input(proof, INPUTS)
    enough = 320_000
    outcomes = set()
    for gas in range(30_000, enough, 10_000):
        try:
            outcomes.add(bytes(chain.provider.web3.eth.call({"to": verifier.address, "data": data, "gas": gas})))
        except Exception:
            outcomes.add(None)
    assert outcomes == {None, (1).to_bytes(32, "big")}
