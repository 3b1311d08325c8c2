"""A local chain of its own for a test: loopback, free port, ended by its process id."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEMORY_LIMIT_KB = 6 * 1024 * 1024  # anvil can run away under bursts of one sender
KEYS = (
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
)  # the development keys anvil prints at its start


@dataclass
class Anvil:
    """A running node."""

    url: str
    evm_chain_id: int
    process: subprocess.Popen[str]


def binary() -> str:
    """Path of anvil: beside the interpreter, or on PATH."""
    beside = Path(sys.executable).parent / "anvil"
    found = str(beside) if beside.exists() else shutil.which("anvil")
    if not found:
        raise FileNotFoundError("anvil is neither beside the interpreter nor on PATH")
    return found


@contextmanager
def anvil(evm_chain_id: int = 31337, *flags: str) -> Iterator[Anvil]:
    """Start a node; `finalized` is two blocks behind `latest`."""
    with tempfile.TemporaryDirectory() as cache:
        log = Path(cache) / "anvil.log"  # a file: a pipe that nobody reads would stop the node once it is full
        with log.open("w") as out:
            process = subprocess.Popen(
                ["sh", "-c", f'ulimit -v {MEMORY_LIMIT_KB}; exec "$@"', "sh", binary(), "--port", "0", "--chain-id",
                 str(evm_chain_id), "--slots-in-an-epoch", "1", "--cache-path", cache, *flags],
                stdout=out, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        try:
            yield Anvil(f"http://{_address(log, process)}", evm_chain_id, process)
        finally:
            process.kill()
            process.wait()


def _address(log: Path, process: subprocess.Popen[str], timeout: float = 20) -> str:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if found := re.search(r"Listening on (127\.0\.0\.1:\d+)", log.read_text(errors="replace")):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"anvil does not listen: {log.read_text(errors='replace')[-500:]}")
