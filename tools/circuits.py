"""Compiles the circuits and makes development keys. `python tools/circuits.py --help`.

    build  --preset P [--shape N ...] [--no-keys]   pieces to build/circuits/P, keys to build/keys/P
    keys   --preset P [--shape N ...]               the same, for `make keys`
    counts --preset P                               constraints per piece and of the binding to the streams

Everything is stamped by the hash of its sources (build/circuits/P/hashes.json): a second run does nothing.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from zklink.protocol.presets import PRESETS, Preset, Shape
from zklink.prover.keys import RECORD, KeyFolder, file_hash, piece_hashes
from zklink.witness.block import PIECES, Circuits
from zklink_native import LIBRARY_VERSION, R1cs, setup_development

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LIBRARIES = ROOT / "node_modules"
FLAGS = ("--O2",)
BINDING = "binding"
"""Not part of a block: the step's binding alone, to measure it."""
WORD_SLOTS = 8
SEED = b"zkLink development key: everybody knows this seed"
NOTICE = "DEVELOPMENT KEY from a seed that everybody knows: whoever reads this can forge proofs. Local chains only."
CONSOLE = Console(stderr=True)


@contextmanager
def progress(title: str, total: int) -> Iterator[Any]:
    """A bar on the error console; yields step(text) that moves it on."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=CONSOLE) as bar:
        task = bar.add_task(title, total=total)

        def step(text: str, done: bool = False) -> None:
            bar.update(task, description=f"{title}: {text}", advance=1 if done else 0)

        yield step


def sources(path: Path, seen: dict[Path, bytes] | None = None) -> dict[Path, bytes]:
    """A circuit and all it includes, with contents."""
    seen = {} if seen is None else seen
    if path in seen:
        return seen
    seen[path] = path.read_bytes()
    for name in re.findall(rb'^include "([^"]+)"', seen[path], re.MULTILINE):
        beside = (path.parent / name.decode()).resolve()
        sources(beside if beside.is_file() else LIBRARIES / name.decode(), seen)
    return seen


def source_hash(path: Path) -> str:
    """Hash over the sources of a circuit, the compiler's version and its flags."""
    digest = hashlib.sha256((LIBRARIES / "circom2" / "package.json").read_bytes() + repr(FLAGS).encode())
    for file, content in sorted(sources(path).items()):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


class Store:
    """build/circuits/<preset> and its hashes.json."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.folder = BUILD / "circuits" / preset.name
        self.path = self.folder / "hashes.json"
        self.hashes: dict[str, Any] = json.loads(self.path.read_text()) if self.path.is_file() else {}
        self.hashes.setdefault("pieces", {})
        self.hashes.setdefault("shapes", {})

    def instance(self, piece: str) -> Path:
        """Source of a piece's instance."""
        return ROOT / "circuits" / "instances" / self.preset.name / f"{piece}.circom"

    def fresh(self, piece: str, kinds: Sequence[str]) -> bool:
        """Whether the artefacts of a piece are there, unchanged, and of the present sources."""
        entry = self.hashes["pieces"].get(piece, {})
        if entry.get("source") != source_hash(self.instance(piece)):
            return False
        files = {kind: self.folder / f"{piece}.{kind}" for kind in kinds}
        return all(file.is_file() and file_hash(file) == entry.get(kind) for kind, file in files.items())

    def compile(self, piece: str, kinds: Sequence[str]) -> None:
        """Compiles a piece. Raises SystemExit with the compiler's report."""
        self.folder.mkdir(parents=True, exist_ok=True)
        instance = self.instance(piece)
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            command = [
                LIBRARIES / ".bin" / "circom2", instance.relative_to(ROOT), *(f"--{kind}" for kind in kinds), *FLAGS,
                "-l", LIBRARIES.relative_to(ROOT), "-o", Path(scratch).relative_to(ROOT),
            ]  # fmt: skip
            result = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
            if result.returncode:
                sys.exit(f"{instance.relative_to(ROOT)} does not compile:\n{result.stdout}{result.stderr}")
            entry = {"source": source_hash(instance)}
            for kind in kinds:
                made = Path(scratch) / (f"{piece}_js/{piece}.wasm" if kind == "wasm" else f"{piece}.{kind}")
                shutil.move(made, self.folder / f"{piece}.{kind}")
                entry[kind] = file_hash(self.folder / f"{piece}.{kind}")
        self.hashes["pieces"][piece] = entry
        self.save()

    def save(self) -> None:
        """Writes hashes.json."""
        self.path.write_text(json.dumps(self.hashes, indent=1, sort_keys=True) + "\n")

    def build(self, pieces: Sequence[str], kinds: Sequence[str]) -> list[str]:
        """Compiles what is not fresh; the names of those."""
        stale = [piece for piece in pieces if not self.fresh(piece, kinds)]
        if stale:
            with progress(f"circuits {self.preset.name}", len(stale)) as step:
                for piece in stale:
                    step(piece)
                    self.compile(piece, kinds)
                    step(piece, done=True)
        return stale


