"""Write offchain/zklink/chain/abi/*.json from contracts/interfaces, or compare (`--check`).

The contracts implement these interfaces (the compiler checks it), so their ABI holds all that services call.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "offchain" / "zklink" / "chain" / "abi"
SOURCES = {
    "Rollup": "contracts/interfaces/IRollup.vyi",
    "Bridge": "contracts/interfaces/IBridge.vyi",
    "OracleGate": "contracts/interfaces/IOracleGate.vyi",
    "ProofGate": "contracts/interfaces/IProofGate.vyi",
}


def compile_abi(source: Path) -> str:
    """ABI of a Vyper interface as indented JSON, sorted so that only real changes show."""
    vyper = Path(sys.executable).parent / "vyper"
    out = subprocess.run(
        [str(vyper), "-f", "abi", "-p", str(ROOT / "contracts"), str(source)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    entries = json.loads(out.strip().splitlines()[-1])
    entries.sort(key=lambda e: (e["type"], e.get("name", ""), len(e.get("inputs", []))))
    return json.dumps(entries, indent=1) + "\n"


def main() -> int:
    """0 when written, or when nothing differs; 1 names each contract whose committed ABI is stale."""
    check, stale = "--check" in sys.argv[1:], []
    for name, source in SOURCES.items():
        text = compile_abi(ROOT / source)
        target = OUT / f"{name}.json"
        if check and (not target.exists() or target.read_text() != text):
            stale.append(name)
        elif not check:
            target.write_text(text)
    if stale:
        print(f"stale ABI, run tools/abi.py: {', '.join(stale)}")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
