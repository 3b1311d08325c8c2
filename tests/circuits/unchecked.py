"""The step with every `===` taken out: computes all signals for inputs that the real circuit refuses.

On those signals every assertion of the source is evaluated (one row each, compiled without simplification), so a test
sees all that an invalid input violates, not only the first one the calculator stops at; the simplified system that
proofs are made of must refuse the same assignment.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, TypeAlias

from zklink.crypto.groth16 import R1cs, Witness
from zklink.protocol.constants import FIELD_MODULUS
from zklink.witness.calculator import Calculator, Program

Row: TypeAlias = tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]

ROOT = Path(__file__).resolve().parents[2]
ASSERTION = re.compile(r"[^;{}]*===[^;]*;")
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
COMMENT = re.compile(r"//[^\n]*")


def strip_tree(source: Path, target: Path) -> None:
    """Copies circom files without comments and assertions (line numbers are kept)."""
    for file in source.rglob("*.circom"):
        text = file.read_text()
        if "===" in text:
            text = COMMENT.sub("", BLOCK_COMMENT.sub(_only_lines, text))
            text = "\n".join(ASSERTION.sub("", line) for line in text.split("\n"))
            assert "===" not in text, f"{file}: an assertion that is not on one line"
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)


def _only_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def compile_plain(instance: Path, library: Path, target: Path, *kinds: str, level: str = "--O0") -> None:
    """Compiles without simplification (unless told otherwise): a row per constraint, a wire per signal."""
    target.mkdir(parents=True, exist_ok=True)
    paths = [str(path.relative_to(ROOT)) for path in (instance, library, target)]
    command = ["node_modules/.bin/circom2", paths[0], *kinds, level, "-l", paths[1], "-o", paths[2]]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def build(folder: Path, stamp: str, preset: str = "minimal") -> Path:
    """Compiles the step with and without assertions into `folder` unless it is of this stamp."""
    mark = folder / "stamp"
    if mark.is_file() and mark.read_text() == stamp:
        return folder
    instance = Path("circuits") / "instances" / preset / "step.circom"
    strip_tree(ROOT / "circuits", folder / "circuits")
    strip_tree(ROOT / "node_modules" / "circomlib", folder / "library" / "circomlib")
    compile_plain(folder / instance, folder / "library", folder / "without", "--wasm", "--sym", "--r1cs")
    compile_plain(ROOT / instance, ROOT / "node_modules", folder / "with", "--r1cs", "--sym")
    assert (folder / "with" / "step.sym").read_bytes() == (folder / "without" / "step.sym").read_bytes()
    mark.write_text(stamp)
    return folder


def _wires(path: Path) -> dict[str, int]:
    with path.open() as lines:
        parts = (line.rstrip("\n").split(",", 3) for line in lines)
        return {name: int(wire) for _, wire, _, name in parts if wire != "-1"}


def _rows(path: Path) -> list[Row]:
    system = R1cs.read(path)
    return [system.row(index) for index in range(system.n_constraints)]


class Unchecked:
    """Evaluates assertions, and the real system, on assignments of the step without assertions."""

    def __init__(self, folder: Path, real: Path) -> None:
        self.calculator = Calculator(Program(folder / "without" / "step_js" / "step.wasm"))
        self.real = R1cs.read(real / "step.r1cs")
        self.names, there = _wires(folder / "without" / "step.sym"), _wires(real / "step.sym")
        self.map = [0] * self.real.n_wires
        for name, wire in there.items():
            self.map[wire] = self.names[name]
        defined = Counter(map(repr, _rows(folder / "without" / "step.r1cs")))
        self.assertions: list[Row] = []
        """Rows that stem from `===`: all others hold by construction of an assignment."""
        for row in _rows(folder / "with" / "step.r1cs"):
            if defined[repr(row)]:
                defined[repr(row)] -= 1
            else:
                self.assertions.append(row)
        assert not defined.total(), "taking assertions out changed a definition"

    def assignment(self, inputs: dict[str, Any]) -> Witness:
        """Value of every signal."""
        return self.calculator.run(inputs, "unchecked step")

    def accepted_by_real(self, values: Witness) -> bool:
        """Whether the real, simplified system accepts the assignment."""
        return self.real.check(Witness.from_ints([values[wire] for wire in self.map])) is None

    def violated(self, values: Witness) -> list[int]:
        """Indices of all assertions that do not hold."""

        def dot(terms: list[tuple[int, int]]) -> int:
            return sum(values[wire] * factor for wire, factor in terms)

        return [at for at, (a, b, c) in enumerate(self.assertions) if (dot(a) * dot(b) - dot(c)) % FIELD_MODULUS]
