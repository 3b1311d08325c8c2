"""The step with every `===` taken out: computes all signals for inputs that the real circuit refuses.

From those signals the rows of the real constraint system are evaluated, so a test sees every row that an invalid input
violates, not only the first one the calculator stops at.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

from zklink.protocol.constants import FIELD_MODULUS
from zklink.witness.assembly import Piece
from zklink.witness.calculator import Calculator, Program

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


def build(folder: Path, stamp: str, preset: str = "minimal") -> Path:
    """Compiles the unchecked step into `folder` unless it is of this stamp; the folder with step.wasm and step.sym."""
    mark = folder / "stamp"
    if mark.is_file() and mark.read_text() == stamp:
        return folder
    strip_tree(ROOT / "circuits", folder / "circuits")
    strip_tree(ROOT / "node_modules" / "circomlib", folder / "library" / "circomlib")
    place = folder.relative_to(ROOT)
    command = [
        "node_modules/.bin/circom2", str(place / "circuits" / "instances" / preset / "step.circom"), "--wasm", "--sym",
        "--O0", "-l", str(place / "library"), "-o", str(place),
    ]  # fmt: skip
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    mark.write_text(stamp)
    return folder


def _names(path: Path) -> dict[str, int]:
    names = {}
    with path.open() as lines:
        for line in lines:
            _, wire, _, name = line.rstrip("\n").split(",", 3)
            if wire != "-1":
                names[name] = int(wire)
    return names


class Unchecked:
    """Evaluates the rows of the real step on assignments of the unchecked one."""

    def __init__(self, folder: Path, real: Path) -> None:
        self.calculator = Calculator(Program(folder / "step_js" / "step.wasm"))
        self.system = Piece.read(real, "step").r1cs
        here, there = _names(folder / "step.sym"), _names(real / "step.sym")
        self.wires = [0] * self.system.n_wires
        for name, wire in there.items():
            self.wires[wire] = here[name]
        self.rows = [self.system.row(index) for index in range(self.system.n_constraints)]

    def assignment(self, inputs: dict[str, Any]) -> list[int]:
        """Value of every wire of the real system."""
        values = self.calculator.run(inputs, "unchecked step")
        return [values[wire] for wire in self.wires]

    def violated(self, values: list[int]) -> list[int]:
        """Indices of all rows that do not hold."""

        def dot(terms: list[tuple[int, int]]) -> int:
            return sum(values[wire] * factor for wire, factor in terms)

        return [at for at, (a, b, c) in enumerate(self.rows) if (dot(a) * dot(b) - dot(c)) % FIELD_MODULUS]
