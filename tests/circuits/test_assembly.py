"""The assembled system is the monolithic circom instance (circuits/block.circom), for one step of the minimal preset.

1. Without simplification the two are equal row by row up to renaming: the rows of the monolith are exactly the rows of
   the pieces under the monolith's names, plus rows that set one boundary name equal to another.
2. With production flags (--O2) circom simplifies across the pieces' borders in the monolith and not in the pieces, so
   rows differ in form; the same full assignment must satisfy both, and neither when it is changed.
"""

import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.circuits.scenario import ALICE, BOB, UNIT, World
from tests.circuits.unchecked import ROOT, _wires, compile_plain
from zklink.crypto.groth16 import R1cs, Witness
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.presets import Shape
from zklink.witness.assembly import Layout, Piece
from zklink.witness.block import PIECES, Circuits, piece_inputs, witness
from zklink.witness.calculator import Calculator, Program
from zklink.witness.errors import AssemblyError

ONE_STEP = Shape(1, 1)
PLACES = {"prologue": "main.prologue.", "step": "main.step[0].", "epilogue": "main.epilogue."}
BORDER = re.compile(r"main\.(?:(?:prologue|step\[0\]|epilogue)\.)?[a-z_0-9]+(?:\[\d+\])*")
pytestmark = [pytest.mark.circuits, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tool, circuits: Circuits) -> Path:
    """The monolith with and without simplification, and the pieces without; kept until sources change."""
    folder = circuits.folder / "monolith"
    folder.mkdir(exist_ok=True)
    main = folder / "block.circom"
    shutil.copy(Path(__file__).parent / "monolith.circom.in", main)
    stamp = tool.source_hash(main)
    if (folder / "stamp").is_file() and (folder / "stamp").read_text() == stamp:
        return folder
    compile_plain(main, ROOT / "node_modules", folder / "plain", "--r1cs", "--sym", "--wasm")
    compile_plain(main, ROOT / "node_modules", folder / "simple", "--r1cs", "--sym", level="--O2")
    for piece in PIECES:
        instance = ROOT / "circuits" / "instances" / "minimal" / f"{piece}.circom"
        compile_plain(instance, ROOT / "node_modules", folder / "plain", "--r1cs", "--sym")
    (folder / "stamp").write_text(stamp)
    return folder


def named_rows(folder: Path, name: str, prefix: str) -> Iterator[tuple[frozenset, frozenset, frozenset]]:
    """Rows of a system over signal names."""
    names = {wire: label.replace("main.", prefix, 1) for label, wire in _wires(folder / f"{name}.sym").items()}
    names[0] = "1"
    system = R1cs.read(folder / f"{name}.r1cs")
    for index in range(system.n_constraints):
        a, b, c = (frozenset((names[wire], factor) for wire, factor in terms) for terms in system.row(index))
        yield a, b, c


def is_link(row: tuple[frozenset, frozenset, frozenset]) -> bool:
    """x - y = 0 between two boundary names and nothing else."""
    a, b, c = row
    terms = dict(c)
    return (
        not (a and b)
        and len(terms) == 2
        and set(terms.values()) == {1, FIELD_MODULUS - 1}
        and all(BORDER.fullmatch(name) for name in terms)
    )


def test_rows_are_equal_up_to_renaming(folder: Path) -> None:
    whole = Counter(named_rows(folder / "plain", "block", "main."))
    parts = Counter(row for piece, prefix in PLACES.items() for row in named_rows(folder / "plain", piece, prefix))
    assert not parts - whole, "a row of a piece is missing in the monolith"
    extra = whole - parts
    assert extra and all(map(is_link, extra)), "the monolith has a row that is neither a piece's nor a link"


@pytest.fixture(scope="module")
def assignment(folder: Path, circuits: Circuits) -> tuple[dict[str, int], Witness]:
    """Value of every signal of the monolith for a TRANSFER with a fee, and the assembled witness of the same block."""
    world = World()
    _, effects = world.block(world.transfer(2, ALICE, 0, UNIT, BOB, fee=10**15), steps=1)
    inputs = {}
    for _, _, values in piece_inputs(effects, circuits):
        inputs |= {name: value for name, value in values.items() if not name.startswith(("c_", "in_"))}
    full = Calculator(Program(folder / "plain" / "block_js" / "block.wasm")).run(inputs, "monolith")
    names = {label: full[wire] for label, wire in _wires(folder / "plain" / "block.sym").items()}
    return names, witness(effects, circuits, ONE_STEP)


