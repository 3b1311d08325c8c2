"""A real block through the real prover, judged by three verifiers: native, snarkjs, py_ecc."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.scenario import play
from zklink.crypto import reference
from zklink.crypto.groth16 import prove, verify
from zklink.protocol.presets import MINIMAL
from zklink.prover.backend import Proof
from zklink.prover.errors import KeyMismatch
from zklink.prover.keys import RECORD, KeyFolder
from zklink.prover.native import NativeBackend
from zklink.prover.snarkjs import SnarkjsBackend
from zklink.witness.block import Circuits, witness
from zklink.witness.errors import ConstraintError, ContinuityError, InputError

ROOT = Path(__file__).resolve().parents[2]
SHAPE = MINIMAL.shape(1)
"""8 steps."""


@pytest.fixture(scope="module")
def backend(circuits: Circuits, tool: ModuleType) -> NativeBackend:
    """The native backend with a key of these circuits, made when stale."""
    tool.build_keys(tool.Store(MINIMAL), [SHAPE.id])
    return NativeBackend(MINIMAL, ROOT / "build")


@pytest.fixture(scope="module")
def snarkjs() -> SnarkjsBackend:
    """snarkjs over the same files."""
    return SnarkjsBackend(MINIMAL, ROOT / "build", ROOT / "node_modules" / ".bin" / "snarkjs")


@pytest.fixture(scope="module")
def proof(backend: NativeBackend, block) -> Proof:
    """A proof of a block with every operation."""
    return backend.prove(block[1])


def flipped(proof: Proof, index: int, bit: int) -> Proof | None:
    """The proof with one bit of its 12 numbers flipped; None where that leaves the field."""
    numbers = [*proof.words, *proof.public]
    numbers[index] ^= 1 << bit
    try:
        return Proof(tuple(numbers[:8]), tuple(numbers[8:]))  # type: ignore[arg-type]
    except ValueError:
        return None


def by_py_ecc(backend: NativeBackend, proof: Proof) -> bool:
    """The verdict of the independent verifier."""
    key = backend.keys.verification_key(SHAPE.id).read_text()
    return reference.verify(key, list(proof.public), proof.points.to_json())


@pytest.mark.proof
def test_three_verifiers_accept(backend, snarkjs, proof, block) -> None:
    effects = block[1]
    assert proof.public == (effects.z, effects.u, effects.h, effects.y)
    assert backend.verify(proof, SHAPE.id)
    assert snarkjs.verify(proof, SHAPE.id)
    assert by_py_ecc(backend, proof)


@pytest.mark.proof
def test_one_bit_flips_are_refused_by_native(backend, proof) -> None:
    tried = 0
    for index in range(12):
        for bit in (0, 1, 7, 100, 200):
            if wrong := flipped(proof, index, bit):
                assert not backend.verify(wrong, SHAPE.id), (index, bit)
                tried += 1
    assert tried >= 50


@pytest.mark.proof
@pytest.mark.parametrize("index", [0, 2, 6, 8, 11])
def test_one_bit_flips_are_refused_by_all(backend, snarkjs, proof, index) -> None:
    wrong = flipped(proof, index, 0)
    assert wrong
    assert not backend.verify(wrong, SHAPE.id)
    assert not snarkjs.verify(wrong, SHAPE.id)
    assert not by_py_ecc(backend, wrong)


@pytest.mark.proof
def test_proof_survives_its_json(proof) -> None:
    assert Proof.from_json(proof.to_json()) == proof


@pytest.mark.proof
def test_a_forced_proof_of_a_changed_witness_does_not_verify(backend, block, circuits) -> None:
    effects = block[1]
    proving_key, verifying_key = backend.load(SHAPE.id)
    values = witness(effects, circuits, SHAPE)
    numbers = [values[at] for at in range(len(values))]
    numbers[-1] += 1
    changed = type(values).from_ints(numbers)
    forced = prove(proving_key, changed)
    assert not verify(verifying_key, [effects.z, effects.u, effects.h, effects.y], forced)


@pytest.mark.proof
@pytest.mark.slow
def test_snarkjs_proves_the_same_block(backend, snarkjs, block) -> None:
    other = snarkjs.prove(block[1])
    assert backend.verify(other, SHAPE.id)
    assert by_py_ecc(backend, other)


def test_system_accepts_the_witness(circuits: Circuits, block) -> None:
    values = witness(block[1], circuits, SHAPE, workers=2)
    assert circuits.system(SHAPE).check(values) is None


def test_every_block_of_the_shared_scenario_has_a_witness(circuits: Circuits) -> None:
    for _, effects in play():
        witness(effects, circuits, MINIMAL.shape(effects.header.shape))


def test_wrong_number_of_steps(circuits: Circuits, block) -> None:
    with pytest.raises(InputError, match="steps"):
        witness(block[1], circuits, MINIMAL.shape(2))


def test_refusal_names_the_step_and_the_operation(circuits: Circuits, block) -> None:
    effects = block[1]
    bad = replace(effects.steps[1], units=effects.steps[1].units + 1)
    steps = (effects.steps[0], bad, *effects.steps[2:])
    with pytest.raises(ConstraintError, match=r"step 1 \(TRANSFER\)"):
        witness(replace(effects, steps=steps), circuits, SHAPE)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda step: {"words": replace(step.words, data=(step.words.data[0] + 1,))}, "sponge"),
        (lambda step: {"words": replace(step.words, chain_words=step.words.chain_words[:-1])}, "chain_power"),
        (lambda step: {"root_after": step.root_after + 1}, "root"),
    ],
)
def test_effects_that_differ_from_the_circuit(circuits: Circuits, block, change, name) -> None:
    effects = block[1]
    first = replace(effects.steps[0], **change(effects.steps[0]))
    with pytest.raises((ContinuityError, ConstraintError), match=rf"{name}|step 1"):
        witness(replace(effects, steps=(first, *effects.steps[1:])), circuits, SHAPE)


def test_key_of_other_circuits_is_refused(backend: NativeBackend, tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    with pytest.raises(KeyMismatch, match=RECORD):
        keys.check(SHAPE.id, {})
    record = backend.keys.record()
    (tmp_path / RECORD).write_text(json.dumps(record))
    with pytest.raises(KeyMismatch, match="no key for shape 7"):
        keys.check(7, {})
    with pytest.raises(KeyMismatch, match="other circuits"):
        keys.check(SHAPE.id, {"step": "00"})
    pieces = record["shapes"][str(SHAPE.id)]["hashes"]["pieces"]
    keys.zkey(SHAPE.id).write_bytes(b"not the recorded file")
    with pytest.raises(KeyMismatch, match="zkey: missing, or not the file"):
        keys.check(SHAPE.id, pieces)


def test_key_says_that_it_is_for_development(backend: NativeBackend) -> None:
    record = backend.keys.record()
    assert record["development"] is True
    assert "forge" in record["notice"]
    assert set(record["shapes"][str(SHAPE.id)]["hashes"]) == {"pieces", "r1cs", "zkey", "verification_key"}


def test_second_build_does_nothing(circuits: Circuits, backend: NativeBackend) -> None:
    command = [sys.executable, "tools/circuits.py", "build", "--preset", "minimal", "--json"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    outcome = json.loads(result.stdout)
    assert outcome["compiled"] == [] and outcome["keys_made"] == []
    assert "DEVELOPMENT KEY" in result.stderr
