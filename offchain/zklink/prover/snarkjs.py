"""Cross-check by snarkjs (Node): an independent prover and verifier over the same files. Not for production speed."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from zklink.crypto.groth16 import Proof as Points
from zklink.protocol.presets import Preset
from zklink.prover.backend import Proof
from zklink.prover.errors import SelfCheckFailed, ToolFailed
from zklink.prover.keys import KeyFolder, piece_hashes
from zklink.state.effects import BlockEffects
from zklink.witness.block import Circuits, witness

TIMEOUT_SECONDS = 900
REFUSALS = ("Invalid proof", "Proof commitments are not valid", "Public inputs are not valid")
"""What `groth16 verify` says about a proof it refuses; anything else is a failure of the tool."""


class SnarkjsBackend:
    """1. witness  2. `groth16 prove`  3. `groth16 verify`."""

    def __init__(self, preset: Preset, build: Path, snarkjs: Path) -> None:
        """`snarkjs` is the command, e.g. node_modules/.bin/snarkjs; `build` as for the native backend."""
        self.preset = preset
        self.circuits = Circuits(preset, build / "circuits" / preset.name)
        self.keys = KeyFolder(build / "keys" / preset.name)
        self.snarkjs = snarkjs

    def prove(self, effects: BlockEffects) -> Proof:
        """The proof of one block. Raises WitnessError, KeyMismatch, ToolFailed, SelfCheckFailed."""
        shape = self.preset.shape(effects.header.shape)
        self.keys.check(shape.id, piece_hashes(self.circuits.folder))
        assignment = witness(effects, self.circuits, shape)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            assignment.write_wtns(folder / "block.wtns")
            output = [folder / "proof.json", folder / "public.json"]
            self._run("groth16", "prove", self.keys.zkey(shape.id), folder / "block.wtns", *output)
            points = Points.from_json(output[0].read_text())
        proof = Proof.of(points, effects)
        if not self.verify(proof, shape.id):
            raise SelfCheckFailed("the fresh proof does not verify")
        return proof

    def verify(self, proof: Proof, shape_id: int) -> bool:
        """Whether snarkjs accepts a proof under the key of a shape."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "public.json").write_text(json.dumps([str(value) for value in proof.public]))
            (folder / "proof.json").write_text(proof.points.to_json())
            key = self.keys.verification_key(shape_id)
            files: Sequence[Path] = (key, folder / "public.json", folder / "proof.json")
            result = self._call("groth16", "verify", *files)
        if result.returncode and not any(verdict in result.stdout for verdict in REFUSALS):
            raise ToolFailed(result.stdout + result.stderr)
        return result.returncode == 0

    def _run(self, *arguments: str | Path) -> None:
        result = self._call(*arguments)
        if result.returncode:
            raise ToolFailed(result.stdout + result.stderr)

    def _call(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(self.snarkjs), *map(str, arguments)]
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolFailed(str(error)) from error
