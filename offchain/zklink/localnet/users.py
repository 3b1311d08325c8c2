"""People of a local network: they act through the `zlk` command, as anybody would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from zklink.localnet.network import LocalNetwork, account


class CommandFailed(RuntimeError):
    """Raised when a command ends with an error; the message is what the user would read."""


@dataclass(frozen=True)
class User:
    """A wallet with an ordinary key: development account `index`."""

    name: str
    index: int
    network: LocalNetwork

    @property
    def address(self) -> str:
        """Checksum address."""
        return str(account(self.index).address)

    def start(self, *arguments: str) -> Running:
        """Begin a command; `result` of what is returned waits for it."""
        environment = {
            **os.environ,
            "ZKLINK_PRIVATE_KEY": "0x" + account(self.index).key.hex().removeprefix("0x"),
            "ZKLINK_REGISTRY": str(self.network.registry_path),
            "ZKLINK_API": self.network.api,
        }
        command = [sys.executable, "-m", "zklink.cli", *arguments, "--json"]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        return Running(self.name, arguments, process)

    def zlk(self, *arguments: str) -> Any:
        """Run a command to its end. Raises CommandFailed."""
        return self.start(*arguments).result()


@dataclass(frozen=True)
class Running:
    """A command under way."""

    name: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[str]

    def result(self, timeout: float = 240) -> Any:
        """Its JSON answer. Raises CommandFailed, also after `timeout` seconds."""
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += f"\nno answer in {timeout:g} s"
        if self.process.returncode != 0:
            raise CommandFailed(f"{self.name}: zlk {' '.join(self.arguments)}: {err.strip() or out.strip()}")
        return json.loads(out)
