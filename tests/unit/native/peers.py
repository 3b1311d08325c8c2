"""Other implementations, run as Node processes: circomlibjs, circom, snarkjs. And the small circuit of these tests."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / "node_modules"
HERE = Path(__file__).parent
TIMEOUT_SECONDS = 120

# Two public wires out of three inputs; a linear row, a quadratic one, a constant.
CIRCUIT = """pragma circom 2.0.0;
template Small() {
    signal input factor; signal input private_a; signal input private_b;
    signal output product; signal output shifted;
    signal square;
    square <== private_a * private_a;
    product <== square * private_b + factor;
    shifted <== private_b * (factor + 5) + 7;
}
component main {public [factor]} = Small();
"""


def run(command: list[str], stdin: str | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)


def circomlib(queries: list[dict[str, Any]]) -> list[Any]:
    """Answers of circomlibjs, in order."""
    done = run(["node", str(HERE / "circomlib.mjs")], json.dumps(queries))
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def snarkjs(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(["node", str(MODULES / "snarkjs" / "build" / "cli.cjs"), *map(str, arguments)])


@dataclass(frozen=True, slots=True)
class Compiled:
    r1cs: Path
    wasm: Path
    wtns: Path
    public: list[int]  # product, shifted, factor


def compile_small(folder: Path) -> Compiled:
    """The circuit above and a witness for factor 11, a 3, b 4."""
    (folder / "small.circom").write_text(CIRCUIT)
    command = ["node", str(MODULES / "circom2" / "cli.js"), "small.circom", "--r1cs", "--wasm", "--O1"]
    done = run(command, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "input.json").write_text('{"factor": 11, "private_a": 3, "private_b": 4}')
    wasm, wtns = folder / "small_js" / "small.wasm", folder / "small.wtns"
    done = snarkjs("wtns", "calculate", wasm, folder / "input.json", wtns)
    assert done.returncode == 0, done.stdout + done.stderr
    return Compiled(folder / "small.r1cs", wasm, wtns, [9 * 4 + 11, 4 * 16 + 7, 11])
