"""A proof of the real circuit under the key of the build (`make keys`): contract, circuit and Python agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.reverts import assert_reverts

BUILD = Path(__file__).resolve().parents[3] / "build"


def words(point: list[str] | list[list[str]]) -> list[int]:
    """A point of snarkjs's verification key in the order of the precompiles: imaginary parts first."""
    return [int(c) for part in point[:2] for c in ([part] if isinstance(part, str) else reversed(part))]


@pytest.mark.proof
def test_proof_of_a_block_with_every_operation(project: Any, actors: Any) -> None:
    from tests.support.scenario import play
    from zklink.protocol.presets import MINIMAL
    from zklink.prover.native import NativeBackend

    path = BUILD / "keys" / "minimal" / "shape-1.verification_key.json"
    if not path.is_file():
        pytest.skip("no key: run `make keys`")
    vk = json.loads(path.read_text())
    key = (
        *(words(vk[name]) for name in ("vk_alpha_1", "vk_beta_2", "vk_gamma_2", "vk_delta_2")),
        [words(p) for p in vk["IC"]],
    )
    verifier = actors.deployer.deploy(project.Groth16Verifier, key, True)
    proofs = [NativeBackend(MINIMAL, BUILD).prove(effects) for _, effects in play()]
    for proof in proofs:
        assert verifier.verify(list(proof.words), list(proof.public))
    assert verifier.verifyBatch([list(p.words) for p in proofs], [list(p.public) for p in proofs])
    crossed = (list(proofs[0].words), list(proofs[1].public))
    assert_reverts("proof/invalid", verifier.verify, *crossed, sender=actors.alice)
