"""Builds one constraint system out of compiled pieces by identifying their boundary wires by name.

Boundary names of a piece (its public signals): `c_*` constants, `in_*` and `out_*` running values, `pub_*` public
inputs of the whole. The first piece gives every constant and every running value, each later piece takes and gives all
running values, the last one gives the public inputs. Anything without a partner is an error.

    wires of the whole: 1 | public (a row each) | constants | running values, one set per border | inner wires by piece
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zklink.crypto.groth16 import R1cs, R1csBuilder, Witness
from zklink.witness.errors import ArtefactError, AssemblyError

PUBLIC_NAMES = ("pub_z", "pub_u", "pub_h", "pub_y")
"""Public inputs of the whole, in the order of the verifier."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A compiled circuit and the wires of its public signals."""

    name: str
    r1cs: R1cs
    boundary: dict[str, int]
    """Name (with indices) -> wire, all public signals."""

    @classmethod
    def read(cls, folder: Path, name: str) -> "Piece":
        """Reads <name>.r1cs and <name>.sym. Raises ArtefactError, OSError or ValueError."""
        r1cs = R1cs.read(folder / f"{name}.r1cs")
        boundary = read_boundary(folder / f"{name}.sym", r1cs.n_pub_out + r1cs.n_pub_in)
        return cls(name, r1cs, boundary)

    @property
    def inner(self) -> int:
        """Number of wires that are neither 1 nor public."""
        return self.r1cs.n_wires - 1 - len(self.boundary)


def read_boundary(path: Path, count: int) -> dict[str, int]:
    """Names of the wires 1..count, from a sym file's top-level signals. Raises ArtefactError when one has no name."""
    names: dict[str, int] = {}
    with path.open() as lines:
        for line in lines:
            _, wire, _, name = line.rstrip("\n").split(",", 3)
            if 1 <= int(wire) <= count and name.count(".") == 1:
                names[name.removeprefix("main.")] = int(wire)
    if sorted(names.values()) != list(range(1, count + 1)):
        raise ArtefactError(f"{path.name}: public wires and top-level names do not match one to one")
    return names


def _with_prefix(piece: Piece, prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): wire for name, wire in piece.boundary.items() if name.startswith(prefix)}


def _same(where: str, given: set[str], taken: set[str]) -> None:
    if given != taken:
        raise AssemblyError(f"{where}: without a partner {sorted(given ^ taken)}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the wires of every piece lie in the whole."""

    pieces: tuple[Piece, ...]
    """One entry per place; the same Piece may stand at many."""
    constants: tuple[str, ...]
    running: tuple[str, ...]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Layout":
        """Checks that the pieces fit, exhaustively by name. Raises AssemblyError."""
        if len(pieces) < 2:
            raise AssemblyError("an assembly has a first and a last piece")
        for piece in pieces:
            for name in piece.boundary:
                if not name.startswith(("c_", "in_", "out_", "pub_")):
                    raise AssemblyError(f"{piece.name}: public signal {name} is no boundary")
        first, last = pieces[0], pieces[-1]
        constants = set(_with_prefix(first, "c_"))
        running = set(_with_prefix(first, "out_"))
        used: set[str] = set()
        for place, piece in enumerate(pieces):
            where = f"piece {place} ({piece.name})"
            _same(f"{where} in", set(_with_prefix(piece, "in_")), running if place else set())
            _same(f"{where} out", set(_with_prefix(piece, "out_")), running if piece is not last else set())
            _same(f"{where} pub", set(_with_prefix(piece, "pub_")), _publics() if piece is last else set())
            taken = set(_with_prefix(piece, "c_"))
            if taken - constants:
                raise AssemblyError(f"{where}: constants without a partner {sorted(taken - constants)}")
            used |= taken if place else set()
        _same("constants", constants, used)
        return cls(tuple(pieces), tuple(sorted(constants)), tuple(sorted(running)))

    @property
    def n_public(self) -> int:
        """Public wires, 1..n_public."""
        return len(PUBLIC_NAMES)

    @property
    def n_wires(self) -> int:
        """Wires of the whole, wire 0 included."""
        return self._base(len(self.pieces))

    def _base(self, place: int) -> int:
        borders = 1 + 2 * self.n_public + len(self.constants) + len(self.running) * (len(self.pieces) - 1)
        return borders + sum(piece.inner for piece in self.pieces[:place])

    def _named(self) -> dict[str, int]:
        """Start of the names shared by all places: pub_* and c_*."""
        names = {name: 1 + self.n_public + at for at, name in enumerate(PUBLIC_NAMES)}
        start = 1 + 2 * self.n_public
        return names | {f"c_{name}": start + at for at, name in enumerate(self.constants)}

    def wire_maps(self) -> list[list[int]]:
        """For each place: global wire of each wire of its piece."""
        shared = self._named()
        border = 1 + 2 * self.n_public + len(self.constants)
        base = self._base(0)
        maps = []
        for place, piece in enumerate(self.pieces):
            names = dict(shared)
            for at, name in enumerate(self.running):
                names[f"in_{name}"] = border + (place - 1) * len(self.running) + at
                names[f"out_{name}"] = border + place * len(self.running) + at
            wires = [0] * (1 + len(piece.boundary))
            for name, wire in piece.boundary.items():
                wires[wire] = names[name]
            maps.append(wires + list(range(base, base + piece.inner)))
            base += piece.inner
        return maps

    def system(self) -> R1cs:
        """The constraint system of the whole. Raises ValueError when a wire is left over."""
        builder = R1csBuilder(self.n_wires, self.n_public)
        for piece, wires in zip(self.pieces, self.wire_maps(), strict=True):
            builder.add(piece.r1cs, wires)
        for at in range(self.n_public):
            builder.add_equal(1 + at, 1 + self.n_public + at)  # a row of its own for every public wire
        return builder.finish()

    def witness(self, parts: Sequence[Witness]) -> Witness:
        """The assignment of the whole from one witness per place. Raises ValueError when two parts disagree."""
        maps = self.wire_maps()
        last, wires = parts[-1], maps[-1]
        values = {wire: last[at] for at, wire in enumerate(wires) if wire <= 2 * self.n_public}
        public = Witness.from_ints([1, *(values[1 + self.n_public + at] for at in range(self.n_public))])
        return Witness.assemble(
            self.n_wires,
            [(public, list(range(1 + self.n_public))), *zip(parts, maps, strict=True)],
        )


def _publics() -> set[str]:
    return {name.removeprefix("pub_") for name in PUBLIC_NAMES}
