"""Child processes of a local deployment: a log file each, ended by pid, gone when their parent is gone."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL("libc.so.6") if sys.platform == "linux" else None


def _bind_to_parent() -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """One service of the deployment. `url`, where it serves HTTP, answers /readyz once it is ready.

    1. `start` launches it with its output appended to `log`.
    2. `kill` ends it with SIGKILL, as a power cut would; `stop` lets it drain.
    3. `wait_ready` raises with the end of the log when it ends first or takes too long.
    """

    name: str
    command: list[str]
    log: Path
    url: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Launch the process; the service must not run already."""
        if self.running:
            raise RuntimeError(f"{self.name} runs already (pid {self.pid})")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "NO_COLOR": "1", **self.environment},
                preexec_fn=_bind_to_parent,  # noqa: PLW1509 - nothing in it allocates or takes a lock
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def kill(self) -> None:
        """SIGKILL; returns once the kernel has taken the process away."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        if self.running and self.process is not None:
            self.process.terminate()

    def stop(self, timeout: float = 10) -> None:
        """SIGTERM, then SIGKILL after `timeout` seconds."""
        if not self.running or self.process is None:
            return
        self.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait_ready(self, timeout: float = 60) -> None:
        """Return once /readyz answers 200. Raises RuntimeError when it ends first, TimeoutError after `timeout` s."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.running:
                raise RuntimeError(f"{self.name} ended: {self.tail()}")
            if self.url is None or answers(f"{self.url}/readyz"):
                return
            time.sleep(0.1)
        raise TimeoutError(f"{self.name} is not ready after {timeout} s: {self.tail()}")

    def tail(self, size: int = 1500) -> str:
        """The end of the log."""
        try:
            return self.log.read_text(errors="replace")[-size:]
        except OSError:
            return "(no log)"


def answers(url: str) -> bool:
    """Whether a GET of `url` answers 200 within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