def make_key(store: Store, keys: KeyFolder, shape: Shape, step: Any) -> dict[str, Any]:
    """Assembles a shape, makes its development key; the shape's entry of key.json."""
    step(f"assemble {shape.steps} steps")
    system = Circuits(store.preset, store.folder).system(shape)
    with tempfile.TemporaryDirectory(dir=store.folder) as scratch:
        system.write(Path(scratch) / "system.r1cs")
        system_hash = file_hash(Path(scratch) / "system.r1cs")
    step(f"setup of {system.n_constraints} constraints", done=True)
    key = setup_development(system, SEED)
    keys.folder.mkdir(parents=True, exist_ok=True)
    step("write", done=True)
    key.write_zkey(keys.zkey(shape.id))
    keys.verification_key(shape.id).write_text(key.verifying_key().to_json())
    return {
        "steps": shape.steps,
        "constraints": system.n_constraints,
        "hashes": {
            "pieces": piece_hashes(store.folder),
            "r1cs": system_hash,
            "zkey": file_hash(keys.zkey(shape.id)),
            "verification_key": file_hash(keys.verification_key(shape.id)),
        },
    }


def key_is_fresh(keys: KeyFolder, shape: Shape, pieces: dict[str, str]) -> bool:
    """Whether the shape's key is there, unchanged, and made for these pieces."""
    try:
        keys.check(shape.id, pieces)
    except Exception:
        return False
    return bool(keys.record()["shapes"][str(shape.id)]["steps"] == shape.steps)


def build_keys(store: Store, shape_ids: Sequence[int]) -> list[int]:
    """Makes the development keys that are not fresh; their shapes."""
    keys = KeyFolder(BUILD / "keys" / store.preset.name)
    pieces = piece_hashes(store.folder)
    made = []
    record: dict[str, Any] = {"shapes": {}}
    if (keys.folder / RECORD).is_file():
        record = keys.record()
    for shape in map(store.preset.shape, shape_ids):
        if key_is_fresh(keys, shape, pieces):
            continue
        with progress(f"key of shape {shape.id}", 3) as step:
            record["shapes"][str(shape.id)] = make_key(store, keys, shape, step)
            step("done", done=True)
        made.append(shape.id)
        record |= {"development": True, "notice": NOTICE, "preset": store.preset.name, "library": LIBRARY_VERSION}
        keys.write_record(record, [int(name) for name in record["shapes"]])
        store.hashes["shapes"][str(shape.id)] = record["shapes"][str(shape.id)]
        store.save()
    return made


def command_build(arguments: argparse.Namespace) -> dict[str, Any]:
    """Pieces, then keys."""
    store = Store(PRESETS[arguments.preset])
    start = time.monotonic()
    compiled = store.build(PIECES, ("r1cs", "sym", "wasm"))
    made: list[int] = []
    if not arguments.no_keys:
        CONSOLE.print(f"[yellow]{NOTICE}")
        made = build_keys(store, arguments.shape or [store.preset.shapes[0].id])
    seconds = round(time.monotonic() - start, 1)
    return {"preset": store.preset.name, "compiled": compiled, "keys_made": made, "seconds": seconds}


def counts(preset: Preset) -> dict[str, float]:
    """Constraints of each piece, of each shape's whole block, and of the binding per word slot."""
    store = Store(preset)
    store.build(PIECES, ("r1cs", "sym"))
    binding = Store(preset)
    binding.build([BINDING], ("r1cs",))
    systems = {piece: R1cs.read(store.folder / f"{piece}.r1cs") for piece in (*PIECES, BINDING)}
    result: dict[str, float] = {piece: system.n_constraints for piece, system in systems.items()}
    for shape in preset.shapes:
        total = result["prologue"] + shape.steps * result["step"] + result["epilogue"] + 4
        result[f"shape_{shape.id}_of_{shape.steps}"] = total
    result["binding_per_word"] = result[BINDING] / WORD_SLOTS
    return result


def command_counts(arguments: argparse.Namespace) -> dict[str, Any]:
    """The counts, as a table unless --json."""
    result = counts(PRESETS[arguments.preset])
    if not arguments.json:
        table = Table("circuit", "constraints", title=f"{arguments.preset}, {' '.join(FLAGS)}")
        for name, value in result.items():
            table.add_row(name, f"{value:,.1f}" if name.endswith("per_word") else f"{value:,.0f}")
        Console().print(table)
    return {"preset": arguments.preset, **result}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="circuits and development keys")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("build", command_build), ("keys", command_build), ("counts", command_counts)):
        command = commands.add_parser(name, help=(function.__doc__ or "").strip())
        command.add_argument("--preset", choices=sorted(PRESETS), default="minimal")
        command.add_argument("--json", action="store_true", help="result as one JSON object on standard output")
        command.set_defaults(function=function, no_keys=False)
        if function is command_build:
            command.add_argument("--shape", type=int, action="append", help="shape id; default the preset's first")
        if name == "build":
            command.add_argument("--no-keys", action="store_true", help="pieces only")
    arguments = parser.parse_args()
    result = arguments.function(arguments)
    if arguments.json:
        print(json.dumps(result))
    elif arguments.command != "counts":
        print(
            f"{result['preset']}: compiled {result['compiled'] or 'nothing'}, keys {result['keys_made'] or 'unchanged'}"
        )


if __name__ == "__main__":
    main()
