"""Groth16: three verifiers (ours, snarkjs, py_ecc) and two provers (ours, snarkjs) on one key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import zklink_native as native
from tests.unit.native.conftest import SEED
from tests.unit.native.peers import Compiled, snarkjs
from zklink.crypto import reference


def verdicts(folder: Path, vk: str, public: list[int], proof: str) -> list[bool]:
    """Of ours, snarkjs, py_ecc."""
    for name, content in (("vk.json", vk), ("public.json", json.dumps(list(map(str, public)))), ("proof.json", proof)):
        (folder / name).write_text(content)
    done = snarkjs("groth16", "verify", folder / "vk.json", folder / "public.json", folder / "proof.json")
    ours = native.verify(native.VerifyingKey.from_json(vk), public, native.Proof.from_json(proof))
    return [ours, done.returncode == 0 and "OK!" in done.stdout, reference.verify(vk, public, proof)]


def test_our_proof_holds_everywhere(
    small: Compiled, key: native.ProvingKey, proof: native.Proof, tmp_path: Path
) -> None:
    assert verdicts(tmp_path, key.verifying_key().to_json(), small.public, proof.to_json()) == [True, True, True]


def test_snarkjs_proves_and_exports_with_our_key(
    small: Compiled, key: native.ProvingKey, zkey: Path, tmp_path: Path
) -> None:
    exported = tmp_path / "exported.json"
    done = snarkjs("zkey", "export", "verificationkey", zkey, exported)
    assert done.returncode == 0, done.stdout
    assert native.VerifyingKey.from_json(exported.read_text()) == key.verifying_key()
    done = snarkjs("groth16", "prove", zkey, small.wtns, tmp_path / "proof.json", tmp_path / "public.json")
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "public.json").read_text()) == list(map(str, small.public))
    proof = (tmp_path / "proof.json").read_text()
    assert verdicts(tmp_path, exported.read_text(), small.public, proof) == [True, True, True]


def test_we_prove_with_a_key_of_snarkjs(small: Compiled, witness: native.Witness, tmp_path: Path) -> None:
    """A ceremony in small: powers of tau, phase 2 without contribution (delta is 1 there, and so is gamma)."""
    steps: list[list[str | Path]] = [
        ["powersoftau", "new", "bn128", "4", tmp_path / "a.ptau"],
        ["powersoftau", "contribute", tmp_path / "a.ptau", tmp_path / "b.ptau", "--name=one", "-e=some text"],
        ["powersoftau", "prepare", "phase2", tmp_path / "b.ptau", tmp_path / "c.ptau"],
        ["groth16", "setup", small.r1cs, tmp_path / "c.ptau", tmp_path / "0.zkey"],
        ["zkey", "contribute", tmp_path / "0.zkey", tmp_path / "1.zkey", "--name=two", "-e=other text"],
    ]
    for step in steps:
        done = snarkjs(*step)
        assert done.returncode == 0, done.stdout + done.stderr
    key = native.ProvingKey.read_zkey(tmp_path / "1.zkey")
    proof = native.prove(key, witness).to_json()
    assert verdicts(tmp_path, key.verifying_key().to_json(), small.public, proof) == [True, True, True]


def test_key_file_round_trip(key: native.ProvingKey, zkey: Path, tmp_path: Path) -> None:
    for checked in (True, False):
        again = native.ProvingKey.read_zkey(zkey, checked)
        assert again == key
        assert (again.n_public, again.n_wires, again.domain_size) == (3, 7, 8)
    native.ProvingKey.read_zkey(zkey).write_zkey(tmp_path / "copy.zkey")
    assert (tmp_path / "copy.zkey").read_bytes() == zkey.read_bytes()


def test_snarkjs_can_contribute_to_our_key(
    small: Compiled, zkey: Path, witness: native.Witness, tmp_path: Path
) -> None:
    done = snarkjs("zkey", "contribute", zkey, tmp_path / "next.zkey", "--name=one", "-e=some text")
    assert done.returncode == 0, done.stdout
    key = native.ProvingKey.read_zkey(tmp_path / "next.zkey")
    assert native.verify(key.verifying_key(), small.public, native.prove(key, witness))


def test_setup_is_a_function_of_the_seed(system: native.R1cs, key: native.ProvingKey) -> None:
    assert native.setup_development(system, SEED) == key
    assert native.setup_development(system, SEED + b"x") != key
    assert native.setup_development(system) != native.setup_development(system)
    assert key.verifying_key().gamma != key.verifying_key().delta


def test_proofs_are_blinded(key: native.ProvingKey, witness: native.Witness) -> None:
    assert native.prove(key, witness) != native.prove(key, witness)
    assert native.prove(key, witness, SEED) == native.prove(key, witness, SEED)


def test_proof_of_a_wrong_witness_fails(
    small: Compiled, key: native.ProvingKey, witness: native.Witness, tmp_path: Path
) -> None:
    values = [witness[wire] for wire in range(len(witness))]
    values[4] += 1
    proof = native.prove(key, native.Witness.from_ints(values)).to_json()
    assert verdicts(tmp_path, key.verifying_key().to_json(), small.public, proof) == [False, False, False]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_another_public_value_fails(
    index: int, small: Compiled, key: native.ProvingKey, proof: native.Proof, tmp_path: Path
) -> None:
    public = list(small.public)
    public[index] ^= 1
    assert verdicts(tmp_path, key.verifying_key().to_json(), public, proof.to_json()) == [False, False, False]


def test_public_value_plus_order_fails(small: Compiled, key: native.ProvingKey, proof: native.Proof) -> None:
    public = [small.public[0] + native.FIELD_ORDER, *small.public[1:]]
    vk = key.verifying_key()
    assert not native.verify(vk, public, proof)
    assert not reference.verify(vk.to_json(), public, proof.to_json())


def flip(proof: str, path: tuple[str | int, ...]) -> str:
    """The proof with the lowest bit of one coordinate flipped."""
    value: Any = json.loads(proof)
    place: Any = value
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = str(int(place[path[-1]]) ^ 1)
    return json.dumps(value)


PATHS: list[tuple[str | int, ...]] = [
    ("pi_a", 0),
    ("pi_a", 1),
    ("pi_b", 0, 0),
    ("pi_b", 1, 1),
    ("pi_c", 0),
    ("pi_c", 1),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_flipped_bit_of_the_proof_fails(
    path: tuple[str | int, ...], small: Compiled, key: native.ProvingKey, proof: native.Proof, tmp_path: Path
) -> None:
    flipped = flip(proof.to_json(), path)
    assert verdicts(tmp_path, key.verifying_key().to_json(), small.public, flipped) == [False, False, False]


def test_negated_point_fails(small: Compiled, key: native.ProvingKey, proof: native.Proof) -> None:
    """Every point is on its curve here: only the equation refuses."""
    modulus = 21888242871839275222246405745257275088696311157297823662689037894645226208583
    other = native.Proof((proof.a[0], modulus - proof.a[1]), proof.b, proof.c)
    assert not native.verify(key.verifying_key(), small.public, other)


def test_g2_point_outside_the_subgroup_fails(small: Compiled, key: native.ProvingKey, proof: native.Proof) -> None:
    from py_ecc.optimized_bn128 import FQ2, b2, curve_order, is_inf, is_on_curve, multiply

    point = next(p for p in map(_g2_from_x, range(1, 200)) if p is not None)
    assert is_on_curve(point, b2) and not is_inf(multiply(point, curve_order))
    assert point[2] == FQ2.one()
    ints = tuple(tuple(int(c) for c in coordinate.coeffs) for coordinate in point[:2])
    other = native.Proof(proof.a, ints, proof.c)  # type: ignore[arg-type]
    assert not native.verify(key.verifying_key(), small.public, other)
    assert not reference.verify(key.verifying_key().to_json(), small.public, other.to_json())
    with pytest.raises(ValueError, match="gamma: not a point of the group"):
        vk = json.loads(key.verifying_key().to_json())
        vk["vk_gamma_2"] = [[str(c) for c in part] for part in ints] + [["1", "0"]]
        native.VerifyingKey.from_json(json.dumps(vk))


def _g2_from_x(x: int) -> Any:
    """A point with this x (in the base field) if there is one: a square root in Fq2, by the norm."""
    from py_ecc.optimized_bn128 import FQ2, b2, field_modulus

    square = FQ2((x, 0)) ** 3 + b2
    c0, c1 = (int(c) for c in square.coeffs)
    norm = (c0 * c0 + c1 * c1) % field_modulus
    root = pow(norm, (field_modulus + 1) // 4, field_modulus)
    if root * root % field_modulus != norm:
        return None
    for sign in (root, -root):
        half = (c0 + sign) * pow(2, -1, field_modulus) % field_modulus
        real = pow(half, (field_modulus + 1) // 4, field_modulus)
        if real and real * real % field_modulus == half:
            candidate = FQ2((real, c1 * pow(2 * real, -1, field_modulus) % field_modulus))
            if candidate * candidate == square:
                return FQ2((x, 0)), candidate, FQ2.one()
    return None


def test_point_at_infinity_fails(small: Compiled, key: native.ProvingKey, proof: native.Proof) -> None:
    assert not native.verify(key.verifying_key(), small.public, native.Proof((0, 0), proof.b, proof.c))
    assert not native.verify(key.verifying_key(), small.public, native.Proof(proof.a, ((0, 0), (0, 0)), proof.c))
    assert not native.verify(key.verifying_key(), small.public, native.Proof(proof.a, proof.b, (0, 0)))


def test_forms_of_a_proof(proof: native.Proof) -> None:
    assert native.Proof.from_json(proof.to_json()) == proof == native.Proof(proof.a, proof.b, proof.c)
    (ax, ay), ((bx0, bx1), (by0, by1)), (cx, cy) = proof.a, proof.b, proof.c
    assert proof.to_evm() == [ax, ay, bx1, bx0, by1, by0, cx, cy]


def test_json_of_a_key_round_trip(key: native.ProvingKey) -> None:
    vk = key.verifying_key()
    assert native.VerifyingKey.from_json(vk.to_json()) == vk
    assert vk.n_public + 1 == len(vk.ic) == 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda value: value.update(protocol="plonk"), "protocol is not groth16"),
        (lambda value: value.update(curve="bls12381"), "curve is not bn128"),
        (lambda value: value.pop("pi_a"), "pi_a: not a list of 3"),
        (lambda value: value["pi_a"].__setitem__(2, "2"), "pi_a: third coordinate"),
        (lambda value: value["pi_c"].__setitem__(0, "0x1"), "pi_c: not a string of decimal digits"),
        (lambda value: value["pi_c"].__setitem__(0, "01"), "pi_c: not a string of decimal digits"),
        (lambda value: value["pi_b"][0].__setitem__(0, "9" * 77), "pi_b: not below"),
        (lambda value: value["pi_b"][0].__setitem__(0, "9" * 78), "pi_b: not a string of decimal digits"),
        (lambda value: value["pi_b"].__setitem__(2, ["0", "1"]), "pi_b: third coordinate"),
    ],
)
def test_malformed_proof_json_is_refused(change: Callable[[Any], object], reason: str, proof: native.Proof) -> None:
    value = json.loads(proof.to_json())
    change(value)
    with pytest.raises(ValueError, match=reason):
        native.Proof.from_json(json.dumps(value))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda value: value.update(nPublic=2), "nPublic: not one less"),
        (lambda value: value.update(IC=[], nPublic=0), "nPublic: not one less"),
        (lambda value: value["vk_alpha_1"].__setitem__(0, "1"), "alpha: not a point"),
        (lambda value: value["vk_delta_2"][1].__setitem__(0, "1"), "delta: not a point"),
        (lambda value: value["IC"][1].__setitem__(0, "5"), r"ic\[1\]: not on the curve"),
        (lambda value: value.update(vk_alpha_1=["0", "0", "1"]), "alpha: not a point"),
    ],
)
def test_malformed_key_json_is_refused(change: Callable[[Any], object], reason: str, key: native.ProvingKey) -> None:
    value = json.loads(key.verifying_key().to_json())
    change(value)
    with pytest.raises(ValueError, match=reason):
        native.VerifyingKey.from_json(json.dumps(value))
    with pytest.raises(ValueError, match="not JSON"):
        native.VerifyingKey.from_json("{")


def test_refuses_bad_arguments(
    small: Compiled, system: native.R1cs, key: native.ProvingKey, witness: native.Witness, proof: native.Proof
) -> None:
    with pytest.raises(ValueError, match="seed: 15 bytes"):
        native.setup_development(system, bytes(15))
    with pytest.raises(ValueError, match="seed: 0 bytes"):
        native.prove(key, witness, b"")
    with pytest.raises(ValueError, match="witness: 2 values, the key has 7 wires"):
        native.prove(key, native.Witness.from_ints([1, 2]))
    with pytest.raises(ValueError, match="witness: wire 0 is not 1"):
        native.prove(key, native.Witness.from_ints([2] * 7))
    with pytest.raises(ValueError, match="public: 2 values, the key has 3"):
        native.verify(key.verifying_key(), small.public[:2], proof)
    with pytest.raises(ValueError, match=r"public\[0\]: negative"):
        native.verify(key.verifying_key(), [-1, 1, 1], proof)
    with pytest.raises(ValueError, match="a: 3 coordinates"):
        native.Proof((1, 2, 3), proof.b, proof.c)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="b: not"):
        native.Proof(proof.a, (1, 2, 3), proof.c)  # type: ignore[arg-type]
