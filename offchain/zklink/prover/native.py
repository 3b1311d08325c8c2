"""Proofs by the native crate."""

from pathlib import Path

from zklink.crypto.groth16 import ProvingKey, VerifyingKey, prove, verify
from zklink.protocol.presets import Preset
from zklink.prover.backend import Proof
from zklink.prover.errors import SelfCheckFailed
from zklink.prover.keys import KeyFolder, piece_hashes
from zklink.state.effects import BlockEffects
from zklink.witness.block import Circuits, witness


class NativeBackend:
    """1. key of the block's shape (checked once against the circuits)  2. witness  3. proof  4. verify it here."""

    def __init__(self, preset: Preset, build: Path, workers: int | None = None) -> None:
        """`build` holds circuits/<preset> and keys/<preset>; `workers` threads make witnesses (default: all cores)."""
        self.preset = preset
        self.circuits = Circuits(preset, build / "circuits" / preset.name)
        self.keys = KeyFolder(build / "keys" / preset.name)
        self._workers = workers
        self._loaded: dict[int, tuple[ProvingKey, VerifyingKey]] = {}

    def load(self, shape_id: int) -> tuple[ProvingKey, VerifyingKey]:
        """Keys of a shape, kept. Raises KeyMismatch when they were not made for these circuits."""
        if shape_id not in self._loaded:
            self.keys.check(shape_id, piece_hashes(self.circuits.folder))
            pair = (self.keys.proving_key(shape_id), self.keys.verifying_key(shape_id))
            self._loaded[shape_id] = pair
        return self._loaded[shape_id]

    def prove(self, effects: BlockEffects) -> Proof:
        """The proof of one block, verified before it is returned. Raises WitnessError, KeyMismatch, SelfCheckFailed."""
        shape = self.preset.shape(effects.header.shape)
        proving_key, verifying_key = self.load(shape.id)
        assignment = witness(effects, self.circuits, shape, self._workers)
        public = [effects.z, effects.u, effects.h, effects.y]
        if [assignment[at] for at in range(1, 5)] != public:
            raise SelfCheckFailed("the witness ends in other public inputs than the block's")
        points = prove(proving_key, assignment)
        if not verify(verifying_key, public, points):
            raise SelfCheckFailed("the fresh proof does not verify")
        return Proof.of(points, effects)

    def verify(self, proof: Proof, shape_id: int) -> bool:
        """Whether a proof holds under the key of a shape."""
        return verify(self.load(shape_id)[1], list(proof.public), proof.points)
