"""Groth16Verifier.verifyBatch: one pairing check, and no way for errors to cancel."""

from __future__ import annotations

from typing import Any

import ape
import pytest
from eth_utils.crypto import keccak

from tests.contracts.verifier.conftest import KEY, OTHER_KEY
from tests.support.groth16_trapdoor import P, R

BLOCKS = [[i, i + 1, i + 2, i + 3] for i in (10, 20, 30)]


def proofs_of(blocks: list[list[int]]) -> list[list[int]]:
    return [KEY.prove(inputs, a=0xA0 + i) for i, inputs in enumerate(blocks)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_valid_batch_passes(verifier: Any, count: int) -> None:
    assert verifier.verifyBatch(proofs_of(BLOCKS)[:count], BLOCKS[:count])


def test_the_same_proof_twice_passes(verifier: Any) -> None:
    proof = KEY.prove(BLOCKS[0])
    assert verifier.verifyBatch([proof, proof], [BLOCKS[0], BLOCKS[0]])


def test_empty_batch(verifier: Any) -> None:
    with ape.reverts("proof/empty_batch"):
        verifier.verifyBatch([], [])


@pytest.mark.parametrize(("proofs", "inputs"), [(2, 3), (3, 2), (0, 1)])
def test_lengths_differ(verifier: Any, proofs: int, inputs: int) -> None:
    with ape.reverts("proof/batch_lengths" if proofs else "proof/empty_batch"):
        verifier.verifyBatch(proofs_of(BLOCKS)[:proofs], BLOCKS[:inputs])


@pytest.mark.parametrize("bad", range(3))
def test_one_bad_proof_spoils_the_batch(verifier: Any, bad: int) -> None:
    proofs = proofs_of(BLOCKS)
    proofs[bad] = KEY.shifted(BLOCKS[bad], 1)
    with ape.reverts("proof/invalid"):
        verifier.verifyBatch(proofs, BLOCKS)


@pytest.mark.parametrize("scale", [1, 2, R - 1])
def test_errors_that_sum_to_zero_do_not_cancel(verifier: Any, scale: int) -> None:
    """C_0 + e and C_1 - e: the plain sum of both equations holds, the random combination does not."""
    proofs = [KEY.shifted(BLOCKS[0], scale), KEY.shifted(BLOCKS[1], -scale)]
    with ape.reverts("proof/invalid"):
        verifier.verifyBatch(proofs, BLOCKS[:2])


def coefficients(proofs: list[list[int]], inputs: list[list[int]]) -> list[int]:
    """rho_i, written out again from the specification."""
    words = [w for g2 in KEY.constructor[:4] for w in g2] + [w for point in KEY.constructor[4] for w in point]
    key_hash = keccak(b"".join(w.to_bytes(32, "big") for w in words))
    seed = keccak(key_hash + b"".join(w.to_bytes(32, "big") for row in [*proofs, *inputs] for w in row))
    return [int.from_bytes(keccak(seed + i.to_bytes(32, "big"))[16:], "big") for i in range(len(proofs))]


def test_errors_weighted_by_known_coefficients_do_not_cancel(verifier: Any) -> None:
    """Errors e_0 = rho_1, e_1 = -rho_0 for the coefficients of the honest batch: shifting C changes them."""
    rho = coefficients(proofs_of(BLOCKS)[:2], BLOCKS[:2])
    assert rho[0] * rho[1] - rho[1] * rho[0] == 0  # with coefficients fixed beforehand this batch would pass
    proofs = [KEY.shifted(BLOCKS[0], rho[1], a=0xA0), KEY.shifted(BLOCKS[1], -rho[0], a=0xA1)]
    with ape.reverts("proof/invalid"):
        verifier.verifyBatch(proofs, BLOCKS[:2])


def test_key_hash_is_the_hash_of_the_24_words(verifier: Any) -> None:
    words = [w for part in KEY.constructor[:4] for w in part] + [w for point in KEY.constructor[4] for w in point]
    assert len(words) == 24
    assert bytes(verifier.key_hash()) == keccak(b"".join(w.to_bytes(32, "big") for w in words))


def test_proofs_in_another_order_than_their_inputs(verifier: Any) -> None:
    with ape.reverts("proof/invalid"):
        verifier.verifyBatch(list(reversed(proofs_of(BLOCKS))), BLOCKS)


def test_proof_of_another_key_in_the_batch(verifier: Any) -> None:
    with ape.reverts("proof/invalid"):
        verifier.verifyBatch([KEY.prove(BLOCKS[0]), OTHER_KEY.prove(BLOCKS[1])], BLOCKS[:2])


def test_input_out_of_range(verifier: Any) -> None:
    inputs = [BLOCKS[0], [*BLOCKS[1][:3], BLOCKS[1][3] + R]]
    with ape.reverts("proof/input_range"):
        verifier.verifyBatch(proofs_of(BLOCKS)[:2], inputs)


def test_coordinate_out_of_range(verifier: Any) -> None:
    proofs = proofs_of(BLOCKS)[:2]
    proofs[1][0] += P
    with ape.reverts("proof/coordinate_range"):
        verifier.verifyBatch(proofs, BLOCKS[:2])


def test_point_off_the_curve(verifier: Any) -> None:
    proofs = proofs_of(BLOCKS)[:2]
    proofs[1][6] ^= 1
    with ape.reverts("proof/off_curve"):
        verifier.verifyBatch(proofs, BLOCKS[:2])


def test_bad_twist_point(verifier: Any) -> None:
    proofs = proofs_of(BLOCKS)[:2]
    proofs[1][2] ^= 1
    with ape.reverts("proof/pairing_failed"):
        verifier.verifyBatch(proofs, BLOCKS[:2])
