"""Are the generated files what their sources make of them? `--write` makes them so.

Each tool writes when it is run, and compares with `--check`. Numbers that only a running chain gives (gas, sizes) are
compared by the tests that measure them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATORS = (
    ("contract ABIs", "tools/abi.py"),
    ("golden vectors", "tools/vectors.py"),
)


def main(write: bool) -> int:
    stale = []
    for what, tool in GENERATORS:
        command = [sys.executable, tool, *([] if write else ["--check"])]
        if subprocess.run(command, check=False, cwd=ROOT).returncode:
            stale.append(what)
        else:
            print(f"{what}: {'written' if write else 'fresh'}")
    if stale:
        print(f"not fresh: {', '.join(stale)}. `make snapshots` writes them again; look at the difference")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
