"""Anvil as a child process: own chain id, free port, bounded memory, gone when its parent is gone. No Ape needed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MNEMONIC = "test test test test test test test test test test test junk"
MEMORY_LIMIT = 6 << 30
"""Bytes of address space of a node. anvil 1.7.1 can run away (24 GB were seen) when one sender's transactions arrive
in large batches under auto-mining."""
PR_SET_PDEATHSIG = 1


@dataclass
class Chain:
    """A running anvil. Use it as a context manager, or call `stop`."""

    chain_id: int
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)
    folder: Path = field(repr=False)
    """The node's log and the old states it writes out; removed with the node."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def log(self) -> str:
        return (self.folder / "anvil.log").read_text(errors="replace")

    def stop(self) -> None:
        """End the node (it writes its `dump_state` first) and remove its folder. Safe to call twice."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Chain:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    chain_id: int,
    *,
    port: int = 0,
    hardfork: str = "osaka",
    mnemonic: str = MNEMONIC,
    block_time: float | None = None,
    mixed_mining: bool = False,
    slots_in_an_epoch: int | None = None,
    timestamp: int | None = None,
    base_fee: int = 0,
    gas_price: int = 0,
    fork_url: str | None = None,
    fork_block: int | None = None,
    load_state: Path | None = None,
    dump_state: Path | None = None,
    code_size_limit: int | None = None,
    steps_tracing: bool = False,
    extra: tuple[str, ...] = (),
    timeout: float = 20,
) -> Chain:
    """Start anvil on 127.0.0.1 and return once it listens.

    port: 0 lets the kernel choose. block_time: seconds between blocks; None mines each transaction at once; with
    `mixed_mining` both happen. slots_in_an_epoch: 1 makes `finalized` = latest - 2, anvil's own 32 makes it trail by 64
    blocks. timestamp: Unix seconds of the first block. base_fee, gas_price: wei. load_state, dump_state: files that
    the state is read from and, at the end, written to.

    Start it from a thread that lives as long as the node should: the kernel ends the node with that thread.
    Raises RuntimeError when anvil is missing or ends at once, TimeoutError when it does not listen in `timeout` s.
    """
    values: dict[str, object] = {
        "--port": port,
        "--chain-id": chain_id,
        "--hardfork": hardfork,
        "--mnemonic": mnemonic,
        "--block-time": block_time,
        "--slots-in-an-epoch": slots_in_an_epoch,
        "--timestamp": timestamp,
        "--block-base-fee-per-gas": base_fee,
        "--gas-price": gas_price,
        "--fork-url": fork_url,
        "--fork-block-number": fork_block,
        "--load-state": load_state,
        "--dump-state": dump_state,
        "--code-size-limit": code_size_limit,
    }
    flags = {
        "--mixed-mining": mixed_mining,
        "--steps-tracing": steps_tracing,
        "--no-storage-caching": fork_url is not None,
    }
    options = [text for name, value in values.items() if value is not None for text in (name, str(value))]
    return _launch(chain_id, [*options, *(name for name, wanted in flags.items() if wanted), *extra], timeout)


@contextlib.contextmanager
def running(*chain_ids: int, **options: Any) -> Iterator[list[Chain]]:
    """One node for each chain id, all started with the same options; all stopped at the end."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(start(chain_id, **options)) for chain_id in chain_ids]


def _launch(chain_id: int, options: list[str], timeout: float) -> Chain:
    anvil = shutil.which("anvil") or shutil.which("anvil", path=str(Path(sys.prefix) / "bin"))
    if anvil is None:
        raise RuntimeError("anvil is not on PATH: run `make setup`")
    folder = Path(tempfile.mkdtemp(prefix=f"anvil-{chain_id}-"))
    command = [anvil, *options, "--cache-path", str(folder)]  # else old states stay under ~/.foundry for ever
    with (folder / "anvil.log").open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_bind_to_parent,  # noqa: PLW1509 - nothing in it allocates or takes a lock
            env={**os.environ, "NO_COLOR": "1"},
        )
    chain = Chain(chain_id, 0, process, folder)
    try:
        chain.port = _wait_for_port(chain, timeout)
    except BaseException:
        chain.stop()
        raise
    return chain


def _wait_for_port(chain: Chain, timeout: float) -> int:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        text = chain.log()
        if "Listening on" in text:
            return int(text.split("Listening on", 1)[1].split()[0].rsplit(":", 1)[1])
        if chain.process.poll() is not None:
            raise RuntimeError(f"anvil ended with status {chain.process.returncode}:\n{chain.log()}")
        time.sleep(0.01)
    raise TimeoutError(f"anvil does not listen after {timeout} s:\n{chain.log()}")


_libc = ctypes.CDLL("libc.so.6") if sys.platform == "linux" else None


def _bind_to_parent() -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
