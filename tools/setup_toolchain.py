"""Put the Solidity compiler and the node where Ape looks for them; run by `make setup` after `npm ci`.

* solc: npm's wasm build behind a launcher, named as py-solc-x names native compilers
* anvil: the native binary, linked into the virtual environment (npm's own front is a Node process that cannot hand
  SIGKILL on)
* Vyper: nothing to do; ape-vyper takes the `vyper` on PATH when the configured version is the installed one

Standard library only; safe to run again.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"


def find_anvil() -> Path:
    """The native anvil: npm's package on Linux x86-64, elsewhere one that the user installed."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    packaged = MODULES / "@foundry-rs" / f"anvil-{platform.system().lower()}-{machine}" / "bin" / "anvil"
    if packaged.is_file():
        return packaged.resolve()
    if found := shutil.which("anvil"):
        return Path(found).resolve()
    sys.exit(f"no anvil for this machine: {packaged.relative_to(ROOT)} is missing and none is on PATH")


def link_anvil() -> None:
    """Link anvil into the bin folder of the running interpreter's environment."""
    native, link = find_anvil(), Path(sys.prefix) / "bin" / "anvil"
    if link.resolve() != native:
        link.unlink(missing_ok=True)
        link.symlink_to(native)
    native.chmod(0o755)
    print("  " + subprocess.check_output([link, "--version"], text=True).splitlines()[0])


def install_solc() -> None:
    """Write one launcher for every solc package in node_modules (aliases such as `solc-0.8.30` included)."""
    folder = Path(os.environ.get("SOLCX_BINARY_PATH", ROOT / ".toolchain" / "solcx"))
    folder.mkdir(parents=True, exist_ok=True)
    template = (ROOT / "tools" / "solc-launcher.cjs.in").read_text()
    for package in sorted(MODULES.glob("solc*")):
        version = json.loads((package / "package.json").read_text())["version"]
        ask = f"require({json.dumps(str(package))}).version()"
        full = subprocess.check_output(["node", "-p", ask], text=True).strip()
        launcher = folder / f"solc-v{version}"
        launcher.write_text(template.replace("@PACKAGE@", str(package)).replace("@VERSION@", full))
        launcher.chmod(0o755)
        print(f"  {launcher.name}: {full}")


if __name__ == "__main__":
    Path(os.environ.get("VVM_BINARY_PATH", ROOT / ".toolchain" / "vvm")).mkdir(parents=True, exist_ok=True)
    link_anvil()
    install_solc()