def assembled_values(circuits: Circuits, names: dict[str, int]) -> list[int]:
    """Wires of the assembled system from the monolith's signals."""
    layout = circuits.layout(ONE_STEP)
    values = [1] * layout.n_wires
    for piece, wires in zip(layout.pieces, layout.wire_maps(), strict=True):
        for label, wire in _wires(circuits.folder / f"{piece.name}.sym").items():
            values[wires[wire]] = names[label.replace("main.", PLACES[piece.name], 1)]
    for at, name in enumerate(("z", "u", "h", "y"), start=1):
        values[at] = names[f"main.pub_{name}"]
    return values


def monolith_values(folder: Path, names: dict[str, int]) -> list[int]:
    """Wires of the simplified monolith from its signals."""
    wires = _wires(folder / "simple" / "block.sym")
    values = [1] * (1 + max(wires.values()))
    for label, wire in wires.items():
        values[wire] = names[label]
    return values


def test_one_assignment_satisfies_both(folder: Path, circuits: Circuits, assignment) -> None:
    names, assembled = assignment
    system, monolith = circuits.system(ONE_STEP), R1cs.read(folder / "simple" / "block.r1cs")
    values = assembled_values(circuits, names)
    assert values == [assembled[at] for at in range(len(assembled))], "assembled witness = the monolith's signals"
    assert system.check(assembled) is None
    assert monolith.check(Witness.from_ints(monolith_values(folder, names))) is None
    assert [assembled[at] for at in range(1, 5)] == monolith_values(folder, names)[1:5]


def test_neither_accepts_a_changed_wire(folder: Path, circuits: Circuits, assignment) -> None:
    names, _ = assignment
    system, monolith = circuits.system(ONE_STEP), R1cs.read(folder / "simple" / "block.r1cs")
    here, there = assembled_values(circuits, names), monolith_values(folder, names)
    layout, there_wires = circuits.layout(ONE_STEP), _wires(folder / "simple" / "block.sym")
    step = {
        label.replace("main.", PLACES["step"], 1): layout.wire_maps()[1][wire]
        for label, wire in _wires(circuits.folder / "step.sym").items()
    }
    both = sorted(label for label in step.keys() & there_wires.keys() if not label.endswith((".inv", ".inverse")))
    for label in random.Random(1).sample(both, 24):
        for checked, values, wire in ((system, here, step[label]), (monolith, there, there_wires[label])):
            wrong = list(values)
            wrong[wire] = (wrong[wire] + 1) % FIELD_MODULUS
            assert checked.check(Witness.from_ints(wrong)) is not None, label


def test_left_over_boundary_wires_are_errors(circuits: Circuits) -> None:
    pieces = circuits.pieces
    prologue, step, epilogue = (pieces[name] for name in PIECES)

    def without(piece: Piece, name: str, renamed: str) -> Piece:
        return Piece(
            piece.name, piece.r1cs, {renamed if key == name else key: wire for key, wire in piece.boundary.items()}
        )

    for broken in (
        [prologue, without(step, "in_root", "in_other"), epilogue],
        [prologue, without(step, "out_root", "out_other"), epilogue],
        [prologue, without(step, "c_z", "c_other"), epilogue],
        [without(prologue, "c_number", "c_other"), step, epilogue],
        [prologue, step, without(epilogue, "pub_h", "pub_other")],
        [prologue, step, without(epilogue, "in_root", "root")],
        [prologue, step],
        [step, epilogue],
    ):
        with pytest.raises(AssemblyError):
            Layout.of(broken)


def test_a_chain_of_steps_repeats_the_same_rows(circuits: Circuits) -> None:
    pieces = {name: piece.r1cs.n_constraints for name, piece in circuits.pieces.items()}
    for steps in (1, 2, 5):
        expected = pieces["prologue"] + steps * pieces["step"] + pieces["epilogue"] + 4
        assert circuits.system(Shape(1, steps)).n_constraints == expected
