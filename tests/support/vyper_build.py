"""Compiled contracts for tests without Ape: as Ape compiled them when that is fresh, else from the compiler itself."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "vyper"


@cache
def sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "contracts").rglob("*.vy*")):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def artifact(path: str) -> dict[str, Any]:
    """`abi` (list) and `bytecode` (0x, of deployment) of a contract, path from the project root."""
    cached = CACHE / f"{sources_digest()}-{path.replace('/', '-')}.json"
    if not cached.is_file():
        vyper = Path(sys.executable).parent / "vyper"
        done = subprocess.run(
            [str(vyper), "-f", "abi,bytecode", "--evm-version", "prague", "-p", str(ROOT), path],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        abi, bytecode = done.stdout.strip().splitlines()
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text(json.dumps({"abi": json.loads(abi), "bytecode": bytecode}))
    found: dict[str, Any] = json.loads(cached.read_text())
    return found
