"""Are the generated files what their sources make of them? `--write` makes them so.

Each row: what is generated, the command that compares, the command that writes. A row whose tool does not exist is
named and passed over.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATORS = (
    ("contract ABIs", "tools/abi.py", ["--check"], []),
    ("golden vectors", "tools/vectors.py", ["--check"], []),
    ("circuit instances", "tools/circuits.py", ["instances", "--check"], ["instances"]),
    ("contract sizes, storage layouts", "tools/contract_snapshots.py", ["--check"], []),
)


def main(write: bool) -> int:
    stale = []
    for what, tool, compare, make in GENERATORS:
        if not (ROOT / tool).is_file():
            print(f"{what}: {tool} does not exist, nothing to compare")
            continue
        environment = {**os.environ, "SNAPSHOT_UPDATE": "1" if write else ""}
        command = [sys.executable, tool, *(make if write else compare)]
        if subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:
            stale.append(what)
    if stale:
        print(f"not fresh: {', '.join(stale)}. `make snapshots` writes them again; look at the difference")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
