"""The witness of a block: effects -> inputs of every piece -> witnesses in parallel -> one assignment."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from zklink.crypto.groth16 import R1cs, Witness
from zklink.protocol.constants import FIELD_MODULUS, MAX_CHAINS, STREAM_DATA
from zklink.protocol.ops import OPERATIONS
from zklink.protocol.ops.full_exit import ExitPart
from zklink.protocol.presets import Preset, Shape
from zklink.state.effects import BlockEffects
from zklink.witness.assembly import Layout, Piece
from zklink.witness.calculator import Calculator, Program
from zklink.witness.errors import ContinuityError, InputError
from zklink.witness.running import borders

OPERATION_NAMES: Final = {kind.CODE: kind.NAME for kind in OPERATIONS.values()} | {ExitPart.CODE: ExitPart.NAME}
PIECES: Final = ("prologue", "step", "epilogue")
MAX_STEPS: Final = 8192
"""At most six words a step and stream, so no 16-bit count can overflow (STM-2)."""


@dataclass(frozen=True)
class Circuits:
    """Compiled pieces of one preset, read and translated once; safe to share between threads."""

    preset: Preset
    folder: Path
    """build/circuits/<preset>, written by tools/circuits.py."""
    _local: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """Constraint systems and boundary names. Raises ArtefactError or OSError."""
        return {name: Piece.read(self.folder, name) for name in PIECES}

    @cached_property
    def programs(self) -> dict[str, Program]:
        """Witness calculators. Raises ArtefactError."""
        return {name: Program(self.folder / f"{name}.wasm") for name in PIECES}

    def layout(self, shape: Shape) -> Layout:
        """Wires of a whole block of that shape. Raises AssemblyError."""
        if not 1 <= shape.steps <= MAX_STEPS:
            raise InputError("steps", f"a shape has 1 to {MAX_STEPS} steps, not {shape.steps}")
        pieces = self.pieces
        return Layout.of([pieces["prologue"], *[pieces["step"]] * shape.steps, pieces["epilogue"]])

    def system(self, shape: Shape) -> R1cs:
        """Constraint system of a whole block of that shape."""
        return self.layout(shape).system()

    def run(self, piece: str, inputs: dict[str, Any], where: str) -> Witness:
        """Witness of one piece, by this thread's calculator. Raises InputError or ConstraintError."""
        calculators: dict[str, Calculator] = self._local.__dict__
        if piece not in calculators:
            calculators[piece] = Calculator(self.programs[piece])
        return calculators[piece].run(inputs, where)


def piece_inputs(effects: BlockEffects, circuits: Circuits) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(piece, where, inputs) of every place of the block, in order."""
    header = effects.header
    facts = {
        "chain_count": header.chain_count,
        "number": header.number,
        "timestamp": header.timestamp,
        "shape": header.shape,
        "old_root": header.old_root,
        "z": effects.z,
        "fee_token": list(effects.fee_tokens),
    }
    yield "prologue", "prologue", {"deployment_id": header.deployment_id, "u": effects.u, **facts}
    powers = [pow(effects.u, stream, FIELD_MODULUS) for stream in (*range(1, MAX_CHAINS + 1), STREAM_DATA)]
    constants = {f"c_{name}": value for name, value in facts.items()}
    constants |= {"c_deployment": header.deployment_id, "c_u_chain": powers[:-1], "c_u_data": powers[-1]}
    states = borders(effects)
    for place, step in enumerate(effects.steps):
        where = f"step {place} ({OPERATION_NAMES.get(step.op, f'op {step.op}')})"
        yield "step", where, _taken(circuits, "step", constants) | next(states) | step.inputs()
    inputs = {name: value for name, value in effects.epilogue.inputs().items() if name not in ("fee", "fee_token")}
    yield "epilogue", "epilogue", _taken(circuits, "epilogue", constants) | next(states) | inputs


def _taken(circuits: Circuits, piece: str, constants: dict[str, Any]) -> dict[str, Any]:
    names = {name.split("[")[0] for name in circuits.pieces[piece].boundary}
    return {name: value for name, value in constants.items() if name in names}


def _check_continuity(layout: Layout, places: list[str], parts: list[Witness]) -> None:
    for at in range(len(parts) - 1):
        here, there = layout.pieces[at].boundary, layout.pieces[at + 1].boundary
        for name in layout.running:
            if parts[at][here[f"out_{name}"]] != parts[at + 1][there[f"in_{name}"]]:
                raise ContinuityError(places[at], name)


def witness(effects: BlockEffects, circuits: Circuits, shape: Shape, workers: int | None = None) -> Witness:
    """The assignment of a block; `workers` threads (default: one per core).

    Raises InputError when the effects do not have the shape's steps, ConstraintError naming the step that no
    constraint system would accept, ContinuityError when a step ends in another running value than the effects say.
    """
    if len(effects.steps) != shape.steps:
        raise InputError("steps", f"{len(effects.steps)} given, shape {shape.id} has {shape.steps}")
    layout = circuits.layout(shape)
    tasks = list(piece_inputs(effects, circuits))
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        parts = list(pool.map(lambda task: circuits.run(task[0], task[2], task[1]), tasks))
    _check_continuity(layout, [where for _, where, _ in tasks], parts)
    return layout.witness(parts)
