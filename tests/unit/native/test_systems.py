"""Constraint systems and witnesses: files of circom, assembly, refusals."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zklink_native as native
from tests.unit.native.peers import Compiled, snarkjs


def values_of(witness: native.Witness) -> list[int]:
    return [witness[wire] for wire in range(len(witness))]


def test_reads_what_circom_wrote(small: Compiled, system: native.R1cs, witness: native.Witness) -> None:
    assert (system.n_pub_out, system.n_pub_in, system.n_prv_in) == (2, 1, 2)
    assert system.n_wires == len(witness) and system.n_constraints == 3
    assert values_of(witness)[:4] == [1, *small.public]
    assert system.check(witness) is None


def test_rows_multiply_out(system: native.R1cs, witness: native.Witness) -> None:
    for index in range(system.n_constraints):
        a, b, c = (sum(witness[wire] * factor for wire, factor in row) for row in system.row(index))
        assert (a * b - c) % native.FIELD_ORDER == 0
    with pytest.raises(IndexError):
        system.row(system.n_constraints)


def test_check_names_the_first_violated_row(system: native.R1cs, witness: native.Witness) -> None:
    for wire in range(1, len(witness)):
        values = values_of(witness)
        values[wire] += 1
        touched = [i for i in range(system.n_constraints) if any(wire in dict(row) for row in system.row(i))]
        assert system.check(native.Witness.from_ints(values)) == touched[0]


def test_check_refuses_another_shape(system: native.R1cs, witness: native.Witness) -> None:
    with pytest.raises(ValueError, match="values for"):
        system.check(native.Witness.from_ints(values_of(witness)[:-1]))
    with pytest.raises(ValueError, match="wire 0 is not 1"):
        system.check(native.Witness.from_ints([2, *values_of(witness)[1:]]))


def test_r1cs_round_trip_is_readable_by_snarkjs(small: Compiled, system: native.R1cs, tmp_path: Path) -> None:
    system.write(tmp_path / "copy.r1cs")
    assert native.R1cs.read(tmp_path / "copy.r1cs") == system
    done = snarkjs("wtns", "check", tmp_path / "copy.r1cs", small.wtns)
    assert done.returncode == 0 and "WITNESS IS CORRECT" in done.stdout, done.stdout


def test_wtns_round_trip(small: Compiled, witness: native.Witness, tmp_path: Path) -> None:
    witness.write_wtns(tmp_path / "copy.wtns")
    assert (tmp_path / "copy.wtns").read_bytes() == small.wtns.read_bytes() == witness.to_bytes()
    assert native.Witness.from_wtns(small.wtns.read_bytes()) == witness
    assert witness[-1] == witness[len(witness) - 1]
    with pytest.raises(IndexError):
        witness[len(witness)]


@given(st.lists(st.integers(0, native.FIELD_ORDER - 1), max_size=20))
def test_witness_bytes_are_inverse_to_reading(values: list[int]) -> None:
    witness = native.Witness.from_ints(values)
    assert values_of(native.Witness.from_wtns(witness.to_bytes())) == values


def corruptions(content: bytes) -> dict[str, tuple[bytes, str]]:
    """The field's modulus stands in section 1, 4 bytes after its header."""
    size = struct.unpack_from("<Q", content, 16)[0]
    assert struct.unpack_from("<I", content, 12)[0] == 1 and size < 256, "the header comes first in these files"
    return {
        "empty": (b"", "truncated"),
        "half": (content[: len(content) // 2], "truncated|no section"),
        "one short": (content[:-1], "truncated"),
        "one long": (content + b"\0", "too many"),
        "magic": (b"x" + content[1:], "magic"),
        "version": (content[:4] + struct.pack("<I", 9) + content[8:], "version 9"),
        "width": (content[:24] + struct.pack("<I", 48) + content[28:], "48 bytes"),
        "field": (content[:28] + b"\0" + content[29:], "another field"),
    }


@pytest.mark.parametrize("case", ["empty", "half", "one short", "one long", "magic", "version", "width", "field"])
def test_corrupted_files_are_refused(case: str, system: native.R1cs, witness: native.Witness, tmp_path: Path) -> None:
    path = tmp_path / "file"
    system.write(path)  # ours starts with the header
    for content, read in ((path.read_bytes(), native.R1cs.read), (witness.to_bytes(), native.Witness.read_wtns)):
        corrupted, reason = corruptions(content)[case]
        path.write_bytes(corrupted)
        with pytest.raises(ValueError, match=reason):
            read(path)


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        native.R1cs.read(tmp_path / "none")


def chain(system: native.R1cs, first: native.Witness, second: native.Witness) -> tuple[native.R1cs, native.Witness]:
    """Two copies of the circuit, the second one's factor being the first one's `product`; that product is public."""
    shared, width = 2, system.n_wires
    one = [0, shared, *range(3, width + 1)]  # product -> 2
    two = [0, *range(width + 1, 2 * width)]
    two[3] = shared  # factor
    kept = sorted(set(two[1:]) - {shared})
    names = {wire: position + width + 1 for position, wire in enumerate(kept)}
    two = [names.get(wire, wire) for wire in two]
    total = width + 1 + len(kept)
    builder = native.R1csBuilder(total, 1)
    builder.add(system, one)
    builder.add(system, two)
    builder.add_equal(shared, 1)
    public = native.Witness.from_ints([1, first[1]])
    whole = native.Witness.assemble(total, [(first, one), (second, two), (public, [0, 1])])
    return builder.finish(), whole


def test_builder_chains_pieces(system: native.R1cs, small: Compiled, witness: native.Witness) -> None:
    product, a, b = small.public[0], 6, 2
    second = values_of(witness)
    square_wire = next(wire for wire in range(4, 7) if witness[wire] == 9)
    second[1:4] = [a * a * b + product, b * (product + 5) + 7, product]
    for wire, value in zip((w for w in range(4, 7) if w != square_wire), (a, b), strict=True):
        second[wire] = value
    second[square_wire] = a * a
    whole, assembled = chain(system, witness, native.Witness.from_ints(second))
    assert (whole.n_pub_out, whole.n_pub_in, whole.n_constraints) == (1, 0, 2 * system.n_constraints + 1)
    assert whole.check(assembled) is None
    assert assembled[1] == product
    broken = values_of(assembled)
    broken[1] += 1
    assert whole.check(native.Witness.from_ints(broken)) == whole.n_constraints - 1


def test_builder_refuses(system: native.R1cs) -> None:
    width = system.n_wires
    identity = list(range(width))
    with pytest.raises(ValueError, match="n_public: 7, want less than n_wires"):
        native.R1csBuilder(7, 7)
    builder = native.R1csBuilder(width + 1, 3)
    with pytest.raises(ValueError, match="wire_map: 6 entries, the piece has 7"):
        builder.add(system, identity[:-1])
    with pytest.raises(ValueError, match=r"wire_map\[2\]: unmapped"):
        builder.add(system, [0, 1, None, *identity[3:]])
    with pytest.raises(ValueError, match=r"wire_map\[6\]: 8, the whole has 8 wires"):
        builder.add(system, [*identity[:-1], 8])
    with pytest.raises(ValueError, match=r"wire_map\[0\]: 1, want wire 0"):
        builder.add(system, [1, *identity[1:]])
    with pytest.raises(ValueError, match=r"wire_map\[1\]: 0, want wire 0"):
        builder.add(system, [0, 0, *identity[2:]])
    with pytest.raises(ValueError, match="b: wire 8"):
        builder.add_equal(1, 8)
    builder.add(system, identity)
    with pytest.raises(ValueError, match="wire 7: touched by no row"):
        builder.finish()
    with pytest.raises(ValueError, match="builder: already finished"):
        builder.add(system, identity)


def test_builder_with_the_identity_map_is_the_piece(system: native.R1cs) -> None:
    builder = native.R1csBuilder(system.n_wires, 3)
    builder.add(system, list(range(system.n_wires)))
    whole = builder.finish()
    assert [whole.row(i) for i in range(3)] == [system.row(i) for i in range(3)]


def test_assemble_refuses() -> None:
    part = native.Witness.from_ints([1, 5])
    other = native.Witness.from_ints([1, 6])
    with pytest.raises(ValueError, match=r"parts\[1\]: wire 1 and an earlier part differ at wire 1"):
        native.Witness.assemble(2, [(part, [0, 1]), (other, [0, 1])])
    with pytest.raises(ValueError, match="wire 2: set by no part"):
        native.Witness.assemble(3, [(part, [0, 1])])
    with pytest.raises(ValueError, match=r"parts\[0\]: wire 1 goes to 2, of 2 wires"):
        native.Witness.assemble(2, [(part, [0, 2])])
    with pytest.raises(ValueError, match=r"parts\[0\]: 2 values, 1 entries"):
        native.Witness.assemble(2, [(part, [0])])
    with pytest.raises(ValueError, match=r"parts\[0\].wire_map\[1\]: unmapped"):
        native.Witness.assemble(2, [(part, [0, None])])
    with pytest.raises(ValueError, match=r"values\[1\]: not below"):
        native.Witness.from_ints([1, native.FIELD_ORDER])
